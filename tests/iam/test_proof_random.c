#include "tests/iam/policy_kit.h"

#include <stdlib.h>

#include "tests/iam/proof_kit.h"
#include "tests/iam/proof_random.h"

/* Requests for a pair in which nothing new was found. */
#define SAMPLES        40
#define SAMPLES_NARROW 200

/* What came of random pairs. */
struct count {
    size_t pairs, pass, fail, unknown, unconfirmed, refuted;
};

struct pair {
    enum remit_policy_type type;
    struct remit_policy *old_policy;
    struct remit_policy *new_policy;
    struct remit_policy_set *everything;
    struct remit_policy_set *old_set;
    struct remit_policy_set *new_set;
};

static struct remit_policy_set *set_of(struct remit_policy *policy)
{
    const struct remit_policy_entry entry = { .policy = policy };
    struct remit_policy_set *set = NULL;

    cr_assert(remit_policy_set_new(&entry, 1, &set, NULL) == 0);
    return set;
}

static bool allows(const struct pair *pair, const struct remit_policy_set *set,
                   struct remit_request *request)
{
    struct remit_bundle bundle = { .identity = set };

    if (pair->type != REMIT_POLICY_IDENTITY) {
        bundle = (struct remit_bundle){ .identity = pair->everything,
                                        .session = pair->everything,
                                        .resource = set };
        request->mandatory = REMIT_MANDATORY_YES;
    }
    return remit_decide(&bundle, request, NULL, NULL, NULL) == REMIT_ALLOW;
}

/* A request that the new policy allows and the old one does not, by trying. */
static bool sample(struct proof_random *r, struct pair *pair)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(1u << 20);
    auto_context struct remit_context context = { 0 };
    bool found = false;

    pair->old_set = set_of(pair->old_policy);
    pair->new_set = set_of(pair->new_policy);
    for (int i = 0; i < (r->narrow ? SAMPLES_NARROW : SAMPLES) && !found; i++) {
        struct remit_request request;

        proof_random_request(r, pair->type, &arena, &context, &request);
        found = allows(pair, pair->new_set, &request) && !allows(pair, pair->old_set, &request);
        if (found)
            cr_log_error("sampled: %s", kit_request_words(&request));
    }
    remit_policy_set_drop(&pair->old_set);
    remit_policy_set_drop(&pair->new_set);
    return found;
}

static void count_answer(struct proof_random *r, struct pair *pair, struct count *count)
{
    auto_proof struct remit_proof *proof = NULL;
    struct remit_err err;

    cr_assert(remit_proof_no_new_access(pair->old_policy, pair->new_policy, NULL, &proof, &err) ==
                  0,
              "%s", err.text);
    count->pairs++;
    count->unconfirmed += proof->unconfirmed;
    count->pass += proof->answer == REMIT_PROOF_NO_ACCESS;
    count->fail += proof->answer == REMIT_PROOF_ACCESS;
    count->unknown += proof->answer == REMIT_PROOF_UNKNOWN;
    if (getenv("PROOF_SHOW") != NULL && proof->answer == REMIT_PROOF_UNKNOWN)
        cr_log_warn("unknown: %.*s", (int)proof->message.len, proof->message.ptr);
    if (proof->answer == REMIT_PROOF_NO_ACCESS)
        count->refuted += sample(r, pair);
    for (size_t i = 0; i < proof->n_reasons; i++)
        cr_expect(kit_allows(pair->new_policy, proof->reasons[i].request) &&
                      !kit_allows(pair->old_policy, proof->reasons[i].request),
                  "no counterexample: %s", kit_request_words(proof->reasons[i].request));
}

static void ask(struct proof_random *r, enum remit_policy_type type, struct count *count)
{
    auto_buf struct remit_buf one = REMIT_BUF(1u << 20);
    auto_buf struct remit_buf other = REMIT_BUF(1u << 20);
    auto_policy struct remit_policy *old_policy = NULL;
    auto_policy struct remit_policy *new_policy = NULL;
    auto_policy_set struct remit_policy_set *everything =
        kit_set(REMIT_POLICY_IDENTITY,
                "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}");
    struct pair pair = { .type = type, .everything = everything };
    size_t bad = count->refuted + count->unconfirmed;

    proof_random_policy(r, type, &one);
    if (proof_random_below(r, 4) == 0)
        proof_random_policy(r, type, &other);
    else
        proof_random_change(r, type, remit_buf_view(&one), &other);
    old_policy = kit_policy(type, remit_buf_cstr(&one));
    new_policy = kit_policy(type, remit_buf_cstr(&other));
    pair.old_policy = old_policy;
    pair.new_policy = new_policy;
    count_answer(r, &pair, count);
    pair.old_policy = new_policy;
    pair.new_policy = old_policy;
    count_answer(r, &pair, count);
    cr_expect(count->refuted + count->unconfirmed == bad, "wrong about\n%s\n%s",
              remit_buf_cstr(&one), remit_buf_cstr(&other));
}

static unsigned long long setting(const char *name, unsigned long long otherwise)
{
    const char *text = getenv(name);

    return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

/* PROOF_PAIRS and PROOF_SEED: for tests/campaign proof. */
static void ask_many(enum remit_policy_type type, const char *name, size_t pairs, bool narrow)
{
    struct proof_random r = { setting("PROOF_SEED", 20261128) * 2654435761u + 1, narrow };
    struct count count = { 0 };

    pairs = setting("PROOF_PAIRS", pairs);
    while (count.pairs < pairs)
        ask(&r, type, &count);
    cr_log_info("%s: %zu pairs, %zu without new access, %zu with, %zu unknown", name, count.pairs,
                count.pass, count.fail, count.unknown);
    cr_expect(count.refuted == 0 && count.unconfirmed == 0);
    cr_expect(count.unknown * 100 <= count.pairs * (narrow ? 6 : 3), "%zu of %zu are unknown",
              count.unknown, count.pairs);
    cr_expect(count.pass * 10 > count.pairs && count.fail * 10 > count.pairs);
}

Test(proof_random, identity_policies_against_sampling, .timeout = 0)
{
    ask_many(REMIT_POLICY_IDENTITY, "identity", 4000, false);
}

Test(proof_random, resource_policies_against_sampling, .timeout = 0)
{
    ask_many(REMIT_POLICY_RESOURCE, "resource", 3000, false);
}

Test(proof_random, trust_policies_against_sampling, .timeout = 0)
{
    ask_many(REMIT_POLICY_TRUST, "trust", 3000, false);
}

Test(proof_random, policy_variables_against_sampling, .timeout = 0)
{
    ask_many(REMIT_POLICY_IDENTITY, "variables", 3000, true);
}
