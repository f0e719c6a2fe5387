/*
 * operation.h - the contract every API operation is written against.
 *
 * One row per operation (struct control_operation). control_dispatch() reads the row and does, in
 * this order and for every call: parse, authenticate, check bounds, authorize (action on each
 * resource, iam:PassRole for each role passed), audit, handler. The row's handler is called
 * nowhere else, so an operation can't forget to authorize.
 *
 * Input:   call->input is a JSON object whose described members have the described type and keep
 *          the described bounds; a member that is absent or null reads as absent; members that
 *          the table lacks are ignored (and reach nobody: read only what you described). The
 *          Query codec builds the same tree from form parameters ("Tags.member.1.Key=a"), so a
 *          handler can't tell the protocols apart. Timestamps are numbers (seconds since 1970),
 *          blobs base64 text that has been checked.
 * Output:  control_put_*() below. One writer, two codecs: JSON (1.1 and REST) and Query XML.
 * Errors:  remit_fail() with the service's own wire code. Kinds INTERNAL and UNAVAILABLE are
 *          logged whole and shown as the service's fault code with the request id only; so are
 *          codes that come from below (store, keeper). A CONFLICT whose code is the store's own
 *          becomes a fault too: map it (or retry) in the handler. After a failed handler whatever
 *          it had put is thrown away.
 * Memory:  everything of a call lives in call->arena (CONTROL_ARENA_MAX) until it is answered.
 * Threads: rows are const; a call belongs to one thread; calls run in parallel, so the store is
 *          changed by compare and swap only.
 * Clock:   call->now_at and call->now; handlers read no clock (Poll's wait excepted).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <remit/err.h>
#include <remit/str.h>

#include "common/base/arena.h"
#include "common/base/json.h"
#include "common/os/random.h"

struct control_call;
struct control_answer;  /* control/http/answer.h */
struct control_store;   /* control/store/store.h */
struct control_request; /* control/http/request.h: what came over HTTP */
struct control_server;  /* control/http/server.h */
struct control_grants;  /* control/http/authorize.c: resources, context and passed roles */
struct keeper_client;   /* control/keeper/client.h */

#define CONTROL_ARENA_MAX     ((size_t)8 * 1024 * 1024)
#define CONTROL_BODY_MAX      ((size_t)1024 * 1024)
#define CONTROL_RESOURCES_MAX 100   /* resources one call may name */
#define CONTROL_STRING_MAX    16384 /* characters of a string whose row gives no maximum */
#define CONTROL_LIST_MAX      1000  /* elements of a list or map whose row gives no maximum */

/* ---- services ------------------------------------------------------------------------------ */

enum control_protocol {
    CONTROL_JSON_1_1 = 1, /* the operation is a header: X-Amz-Target */
    CONTROL_QUERY,        /* the operation is a parameter: Action */
    CONTROL_REST_JSON,    /* the operation is method and path */
};

struct control_service {
    const char *name; /* signing name and prefix of actions: "ecs" */
    enum control_protocol protocol;
    const char *target;    /* JSON: prefix of X-Amz-Target, "AmazonEC2ContainerServiceV20141113" */
    const char *version;   /* Query: "2011-06-15" */
    const char *xmlns;     /* Query: namespace of answers and errors */
    int skew_s;            /* how far a signature's date may be off: 300 for ECS, 900 elsewhere */
    const char *invalid;   /* wire code for a value out of bounds: "InvalidParameterException" */
    const char *malformed; /* wire code for bytes of the wrong type: "SerializationException" */
    const char *fault;     /* wire code for our own failures: "ServerException" */
    const char *message;   /* member that carries an error's text: "message" or "Message" */
    bool plain_invalid;    /* bounds are told in ECS's short form, not "1 validation error…" */
};
extern const struct control_service control_ecs, control_agent_api, control_admin_api, control_sts,
    control_iam, control_ecr, control_ssm, control_secretsmanager,
    control_access_analyzer; /* control/services.c */

/* ---- input --------------------------------------------------------------------------------- */

enum control_type {
    CONTROL_STRING = 1,
    CONTROL_INTEGER, /* a JSON integer */
    CONTROL_DOUBLE,  /* any JSON number */
    CONTROL_BOOLEAN,
    CONTROL_TIMESTAMP, /* JSON: a number; Query: ISO 8601, read into a number */
    CONTROL_BLOB,      /* base64; bounds count decoded bytes */
    CONTROL_LIST,      /* of `element` */
    CONTROL_MAP,       /* string keys to `element` */
    CONTROL_STRUCTURE, /* of `fields` */
};

