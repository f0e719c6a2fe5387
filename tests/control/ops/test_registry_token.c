/* GET /registry/token: who gets a token for what, and what the others read. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "common/base/encode.h"
#include "control/http/routes.h"
#include "tests/control/ops/documents.h"
#include "tests/control/ops/fake_keeper.h"
#include "tests/control/ops/op.h"
#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

#define KEY1    "AKIA0000000000000001"
#define ANN     "arn:aws:iam::" FACE_ACCOUNT ":user/ann"
#define REPO(n) "arn:aws:ecr:eu-west-1:" FACE_ACCOUNT ":repository/" n
#define PULL    "[\"ecr:GetAuthorizationToken\",\"ecr:BatchGetImage\",\"ecr:GetDownloadUrlForLayer\"]"
#define PUSH                                                                                       \
    "[\"ecr:GetAuthorizationToken\",\"ecr:BatchGetImage\",\"ecr:GetDownloadUrlForLayer\","         \
    "\"ecr:BatchCheckLayerAvailability\",\"ecr:InitiateLayerUpload\",\"ecr:UploadLayerPart\","     \
    "\"ecr:CompleteLayerUpload\",\"ecr:PutImage\"]"
#define ALLOW_LIST(actions, resource)                                                              \
    DOCUMENT("\"Effect\":\"Allow\",\"Action\":" actions ",\"Resource\":\"" resource "\"")

static char basic[8192]; /* the Authorization header of ann's login */

static void as_ann(struct control_call *call)
{
    face_as_user(call, "ann");
    call->caller.access_key_id = REMIT_STR(KEY1);
    call->caller.user_id = remit_arena_str(call->arena, remit_str_of(op_element("UserId")));
}

static void grant(const char *document)
{
    char body[2048];

    (void)snprintf(body, sizeof(body), "UserName=ann&PolicyName=p&PolicyDocument=%s", document);
    op_must("PutUserPolicy", body);
}

static void log_in(void)
{
    op_must("GetUser", "UserName=ann"); /* for as_ann: her id */
    cr_assert(op_as(as_ann, "GetAuthorizationToken", "{}") == 0, "%s", face_err.text);
    (void)snprintf(basic, sizeof(basic), "Basic %s",
                   op_member("authorizationData.0.authorizationToken"));
}

static void open_realm(void)
{
    op_open();
    op_must("CreateRepository", "{\"repositoryName\":\"web\"}");
    op_must("CreateRepository", "{\"repositoryName\":\"base\"}");
    op_must("CreateUser", "UserName=ann");
    op_must("CreateAccessKey", "UserName=ann");
    grant(ALLOW("ecr:GetAuthorizationToken", "*"));
    log_in();
}

TestSuite(registry_token, .init = open_realm, .fini = op_close, .timeout = 60);

static const struct control_operation route = { .service = &control_ecr,
                                                .name = "RegistryToken",
                                                .reads_only = true };

/* One request; the answer's body is in face_out, a refusal in face_err. */
static int ask_at(double now, const char *authorization, const char *query)
{
    struct remit_arena arena = REMIT_ARENA(CONTROL_ARENA_MAX);
    struct remit_http_header header = { REMIT_STR("Authorization"), remit_str_of(authorization) };
    struct remit_http_request request = { .method = REMIT_STR("GET"),
                                          .path = REMIT_STR("/registry/token"),
                                          .query = remit_str_of(query),
                                          .headers = &header,
                                          .n_headers = authorization != NULL };
    struct remit_http_response response = { 0 };
    struct control_call call;
    int result = 0;

    remit_buf_init(&response.body, 65536);
    control_call_init(&call, &face.server, &arena, now);
    call.operation = &route;
    face_err = (struct remit_err){ 0 };
    remit_buf_clear(&face_out);
    result = control_registry_token(&call, &request, &response, &face_err);
    remit_buf_put(&face_out, remit_buf_view(&response.body));
    remit_buf_drop(&response.body);
    control_call_clear(&call);
    remit_arena_drop(&arena);
    return result;
}

static int ask(const char *query)
{
    (void)snprintf(fake_keeper_last.registry, sizeof(fake_keeper_last.registry), "no token");
    return ask_at(FACE_NOW, basic, query);
}

static void expect_denied(int result, const char *action, const char *repository)
{
    char text[512];

    (void)snprintf(text, sizeof(text),
                   "User: " ANN " is not authorized to perform: %s on resource: " REPO(
                       "%s") " because no identity-based policy allows the %s action",
                   action, repository, action);
    EXPECT_REFUSED(result, REMIT_ERR_DENIED, "DENIED", text);
    EXPECT_TEXT(fake_keeper_last.registry, "no token");
}

