/*
 * lint_internal.h - between the files of lint: one run over one document.
 *
 * lint.c reads the document into a tape and calls the walkers below in order; view.c lays the
 * statements out as lists of texts that know their nodes; report.c makes findings with places of
 * nodes. A walker looks at one statement (or at the whole document) and reports. It never fails:
 * memory that can't be had marks the arena, and the run ends as truncated.
 *
 * Ownership: everything of a run lives in its arena, findings in those of the result.
 * Node 0 is the document itself, so 0 also stands for "there is no such element".
 */
#pragma once

#include <remit/lint.h>

#include "common/base/arena.h"
#include "iam/policy/policy_internal.h"
#include "iam/policy/tape.h"

enum lint_code {
#define CHECK(code, type, source, parliament, meaning) LINT_##code,
#include "iam/lint/checks_table.h"
#undef CHECK
    LINT_COUNT,
};
extern const struct remit_check remit_lint_checks[LINT_COUNT];

/* ---- the document laid out ---- */

struct lint_text {
    struct remit_str text;
    uint32_t node;
};

struct lint_list {
    uint32_t node;              /* the element's value */
    uint32_t key;               /* its key */
    bool negated;               /* NotAction, NotResource */
    const struct lint_text *at; /* strings only: what is of another type has its own finding */
    size_t n;
};

struct lint_principal {
    struct remit_str type; /* "AWS"; empty for a bare "*" */
    struct remit_str text;
    uint32_t node;
};

struct lint_value {
    struct remit_str text;
    uint32_t node;
    enum remit_tape_type type;
};

/* What is known of a condition key. */
struct lint_key {
    bool known;    /* kind and multivalued are right */
    bool global;   /* aws:... */
    bool optional; /* global: a request may lack it */
    enum remit_key_kind kind;
    bool multivalued;
};

struct lint_condition {
    struct remit_str operator_name;  /* whole, as written */
    const struct remit_operator *op; /* NULL: unknown */
    enum remit_quantifier quantifier;
    bool if_exists;
    struct remit_str key;
    struct lint_key about;
    uint32_t operator_node, key_node, values_node;
    const struct lint_value *values;
    size_t n_values;
};

struct lint_statement {
    uint32_t node;
    size_t index;
    bool allow, deny;     /* neither: Effect is missing or wrong */
    struct lint_text sid; /* node 0: none */
    uint32_t effect;
    uint32_t principal, principal_key; /* the element's value and key; 0: none */
    bool not_principal;
    const struct lint_principal *principals;
    size_t n_principals;
    struct lint_list actions, resources;
    uint32_t condition;
    const struct lint_condition *conditions;
    size_t n_conditions;
};

struct lint;
struct lint_place {
    const struct lint *of;
    size_t byte;
    struct remit_position *out;
};

struct lint {
    struct remit_str document;
    size_t index; /* of the document in a set */
    struct remit_lint_options options;
    struct remit_tape tape;
    struct remit_arena arena;
    struct remit_lint *result;
    struct remit_str version; /* empty: absent */
    bool variables;           /* they work in this document */
    const struct lint_statement *statements;
    size_t n_statements;
    size_t work; /* what comparing has cost; past LINT_WORK_MAX comparing stops */
};

#define LINT_WORK_MAX  16000000u
#define LINT_LIST_MOST 2000 /* entries of one list that are looked at; more: truncated */
#define LINT_TEXT_MAX  160  /* bytes of the document that a message shows of one text */

static inline const struct remit_tape_node *lint_node(const struct lint *l, uint32_t node)
{
    return &l->tape.nodes[node];
}

/* One more pair to compare; false when there were too many. */
static inline bool lint_may_compare(struct lint *l)
{
    return ++l->work <= LINT_WORK_MAX;
}

/* The same, where two patterns are compared: their cost grows with both lengths. */
static inline bool lint_may_match(struct lint *l, struct remit_str a, struct remit_str b)
{
    l->work += 1 + a.len * b.len / 64;
    return l->work <= LINT_WORK_MAX;
}

/* ---- lint.c ---- */

/* Reads the document into the tape; a document of a policy also into statements. */
int lint_read(struct lint *l, bool policy, struct remit_err *err);
void lint_release(struct lint *l);

/* ---- view.c ---- */

void lint_view(struct lint *l);
/* "[ForAllValues: | ForAnyValue:]base[IfExists]"; false: no such operator. NullIfExists is one. */
bool lint_operator(struct remit_str name, struct lint_condition *out);
/* The members of an object: false at the end. *at starts as object + 1. */
bool lint_member(const struct lint *l, uint32_t object, uint32_t *at, uint32_t *key,
                 uint32_t *value);

