/*
 * lint.h - what is wrong, dangerous or useless in a policy document, found without a request.
 *
 *   struct remit_services  descriptions of services (services.h), may be absent
 *   struct remit_lint      the findings of one document, or over several, in order of place
 *   struct remit_check     a row of the table of all checks
 *
 * The findings of IAM Access Analyzer's ValidatePolicy under their own names, those of parliament
 * that it lacks, and Remit's. A check that needs to know a service says nothing about services
 * that are not described.
 *
 * Ownership: remit_lint_policy() gives the findings to the caller, who drops them; they keep
 *            nothing of the document.
 * Errors:    INVALID "InvalidParameterValue" for options, LIMIT "LimitExceeded" for a document over
 *            REMIT_POLICY_MAX or for want of memory. A document that is not JSON is no error but
 *            has the finding JSON_SYNTAX_ERROR.
 * Units:     positions count characters: lines from 1, columns and offsets from 0, as in
 *            ValidatePolicy's answers. `end` is behind the last character.
 * Threads:   pure; findings may be read by many threads at once.
 * Sources:   reference iam-evaluation.md section 20.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <remit/attr.h>
#include <remit/err.h>
#include <remit/policy.h>
#include <remit/services.h>
#include <remit/str.h>

#ifdef __cplusplus
extern "C" {
#endif

#define REMIT_LINT_FINDINGS_MAX 1000 /* of one document; then `truncated` */

/* In order of gravity, the gravest first. */
enum remit_finding_type {
    REMIT_FINDING_ERROR = 0,
    REMIT_FINDING_SECURITY_WARNING,
    REMIT_FINDING_WARNING,
    REMIT_FINDING_SUGGESTION,
    REMIT_FINDING_TYPE_COUNT,
};
REMIT_API const char *remit_finding_type_name(enum remit_finding_type type); /* "ERROR" */

enum remit_check_source {
    REMIT_CHECK_ACCESS_ANALYZER = 0, /* ValidatePolicy has it under the same code */
    REMIT_CHECK_PARLIAMENT,
    REMIT_CHECK_REMIT,
};

struct remit_check {
    const char *code; /* "INVALID_ACTION": stable */
    enum remit_finding_type type;
    enum remit_check_source source;
    const char *parliament; /* what parliament calls the same, or NULL */
    const char *meaning;    /* one sentence */
};
/* By index; NULL past the last one. */
REMIT_API const struct remit_check *remit_check_at(size_t index);
REMIT_API const struct remit_check *remit_check_find(struct remit_str code);
/* Where to read more: AWS's page of the check, or docs/lint.md. Written like snprintf. */
REMIT_API size_t remit_check_link(const struct remit_check *check, char *out, size_t size);

/* ---- findings ---- */

struct remit_position {
    size_t line, column, offset;
};

enum remit_path_kind {
    REMIT_PATH_VALUE = 0, /* the value of the member `text` of an object */
    REMIT_PATH_KEY,       /* the key `text` itself: last */
    REMIT_PATH_INDEX,     /* element `index` of an array */
    REMIT_PATH_SUBSTRING, /* `length` characters of a string from `start`: last */
};

struct remit_path_element {
    enum remit_path_kind kind;
    struct remit_str text;
    size_t index;
    size_t start, length;
};

struct remit_location {
    const struct remit_path_element *path; /* from the document down */
    size_t n_path;
    struct remit_str pointer; /* the same as a JSON pointer: "/Statement/2/Action/0" */
    struct remit_position start, end;
    size_t document; /* of remit_lint_roles(): its index; else 0 */
};

struct remit_finding {
    const struct remit_check *check;
    struct remit_str message; /* one or two sentences */
    const struct remit_location *locations;
    size_t n_locations; /* at least 1 */
};

struct remit_lint_options {
    enum remit_policy_type type;
    /* Of a resource policy, as ValidatePolicy has it: "AWS::S3::Bucket", "AWS::KMS::Key",
     * "AWS::SecretsManager::Secret", "AWS::ECR::Repository"... may be empty. With type RESOURCE
     * "AWS::IAM::AssumeRolePolicyDocument" means TRUST. */
    struct remit_str resource_type;
    const struct remit_services *services; /* NULL: none is described */
    bool all_services; /* they are all there are: another one in a policy is an error */
    bool for_role;     /* its principals are sessions of a role, not users */
    bool old_scp;      /* SCPs by the rules before September 2025 */
    struct remit_str
        account; /* that the policy is for, or empty: roles of others can't be passed */
    const struct remit_str *sensitive; /* resource patterns that nobody is to read lightly */
    size_t n_sensitive;
};

struct remit_lint; /* opaque */

/* `options` may be NULL: an identity policy, no descriptions. */
REMIT_API int remit_lint_policy(struct remit_str document, const struct remit_lint_options *options,
                                struct remit_lint **out, struct remit_err *err) REMIT_MUST_USE;

/* What a document of a set of roles is. */
enum remit_lint_kind {
    REMIT_LINT_TRUST = 0,
    REMIT_LINT_POLICY,          /* identity-based, of the role; any other without one */
    REMIT_LINT_BOUNDARY,        /* the role's */
    REMIT_LINT_TASK_DEFINITION, /* as RegisterTaskDefinition takes it, or DescribeTaskDefinition
                                 * gives it; of no role */
};
struct remit_lint_document {
    enum remit_lint_kind kind;
    struct remit_str role; /* what stands behind ":role/" in its ARN: "path/name", "name",
                            * or empty: of no role */
    struct remit_str text;
};

/*
 * What can be said only of several documents together: one role for both purposes, an execution
 * role without what its task definition needs... Each document has its own findings besides, by
 * remit_lint_policy(). Documents that are not JSON are passed over.
 */
REMIT_API int remit_lint_roles(const struct remit_lint_document *documents, size_t n_documents,
                               const struct remit_lint_options *options, struct remit_lint **out,
                               struct remit_err *err) REMIT_MUST_USE;
REMIT_API void remit_lint_drop(struct remit_lint **lint);
#define auto_lint REMIT_AUTO(remit_lint_drop)

REMIT_API size_t remit_lint_count(const struct remit_lint *lint);
REMIT_API const struct remit_finding *remit_lint_at(const struct remit_lint *lint, size_t index);
REMIT_API bool remit_lint_truncated(const struct remit_lint *lint);

#ifdef __cplusplus
}
#endif
