/* SPDX-License-Identifier: MIT */
/* Reads S3's replies, which are flat XML, without an allocation and in one pass. */
#ifndef LSX_STORAGE_XML_H
#define LSX_STORAGE_XML_H

#include <stdbool.h>
#include <stddef.h>

#define XML_DEPTH_MAX 16 /* elements open at once */

/* The text of the root's first child with that name, as UTF-8 with its references resolved. A prefix before either name
 * does not count. False, and out is "", when there is none, when it has children of its own or does not fit, when there
 * is a DTD, and when something up to its end is not well-formed. Of what is passed over only the tags are looked at. */
bool xml_child_text(const char *text, size_t length, const char *root, const char *name, char *out, size_t size);

#endif
