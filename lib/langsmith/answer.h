/* SPDX-License-Identifier: MIT */
/* Reading LangSmith's answers: is it JSON at all, and if it is a refusal, what does it say? */
#ifndef LSX_LANGSMITH_ANSWER_H
#define LSX_LANGSMITH_ANSWER_H

#include "error/error.h"
#include "net/flow.h"
#include "json/json.h"

/* The error of a 2xx that cannot be what it should be: compressed, or HTML. NULL when it may be read on. */
lsexport_error *answer_check(const struct response *response, const struct secrets *secrets);
/* The error of a 2xx whose JSON could not be read. */
lsexport_error *answer_unreadable(const struct response *response, enum json_failure failure,
                                  const struct secrets *secrets);
/* The error of a 2xx whose member is missing or of the wrong type. */
lsexport_error *answer_incomplete(const char *member, const struct secrets *secrets);
/* The error of a 2xx that answers another request. */
lsexport_error *answer_foreign(const char *expected, const char *seen, const struct secrets *secrets);
/* The error of any other answer. permission: what the call needs. */
lsexport_error *answer_refused(const struct response *response, const char *permission, const struct secrets *secrets);

#endif
