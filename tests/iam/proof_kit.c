#include "tests/iam/proof_kit.h"

#include <criterion/criterion.h>

#include "common/base/buf.h"
#include "tests/iam/policy_kit.h"

#define EVERYTHING(principal)                                                                      \
    "{\"Statement\":{\"Effect\":\"Allow\"," principal "\"Action\":\"*\",\"Resource\":\"*\"}}"

bool kit_allows(struct remit_policy *policy, const struct remit_request *request)
{
    const struct remit_policy_entry entry = { .policy = policy };
    auto_policy_set struct remit_policy_set *all = kit_set(REMIT_POLICY_IDENTITY, EVERYTHING(""));
    auto_policy_set struct remit_policy_set *set = NULL;
    struct remit_request asked = *request;
    struct remit_bundle bundle = { 0 };

    cr_assert(remit_policy_set_new(&entry, 1, &set, NULL) == 0);
    bundle.identity = set;
    if (remit_policy_type(policy) == REMIT_POLICY_RESOURCE ||
        remit_policy_type(policy) == REMIT_POLICY_TRUST) {
        bundle = (struct remit_bundle){ .identity = all, .session = all, .resource = set };
        asked.mandatory = REMIT_MANDATORY_YES;
    }
    return remit_decide(&bundle, &asked, NULL, NULL, NULL) == REMIT_ALLOW;
}

const char *kit_request_words(const struct remit_request *request)
{
    static struct remit_buf out = REMIT_BUF(1u << 20);

    remit_buf_clear(&out);
    remit_buf_put_fmt(&out, REMIT_STR_FMT " " REMIT_STR_FMT " " REMIT_STR_FMT,
                      REMIT_STR_ARG(request->principal), REMIT_STR_ARG(request->action),
                      REMIT_STR_ARG(request->resource));
    for (size_t i = 0; request->context != NULL && i < request->context->n_entries; i++) {
        const struct remit_context_entry *e = &request->context->entries[i];

        remit_buf_put_fmt(&out, " " REMIT_STR_FMT "=%s", REMIT_STR_ARG(e->key),
                          e->multivalued ? "[" : "");
        for (size_t j = 0; j < e->n_values; j++)
            remit_buf_put_fmt(&out, "%s" REMIT_STR_FMT, j > 0 ? "," : "",
                              REMIT_STR_ARG(e->values[j]));
        remit_buf_put_cstr(&out, e->multivalued ? "]" : "");
    }
    return remit_buf_cstr(&out);
}

void kit_expect_proof(enum remit_policy_type type, const char *old_document,
                      const char *new_document, enum remit_proof_answer answer, const char *name)
{
    auto_policy struct remit_policy *old_policy = kit_policy(type, old_document);
    auto_policy struct remit_policy *new_policy = kit_policy(type, new_document);
    auto_proof struct remit_proof *proof = NULL;
    struct remit_err err;

    cr_assert(remit_proof_no_new_access(old_policy, new_policy, NULL, &proof, &err) == 0, "%s: %s",
              name, err.text);
    cr_expect(proof->answer == answer, "%s: %s: %.*s\nold: %s\nnew: %s", name,
              remit_proof_answer_name(proof->answer), (int)proof->message.len, proof->message.ptr,
              old_document, new_document);
    cr_expect(proof->unconfirmed == 0, "%s", name);
    for (size_t i = 0; i < proof->n_reasons; i++) {
        const struct remit_request *request = proof->reasons[i].request;

        cr_expect(kit_allows(new_policy, request) && !kit_allows(old_policy, request),
                  "%s: no counterexample: %s", name, kit_request_words(request));
    }
}