Test(registry_token, a_login_alone_gets_a_token_for_nothing)
{
    cr_assert(ask("account=AWS&client_id=docker&offline_token=true&service=remit-registry") == 0,
              "%s", face_err.text);
    EXPECT_STR(remit_buf_view(&face_out),
               "{\"token\":\"a.registry.token\",\"access_token\":\"a.registry.token\","
               "\"expires_in\":300,\"issued_at\":\"2026-07-25T17:20:00Z\"}");
    EXPECT_TEXT(fake_keeper_last.registry, "");
    EXPECT_TEXT(fake_keeper_last.subject, ANN);
}

Test(registry_token, who_may_not_pull_reads_which_action_is_missing)
{
    expect_denied(ask("service=remit-registry&scope=repository:web:pull"), "ecr:BatchGetImage",
                  "web");
    grant(ALLOW("ecr:BatchGetImage", "*"));
    expect_denied(ask("service=remit-registry&scope=repository:web:pull"),
                  "ecr:GetDownloadUrlForLayer", "web");
}

Test(registry_token, pull_is_granted_for_the_repository_that_is_allowed)
{
    grant(ALLOW_LIST(PULL, REPO("web")));
    cr_expect(ask("scope=repository:web:pull") == 0, "%s", face_err.text);
    EXPECT_TEXT(fake_keeper_last.registry, "web:pull");
    expect_denied(ask("scope=repository:base:pull"), "ecr:BatchGetImage", "base");
    cr_expect(ask("scope=repository:base:pull&scope=repository:web:pull") == 0);
    EXPECT_TEXT(fake_keeper_last.registry, "web:pull"); /* exactly what is allowed */
}

Test(registry_token, push_needs_every_action_of_a_push)
{
    grant(ALLOW_LIST(PULL, "*"));
    expect_denied(ask("scope=repository:web:pull,push"), "ecr:BatchCheckLayerAvailability", "web");
    grant(ALLOW_LIST(PUSH, REPO("web")));
    cr_expect(ask("scope=repository:web:pull,push") == 0, "%s", face_err.text);
    EXPECT_TEXT(fake_keeper_last.registry, "web:pull,push");
    cr_expect(ask("scope=repository:web:push") == 0);
    EXPECT_TEXT(fake_keeper_last.registry, "web:pull,push");
    cr_expect(ask("scope=repository:web:pull") == 0);
    EXPECT_TEXT(fake_keeper_last.registry, "web:pull");
}

Test(registry_token, what_is_not_asked_for_or_not_known_is_not_granted)
{
    grant(ALLOW("ecr:*", "*"));
    cr_expect(ask("scope=repository:web:*") == 0);
    EXPECT_TEXT(fake_keeper_last.registry, "");
    cr_expect(ask("scope=registry:catalog:*") == 0);
    EXPECT_TEXT(fake_keeper_last.registry, "");
}

Test(registry_token, only_who_may_use_a_repository_learns_that_it_is_missing)
{
    expect_denied(ask("scope=repository:none:pull"), "ecr:BatchGetImage", "none");
    grant(ALLOW("ecr:*", "*"));
    EXPECT_REFUSED(ask("scope=repository:none:pull"), REMIT_ERR_NOT_FOUND, "NAME_UNKNOWN",
                   "The repository with name 'none' does not exist in the registry with id "
                   "'" FACE_ACCOUNT "'");
}

Test(registry_token, policies_of_this_moment_count)
{
    grant(ALLOW("ecr:*", "*"));
    cr_expect(ask("scope=repository:web:pull") == 0);
    grant(DOCUMENT("\"Effect\":\"Deny\",\"Action\":\"ecr:BatchGetImage\",\"Resource\":\"*\""));
    cr_expect(ask("scope=repository:web:pull") == -1);
    EXPECT_TEXT(face_err.text,
                "User: " ANN " is not authorized to perform: ecr:BatchGetImage on resource: " REPO(
                    "web") " with an explicit deny in an identity-based policy");
}

