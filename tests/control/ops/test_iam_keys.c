/* Users' access keys. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>

#include "tests/control/ops/documents.h"
#include "tests/control/ops/fake_keeper.h"
#include "tests/control/ops/op.h"
#include "tests/lib/expect.h"

TestSuite(iam_keys, .init = op_open, .fini = op_close, .timeout = 30);

#define KEY1 "AKIA0000000000000001"
#define KEY2 "AKIA0000000000000002"

Test(iam_keys, a_secret_is_shown_once)
{
    struct iam_access_key key;
    struct remit_err err = { 0 };

    op_must("CreateUser", "UserName=ann");
    op_must("CreateAccessKey", "UserName=ann");
    EXPECT_TEXT(op_element("AccessKeyId"), KEY1);
    EXPECT_TEXT(op_element("Status"), "Active");
    EXPECT_TEXT(op_element("SecretAccessKey"), "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    cr_assert(iam_access_key_read(face.store, REMIT_STR(KEY1), &face.arena, &key, &err) == 0);
    cr_expect(key.kind == IAM_KEY_USER && key.active && key.created_at == FACE_NOW);
    EXPECT_STR(key.user, "ann");
    EXPECT_STR(key.ciphertext, "c2VhbGVk");
    op_must("ListAccessKeys", "UserName=ann");
    EXPECT_TEXT(op_element("AccessKeyMetadata"),
                "<member><UserName>ann</UserName><AccessKeyId>" KEY1
                "</AccessKeyId><Status>Active</Status><CreateDate>2026-07-25T17:20:00Z</CreateDate>"
                "</member>");
}

Test(iam_keys, two_are_the_most)
{
    op_must("CreateUser", "UserName=ann");
    op_must("CreateAccessKey", "UserName=ann");
    op_must("CreateAccessKey", "UserName=ann");
    EXPECT_REFUSED(op("CreateAccessKey", "UserName=ann"), REMIT_ERR_LIMIT, "LimitExceeded",
                   "Cannot exceed quota for AccessKeysPerUser: 2");
    op_must("ListAccessKeys", "UserName=ann&MaxItems=1");
    EXPECT_TEXT(op_element("AccessKeyId"), KEY1);
    EXPECT_TEXT(op_element("IsTruncated"), "true");
}

Test(iam_keys, a_key_that_is_deleted_is_retired)
{
    op_must("CreateUser", "UserName=ann");
    op_must("CreateAccessKey", "UserName=ann");
    EXPECT_REFUSED(op("DeleteUser", "UserName=ann"), REMIT_ERR_CONFLICT, "DeleteConflict",
                   "Cannot delete entity, must remove referenced objects first.");
    op_must("DeleteAccessKey", "UserName=ann&AccessKeyId=" KEY1);
    EXPECT_TEXT(fake_keeper_last.retired, KEY1);
    EXPECT_REFUSED(op("DeleteAccessKey", "UserName=ann&AccessKeyId=" KEY1), REMIT_ERR_NOT_FOUND,
                   "NoSuchEntity", "The Access Key with id " KEY1 " cannot be found.");
    op_must("DeleteUser", "UserName=ann");
}

Test(iam_keys, a_key_is_deleted_even_while_the_keeper_is_away)
{
    struct iam_access_key key;
    struct remit_err err = { 0 };

    op_must("CreateUser", "UserName=ann");
    op_must("CreateAccessKey", "UserName=ann");
    fake_keeper_away(true);
    op_must("DeleteAccessKey", "UserName=ann&AccessKeyId=" KEY1);
    cr_expect(iam_access_key_read(face.store, REMIT_STR(KEY1), &face.arena, &key, &err) == -1);
    cr_expect(op("CreateAccessKey", "UserName=ann") == -1);
    EXPECT_TEXT(face_err.code, "KeeperUnavailable");
    fake_keeper_away(false);
    op_must("ListAccessKeys", "UserName=ann");
    EXPECT_TEXT(op_element("AccessKeyMetadata"), "");
}

Test(iam_keys, a_key_can_be_made_inactive_and_active_again)
{
    struct iam_access_key key;
    struct remit_err err = { 0 };

    op_must("CreateUser", "UserName=ann");
    op_must("CreateAccessKey", "UserName=ann");
    op_must("UpdateAccessKey", "UserName=ann&Status=Inactive&AccessKeyId=" KEY1);
    cr_assert(iam_access_key_read(face.store, REMIT_STR(KEY1), &face.arena, &key, &err) == 0);
    cr_expect(!key.active);
    op_must("UpdateAccessKey", "UserName=ann&Status=Active&AccessKeyId=" KEY1);
    cr_assert(iam_access_key_read(face.store, REMIT_STR(KEY1), &face.arena, &key, &err) == 0);
    cr_expect(key.active);
}

Test(iam_keys, one_user_cannot_reach_another_users_key)
{
    op_must("CreateUser", "UserName=ann");
    op_must("CreateUser", "UserName=bob");
    op_must("CreateAccessKey", "UserName=ann");
    EXPECT_REFUSED(op("DeleteAccessKey", "UserName=bob&AccessKeyId=" KEY1), REMIT_ERR_NOT_FOUND,
                   "NoSuchEntity", "The Access Key with id " KEY1 " cannot be found.");
    EXPECT_REFUSED(op("UpdateAccessKey", "UserName=bob&Status=Inactive&AccessKeyId=" KEY1),
                   REMIT_ERR_NOT_FOUND, "NoSuchEntity",
                   "The Access Key with id " KEY1 " cannot be found.");
}

Test(iam_keys, without_a_name_the_caller_is_meant)
{
    op_must("CreateUser", "UserName=ann");
    op_must("PutUserPolicy", "UserName=ann&PolicyName=p&PolicyDocument=" ALLOW(
                                 "iam:*", "arn:aws:iam::" FACE_ACCOUNT ":user/ann"));
    cr_expect(op_user("ann", "CreateAccessKey", "") == 0, "%s", face_err.text);
    EXPECT_TEXT(op_element("UserName"), "ann");
    cr_expect(op_user("ann", "GetUser", "") == 0, "%s", face_err.text);
    EXPECT_TEXT(op_element("UserName"), "ann");
    EXPECT_REFUSED(op("CreateAccessKey", ""), REMIT_ERR_INVALID, "ValidationError",
                   "Must specify userName when calling with non-User credentials");
}

/* ---- races ---- */

