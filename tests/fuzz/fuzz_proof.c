/*
 * A letter for the type (i, r, t, s), then two documents with a newline between: what the second
 * allows over the first. A policy grants nothing over itself; every counterexample is one, as the
 * evaluator finds again.
 */
#include <stdint.h>
#include <stdlib.h>

#include <remit/proof.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static const struct type_row {
    char letter;
    enum remit_policy_type type;
} types[] = {
    { 'i', REMIT_POLICY_IDENTITY },
    { 'r', REMIT_POLICY_RESOURCE },
    { 't', REMIT_POLICY_TRUST },
    { 's', REMIT_POLICY_SCP },
};

static struct remit_policy *compile(enum remit_policy_type type, struct remit_str document)
{
    const struct remit_policy_options options = { .type = type };
    struct remit_policy *policy = NULL;

    return remit_policy_compile(document, &options, &policy, NULL) == 0 ? policy : NULL;
}

static bool allows(struct remit_policy *policy, const struct remit_request *asked)
{
    static const char everything[] =
        "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}";
    auto_policy struct remit_policy *all =
        compile(REMIT_POLICY_IDENTITY, remit_str_from(everything, sizeof(everything) - 1));
    const struct remit_policy_entry entries[] = { { .policy = policy }, { .policy = all } };
    auto_policy_set struct remit_policy_set *set = NULL;
    auto_policy_set struct remit_policy_set *all_set = NULL;
    struct remit_request request = *asked;
    struct remit_bundle bundle = { 0 };

    require(remit_policy_set_new(&entries[0], 1, &set, NULL) == 0);
    require(remit_policy_set_new(&entries[1], 1, &all_set, NULL) == 0);
    bundle.identity = set;
    request.mandatory = REMIT_MANDATORY_NO;
    if (remit_policy_type(policy) == REMIT_POLICY_RESOURCE ||
        remit_policy_type(policy) == REMIT_POLICY_TRUST) {
        bundle = (struct remit_bundle){ .identity = all_set, .session = all_set, .resource = set };
        request.mandatory = REMIT_MANDATORY_YES;
    }
    return remit_decide(&bundle, &request, NULL, NULL, NULL) == REMIT_ALLOW;
}

static enum remit_proof_answer ask(struct remit_policy *one, struct remit_policy *other)
{
    const struct remit_proof_options options = { .work = 300000 };
    auto_proof struct remit_proof *proof = NULL;
    enum remit_proof_answer answer = REMIT_PROOF_UNKNOWN;

    if (remit_proof_no_new_access(one, other, &options, &proof, NULL) != 0)
        return REMIT_PROOF_UNKNOWN; /* too many statements or callers */
    require(proof->unconfirmed == 0);
    require((proof->answer == REMIT_PROOF_ACCESS) == (proof->n_reasons > 0));
    for (size_t i = 0; i < proof->n_reasons; i++)
        require(allows(other, proof->reasons[i].request) &&
                !allows(one, proof->reasons[i].request));
    answer = proof->answer;
    return answer;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct remit_str rest = remit_str_from((const char *)data, size);
    struct remit_str first = { 0 };
    enum remit_policy_type type = REMIT_POLICY_IDENTITY;
    auto_policy struct remit_policy *one = NULL;
    auto_policy struct remit_policy *other = NULL;

    if (size < 4 || size > 20000)
        return 0;
    for (size_t i = 0; i < REMIT_COUNT(types); i++)
        if (types[i].letter == rest.ptr[0])
            type = types[i].type;
    rest = remit_str_sub(rest, 1, rest.len);
    (void)remit_str_cut(&rest, '\n', &first);
    one = compile(type, first);
    other = compile(type, rest);
    if (one == NULL || other == NULL)
        return 0;
    require(ask(one, one) != REMIT_PROOF_ACCESS);
    (void)ask(one, other);
    (void)ask(other, one);
    return 0;
}
