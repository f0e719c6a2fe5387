#include "control/ops/iam_keys.h"

static const struct control_field input[] = {
    IAM_OWN_NAME,
    IAM_PAGE_FIELDS,
};

/* In the order they were made; a user has two at most, so a page is never cut but by MaxItems. */
static int list_access_keys(struct control_call *call, struct remit_err *err)
{
    struct iam_principal_record user = { 0 };
    struct control_page page;
    bool behind = false;

    TRY(iam_page_begin(call, &page, err));
    TRY(iam_named_read(call, &user, err));
    behind = page.after.len == 0;
    control_begin_list(call, "AccessKeyMetadata");
    for (size_t i = 0; i < user.n_access_keys; i++) {
        struct iam_access_key key = { 0 };

        if (!behind) {
            behind = remit_str_equal(user.access_keys[i], page.after);
            continue;
        }
        if (iam_access_key_read(call->store, user.access_keys[i], call->arena, &key, err) != 0) {
            if (!remit_err_is(err, "NoSuchEntity"))
                return -1;
            continue; /* deleted since */
        }
        if (!control_page_take(call, &page, key.id, key.id.len))
            break;
        iam_put_access_key(call, NULL, &key, remit_str_from("", 0));
    }
    control_end(call);
    iam_page_end(call, &page);
    return 0;
}

const struct control_operation control_list_access_keys = {
    .service = &control_iam,
    .name = "ListAccessKeys",
    .action = "iam:ListAccessKeys",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = iam_principal_resource,
    .handler = list_access_keys,
};
