#include "control/ops/iam.h"

/* Characters that are not white space, of all inline policies together. */
#define ROLE_QUOTA 10240
#define USER_QUOTA 2048

static size_t inline_at(const struct iam_principal_record *record, struct remit_str name)
{
    size_t i = 0;

    while (i < record->n_inline && !remit_str_equal(record->inline_policies[i].name, name))
        i++;
    return i;
}

static int quota_check(const struct iam_principal_record *record, struct remit_err *err)
{
    size_t most = record->is_role ? ROLE_QUOTA : USER_QUOTA;
    size_t sum = 0;

    for (size_t i = 0; i < record->n_inline; i++)
        sum += remit_policy_quota_chars(record->inline_policies[i].document);
    if (sum <= most)
        return 0;
    return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded",
                      "Maximum policy size of %zu bytes exceeded for %s " REMIT_STR_FMT, most,
                      record->is_role ? "role" : "user", REMIT_STR_ARG(record->name));
}

/* In order of name, so that pages stay whole while others add and delete. */
static int put_inline(struct control_call *call, struct iam_principal_record *record,
                      struct control_store_txn *txn, struct remit_err *err)
{
    struct iam_policy_text policy = { .name = control_in_str(call, "PolicyName"),
                                      .document = control_in_str(call, "PolicyDocument") };
    size_t i = inline_at(record, policy.name);
    struct iam_policy_text *more =
        REMIT_NEW_N(call->arena, struct iam_policy_text, record->n_inline + 1);

    (void)txn;
    TRY(remit_arena_check(call->arena, "the policies", err));
    if (record->n_inline > 0)
        memcpy(more, record->inline_policies, record->n_inline * sizeof(*more));
    if (i == record->n_inline) {
        for (; i > 0 && remit_str_compare(more[i - 1].name, policy.name) > 0; i--)
            more[i] = more[i - 1];
        record->n_inline++;
    }
    more[i] = policy;
    record->inline_policies = more;
    return quota_check(record, err);
}

static int inline_missing(const struct iam_principal_record *record, struct remit_str name,
                          struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_NOT_FOUND, "NoSuchEntity",
                      "The %s policy with name " REMIT_STR_FMT " cannot be found.",
                      record->is_role ? "role" : "user", REMIT_STR_ARG(name));
}

static int delete_inline(struct control_call *call, struct iam_principal_record *record,
                         struct control_store_txn *txn, struct remit_err *err)
{
    struct remit_str name = control_in_str(call, "PolicyName");
    size_t i = inline_at(record, name);

    (void)txn;
    if (i == record->n_inline)
        return inline_missing(record, name, err);
    for (; i + 1 < record->n_inline; i++)
        record->inline_policies[i] = record->inline_policies[i + 1];
    record->n_inline--;
    return 0;
}

int iam_inline_put(struct control_call *call, struct remit_err *err)
{
    TRY(iam_document_check(control_in_str(call, "PolicyDocument"), REMIT_POLICY_IDENTITY, err));
    return iam_named_change(call, put_inline, err);
}

int iam_inline_delete(struct control_call *call, struct remit_err *err)
{
    return iam_named_change(call, delete_inline, err);
}

int iam_inline_get(struct control_call *call, struct remit_err *err)
{
    struct remit_str name = control_in_str(call, "PolicyName");
    struct iam_principal_record record = { 0 };
    size_t i = 0;

    TRY(iam_named_read(call, &record, err));
    i = inline_at(&record, name);
    if (i == record.n_inline)
        return inline_missing(&record, name, err);
    control_put_str(call, record.is_role ? "RoleName" : "UserName", record.name);
    control_put_str(call, "PolicyName", name);
    iam_put_document(call, "PolicyDocument", record.inline_policies[i].document);
    return 0;
}

int iam_inline_list(struct control_call *call, struct remit_err *err)
{
    struct iam_principal_record record = { 0 };
    struct control_page page;

    TRY(iam_page_begin(call, &page, err));
    TRY(iam_named_read(call, &record, err));
    control_begin_list(call, "PolicyNames");
    for (size_t i = 0; i < record.n_inline; i++) {
        struct remit_str name = record.inline_policies[i].name;

        if (control_page_skips(&page, name))
            continue;
        if (!control_page_take(call, &page, name, name.len))
            break;
        control_put_str(call, NULL, name);
    }
    control_end(call);
    iam_page_end(call, &page);
    return 0;
}
