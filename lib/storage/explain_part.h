/* SPDX-License-Identifier: MIT */
/* What the parts of explain share. */
#ifndef LSX_STORAGE_EXPLAIN_PART_H
#define LSX_STORAGE_EXPLAIN_PART_H

#include "base/url.h"
#include "storage/finding.h"
#include "storage/report.h"

enum langsmith_place { LANGSMITH_ANYWHERE, LANGSMITH_CLOUD, LANGSMITH_CLOUD_ON_AWS, LANGSMITH_OWN };

struct explained {
  lsexport_report *report;
  const lsexport_destination_spec *spec;
  const struct secrets *secrets;
  enum langsmith_place place;
  bool place_is_loopback;
  bool has_endpoint; /* and endpoint could be read */
  struct url endpoint;
  bool is_aws;
  const struct address *address; /* NULL: there is none */
};

/* Sets where LangSmith is, as far as its API's root tells; NULL: nobody knows. */
void explain_place_langsmith(struct explained *explained, const char *api_root);
/* A host, or an address as a URL has it, that only those nearby can reach. */
bool explain_is_private(const char *host);
/* Adds the finding. shown stands in the place of "%s", and is washed; NULL: nothing does. */
void explain_tell(const struct explained *explained, enum finding finding, const char *shown);
/* The same of another table's. */
void explain_tell_row(const struct explained *explained, const struct finding_row *row, const char *shown);
/* The same of a member of the row's field. */
void explain_tell_member(const struct explained *explained, enum finding finding, const char *member,
                         const char *shown);

void explain_bucket(const struct explained *explained);
void explain_region(const struct explained *explained);
void explain_endpoint(const struct explained *explained);
void explain_prefix(const struct explained *explained);
void explain_kwargs(const struct explained *explained);
void explain_credentials(const struct explained *explained);

#endif
