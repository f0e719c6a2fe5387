/*
 * ecs.h - what ECS's operations share: input fields, what the input names, failures, tags, pages.
 *
 * Names are resolved before the decision: a row's resource() builds full ARNs from names, and its
 * handler finds what they name. Existence shows only in the handler, after authorization.
 *
 * Errors: ClusterNotFoundException "Cluster not found.", ClientException "Cluster was not
 *         ACTIVE.", InvalidParameterException for texts that are no name and no ARN of their type.
 * Sources: ecs-control.md 2, 4, 5, 15.
 */
#pragma once

#include "control/ecs_data.h"
#include "control/operation.h"
#include "control/ops/page.h"
#include "control/store/keys.h"

#define ECS_TRIES         16 /* of a commit that loses races, before it is told as a fault */
#define ECS_TASKS_SERVICE "ecs-tasks.amazonaws.com" /* whom task and execution roles trust */

/* ---- input ---- */

#define ECS_REF_MAX 2048 /* characters of a name or ARN */
#define ECS_REF(member, is_required)                                                               \
    {                                                                                              \
        .name = (member), .type = CONTROL_STRING, .required = (is_required), .max = ECS_REF_MAX    \
    }
#define ECS_CLUSTER ECS_REF("cluster", false)
#define ECS_TEXT_FIELD(member, most)                                                               \
    {                                                                                              \
        .name = (member), .type = CONTROL_STRING, .max = (most)                                    \
    }
#define ECS_FLAG_FIELD(member)                                                                     \
    {                                                                                              \
        .name = (member), .type = CONTROL_BOOLEAN                                                  \
    }
#define ECS_LIST_FIELD(member, most, of)                                                           \
    {                                                                                              \
        .name = (member), .type = CONTROL_LIST, .max = (most), .element = (of)                     \
    }
#define ECS_STRUCT_FIELD(member, table)                                                            \
    {                                                                                              \
        .name = (member), .type = CONTROL_STRUCTURE, .fields = (table),                            \
        .n_fields = REMIT_COUNT(table)                                                             \
    }
#define ECS_STRUCT_ELEMENT(table) ECS_STRUCT_FIELD("", table)
#define ECS_ENUM_FIELD(member, is_required, list)                                                  \
    {                                                                                              \
        .name = (member), .type = CONTROL_STRING, .required = (is_required), .max = 64,            \
        .values = (list)                                                                           \
    }
#define ECS_INT_FIELD(member, least, most)                                                         \
    {                                                                                              \
        .name = (member), .type = CONTROL_INTEGER, .min = (least), .max = (most)                   \
    }
#define ECS_TAGS        ECS_LIST_FIELD("tags", 50, &ecs_element_tag)
#define ECS_NEXT_TOKEN  ECS_TEXT_FIELD("nextToken", 2048)
#define ECS_MAX_RESULTS ECS_INT_FIELD("maxResults", 1, 100)

extern const struct control_field ecs_element_ref;           /* a name or ARN */
extern const struct control_field ecs_element_strategy_item; /* of capacityProviderStrategy */
extern const struct control_field ecs_element_tag;           /* {key, value} */
extern const struct control_field ecs_element_include;       /* "TAGS" alone */
extern const struct control_field ecs_element_pair; /* {name, value}: environment and others */
extern const char *const ecs_launch_types[];

/* ---- clusters ---- */

/* The cluster that the input names, "default" when it names none. */
struct ecs_place {
    struct remit_str name; /* "": of another account, or none that could be */
    struct remit_str arn;  /* the one it would have, or as given */
};
int ecs_place_of(struct control_call *call, struct remit_str text, struct ecs_place *out,
                 struct remit_err *err) REMIT_MUST_USE;
int ecs_place(struct control_call *call, struct ecs_place *out,
              struct remit_err *err) REMIT_MUST_USE;
int ecs_cluster_find(struct control_call *call, struct remit_str name, struct ecs_cluster *out,
                     struct remit_err *err) REMIT_MUST_USE;
/* The same, for calls that change something in it. */
int ecs_cluster_find_active(struct control_call *call, struct remit_str name,
                            struct ecs_cluster *out, struct remit_err *err) REMIT_MUST_USE;
/* resource(): the cluster, with its tags; context(): ecs:cluster. */
int ecs_cluster_resource(struct control_call *call, struct remit_err *err);
int ecs_cluster_context(struct control_call *call, struct remit_err *err);
/* Answers with it, its counts and what `include` says. */
int ecs_put_cluster(struct control_call *call, const char *name, const struct ecs_cluster *cluster,
                    unsigned include, struct remit_err *err) REMIT_MUST_USE;

/* ---- things inside clusters ---- */

/*
 * A task or container instance named by `text` in the cluster of the input. `type` is that of the
 * ARN. An ARN that names another cluster names nothing here: id "".
 */
