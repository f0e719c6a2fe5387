#include "iam/proof/confirm.h"

#include <stdlib.h>

#define EVERYTHING(principal)                                                                      \
    "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\"," principal                   \
    "\"Action\":\"*\",\"Resource\":\"*\"}}"

#define KNOWN_MAX 4

struct proof_judges {
    enum remit_policy_type type;
    struct remit_policy_set *identity; /* allow everything */
    struct remit_policy_set *resource;
    struct {
        const struct remit_policy *policy;
        struct remit_policy_set *set;
    } known[KNOWN_MAX]; /* policies that were asked */
};

static int make_set(enum remit_policy_type type, struct remit_str document,
                    struct remit_policy_set **out, struct remit_err *err)
{
    const struct remit_policy_options options = { .type = type };
    auto_policy struct remit_policy *policy = NULL;
    struct remit_policy_entry entry = { .name = REMIT_STR("everything") };

    TRY(remit_policy_compile(document, &options, &policy, err));
    entry.policy = policy;
    return remit_policy_set_new(&entry, 1, out, err);
}

void remit_proof_judges_drop(struct proof_judges **judges)
{
    struct proof_judges *j = *judges;

    *judges = NULL;
    if (j == NULL)
        return;
    remit_policy_set_drop(&j->identity);
    remit_policy_set_drop(&j->resource);
    for (size_t i = 0; i < KNOWN_MAX; i++)
        remit_policy_set_drop(&j->known[i].set);
    free(j);
}

int remit_proof_judges_new(enum remit_policy_type type, struct proof_judges **out,
                           struct remit_err *err)
{
    struct proof_judges *j REMIT_AUTO(remit_proof_judges_drop) = calloc(1, sizeof(*j));

    if (j == NULL)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded", "no memory for a proof");
    j->type = type;
    TRY(make_set(REMIT_POLICY_IDENTITY, REMIT_STR(EVERYTHING("")), &j->identity, err));
    TRY(make_set(REMIT_POLICY_RESOURCE, REMIT_STR(EVERYTHING("\"Principal\":\"*\",")), &j->resource,
                 err));
    *out = j;
    j = NULL;
    return 0;
}

/* Where the policy goes, and what has to consent beside it. */
static void place(const struct proof_judges *j, const struct remit_policy_set *set,
                  struct remit_bundle *out, struct remit_request *request)
{
    *out = (struct remit_bundle){ .identity = set };
    request->mandatory = REMIT_MANDATORY_NO;
    if (j->type == REMIT_POLICY_RESOURCE || j->type == REMIT_POLICY_TRUST) {
        *out = (struct remit_bundle){ .identity = j->identity,
                                      .session = j->identity,
                                      .resource = set };
        request->mandatory = REMIT_MANDATORY_YES;
    } else if (j->type == REMIT_POLICY_ENDPOINT || j->type == REMIT_POLICY_RCP) {
        *out = (struct remit_bundle){ .identity = j->identity,
                                      .session = j->identity,
                                      .resource = j->resource,
                                      .endpoint = set };
    }
}

/* The policy as a set, made once; NULL without memory. */
static const struct remit_policy_set *set_of(struct proof_judges *j,
                                             const struct remit_policy *policy)
{
    auto_policy struct remit_policy *held = NULL;
    struct remit_policy_entry entry = { .name = REMIT_STR("asked") };
    size_t i = 0;

    while (i < KNOWN_MAX && j->known[i].policy != policy && j->known[i].policy != NULL)
        i++;
    REMIT_REQUIRE(i < KNOWN_MAX);
    if (j->known[i].set != NULL)
        return j->known[i].set;
    held = remit_policy_hold((struct remit_policy *)(uintptr_t)policy);
    entry.policy = held;
    if (remit_policy_set_new(&entry, 1, &j->known[i].set, NULL) != 0)
        return NULL;
    j->known[i].policy = policy;
    return j->known[i].set;
}

static enum remit_decision decide(struct proof_judges *j, const struct remit_policy *policy,
                                  struct remit_request *request, bool alone)
{
    const struct remit_policy_set *set = set_of(j, policy);
    enum remit_mandatory mandatory = request->mandatory;
    enum remit_decision decision = REMIT_IMPLICIT_DENY;
    struct remit_bundle bundle;

    if (set == NULL)
        return REMIT_IMPLICIT_DENY;
    place(j, set, &bundle, request);
    if (alone)
        bundle = (struct remit_bundle){ .endpoint = set };
    decision = remit_decide(&bundle, request, NULL, NULL, NULL);
    request->mandatory = mandatory;
    return decision;
}

bool remit_proof_allows(struct proof_judges *judges, const struct remit_policy *policy,
                        struct remit_request *request)
{
    return decide(judges, policy, request, false) == REMIT_ALLOW;
}

bool remit_proof_denies(struct proof_judges *judges, const struct remit_policy *policy,
                        struct remit_request *request)
{
    return decide(judges, policy, request, true) == REMIT_EXPLICIT_DENY;
}