Test(registry_token, a_deny_by_a_repositorys_tag_holds)
{
    op_must("CreateRepository", "{\"repositoryName\":\"secret\",\"tags\":[{\"Key\":\"class\","
                                "\"Value\":\"secret\"}]}");
    op_must("PutUserPolicy", "UserName=ann&PolicyName=all&PolicyDocument=" ALLOW("ecr:*", "*"));
    grant(DOCUMENT("\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{"
                   "\"StringEquals\":{\"aws:ResourceTag/class\":\"secret\"}}"));
    cr_expect(ask("scope=repository:web:pull") == 0, "%s", face_err.text);
    cr_expect(ask("scope=repository:secret:pull") == -1);
    EXPECT_TEXT(face_err.code, "DENIED");
}

/* ---- whose login it is ---- */

static void expect_unauthorized(int result, const char *sentence)
{
    EXPECT_REFUSED(result, REMIT_ERR_UNAUTHENTICATED, "UNAUTHORIZED", sentence);
}

#define NOT_VALID "the login is not valid or has expired; log in again"

Test(registry_token, without_a_login_there_is_no_token)
{
    expect_unauthorized(ask_at(FACE_NOW, NULL, ""), "authentication required");
    expect_unauthorized(ask_at(FACE_NOW, "Bearer abc", ""), "the login is not readable");
    expect_unauthorized(ask_at(FACE_NOW, "Basic !!!", ""), "the login is not readable");
    expect_unauthorized(ask_at(FACE_NOW, "Basic YW5uOng=", ""), "the user name must be AWS");
    expect_unauthorized(ask_at(FACE_NOW, "Basic QVdT", ""), "the user name must be AWS");
    expect_unauthorized(ask_at(FACE_NOW, "Basic QVdTOg==", ""), NOT_VALID);
    expect_unauthorized(ask_at(FACE_NOW, "Basic QVdTOmFiYw==", ""), NOT_VALID);
}

Test(registry_token, a_login_that_was_altered_is_refused)
{
    size_t middle = strlen(basic) / 2;

    basic[middle] = basic[middle] == 'A' ? 'B' : 'A';
    expect_unauthorized(ask(""), NOT_VALID);
}

Test(registry_token, a_login_ends_after_twelve_hours)
{
    cr_expect(ask_at(FACE_NOW + 12 * 3600 - 61, basic, "") == 0, "%s", face_err.text);
    cr_expect(fake_keeper_last.duration_s == 61, "never longer than the login");
    expect_unauthorized(ask_at(FACE_NOW + 12 * 3600, basic, ""), NOT_VALID);
}

Test(registry_token, a_login_dies_with_the_access_key_that_got_it)
{
    op_must("UpdateAccessKey", "UserName=ann&Status=Inactive&AccessKeyId=" KEY1);
    expect_unauthorized(ask(""), "the login's access key is not active");
    op_must("UpdateAccessKey", "UserName=ann&Status=Active&AccessKeyId=" KEY1);
    cr_expect(ask("") == 0, "%s", face_err.text);
    op_must("DeleteAccessKey", "UserName=ann&AccessKeyId=" KEY1);
    expect_unauthorized(ask(""), "the login's access key is no longer there");
}

Test(registry_token, a_user_made_anew_is_another_user)
{
    op_must("DeleteUserPolicy", "UserName=ann&PolicyName=p");
    op_must("DeleteAccessKey", "UserName=ann&AccessKeyId=" KEY1);
    op_must("DeleteUser", "UserName=ann");
    expect_unauthorized(ask(""), NOT_VALID);
    op_must("CreateUser", "UserName=ann");
    expect_unauthorized(ask(""), NOT_VALID);
}

Test(registry_token, a_session_that_is_no_login_is_refused)
{
    auto_keeper_minted struct keeper_minted minted = { 0 };
    struct keeper_session session = { .subject = REMIT_STR(ANN),
                                      .purpose = REMIT_STR("assumed"),
                                      .issued_at = FACE_NOW,
                                      .duration_s = 3600 };
    struct remit_buf login = REMIT_BUF(8192);
    struct remit_buf text = REMIT_BUF(8192);
    struct remit_err err = { 0 };

    cr_assert(keeper_client_mint(fake_keeper(), &session, &minted, &err) == 0);
    remit_buf_put_cstr(&login, "AWS:");
    remit_buf_put(&login, remit_secret_view(&minted.session_token));
    remit_buf_put_cstr(&text, "Basic ");
    remit_base64_put(&text, remit_buf_view(&login));
    expect_unauthorized(ask_at(FACE_NOW, remit_buf_cstr(&text), ""), NOT_VALID);
    remit_buf_drop(&login);
    remit_buf_drop(&text);
}