/* A class of characters with the text that AWS shows for it. */
struct control_pattern {
    const char *shown;                /* "[\\w+=,.@-]+" */
    bool (*fits)(struct remit_str s); /* whole value */
};
extern const struct control_pattern control_pattern_name; /* [\w+=,.@-]* : IAM and session names */
extern const struct control_pattern control_pattern_path; /* / or /…/ : IAM paths */
extern const struct control_pattern control_pattern_arn;  /* arn:…, six parts, no blanks */
extern const struct control_pattern control_pattern_external_id; /* [\w+=,.@:\/-]* */
extern const struct control_pattern control_pattern_tag_key;     /* [\p{L}\p{Z}\p{N}_.:/=+\-@]+ */
extern const struct control_pattern control_pattern_tag_value;   /* the same, also empty */
extern const struct control_pattern control_pattern_ecs_name;    /* [A-Za-z0-9_-]+ */

struct control_field {
    const char *name; /* as on the wire: "taskDefinition", "RoleName"; "" for an element */
    enum control_type type;
    bool required;
    /* STRING: characters (UTF-8), BLOB: bytes, INTEGER/DOUBLE: value, LIST/MAP: elements.
     * max 0 (and min 0): no range for numbers, the defaults above for the others. */
    int64_t min, max;
    const struct control_pattern *pattern; /* STRING */
    const char *const *values;             /* STRING: NULL-terminated enum */
    const struct control_field *element;   /* LIST, MAP */
    const struct control_field *fields;    /* STRUCTURE */
    size_t n_fields;
    bool secret;   /* never shown in an error */
    bool in_query; /* REST-JSON: a parameter behind '?', no member of the body */
};

/* Elements that many tables need. */
extern const struct control_field control_element_string; /* any string */
extern const struct control_field control_element_arn;
extern const struct control_field control_element_tag_lower; /* {key, value} */
extern const struct control_field control_element_tag_upper; /* {Key, Value} */

/* ---- caller -------------------------------------------------------------------------------- */

enum control_caller_kind {
    CONTROL_CALLER_NONE = 0,
    CONTROL_CALLER_ROOT,       /* the account's root user */
    CONTROL_CALLER_USER,       /* an IAM user's access key */
    CONTROL_CALLER_SESSION,    /* a role session: AssumeRole, task role, execution role */
    CONTROL_CALLER_INSTANCE,   /* a container instance's session */
    CONTROL_CALLER_JOIN_TOKEN, /* a join token used as an access key: may call Join only */
};

/* Who is calling, proven by signature and token. Absent values are empty strings. */
struct control_caller {
    enum control_caller_kind kind;
    struct remit_str account;
    struct remit_str arn;           /* principal: user ARN, session ARN, root ARN */
    struct remit_str user_id;       /* aws:userid: "AIDA…", "AROA…:session", account id */
    struct remit_str access_key_id; /* a join token's id is here, too */
    struct remit_str user_name;     /* USER */
    struct remit_str role_arn;      /* SESSION: with path */
    struct remit_str role_name;     /* SESSION */
    struct remit_str session_name;  /* SESSION, INSTANCE */
    struct remit_str purpose;       /* SESSION: "task", "execution", "assumed"…; "instance" */
    struct remit_str source;        /* claim src: the task's ARN, or the ARN that assumed */
    struct remit_str container_instance; /* claim ci: container instance ARN */
    struct remit_str caller_proof;       /* claim prf: "link" or "token" */
    struct remit_str cluster;            /* JOIN_TOKEN: cluster name it admits to */
    struct remit_str session_policy;     /* JSON text */
    struct remit_str source_identity;
    int64_t issued_at, expires_at;       /* 0 for long-term keys */
    const struct remit_json *tags;       /* session tags, {key: value} or NULL */
    const struct remit_json *transitive; /* keys of those that chained sessions inherit, or NULL */
};

/* ---- the row ------------------------------------------------------------------------------- */

