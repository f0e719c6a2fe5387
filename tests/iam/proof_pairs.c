/*
 * Random pairs of policies and what the prover says of them, a JSON line each:
 * {"old": document, "new": document, "answer": "PASS|FAIL|UNKNOWN"}. For proof_z3.py.
 *
 *   proof_pairs N SEED
 */
#include <stdio.h>
#include <stdlib.h>

#include <remit/proof.h>

#include "common/base/json.h"
#include "tests/iam/proof_random.h"

static struct remit_policy *compile(struct remit_str document)
{
    struct remit_policy *policy = NULL;
    struct remit_err err;

    if (remit_policy_compile(document, NULL, &policy, &err) == 0)
        return policy;
    (void)fprintf(stderr, "proof_pairs: %s\n", err.text);
    exit(2);
}

static void answer(struct remit_str old_document, struct remit_str new_document)
{
    auto_policy struct remit_policy *old_policy = compile(old_document);
    auto_policy struct remit_policy *new_policy = compile(new_document);
    auto_proof struct remit_proof *proof = NULL;
    struct remit_err err;

    if (remit_proof_no_new_access(old_policy, new_policy, NULL, &proof, &err) != 0) {
        (void)fprintf(stderr, "proof_pairs: %s\n", err.text);
        exit(2);
    }
    (void)printf("{\"old\":" REMIT_STR_FMT ",\"new\":" REMIT_STR_FMT ",\"answer\":\"%s\"}\n",
                 REMIT_STR_ARG(old_document), REMIT_STR_ARG(new_document),
                 remit_proof_answer_name(proof->answer));
}

int main(int argc, char **argv)
{
    unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 10) : 100;
    unsigned long seed = argc > 2 ? strtoul(argv[2], NULL, 10) : 1;
    struct proof_random r = { .state = seed * 0x9e3779b97f4a7c15u + 1 };

    for (unsigned long i = 0; i < n; i++) {
        auto_buf struct remit_buf one = REMIT_BUF(1u << 20);
        auto_buf struct remit_buf other = REMIT_BUF(1u << 20);

        proof_random_policy(&r, REMIT_POLICY_IDENTITY, &one);
        if (i % 3 == 0)
            proof_random_policy(&r, REMIT_POLICY_IDENTITY, &other);
        else
            proof_random_change(&r, REMIT_POLICY_IDENTITY, remit_buf_view(&one), &other);
        answer(remit_buf_view(&one), remit_buf_view(&other));
    }
    return 0;
}
