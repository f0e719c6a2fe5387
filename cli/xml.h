/*
 * xml.h - XML answers as trees: what the Query protocol of IAM and STS speaks.
 *
 * The harbour of expat: no other file includes it. Document types and entities of one's own are
 * refused, nesting and size are bounded. Attributes and namespaces are passed over.
 *
 * Ownership: the tree lives in the arena.
 * Errors:    INVALID "MalformedXml" with line and column; LIMIT when the arena is full.
 */
#pragma once

#include <remit/arena.h>
#include <remit/err.h>
#include <remit/str.h>

#define CLI_XML_DEPTH_MAX 32

struct cli_xml {
    struct remit_str name;
    struct remit_str text; /* of an element without elements in it */
    struct cli_xml *child; /* the first */
    struct cli_xml *next;  /* beside it */
};

int cli_xml_parse(struct remit_str text, struct remit_arena *arena, struct cli_xml **out,
                  struct remit_err *err) REMIT_MUST_USE;
/* The first element at a path below ("GetRoleResult/Role"); NULL, also for NULL, when there is
 * none. */
const struct cli_xml *cli_xml_at(const struct cli_xml *element, const char *path);
/* Its text; empty when there is none. */
struct remit_str cli_xml_text(const struct cli_xml *element, const char *path);
