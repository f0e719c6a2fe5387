#include "iam/policy/policy_internal.h"
#include "iam/proof/proof_internal.h"

#define ACCESS_MAX   100u /* actions, and resources, of one row */
#define DOCUMENT_MAX (4u * 1024 * 1024)

int remit_proof_no_new_access(const struct remit_policy *old_policy,
                              const struct remit_policy *new_policy,
                              const struct remit_proof_options *options, struct remit_proof **out,
                              struct remit_err *err)
{
    const struct proof_question question = {
        .new_policy = new_policy,
        .old_policy = old_policy,
        .what = "New access",
        .pass =
            "The modified permissions do not grant new access compared to your existing policy.",
        .fail = "The modified permissions grant new access compared to your existing policy.",
    };

    if (old_policy->type != new_policy->type)
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationException",
                          "the policies are of two types, which have no requests in common");
    return remit_proof_answer(&question, options, out, err);
}

/* ---- access that is asked about, as a policy that denies it ---- */

static int check_action(struct remit_str action, struct remit_err *err)
{
    size_t colon = remit_str_find(action, ':');

    if (remit_str_equal(action, REMIT_STR("*")) || (colon > 0 && colon + 1 < action.len))
        return 0;
    return remit_fail(err, REMIT_ERR_INVALID, "ValidationException",
                      "the action \"" REMIT_STR_FMT "\" is neither service:name nor \"*\"",
                      REMIT_STR_ARG(action));
}

/* A member with a list of strings; "*" for an empty one. */
static void put_list(struct proof_document *d, const char *name, const struct remit_str *texts,
                     size_t n)
{
    remit_proof_document_raw(d, name);
    if (n == 0)
        remit_proof_document_text(d, REMIT_STR("*"));
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            remit_proof_document_raw(d, ",");
        remit_proof_document_text(d, texts[i]);
    }
    remit_proof_document_raw(d, "]");
}

static int put_access(struct proof_document *d, const struct remit_proof_access *access,
                      struct remit_err *err)
{
    if (access->n_actions > ACCESS_MAX || access->n_resources > ACCESS_MAX)
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationException",
                          "%zu actions and %zu resources, the most of each is %u",
                          access->n_actions, access->n_resources, ACCESS_MAX);
    for (size_t i = 0; i < access->n_actions; i++)
        TRY(check_action(access->actions[i], err));
    put_list(d, "{\"Effect\":\"Deny\",\"Action\":[", access->actions, access->n_actions);
    put_list(d, ",\"Resource\":[", access->resources, access->n_resources);
    remit_proof_document_raw(d, "}");
    return 0;
}

/* Version 2008-10-17: "${" is plain text. */
static int access_policy(const struct remit_proof_access *access, size_t n_access,
                         struct remit_policy **out, struct remit_err *err)
{
    struct proof_document d REMIT_AUTO(remit_proof_document_drop) =
        REMIT_PROOF_DOCUMENT(DOCUMENT_MAX);
    int failed = 0;

    remit_proof_document_raw(&d, "{\"Version\":\"2008-10-17\",\"Statement\":[");
    for (size_t i = 0; i < n_access; i++) {
        if (i > 0)
            remit_proof_document_raw(&d, ",");
        TRY(put_access(&d, &access[i], err));
    }
    remit_proof_document_raw(&d, "]}");
    failed = remit_proof_document_compile(&d, out, err);
    if (failed != 0)
        remit_err_prefix(err, "the access asked about");
    return failed;
}

int remit_proof_access_not_granted(const struct remit_policy *policy,
                                   const struct remit_proof_access *access, size_t n_access,
                                   const struct remit_proof_options *options,
                                   struct remit_proof **out, struct remit_err *err)
{
    auto_policy struct remit_policy *asked = NULL;
    struct proof_question question = {
        .new_policy = policy,
        .what = "Access",
        .pass = "The policy document does not grant access to perform any of the listed actions or "
                "resources.",
        .fail = "The policy document grants access to perform one or more of the listed actions or "
                "resources.",
    };

    if (n_access == 0)
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationException",
                          "no access is asked about");
    TRY(access_policy(access, n_access, &asked, err));
    question.asked = asked;
    return remit_proof_answer(&question, options, out, err);
}