struct ecs_named {
    struct remit_str id;
    struct remit_str arn; /* the one it would have, or as given */
};
int ecs_named_of(struct control_call *call, const char *type, const struct ecs_place *place,
                 struct remit_str text, struct ecs_named *out,
                 struct remit_err *err) REMIT_MUST_USE;
/* resource(): each of a list's things, with its tags. */
int ecs_task_resources(struct control_call *call, const char *member,
                       struct remit_err *err) REMIT_MUST_USE;
int ecs_instance_resources(struct control_call *call, const char *member,
                           struct remit_err *err) REMIT_MUST_USE;
/*
 * Answers a Describe: each of the input's `member` under `member` when `put` finds it, else under
 * `failures` as MISSING. `put` reads the thing, and writes it unless `look` is set.
 */
typedef int ecs_put_named(struct control_call *call, const struct ecs_place *place,
                          struct remit_str id, bool look, bool *found, struct remit_err *err);
int ecs_describe(struct control_call *call, const char *type, const char *member,
                 ecs_put_named *put, struct remit_err *err) REMIT_MUST_USE;
int ecs_put_task(struct control_call *call, const char *name, const struct ecs_task *task,
                 unsigned include, struct remit_err *err) REMIT_MUST_USE;
int ecs_put_instance(struct control_call *call, const char *name,
                     const struct ecs_instance *instance, unsigned include,
                     struct remit_err *err) REMIT_MUST_USE;

/* ---- task definitions ---- */

/* "family", "family:revision" or an ARN with its revision. */
struct ecs_definition_ref {
    struct remit_str family; /* "": names nothing here */
    unsigned number;         /* 0: the newest ACTIVE one */
};
int ecs_definition_ref_of(struct control_call *call, struct remit_str text,
                          struct ecs_definition_ref *out, struct remit_err *err) REMIT_MUST_USE;
/* What it names; the record is zero when there is none. */
int ecs_definition_find(struct control_call *call, const struct ecs_definition_ref *ref,
                        struct ecs_definition *out, struct remit_err *err) REMIT_MUST_USE;
int ecs_put_definition(struct control_call *call, const struct ecs_definition *definition,
                       struct remit_err *err) REMIT_MUST_USE;

/* ---- answers and tags ---- */

/* nextToken and maxResults. */
int ecs_page_begin(struct control_call *call, struct control_page *page,
                   struct remit_err *err) REMIT_MUST_USE;
/* A page of what `visit` puts of the entries under `prefix`, and the token of the next. */
int ecs_list(struct control_call *call, const char *member, const struct control_key *prefix,
             control_batch_visit *visit, void *self, struct control_page *page,
             struct remit_err *err) REMIT_MUST_USE;

/* Inside the list `failures`. An empty detail is left out. */
void ecs_put_failure(struct control_call *call, struct remit_str arn, const char *reason);
/* Whether the input's list `include` has the word. */
bool ecs_includes(const struct control_call *call, const char *word);
/* Unique keys, none that starts with aws:. [ecs-control 4] */
int ecs_tags_check(const struct remit_json *tags, struct remit_err *err) REMIT_MUST_USE;
/*
 * JSON text of a member of the input, as its row describes it, in the call's arena; empty for an
 * absent or empty one.
 */
int ecs_text_of(struct control_call *call, const char *member, struct remit_str *out,
                struct remit_err *err) REMIT_MUST_USE;
/*
 * A value as its table describes it: members in the table's order, without what the table lacks
 * and without nulls. Two inputs that mean the same come out the same.
 */
void ecs_described_write(struct remit_jw *w, const struct control_field *field,
                         const struct remit_json *value);
/* aws:ResourceTag of the last resource from a record's tags. */
int ecs_resource_tags(struct control_call *call, struct remit_str tags,
                      struct remit_err *err) REMIT_MUST_USE;
/* context(): request tags; and when there are any, ecs:TagResource on what is made. */
int ecs_tag_context(struct control_call *call, struct remit_err *err) REMIT_MUST_USE;
int ecs_tag_on_create(struct control_call *call, struct remit_str arn,
                      struct remit_err *err) REMIT_MUST_USE;

/*
 * Reads, decides and commits in `once`, again when it failed with "StoreConflict", at most
 * ECS_TRIES times; then LIMIT "ThrottlingException". (control_try() wants the lost race as a
 * result; ecs_task_save(), which commits itself, tells it as an error.)
 */
int ecs_retry(struct control_call *call,
              int (*once)(struct control_call *call, void *self, struct remit_err *err), void *self,
              struct remit_err *err) REMIT_MUST_USE;
/* Commits, once everything that goes in is known to have had room in the arena. */
int ecs_commit(struct control_call *call, const struct control_store_txn *txn, uint64_t *revision,
               struct remit_err *err) REMIT_MUST_USE;