/* What a caller must show. Zero is the strictest common case, not the most open one. */
enum control_proof {
    CONTROL_BY_POLICY = 0, /* signed by a user, role session or root; policies allow the action */
    CONTROL_BY_INSTANCE,   /* signed by a container instance; the handler compares the claim
                              caller.container_instance with what the input names */
    CONTROL_BY_JOIN_TOKEN, /* signed by a join token */
    CONTROL_BY_ANY_CALLER, /* signed; no policy can refuse it: GetCallerIdentity alone */
    CONTROL_BY_ROOT,       /* signed by the account's root user: our own administration */
};

struct control_operation {
    const struct control_service *service;
    const char *name;   /* "RunTask" */
    const char *path;   /* REST-JSON: what is posted to, "/policy/validation" */
    const char *action; /* "ecs:RunTask": the action that policies are asked about */
    enum control_proof proof;
    bool reads_only; /* changes nothing: its record is written when it has ended, not before */
    bool quiet; /* called all day by machines: refusals and its own events are written, not more */
    const struct control_field *input;
    size_t n_input;
    /*
     * Each of these may be NULL and may use call->input, ->caller, ->store, ->arena and ->state.
     * resource: control_resource_add() for each ARN acted on; none added means "*". Must not tell
     *           existing from missing things apart: build the ARN that the thing would have.
     * context:  control_context_add() for each condition key that the operation supplies.
     * passes:   control_pass_add() for each role handed to a service.
     */
    int (*resource)(struct control_call *call, struct remit_err *err);
    int (*context)(struct control_call *call, struct remit_err *err);
    int (*passes)(struct control_call *call, struct remit_err *err);
    int (*handler)(struct control_call *call, struct remit_err *err);
};

/* NULL-terminated lists of rows, one per room file; control/ops.c lists the lists. */
extern const struct control_operation *const control_ecs_operations[]; /* control/ops/ecs.c */
extern const struct control_operation
    *const control_ecs_refused_operations[]; /* control/ops/ecs_refused.c */
extern const struct control_operation
    *const control_agent_operations[];                                 /* control/ops/agent_api.c */
extern const struct control_operation *const control_iam_operations[]; /* control/ops/iam.c */
extern const struct control_operation *const control_sts_operations[]; /* control/ops/sts.c */
extern const struct control_operation *const control_ecr_operations[]; /* control/ops/ecr.c */
extern const struct control_operation *const control_ssm_operations[]; /* control/ops/ssm.c */
extern const struct control_operation
    *const control_secretsmanager_operations[]; /* control/ops/secretsmanager.c */
extern const struct control_operation
    *const control_access_analyzer_operations[]; /* control/ops/access_analyzer.c */

struct control_config {
    struct remit_str account;   /* "123456789012" */
    struct remit_str region;    /* "us-east-1" */
    struct remit_str partition; /* "aws" */
    struct remit_str registry;  /* "127.0.0.1:5000", or empty */
    struct remit_str endpoint;  /* "http://127.0.0.1:4599": where this control is reached */
};

struct control_call {
    char request_id[REMIT_UUID_TEXT];
    const struct control_operation *operation;
    const struct remit_json *input;
    struct control_caller caller;
    double now;     /* seconds since 1970 */
    int64_t now_at; /* the same, whole */
    struct control_store *store;
    struct keeper_client *keeper;
    const struct control_config *config;
    struct remit_arena *arena;
    struct control_answer *answer;
    struct control_server *server;         /* caches and the audit log; handlers leave it alone */
    const struct control_request *request; /* NULL in tests that call a handler directly */
    struct control_grants *grants;
    struct remit_json
        *caller_tree; /* what caller.tags points into; control_call_clear() drops it */
    void *state; /* an operation's own, from the arena: found in resource(), used in handler() */
};

/* ---- for resource(), context(), passes() --------------------------------------------------- */

int control_resource_add(struct control_call *call, struct remit_str arn,
                         struct remit_err *err) REMIT_MUST_USE;
/*
 * For a handler that finds a thing by its name: whether the call was authorized for the ARN that it
 * has now. Another may have been made under the same name since. True while authorizing.
 */
bool control_resource_asked(const struct control_call *call, struct remit_str arn);
/* What a denied caller reads instead of the last resource's ARN: the words of the request, where
 * the ARN would tell whether the thing is there (its path, its suffix). */
int control_resource_show(struct control_call *call, struct remit_str text,
                          struct remit_err *err) REMIT_MUST_USE;
