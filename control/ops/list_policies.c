#include "control/ops/iam.h"

static const char *const scopes[] = { "All", "AWS", "Local", NULL };
static const char *const usages[] = { "PermissionsPolicy", "PermissionsBoundary", NULL };

static const struct control_field input[] = {
    { .name = "Scope", .type = CONTROL_STRING, .values = scopes },
    { .name = "OnlyAttached", .type = CONTROL_BOOLEAN },
    IAM_PREFIX(&iam_pattern_policy_path),
    { .name = "PolicyUsageFilter", .type = CONTROL_STRING, .values = usages },
    IAM_PAGE_FIELDS,
};

struct listing {
    struct control_call *call;
    struct control_page page;
};

static bool in_scope(const struct control_call *call, const char *scope)
{
    struct remit_str asked = control_in_str(call, "Scope");

    return asked.len == 0 || remit_str_equal(asked, REMIT_STR("All")) ||
           remit_str_equal(asked, remit_str_of(scope));
}

static bool used_as_asked(const struct control_call *call, const struct iam_policy_usage *usage)
{
    struct remit_str as = control_in_str(call, "PolicyUsageFilter");

    if (remit_str_equal(as, REMIT_STR("PermissionsBoundary")))
        return usage->boundaries > 0;
    if (remit_str_equal(as, REMIT_STR("PermissionsPolicy")))
        return usage->attached > 0;
    return !control_in_bool(call, "OnlyAttached", false) || usage->attached > 0;
}

/* 0 to go on, 1 when the page is full. Pages go through AWS's policies ("aws/…") first. */
static int list_one(struct control_call *call, struct control_page *page, struct remit_str item,
                    const struct iam_policy_record *policy, struct remit_err *err)
{
    struct iam_policy_usage usage = { 0 };

    if (control_page_skips(page, item) ||
        !remit_str_starts(policy->path, control_in_str(call, "PathPrefix")))
        return 0;
    TRY(iam_policy_usage_read(call->store, policy->arn, call->arena, &usage, err));
    if (!used_as_asked(call, &usage))
        return 0;
    if (!control_page_take(call, page, item, 1024))
        return 1;
    iam_put_policy(call, NULL, policy, &usage, IAM_LISTED);
    return 0;
}

static int list_aws(struct control_call *call, struct control_page *page, struct remit_err *err)
{
    struct iam_policy_record policy = { 0 };
    int full = 0;

    for (size_t i = 0; full == 0; i++) {
        struct remit_str item = { 0 };

        if (!iam_policy_aws_at(i, call->config->partition, call->arena, &policy))
            return 0;
        item = remit_arena_fmt(call->arena, "aws" REMIT_STR_FMT REMIT_STR_FMT,
                               REMIT_STR_ARG(policy.path), REMIT_STR_ARG(policy.name));
        full = list_one(call, page, item, &policy, err);
    }
    return full;
}

static int visit_own(void *self, const struct control_store_entry *entry, struct remit_arena *arena,
                     struct remit_err *err)
{
    struct listing *l = self;
    struct iam_policy_record policy = { 0 };

    TRY(iam_policy_parse(entry, arena, &policy, err));
    return list_one(l->call, &l->page,
                    remit_arena_fmt(l->call->arena, "own/" REMIT_STR_FMT,
                                    REMIT_STR_ARG(iam_last_part(entry->key))),
                    &policy, err);
}

static int list_own(struct listing *l, struct remit_err *err)
{
    struct remit_str after = { 0 };

    if (remit_str_starts(l->page.after, REMIT_STR("own/")))
        after = remit_arena_fmt(l->call->arena, REMIT_STR_FMT REMIT_STR_FMT,
                                REMIT_STR_ARG(iam_policies_prefix()),
                                REMIT_STR_ARG(iam_last_part(l->page.after)));
    return control_batches(l->call, iam_policies_prefix(), after, visit_own, l, err);
}

static int list_policies(struct control_call *call, struct remit_err *err)
{
    struct listing l = { .call = call };
    int full = 0;

    TRY(iam_page_begin(call, &l.page, err));
    control_begin_list(call, "Policies");
    if (in_scope(call, "AWS"))
        full = list_aws(call, &l.page, err);
    if (full == 0 && in_scope(call, "Local"))
        full = list_own(&l, err);
    if (full < 0)
        return -1;
    control_end(call);
    iam_page_end(call, &l.page);
    return remit_arena_check(call->arena, "the page", err);
}

const struct control_operation control_list_policies = {
    .service = &control_iam,
    .name = "ListPolicies",
    .action = "iam:ListPolicies",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .handler = list_policies,
};
