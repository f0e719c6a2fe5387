/*
 * iam.h - what IAM's operations share: input fields, the record an operation names, changes by
 * compare and swap, shapes of the answer.
 *
 * An operation on a role and its twin on a user share a handler: the record is the one that
 * RoleName or UserName names (a user's own when UserName may be left out).
 *
 * Errors: NoSuchEntity, EntityAlreadyExists, DeleteConflict, LimitExceeded,
 * MalformedPolicyDocument, InvalidInput, ValidationError, ConcurrentModification (a change that
 * lost IAM_TRIES races). Sources: supporting-apis.md 5, 7.
 */
#pragma once

#include <remit/policy.h>

#include "control/iam_write.h"
#include "control/operation.h"
#include "control/ops/page.h"
#include "control/ops/retry.h"

#define IAM_RACE "ConcurrentModification"

/* ---- input ---- */

extern const struct control_pattern iam_pattern_document; /* [\u0009\u000A\u000D\u0020-\u00FF]+ */
extern const struct control_pattern iam_pattern_description; /* the same without \u007F-\u00A0 */
extern const struct control_pattern iam_pattern_prefix;      /* \u002F[\u0021-\u007F]* */
extern const struct control_pattern iam_pattern_policy_path; /* ((/[A-Za-z0-9\.,\+@=_-]+)*)/ */
extern const struct control_pattern iam_pattern_word;        /* [\w]+ */

#define IAM_NAME_FIELD(member, is_required, most)                                                  \
    {                                                                                              \
        .name = (member), .type = CONTROL_STRING, .required = (is_required), .min = 1,             \
        .max = (most), .pattern = &control_pattern_name                                            \
    }
#define IAM_ROLE_NAME   IAM_NAME_FIELD("RoleName", true, 64)
#define IAM_USER_NAME   IAM_NAME_FIELD("UserName", true, 128)
#define IAM_OWN_NAME    IAM_NAME_FIELD("UserName", false, 128) /* absent: the caller's own */
#define IAM_POLICY_NAME IAM_NAME_FIELD("PolicyName", true, 128)
#define IAM_DOCUMENT(member)                                                                       \
    {                                                                                              \
        .name = (member), .type = CONTROL_STRING, .required = true, .min = 1, .max = 131072,       \
        .pattern = &iam_pattern_document                                                           \
    }
#define IAM_ARN(member, is_required)                                                               \
    {                                                                                              \
        .name = (member), .type = CONTROL_STRING, .required = (is_required), .min = 20,            \
        .max = 2048                                                                                \
    }
#define IAM_PATH(with_pattern)                                                                     \
    {                                                                                              \
        .name = "Path", .type = CONTROL_STRING, .min = 1, .max = 512, .pattern = (with_pattern)    \
    }
#define IAM_PREFIX(with_pattern)                                                                   \
    {                                                                                              \
        .name = "PathPrefix", .type = CONTROL_STRING, .min = 1, .max = 512,                        \
        .pattern = (with_pattern)                                                                  \
    }
#define IAM_TAGS                                                                                   \
    {                                                                                              \
        .name = "Tags", .type = CONTROL_LIST, .max = 50, .element = &control_element_tag_upper     \
    }
#define IAM_PAGE_FIELDS                                                                            \
    { .name = "Marker", .type = CONTROL_STRING, .min = 1, .max = CONTROL_PAGE_TOKEN_MAX },         \
    {                                                                                              \
        .name = "MaxItems", .type = CONTROL_INTEGER, .min = 1, .max = 1000                         \
    }

/* ---- what an operation acts on (resource and context of rows) ---- */

/* The ARN of the role, user or managed policy that the input names: its own when it exists, else
 * the one it would have with path "/". Tags come along. */
int iam_principal_resource(struct control_call *call, struct remit_err *err);
int iam_policy_resource(struct control_call *call, struct remit_err *err);
/* iam:PermissionsBoundary (the principal's own, or the one asked for) and iam:PolicyARN. */
int iam_principal_context(struct control_call *call, struct remit_err *err);
/* For operations that create: the ARN that it will have, aws:RequestTag, and the tagging action. */
int iam_create_resource(struct control_call *call, const char *kind, struct remit_str name,
                        const char *tag_action, struct remit_err *err) REMIT_MUST_USE;
int iam_create_context(struct control_call *call, struct remit_err *err);

/* ---- the record an operation names ---- */

bool iam_names_role(const struct control_call *call);
/* RoleName or UserName; the caller's own user name when that is absent. ValidationError when the
 * caller is no user. */
int iam_named(struct control_call *call, struct remit_str *out,
              struct remit_err *err) REMIT_MUST_USE;
int iam_named_read(struct control_call *call, struct iam_principal_record *out,
                   struct remit_err *err) REMIT_MUST_USE;

/* Changes *record and may add to the commit. Returns 0, 1 for "nothing to do", or -1. */
typedef int iam_change_fn(struct control_call *call, struct iam_principal_record *record,
                          struct control_store_txn *txn, struct remit_err *err);
int iam_named_change(struct control_call *call, iam_change_fn *change,
                     struct remit_err *err) REMIT_MUST_USE;
/* The same, and then the record is removed. */
int iam_named_remove(struct control_call *call, iam_change_fn *check,
                     struct remit_err *err) REMIT_MUST_USE;
