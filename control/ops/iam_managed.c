#include "control/ops/iam.h"

#define ATTACHED_MOST 10 /* managed policies of a role or a user */

/* ---- counting ---- */

static int not_attachable(struct remit_str arn, bool boundary, struct remit_err *err)
{
    return remit_fail(
        err, REMIT_ERR_NOT_FOUND, "NoSuchEntity", "%s%.*s does not exist or is not attachable.",
        boundary ? "Scope ARN: " : "Policy ", (int)(arn.len < 256 ? arn.len : 256), arn.ptr);
}

/* The policy must be there when the commit is: its revision is compared. */
static int expect_policy(struct control_call *call, struct remit_str arn, bool boundary,
                         struct control_store_txn *txn, struct remit_err *err)
{
    struct iam_policy_record policy = { 0 };

    TRY(iam_arn_check(arn, err));
    if (iam_policy_read(call->store, arn, call->arena, &policy, err) != 0)
        return remit_err_is(err, "NoSuchEntity") ? not_attachable(arn, boundary, err) : -1;
    if (!policy.aws)
        control_store_expect(txn, iam_policy_path(policy.name, call->arena), policy.revision);
    return 0;
}

int iam_use_policy(struct control_call *call, struct remit_str arn, int attached, int boundaries,
                   struct control_store_txn *txn, struct remit_err *err)
{
    struct iam_policy_usage usage = { 0 };

    if (attached + boundaries > 0)
        TRY(expect_policy(call, arn, boundaries > 0, txn, err));
    TRY(iam_policy_usage_read(call->store, arn, call->arena, &usage, err));
    usage.attached += attached;
    usage.boundaries += boundaries;
    return iam_policy_usage_put(txn, &usage, call->arena, err);
}

/* ---- attaching ---- */

static size_t attached_at(const struct iam_principal_record *record, struct remit_str arn)
{
    size_t i = 0;

    while (i < record->n_attached && !remit_str_equal(record->attached[i], arn))
        i++;
    return i;
}

static int attach(struct control_call *call, struct iam_principal_record *record,
                  struct control_store_txn *txn, struct remit_err *err)
{
    struct remit_str arn = control_in_str(call, "PolicyArn");
    struct remit_str *more = NULL;
    size_t i = 0;

    if (attached_at(record, arn) < record->n_attached)
        return 1;
    if (record->n_attached >= ATTACHED_MOST)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded",
                          "Cannot exceed quota for PoliciesPer%s: %d",
                          record->is_role ? "Role" : "User", ATTACHED_MOST);
    TRY(iam_use_policy(call, arn, 1, 0, txn, err));
    more = REMIT_NEW_N(call->arena, struct remit_str, record->n_attached + 1);
    TRY(remit_arena_check(call->arena, "the policies", err));
    if (record->n_attached > 0)
        memcpy(more, record->attached, record->n_attached * sizeof(*more));
    for (i = record->n_attached++; i > 0 && remit_str_compare(more[i - 1], arn) > 0; i--)
        more[i] = more[i - 1]; /* in order of ARN, so that pages stay whole */
    more[i] = arn;
    record->attached = more;
    return 0;
}

static int detach(struct control_call *call, struct iam_principal_record *record,
                  struct control_store_txn *txn, struct remit_err *err)
{
    struct remit_str arn = control_in_str(call, "PolicyArn");
    size_t i = attached_at(record, arn);

    TRY(iam_arn_check(arn, err));
    if (i == record->n_attached)
        return remit_fail(err, REMIT_ERR_NOT_FOUND, "NoSuchEntity", "Policy %.*s was not found.",
                          (int)(arn.len < 256 ? arn.len : 256), arn.ptr);
    TRY(iam_use_policy(call, arn, -1, 0, txn, err));
    for (; i + 1 < record->n_attached; i++)
        record->attached[i] = record->attached[i + 1];
    record->n_attached--;
    return 0;
}

int iam_attached_put(struct control_call *call, struct remit_err *err)
{
    return iam_named_change(call, attach, err);
}

int iam_attached_delete(struct control_call *call, struct remit_err *err)
{
    return iam_named_change(call, detach, err);
}

/* "arn:aws:iam::…:policy/a/b/name": whether the path starts so. */
static bool under_prefix(struct control_call *call, struct remit_str arn)
{
    struct remit_str prefix = control_in_str(call, "PathPrefix");
    struct remit_str place = arn;

    for (int i = 0; i < 5; i++) {
        struct remit_str part;

        (void)remit_str_cut(&place, ':', &part);
    }
    return remit_str_starts(remit_str_sub(place, strlen("policy"), place.len), prefix);
}

int iam_attached_list(struct control_call *call, struct remit_err *err)
{
    struct iam_principal_record record = { 0 };
    struct control_page page;

    TRY(iam_page_begin(call, &page, err));
    TRY(iam_named_read(call, &record, err));
    control_begin_list(call, "AttachedPolicies");
    for (size_t i = 0; i < record.n_attached; i++) {
        struct remit_str arn = record.attached[i];

        if (!under_prefix(call, arn) || control_page_skips(&page, arn))
            continue;
        if (!control_page_take(call, &page, arn, arn.len))
            break;
        control_begin_structure(call, NULL);
        control_put_str(call, "PolicyName", iam_last_part(arn));
        control_put_str(call, "PolicyArn", arn);
        control_end(call);
    }
    control_end(call);
    iam_page_end(call, &page);
    return 0;
}

/* ---- boundaries ---- */

int iam_boundary_set(struct control_call *call, struct iam_principal_record *record,
                     struct control_store_txn *txn, struct remit_err *err)
{
    struct remit_str arn = control_in_str(call, "PermissionsBoundary");

    if (arn.len == 0)
        return 0;
    TRY(iam_use_policy(call, arn, 0, 1, txn, err));
    record->boundary = arn;
    return 0;
}

static int put_boundary(struct control_call *call, struct iam_principal_record *record,
                        struct control_store_txn *txn, struct remit_err *err)
{
    if (remit_str_equal(record->boundary, control_in_str(call, "PermissionsBoundary")))
        return 1;
    if (record->boundary.len > 0)
        TRY(iam_use_policy(call, record->boundary, 0, -1, txn, err));
    return iam_boundary_set(call, record, txn, err);
}

static int delete_boundary(struct control_call *call, struct iam_principal_record *record,
                           struct control_store_txn *txn, struct remit_err *err)
{
    if (record->boundary.len == 0)
        return remit_fail(err, REMIT_ERR_NOT_FOUND, "NoSuchEntity",
                          "The %s with name " REMIT_STR_FMT " has no permissions boundary.",
                          record->is_role ? "role" : "user", REMIT_STR_ARG(record->name));
    TRY(iam_use_policy(call, record->boundary, 0, -1, txn, err));
    record->boundary = remit_str_from("", 0);
    return 0;
}

int iam_boundary_put(struct control_call *call, struct remit_err *err)
{
    return iam_named_change(call, put_boundary, err);
}

int iam_boundary_delete(struct control_call *call, struct remit_err *err)
{
    return iam_named_change(call, delete_boundary, err);
}
