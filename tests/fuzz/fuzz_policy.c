/*
 * Any bytes as a document of any type: what is taken is taken again and the same, what is strict is
 * lenient too, and asking it by the index or by walking over its statements is the same.
 */
#include <stdint.h>
#include <stdlib.h>

#include <remit/policy.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void ignore(void *self, const struct remit_trace *step)
{
    char pointer[64];

    (void)self;
    (void)remit_trace_pointer(step, pointer, sizeof(pointer));
}

static void ask(struct remit_policy *policy)
{
    static const char *const resources[] = { "*", "arn:aws:s3:::b/x", "arn:aws:sqs:us-east-1:1:q" };
    const struct remit_policy_entry entry = { policy, REMIT_STR("p") };
    auto_policy_set struct remit_policy_set *set = NULL;
    struct remit_bundle bundle = { 0 };

    require(remit_policy_set_new(&entry, 1, &set, NULL) == 0);
    bundle.identity = set;
    bundle.resource = set;
    for (size_t i = 0; i < REMIT_COUNT(resources); i++) {
        const struct remit_request request = {
            .principal = REMIT_STR("arn:aws:sts::1:assumed-role/R/s"),
            .action = REMIT_STR("s3:GetObject"),
            .resource = remit_str_of(resources[i]),
            .resource_account = REMIT_STR("1"),
        };
        struct remit_verdict fast, slow;

        require(remit_decide(&bundle, &request, NULL, NULL, &fast) ==
                remit_decide(&bundle, &request, ignore, NULL, &slow));
        require(fast.layer == slow.layer && fast.statement == slow.statement);
        require(fast.lacking == slow.lacking && fast.grant == slow.grant);
    }
}

static int compile(struct remit_str document, unsigned type, bool strict, struct remit_policy **out)
{
    const struct remit_policy_options options = { .type = type, .strict = strict };
    struct remit_err err = { 0 };
    int result = remit_policy_compile(document, &options, out, &err);

    require(result == 0 || err.kind == REMIT_ERR_INVALID || err.kind == REMIT_ERR_LIMIT);
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct remit_str document = { (const char *)data, size };

    for (unsigned type = REMIT_POLICY_IDENTITY; type <= REMIT_POLICY_ENDPOINT; type++) {
        auto_policy struct remit_policy *lenient = NULL;
        auto_policy struct remit_policy *strict = NULL;

        if (compile(document, type, true, &strict) == 0)
            require(compile(document, type, false, &lenient) == 0);
        else if (compile(document, type, false, &lenient) != 0)
            continue;
        require(remit_policy_n_statements(lenient) > 0);
        if (type == REMIT_POLICY_IDENTITY || type == REMIT_POLICY_RESOURCE)
            ask(lenient);
    }
    require(remit_policy_quota_chars(document) <= size);
    return 0;
}