int iam_is_there(struct control_call *call, struct remit_str key, bool *there,
                 struct remit_err *err) REMIT_MUST_USE;
/* A new role or user, with the boundary that the input asks for. */
int iam_principal_create(struct control_call *call, struct iam_principal_record *record,
                         struct remit_err *err) REMIT_MUST_USE;
/* DeleteConflict while something hangs on the principal; gives its boundary back. */
iam_change_fn iam_removable;

/* ---- policies and tags ---- */

/* The document as the service would take it: IAM's save path. MalformedPolicyDocument. */
int iam_document_check(struct remit_str document, enum remit_policy_type type,
                       struct remit_err *err) REMIT_MUST_USE;
/* Of a role: also its quota, and every principal of this account that it names must exist. Fills
 * record->trust and record->trusted. */
int iam_trust_set(struct control_call *call, struct remit_str document,
                  struct iam_principal_record *record, struct remit_err *err) REMIT_MUST_USE;
/*
 * The trust policy as it is to be asked: a user or role that is gone, or was made anew under the
 * same name, is no longer the one that was trusted. Its id stands there instead of its ARN, as IAM
 * does it (supporting-apis.md 5).
 */
int iam_trust_now(struct control_call *call, const struct iam_principal_record *role,
                  struct remit_str *out, struct remit_err *err) REMIT_MUST_USE;
/* Counts one use of a managed policy up or down, in *txn; it must exist while it goes up. */
int iam_use_policy(struct control_call *call, struct remit_str arn, int attached, int boundaries,
                   struct control_store_txn *txn, struct remit_err *err) REMIT_MUST_USE;
/* The boundary that the input asks for, if any, into the record. */
int iam_boundary_set(struct control_call *call, struct iam_principal_record *record,
                     struct control_store_txn *txn, struct remit_err *err) REMIT_MUST_USE;
/* The Tags of the input: no key twice (without regard to case), none of AWS's own; `invalid` is the
 * wire code that says so. */
int iam_tags_take(struct control_call *call, const char *name, const char *invalid,
                  struct iam_tag **out, size_t *n, struct remit_err *err) REMIT_MUST_USE;
/* "AROA" and 17 more. */
struct remit_str iam_unique_id(struct control_call *call, const char *prefix);
/* ValidationError when that is no ARN. */
int iam_arn_check(struct remit_str arn, struct remit_err *err) REMIT_MUST_USE;

/* Handlers that a role's and a user's operations share. */
int iam_inline_put(struct control_call *call, struct remit_err *err);
int iam_inline_get(struct control_call *call, struct remit_err *err);
int iam_inline_list(struct control_call *call, struct remit_err *err);
int iam_inline_delete(struct control_call *call, struct remit_err *err);
int iam_attached_put(struct control_call *call, struct remit_err *err);
int iam_attached_delete(struct control_call *call, struct remit_err *err);
int iam_attached_list(struct control_call *call, struct remit_err *err);
int iam_boundary_put(struct control_call *call, struct remit_err *err);
int iam_boundary_delete(struct control_call *call, struct remit_err *err);

/* ---- shapes ---- */

enum iam_detail { IAM_LISTED = 0, IAM_WHOLE };
void iam_put_principal(struct control_call *call, const char *name,
                       const struct iam_principal_record *record, enum iam_detail detail);
void iam_put_policy(struct control_call *call, const char *name,
                    const struct iam_policy_record *record, const struct iam_policy_usage *usage,
                    enum iam_detail detail);
/* Percent-encoded, as IAM gives documents back. */
void iam_put_document(struct control_call *call, const char *name, struct remit_str document);

/* ---- pages ---- */

int iam_page_begin(struct control_call *call, struct control_page *page,
                   struct remit_err *err) REMIT_MUST_USE;
void iam_page_end(struct control_call *call, const struct control_page *page);
/* "arn:…:role<PathPrefix>": a policy may grant the listing of one path. */
int iam_list_resource(struct control_call *call, const char *kind,
                      struct remit_err *err) REMIT_MUST_USE;
/* Roles or users under PathPrefix, as a list of that name. */
int iam_list_principals(struct control_call *call, bool is_role, const char *list,
                        struct remit_err *err) REMIT_MUST_USE;

/* ---- rows ---- */

extern const struct control_operation control_create_role, control_get_role, control_list_roles,
    control_update_assume_role_policy, control_delete_role, control_put_role_policy,
    control_get_role_policy, control_list_role_policies, control_delete_role_policy,
    control_attach_role_policy, control_detach_role_policy, control_list_attached_role_policies,
    control_put_role_permissions_boundary, control_delete_role_permissions_boundary;
extern const struct control_operation control_create_user, control_get_user, control_list_users,
    control_delete_user, control_put_user_policy, control_get_user_policy,
    control_list_user_policies, control_delete_user_policy, control_attach_user_policy,
    control_detach_user_policy, control_list_attached_user_policies,
    control_put_user_permissions_boundary, control_delete_user_permissions_boundary;
extern const struct control_operation control_create_access_key, control_list_access_keys,
    control_update_access_key, control_delete_access_key;
extern const struct control_operation control_create_policy, control_get_policy,
    control_get_policy_version, control_list_policies, control_delete_policy;
extern const struct control_operation control_simulate_custom_policy,
    control_simulate_principal_policy, control_get_context_keys_for_custom_policy,
    control_get_context_keys_for_principal_policy;