#define RACERS 8

static void *create_keys(void *made)
{
    struct remit_arena arena = REMIT_ARENA(CONTROL_ARENA_MAX);
    struct remit_buf out = REMIT_BUF(65536);

    for (int i = 0; i < 4; i++) {
        struct remit_json *input = NULL;
        struct remit_err err = { 0 };
        struct control_call call;

        control_call_init(&call, &face.server, &arena, FACE_NOW);
        call.operation =
            control_operation_by_action(REMIT_STR("2010-05-08"), REMIT_STR("CreateAccessKey"));
        cr_assert(remit_json_parse(REMIT_STR("{\"UserName\":\"ann\"}"), 64, &input, &err) == 0);
        call.input = input;
        face_as_root(&call);
        remit_buf_clear(&out);
        if (control_run(&call, &out, &err) == 0)
            __atomic_add_fetch((int *)made, 1, __ATOMIC_SEQ_CST);
        control_call_clear(&call);
        remit_json_drop(&input);
        remit_arena_drop(&arena);
    }
    remit_buf_drop(&out);
    return NULL;
}

Test(iam_keys, many_at_once_still_make_two)
{
    pthread_t racers[RACERS];
    int made = 0;

    op_must("CreateUser", "UserName=ann");
    for (int i = 0; i < RACERS; i++)
        cr_assert(pthread_create(&racers[i], NULL, create_keys, &made) == 0);
    for (int i = 0; i < RACERS; i++)
        pthread_join(racers[i], NULL);
    cr_expect(made == 2, "%d", made);
}