/* aws:ResourceTag/k (and the service's own form, "ecs:ResourceTag/k") of the last resource. */
int control_resource_tag(struct control_call *call, struct remit_str key, struct remit_str value,
                         struct remit_err *err) REMIT_MUST_USE;
/* The last resource's own policy (a trust policy, a secret's policy), JSON text. */
int control_resource_policy(struct control_call *call, struct remit_str document, bool mandatory,
                            struct remit_err *err) REMIT_MUST_USE;
/* Another value for a key makes it multivalued. */
int control_context_add(struct control_call *call, const char *key, struct remit_str value,
                        struct remit_err *err) REMIT_MUST_USE;
/* aws:RequestTag/k and aws:TagKeys from a list of {key, value} or {Key, Value}. */
int control_context_tags(struct control_call *call, const struct remit_json *tags,
                         struct remit_err *err) REMIT_MUST_USE;
/*
 * The caller hands `role_arn` to `service` ("ecs-tasks.amazonaws.com"): iam:PassRole on the role
 * is asked of the caller's policies with iam:PassedToService, then the role must exist here and
 * its trust policy must let the service assume it. An empty role_arn adds nothing; adding the
 * same role for the same service twice asks once.
 */
int control_pass_add(struct control_call *call, struct remit_str role_arn, const char *service,
                     struct remit_err *err) REMIT_MUST_USE;
/*
 * An action besides the row's own, on a resource of its own (ecs:TagResource when a call tags
 * what it makes). Asked with the call's context.
 */
int control_also_needs(struct control_call *call, const char *action, struct remit_str arn,
                       struct remit_err *err) REMIT_MUST_USE;

/* ---- for handlers -------------------------------------------------------------------------- */

/* Members of the answer, in order. `name` is the wire name, NULL inside a list; in a map the key.
 */
void control_put_str(struct control_call *call, const char *name, struct remit_str value);
void control_put_cstr(struct control_call *call, const char *name, const char *value);
void control_put_fmt(struct control_call *call, const char *name, const char *fmt, ...)
    REMIT_PRINTF(3, 4);
void control_put_int(struct control_call *call, const char *name, int64_t value);
void control_put_bool(struct control_call *call, const char *name, bool value);
void control_put_time(struct control_call *call, const char *name, double at); /* seconds */
void control_put_blob(struct control_call *call, const char *name, struct remit_str bytes);
/* A JSON value as it is: objects become structures, arrays lists. NULL puts nothing. */
void control_put_json(struct control_call *call, const char *name, const struct remit_json *value);
/* JSON protocol only: a text that is JSON already (a stored record's part). */
void control_put_raw(struct control_call *call, const char *name, struct remit_str json_text);
void control_begin_structure(struct control_call *call, const char *name);
void control_begin_list(struct control_call *call, const char *name);
void control_begin_map(struct control_call *call, const char *name);
void control_end(struct control_call *call);
/* A member that an error carries besides its message ("resourceIds"); kept when the handler fails.
 */
void control_error_detail(struct control_call *call, const char *name,
                          const struct remit_str *values, size_t n_values);

/* A fact for the audit record of this call: bounded, escaped, never a secret. Name is a literal. */
void control_audit_note(struct control_call *call, const char *name, struct remit_str value);

/* ---- reading the input --------------------------------------------------------------------- */

static inline const struct remit_json *control_in(const struct control_call *call, const char *name)
{
    return remit_json_get(call->input, name);
}
/* Empty when absent; control_has() tells "" from absent. */
static inline struct remit_str control_in_str(const struct control_call *call, const char *name)
{
    return remit_json_str(control_in(call, name));
}
static inline bool control_has(const struct control_call *call, const char *name)
{
    return remit_json_type(control_in(call, name)) > REMIT_JSON_NULL;
}
static inline int64_t control_in_int(const struct control_call *call, const char *name,
                                     int64_t absent)
{
    return control_has(call, name) ? remit_json_int(control_in(call, name)) : absent;
}
static inline bool control_in_bool(const struct control_call *call, const char *name, bool absent)
{
    return control_has(call, name) ? remit_json_true(control_in(call, name)) : absent;
}

/* "arn:aws:<service>:<region>:<account>:<tail>" in the call's arena; `region` false leaves it out.
 */
struct remit_str control_arn(struct control_call *call, const char *service, bool region,
                             const char *fmt, ...) REMIT_PRINTF(4, 5);