/* ---- report.c ---- */

/* A finding at the node's place. */
void lint_report(struct lint *l, enum lint_code code, uint32_t node, const char *fmt, ...)
    REMIT_PRINTF(4, 5);
/* With a second place. */
void lint_report_both(struct lint *l, enum lint_code code, uint32_t node, uint32_t other,
                      const char *fmt, ...) REMIT_PRINTF(5, 6);
/* With a second place in another document of the set. */
void lint_report_across(struct lint *l, enum lint_code code, uint32_t node, struct lint *other,
                        uint32_t other_node, const char *fmt, ...) REMIT_PRINTF(6, 7);
/* At bytes of the document, without a path: what is no JSON has no nodes. */
void lint_report_byte(struct lint *l, enum lint_code code, size_t byte, const char *fmt, ...)
    REMIT_PRINTF(4, 5);
/* At a part of a string, by bytes of its text. */
void lint_report_part(struct lint *l, enum lint_code code, uint32_t node, size_t from, size_t len,
                      const char *fmt, ...) REMIT_PRINTF(6, 7);
/* Orders the findings and finds lines and columns. Last. */
int lint_finish(struct lint *l, struct remit_err *err);

/* A text for a message, cut at LINT_TEXT_MAX, for "%.*s". */
struct remit_str lint_cut(struct remit_str text);
#define LINT_ARG(s) (int)lint_cut(s).len, (s).ptr

/* ---- patterns.c ---- */

bool lint_wild(struct remit_str text); /* has '*' or '?' */
/* Whether the pattern matches all that `text` does: in `text` a wildcard is a wildcard too. */
bool lint_covers(struct remit_str pattern, struct remit_str text, bool nocase);
/* Whether some text matches both patterns; variables are any text. */
bool lint_overlaps(struct remit_str a, struct remit_str b, bool nocase);
/* Edits between two texts without regard to case, at most `most` + 1. */
size_t lint_distance(struct remit_str a, struct remit_str b, size_t most);

/* ---- catalogue.c: what is known of services, regions, partitions, keys ---- */

struct lint_key lint_key_about(const struct lint *l, struct remit_str key);
bool lint_key_is(struct remit_str key, const char *name); /* without regard to case */
/* A global key by its name; false: there is none. "aws:RequestTag/x" is known as a tag key. */
bool lint_global_key(struct remit_str key, struct lint_key *out);
bool lint_region_known(struct remit_str region);
bool lint_partition_known(struct remit_str partition);
struct remit_str lint_service_of(struct remit_str action); /* before the colon */
/* Whether the statement's action part covers the action; NotAction is taken into account. */
bool lint_statement_covers(const struct lint_statement *s, struct remit_str action);
/* The entry that covers it; NULL for NotAction or none. */
const struct lint_text *lint_covering(const struct lint_list *list, struct remit_str action);
const struct lint_condition *lint_condition_on(const struct lint_statement *s, const char *key);
/* With that prefix: "aws:ResourceTag/". */
const struct lint_condition *lint_condition_under(const struct lint_statement *s,
                                                  const char *prefix);

/* The six parts of an ARN, split at colons outside of "${...}"; how many there are. */
size_t lint_arn_parts(struct remit_str text, struct remit_str parts[6]);
/* Whether some ARN is matched by both, part by part; "${...}" is any text. */
bool lint_arns_overlap(struct remit_str pattern, struct remit_str arn);
/* Whether some ARN of the resource type is matched by the pattern. */
bool lint_type_overlaps(struct lint *l, const struct remit_resource_type *type,
                        struct remit_str pattern);
/* Of a policy for such a resource: "s3" for "AWS::S3::Bucket"; empty: unknown. */
struct remit_str lint_resource_service(const struct lint *l);
/* Policies that say what whoever they are attached to may do. */
bool lint_is_identity(const struct lint *l);

/* ---- walkers ---- */

typedef void lint_walker(struct lint *l, const struct lint_statement *s);
typedef void lint_document_walker(struct lint *l);

lint_document_walker lint_document, lint_size, lint_sids, lint_redundant_statements,
    lint_unreachable, lint_escalation, lint_kms, lint_tag_session;
lint_walker lint_elements, lint_effect, lint_statement_type, lint_actions, lint_action_kinds,
    lint_pass_role, lint_resources, lint_match, lint_principals, lint_not_principal, lint_trust,
    lint_federation, lint_service_principals, lint_ecs, lint_conditions, lint_condition_types,
    lint_condition_values, lint_addresses, lint_condition_keys, lint_key_values, lint_key_actions,
    lint_absent_keys, lint_contradictions, lint_variables, lint_rcp, lint_rewriting;
