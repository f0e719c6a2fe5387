/* Who is believed to be calling: every kind of credential, and every way in which one stops. */
#include <criterion/criterion.h>

#include "control/ecs_data.h"
#include "tests/control/http/signed.h"
#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

static void open_with_keeper(void)
{
    signed_open();
    face_user(&(struct face_principal){ .name = "ann" });
    face_role(&(struct face_principal){
        .name = "r",
        .trust = "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":{"
                 "\"Service\":\"ecs-tasks.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}}" });
}

TestSuite(authenticate, .init = open_with_keeper, .fini = face_close, .timeout = 30);

#define TASK "arn:aws:ecs:eu-west-1:" FACE_ACCOUNT ":task/default/0123456789abcdef0123456789abcdef"

static void expect_refused(const char *code)
{
    cr_expect(face_err.kind == REMIT_ERR_UNAUTHENTICATED, "%d", face_err.kind);
    EXPECT_TEXT(face_err.code, code);
    cr_expect(face_caller.kind == CONTROL_CALLER_NONE);
    cr_expect(face_out.len == 0);
    EXPECT_STR(face_at(face_record("call"), "outcome"), "unauthenticated");
    EXPECT_STR(face_at(face_record("call"), "errorCode"), code);
    EXPECT_STR(face_at(face_record("call"), "caller.type"), "Unproven");
}

/* ---- long-term keys ---- */

Test(authenticate, a_users_key_is_the_user)
{
    struct signed_key key = signed_make_key(IAM_KEY_USER, "ann");

    cr_assert(0 == signed_send(&signed_identity, key), "%s", face_err.text);
    cr_expect(face_caller.kind == CONTROL_CALLER_USER);
    EXPECT_STR(face_caller.arn, "arn:aws:iam::123456789012:user/ann");
    EXPECT_STR(face_caller.user_id, "AIDAann");
    EXPECT_STR(face_at(face_record("call"), "caller.arn"), "arn:aws:iam::123456789012:user/ann");
    EXPECT_STR(face_at(face_record("call"), "outcome"), "ok");
}

Test(authenticate, the_root_users_key_is_the_root_user)
{
    cr_assert(0 == signed_send(&signed_identity, signed_make_key(IAM_KEY_ROOT, NULL)), "%s",
              face_err.text);
    cr_expect(face_caller.kind == CONTROL_CALLER_ROOT);
    EXPECT_STR(face_caller.user_id, FACE_ACCOUNT);
}

Test(authenticate, a_wrong_secret_is_refused_in_each_protocol)
{
    struct signed_key key = signed_make_key(IAM_KEY_USER, "ann");

    key.secret = REMIT_STR("0000000000000000000000000000000000000000");
    cr_assert(-1 == signed_send(&signed_identity, key));
    expect_refused("SignatureDoesNotMatch");
    EXPECT_STR(face_at(face_record("call"), "caller.claimedAccessKeyId"), key.id.ptr);
    cr_assert(-1 == signed_send(&signed_parameter, key));
    expect_refused("SignatureDoesNotMatch");
}

Test(authenticate, an_unknown_key_is_refused_before_its_signature)
{
    struct signed_key key = { REMIT_STR("AKIAIOSFODNN7EXAMPLE"), REMIT_STR("x"), REMIT_STR("") };

    cr_assert(-1 == signed_send(&signed_identity, key));
    expect_refused("InvalidClientTokenId");
}

Test(authenticate, an_inactive_key_is_refused)
{
    struct signed_key key = signed_make_key(IAM_KEY_USER, "ann");

    signed_change_key(key.id, false, 0);
    cr_assert(-1 == signed_send(&signed_identity, key));
    expect_refused("InvalidClientTokenId");
}

Test(authenticate, the_key_of_a_user_who_is_gone_is_refused)
{
    struct signed_key key = signed_make_key(IAM_KEY_USER, "ann");

    face_remove(false, "ann");
    cr_assert(-1 == signed_send(&signed_identity, key));
    expect_refused("InvalidClientTokenId");
}

Test(authenticate, a_key_with_another_keys_ciphertext_is_refused)
{
    struct signed_key key = signed_make_key(IAM_KEY_USER, "ann");
    struct signed_key other = signed_make_key(IAM_KEY_ROOT, NULL);
    struct iam_access_key record, from;

    cr_assert(0 == iam_access_key_read(face.store, key.id, &face.arena, &record, &face_err));
    cr_assert(0 == iam_access_key_read(face.store, other.id, &face.arena, &from, &face_err));
    record.ciphertext = from.ciphertext;
    cr_assert(0 == iam_access_key_write(face.store, &record, &face_err), "%s", face_err.text);
    cr_assert(-1 == signed_send(&signed_identity, key));
    expect_refused("InvalidClientTokenId");
}

/* ---- join tokens ---- */

Test(authenticate, a_join_token_proves_itself_and_may_do_nothing_here)
{
    struct signed_key key = signed_make_key(IAM_KEY_JOIN, NULL);

    cr_assert(-1 == signed_send(&signed_identity, key));
    cr_expect(face_err.kind == REMIT_ERR_DENIED);
    cr_expect(face_caller.kind == CONTROL_CALLER_JOIN_TOKEN);
    EXPECT_STR(face_caller.cluster, "default");
    EXPECT_STR(face_at(face_record("call"), "caller.type"), "JoinToken");
}

Test(authenticate, an_expired_join_token_is_refused)
{
    struct signed_key key = signed_make_key(IAM_KEY_JOIN, NULL);
    struct signed_call later = signed_identity;

    later.now = signed_now + 60;
    later.signed_at = later.now;
    cr_assert(-1 == signed_send(&later, key));
    expect_refused("ExpiredToken");
}

/* ---- clocks and scopes ---- */

static const struct {
    const struct signed_call *call;
    int64_t off_s;
    const char *code; /* NULL: accepted */
} skews[] = {
    { &signed_identity, -900, NULL },
    { &signed_identity, 900, NULL },
    { &signed_identity, -901, "SignatureDoesNotMatch" },
    { &signed_identity, 901, "SignatureDoesNotMatch" },
};

ROWS(authenticate, clocks_may_differ_as_much_as_the_service_says, skews)
{
    struct signed_call call = *skews[*row_index].call;

    call.signed_at = signed_now + skews[*row_index].off_s;
    (void)signed_send(&call, signed_make_key(IAM_KEY_USER, "ann"));
    if (skews[*row_index].code == NULL)
        cr_expect(face_err.kind == REMIT_ERR_NONE, "%s", face_err.text);
    else
        expect_refused(skews[*row_index].code);
}

static const struct {
    const char *service, *region;
    bool accepted;
} scopes[] = {
    { "sts", "eu-west-1", true },  { "sts", "us-east-1", true },  { "sts", "us-east-2", false },
    { "iam", "eu-west-1", false }, { "ssm", "eu-west-1", false }, { "sts", "", false },
};

ROWS(authenticate, a_signature_counts_for_its_region_and_service_alone, scopes)
{
    struct signed_call call = signed_identity;

    call.service = scopes[*row_index].service;
    call.region = scopes[*row_index].region;
    cr_expect((signed_send(&call, signed_make_key(IAM_KEY_USER, "ann")) == 0) ==
                  scopes[*row_index].accepted,
              "%s", face_err.text);
}

/* ---- sessions ---- */

Test(authenticate, a_role_session_is_the_role)
{
    cr_assert(0 == signed_send(&signed_identity, signed_session("r", "assumed", "", 900)), "%s",
              face_err.text);
    cr_expect(face_caller.kind == CONTROL_CALLER_SESSION);
    EXPECT_STR(face_caller.arn, "arn:aws:sts::123456789012:assumed-role/r/s");
    EXPECT_STR(face_caller.role_arn, FACE_ROLE("r"));
    EXPECT_STR(face_caller.user_id, "AROAr:s");
    EXPECT_STR(face_caller.purpose, "assumed");
    cr_expect(face_caller.issued_at == signed_now);
}

Test(authenticate, a_session_ends_at_its_expiry)
{
    struct signed_key key = signed_session("r", "assumed", "", 900);
    struct signed_call call = signed_identity;

    call.now = call.signed_at = signed_now + 899;
    cr_assert(0 == signed_send(&call, key), "%s", face_err.text);
    call.now = call.signed_at = signed_now + 900;
    cr_assert(-1 == signed_send(&call, key));
    expect_refused("ExpiredToken");
}

Test(authenticate, a_token_is_of_no_use_with_another_key)
{
    struct signed_key one = signed_session("r", "assumed", "", 900);
    struct signed_key two = signed_session("r", "assumed", "", 900);
    struct signed_key mixed = { one.id, one.secret, two.token };

    cr_assert(-1 == signed_send(&signed_identity, mixed));
    expect_refused("InvalidClientTokenId");
}

Test(authenticate, a_token_for_another_account_is_refused)
{
    struct keeper_session session = {
        .subject = REMIT_STR("arn:aws:sts::999999999999:assumed-role/r/s"),
        .role = REMIT_STR("arn:aws:iam::999999999999:role/r"),
        .purpose = REMIT_STR("assumed"),
        .extra = REMIT_STR("{\"id\":\"AROAr\"}"),
        .issued_at = signed_now,
        .duration_s = 900,
    };

    cr_assert(-1 == signed_send(&signed_identity, signed_mint(&session)));
    expect_refused("InvalidClientTokenId");
}

Test(authenticate, a_registry_login_signs_nothing)
{
    cr_assert(-1 == signed_send(&signed_identity, signed_session("r", "registry-login", "", 900)));
    expect_refused("InvalidClientTokenId");
}

Test(authenticate, a_session_ends_with_its_role)
{
    struct signed_key key = signed_session("r", "assumed", "", 900);

    cr_assert(0 == signed_send(&signed_identity, key), "%s", face_err.text);
    face_remove(true, "r");
    cr_assert(-1 == signed_send(&signed_identity, key));
    expect_refused("InvalidClientTokenId");
    face_role(&(struct face_principal){ .name = "r", .id = "anew" });
    cr_assert(-1 == signed_send(&signed_identity, key));
    expect_refused("InvalidClientTokenId");
    face_remove(true, "r");
    face_role(&(struct face_principal){ .name = "r" }); /* the same id: the same role */
    cr_assert(0 == signed_send(&signed_identity, key), "%s", face_err.text);
}

Test(authenticate, a_session_without_its_roles_id_is_refused)
{
    struct keeper_session session = {
        .subject = REMIT_STR("arn:aws:sts::123456789012:assumed-role/r/s"),
        .role = REMIT_STR(FACE_ROLE("r")),
        .purpose = REMIT_STR("assumed"),
        .issued_at = signed_now,
        .duration_s = 900,
    };

    cr_assert(-1 == signed_send(&signed_identity, signed_mint(&session)));
    expect_refused("InvalidClientTokenId");
}

/* ---- a task's sessions ---- */

static void put_task(enum ecs_status last, enum ecs_status desired)
{
    struct control_store_txn *txn = REMIT_NEW(&face.arena, struct control_store_txn);
    struct ecs_task task = { 0 };

    cr_assert(0 == ecs_task_read(face.store, REMIT_STR("default"),
                                 REMIT_STR("0123456789abcdef0123456789abcdef"), &face.arena, &task,
                                 &face_err));
    if (task.revision == 0)
        task = (struct ecs_task){
            .id = REMIT_STR("0123456789abcdef0123456789abcdef"),
            .cluster = REMIT_STR("default"),
            .arn = REMIT_STR(TASK),
            .cluster_arn = REMIT_STR("arn:aws:ecs:eu-west-1:123456789012:cluster/default"),
            .family = REMIT_STR("app"),
            .definition_arn = REMIT_STR("arn:aws:ecs:eu-west-1:123456789012:task-definition/app:1"),
            .definition = 1,
            .instance = REMIT_STR("i1"),
            .instance_arn =
                REMIT_STR("arn:aws:ecs:eu-west-1:123456789012:container-instance/default/i1"),
            .launch_type = REMIT_STR("EXTERNAL"),
            .overrides = REMIT_STR("{}"),
            .group = REMIT_STR("family:app"),
            .run_by = REMIT_STR("arn:aws:iam::123456789012:user/ann"),
        };
    task.last_status = last;
    task.desired_status = desired;
    cr_assert(0 == ecs_task_put(txn, &task, &face.arena, &face_err), "%s", face_err.text);
    cr_assert(0 == control_store_commit(face.store, txn, NULL, &face_err), "%s", face_err.text);
}

static const char *const task_purposes[] = { "task", "execution" };

ROWS(authenticate, the_credentials_of_a_task_end_when_it_is_to_stop, task_purposes)
{
    struct signed_key key;

    put_task(ECS_RUNNING, ECS_RUNNING);
    key = signed_session("r", task_purposes[*row_index], TASK, 3600);
    cr_assert(0 == signed_send(&signed_identity, key), "%s", face_err.text);
    EXPECT_STR(face_caller.source, TASK);
    put_task(ECS_RUNNING, ECS_STOPPED);
    cr_assert(-1 == signed_send(&signed_identity, key)); /* the very next request */
    expect_refused("ExpiredToken");
}

Test(authenticate, the_credentials_of_a_task_that_is_not_there_are_refused)
{
    cr_assert(-1 == signed_send(&signed_identity, signed_session("r", "task", TASK, 3600)));
    expect_refused("ExpiredToken");
}

/* ---- container instances ---- */

Test(authenticate, an_instances_session_is_the_instance)
{
    struct keeper_session session = {
        .subject = REMIT_STR("arn:aws:sts::123456789012:assumed-role/remit-container-instance/i1"),
        .purpose = REMIT_STR("instance"),
        .container_instance =
            REMIT_STR("arn:aws:ecs:eu-west-1:123456789012:container-instance/default/i1"),
        .issued_at = signed_now,
        .duration_s = 900,
    };
    struct signed_key key = signed_mint(&session);

    cr_assert(0 == signed_send(&signed_identity, key), "%s", face_err.text);
    cr_expect(face_caller.kind == CONTROL_CALLER_INSTANCE);
    EXPECT_STR(face_caller.container_instance,
               "arn:aws:ecs:eu-west-1:123456789012:container-instance/default/i1");
    cr_assert(-1 == signed_send(&signed_parameter, key));
    cr_expect(face_err.kind == REMIT_ERR_DENIED);
}

/* ---- signing keys taken away ---- */

Test(authenticate, a_token_of_a_retired_signing_key_is_refused_though_it_is_cached)
{
    struct signed_key key = signed_session("r", "assumed", "", 900);
    auto_buf struct remit_buf kid = REMIT_BUF(128);

    cr_assert(0 == signed_send(&signed_identity, key), "%s", face_err.text);
    cr_assert(0 == keeper_client_active_kid(face.keeper, &kid, &face_err));
    cr_assert(0 == keeper_client_rotate(face.keeper, &face_err), "%s", face_err.text);
    cr_assert(0 == signed_send(&signed_identity, key), "rotation alone ends nothing: %s",
              face_err.text);
    cr_assert(0 == keeper_client_retire(face.keeper, remit_buf_view(&kid), &face_err));
    cr_assert(-1 == signed_send(&signed_identity, key));
    expect_refused("InvalidClientTokenId");
    cr_assert(0 == signed_send(&signed_identity, signed_session("r", "assumed", "", 900)), "%s",
              face_err.text);
}

/* ---- tokens alone, for routes ---- */

Test(authenticate, a_token_alone_proves_its_own_purpose_only)
{
    struct control_call call;
    static const struct control_operation row = { .service = &control_ecr,
                                                  .name = "RegistryToken" };

    face_call(&call, &row);
    call.now_at = signed_now;
    cr_assert(0 == control_caller_of_token(&call,
                                           signed_session("r", "registry-login", "", 900).token,
                                           "registry-login", &face_err),
              "%s", face_err.text);
    EXPECT_STR(call.caller.arn, "arn:aws:sts::123456789012:assumed-role/r/s");
    cr_assert(-1 == control_caller_of_token(&call, signed_session("r", "assumed", "", 900).token,
                                            "registry-login", &face_err));
    EXPECT_TEXT(face_err.code, "InvalidClientTokenId");
    cr_expect(call.caller.kind == CONTROL_CALLER_NONE);
    control_call_clear(&call);
}

Test(authenticate, a_login_is_the_caller_again_with_the_same_rights_and_time_of_issue)
{
    struct control_call call, again;
    static const struct control_operation row = { .service = &control_ecr,
                                                  .name = "GetAuthorizationToken" };
    auto_keeper_minted struct keeper_minted minted = { 0 };

    put_task(ECS_RUNNING, ECS_RUNNING);
    face_call(&call, &row);
    call.now_at = signed_now;
    face_as_session(&call, "r", "s");
    call.caller.issued_at = signed_now - 60;
    call.caller.expires_at = signed_now + 3540;
    call.keeper = face.keeper;
    call.caller.purpose = REMIT_STR("execution");
    call.caller.source = REMIT_STR(TASK);
    call.caller.session_policy = REMIT_STR("{\"Version\":\"2012-10-17\",\"Statement\":[]}");
    cr_assert(0 == control_session_mint_caller(&call, "registry-login", 43200, &minted, &face_err),
              "%s", face_err.text);
    cr_expect(minted.expires_at == call.caller.expires_at, "no longer than the caller's session");
    face_call(&again, &row);
    again.now_at = signed_now;
    cr_assert(0 == control_caller_of_token(&again, remit_secret_view(&minted.session_token),
                                           "registry-login", &face_err),
              "%s", face_err.text);
    EXPECT_STR(again.caller.arn, call.caller.arn.ptr);
    EXPECT_STR(again.caller.role_arn, FACE_ROLE("r"));
    EXPECT_STR(again.caller.session_policy, "{\"Version\":\"2012-10-17\",\"Statement\":[]}");
    cr_expect(again.caller.issued_at == call.caller.issued_at);
    put_task(ECS_RUNNING, ECS_STOPPED);
    cr_assert(-1 == control_caller_of_token(&again, remit_secret_view(&minted.session_token),
                                            "registry-login", &face_err));
    EXPECT_TEXT(face_err.code, "ExpiredToken");
    control_call_clear(&again);
}

/* ---- minting ---- */

Test(authenticate, a_tasks_session_is_minted_only_while_the_role_trusts_ecs)
{
    struct control_call call;
    struct iam_principal_record role;
    static const struct control_operation row = { .service = &control_ecs, .name = "Poll" };
    auto_keeper_minted struct keeper_minted minted = { 0 };
    struct control_session session = { .role = &role,
                                       .name = REMIT_STR("0123456789abcdef0123456789abcdef"),
                                       .purpose = "task",
                                       .source = REMIT_STR(TASK),
                                       .caller_proof = REMIT_STR("link"),
                                       .duration_s = 3600 };

    put_task(ECS_PENDING, ECS_RUNNING);
    cr_assert(0 == iam_role_read(face.store, REMIT_STR("r"), &face.arena, &role, &face_err));
    face_call(&call, &row);
    call.now_at = signed_now;
    call.keeper = face.keeper;
    cr_assert(0 == control_session_mint(&call, &session, &minted, &face_err), "%s", face_err.text);
    EXPECT_STR(face_at(face_record("SessionMinted"), "subject"),
               "arn:aws:sts::123456789012:assumed-role/r/0123456789abcdef0123456789abcdef");
    EXPECT_STR(face_at(face_record("SessionMinted"), "purpose"), "task");
    EXPECT_STR(face_at(face_record("SessionMinted"), "source"), TASK);
    keeper_minted_drop(&minted);
    role.trust =
        REMIT_STR("{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\","
                  "\"Principal\":{\"AWS\":\"123456789012\"},\"Action\":\"sts:AssumeRole\"}}");
    cr_assert(-1 == control_session_mint(&call, &session, &minted, &face_err));
    cr_expect(face_err.kind == REMIT_ERR_DENIED);
    session.purpose = "assumed"; /* whose trust the operation has asked itself */
    cr_assert(0 == control_session_mint(&call, &session, &minted, &face_err), "%s", face_err.text);
}

/* ---- strangers and the log ---- */

Test(authenticate, strangers_cannot_fill_the_log)
{
    struct signed_key key = { REMIT_STR("AKIAIOSFODNN7EXAMPLE"), REMIT_STR("x"), REMIT_STR("") };
    struct signed_call call = signed_identity;

    for (int i = 0; i < 200; i++)
        (void)signed_send(&call, key);
    cr_expect(face_records("call") == CONTROL_REFUSALS_A_SECOND);
    call.now = signed_now + 1;
    (void)signed_send(&call, key);
    cr_expect(remit_json_int(remit_json_get(face_record("call"), "refusalsUnwritten")) ==
              200 - CONTROL_REFUSALS_A_SECOND);
}
