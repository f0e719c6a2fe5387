#include "control/ops/iam.h"

#define PAGE_ITEMS 100

int iam_page_begin(struct control_call *call, struct control_page *page, struct remit_err *err)
{
    return control_page_begin(call, control_in_str(call, "Marker"),
                              control_in_int(call, "MaxItems", PAGE_ITEMS), "ValidationError", page,
                              err);
}

void iam_page_end(struct control_call *call, const struct control_page *page)
{
    control_put_bool(call, "IsTruncated", page->truncated);
    control_page_put_token(call, page, "Marker");
}

/* ---- roles and users ---- */

int iam_list_resource(struct control_call *call, const char *kind, struct remit_err *err)
{
    struct remit_str prefix = control_in_str(call, "PathPrefix");

    if (prefix.len == 0)
        prefix = REMIT_STR("/");
    return control_resource_add(
        call, control_arn(call, "iam", false, "%s" REMIT_STR_FMT, kind, REMIT_STR_ARG(prefix)),
        err);
}

struct listing {
    struct control_call *call;
    bool is_role;
    struct remit_str prefix;
    struct control_page page;
};

/* Items of a page are the store's keys without their prefix: names in lower case. */
static int list_one(void *self, const struct control_store_entry *entry, struct remit_err *err)
{
    struct listing *l = self;
    auto_arena struct remit_arena arena = REMIT_ARENA(CONTROL_ARENA_MAX);
    struct iam_principal_record record = { 0 };

    TRY(iam_principal_parse(entry, l->is_role, &arena, &record, err));
    if (!remit_str_starts(record.path, l->prefix))
        return 0;
    if (!control_page_take(l->call, &l->page, iam_last_part(entry->key),
                           3 * record.trust.len + 512))
        return 1;
    iam_put_principal(l->call, NULL, &record, IAM_LISTED);
    return 0;
}

int iam_list_principals(struct control_call *call, bool is_role, const char *list,
                        struct remit_err *err)
{
    struct listing l = { .call = call,
                         .is_role = is_role,
                         .prefix = control_in_str(call, "PathPrefix") };
    struct remit_str prefix = is_role ? iam_roles_prefix() : iam_users_prefix();
    struct remit_str after = { 0 };

    TRY(iam_page_begin(call, &l.page, err));
    if (l.page.after.len > 0)
        after = remit_arena_fmt(call->arena, REMIT_STR_FMT REMIT_STR_FMT, REMIT_STR_ARG(prefix),
                                REMIT_STR_ARG(l.page.after));
    control_begin_list(call, list);
    TRY(control_store_scan(call->store, prefix, after, list_one, &l, NULL, err));
    control_end(call);
    iam_page_end(call, &l.page);
    return remit_arena_check(call->arena, "the page", err);
}
