/* AssumeRole: who may, for how long, with which tags and under which session policy. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/control/ops/documents.h"
#include "tests/control/ops/fake_keeper.h"
#include "tests/control/ops/op.h"
#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

#define ACCOUNT   "arn:aws:iam::" FACE_ACCOUNT
#define ANN       ACCOUNT ":user/ann"
#define ASSUME    "RoleArn=" FACE_ROLE("web") "&RoleSessionName=s1"
#define TRUST_ANN TRUST("AWS", ANN)
/* Everything a trust policy can give to ann. */
#define TRUST_ALL                                                                                  \
    DOCUMENT("\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"" ANN "\"},\"Action\":["               \
             "\"sts:AssumeRole\",\"sts:TagSession\",\"sts:SetSourceIdentity\"]")

static void open_sts(void)
{
    op_open();
    op_must("CreateUser", "UserName=ann");
    op_must("CreateRole", "RoleName=web&AssumeRolePolicyDocument=" TRUST_ANN);
}

TestSuite(assume_role, .init = open_sts, .fini = op_close, .timeout = 60);

static void trust(const char *document)
{
    char body[4096];

    (void)snprintf(body, sizeof(body), "RoleName=web&PolicyDocument=%s", document);
    op_must("UpdateAssumeRolePolicy", body);
}

static void must_ann(const char *body)
{
    cr_assert(op_user("ann", "AssumeRole", body) == 0, "%s: %s", face_err.code, face_err.text);
}

Test(assume_role, who_the_trust_policy_names_gets_a_session)
{
    must_ann(ASSUME);
    EXPECT_TEXT(op_element("AccessKeyId"), "ASIA0000000000000001");
    EXPECT_TEXT(op_element("Expiration"), "2026-07-25T18:20:00Z");
    EXPECT_TEXT(op_element("SecretAccessKey"), "a-session-secret-of-forty-characters-all");
    cr_expect(strncmp(op_element("SessionToken"), "ey", 2) == 0);
    EXPECT_HAS("<Arn>arn:aws:sts::" FACE_ACCOUNT ":assumed-role/web/s1</Arn>");
    cr_expect(strlen(op_element("AssumedRoleId")) == 21 + 3);
    EXPECT_LACKS("PackedPolicySize");
    EXPECT_LACKS("SourceIdentity");
    EXPECT_TEXT(fake_keeper_last.purpose, "assumed");
    EXPECT_TEXT(fake_keeper_last.source, ANN);
    EXPECT_TEXT(fake_keeper_last.role, FACE_ROLE("web"));
    cr_expect(fake_keeper_last.duration_s == 3600);
}

#define DENIED(role)                                                                               \
    "User: " ACCOUNT                                                                               \
    ":user/bob is not authorized to perform: sts:AssumeRole on resource: " FACE_ROLE(              \
        role) " because no role trust policy allows the sts:AssumeRole action"

Test(assume_role, a_role_that_is_not_there_is_refused_in_the_same_words)
{
    op_must("CreateUser", "UserName=bob");
    op_must("PutUserPolicy", "UserName=bob&PolicyName=p&PolicyDocument=" ALLOW("sts:*", "*"));
    EXPECT_REFUSED(op_user("bob", "AssumeRole", ASSUME), REMIT_ERR_DENIED, "AccessDenied",
                   DENIED("web"));
    EXPECT_REFUSED(op_user("bob", "AssumeRole", "RoleArn=" FACE_ROLE("none") "&RoleSessionName=s1"),
                   REMIT_ERR_DENIED, "AccessDenied", DENIED("none"));
}

Test(assume_role, trust_in_the_account_leaves_it_to_identity_policies)
{
    trust(TRUST("AWS", ACCOUNT ":root"));
    cr_expect(op_user("ann", "AssumeRole", ASSUME) == -1);
    cr_expect(strstr(face_err.text, "no identity-based policy allows") != NULL, "%s",
              face_err.text);
    op_must("PutUserPolicy",
            "UserName=ann&PolicyName=p&PolicyDocument=" ALLOW("sts:AssumeRole", FACE_ROLE("web")));
    must_ann(ASSUME);
}

Test(assume_role, an_external_id_can_be_asked_for)
{
    trust(DOCUMENT("\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"" ANN "\"},\"Action\":"
                   "\"sts:AssumeRole\",\"Condition\":{\"StringEquals\":{\"sts:ExternalId\":"
                   "\"abc\"}}"));
    cr_expect(op_user("ann", "AssumeRole", ASSUME) == -1);
    cr_expect(op_user("ann", "AssumeRole", ASSUME "&ExternalId=abd") == -1);
    must_ann(ASSUME "&ExternalId=abc");
}

static const struct row {
    const char *name;
    const char *body;
    enum remit_err_kind kind;
    const char *code, *text;
} rows[] = {
    { "no role's ARN", "RoleArn=" ACCOUNT ":user/ann&RoleSessionName=s1", REMIT_ERR_INVALID,
      "ValidationError", ACCOUNT ":user/ann is invalid" },
    { "a short session name", "RoleArn=" FACE_ROLE("web") "&RoleSessionName=s", REMIT_ERR_INVALID,
      "ValidationError",
      "1 validation error detected: Value 's' at 'roleSessionName' failed to satisfy constraint: "
      "Member must have length greater than or equal to 2" },
    { "too short", ASSUME "&DurationSeconds=899", REMIT_ERR_INVALID, "ValidationError",
      "1 validation error detected: Value '899' at 'durationSeconds' failed to satisfy constraint: "
      "Member must have value greater than or equal to 900" },
    { "longer than the role's most", ASSUME "&DurationSeconds=3601", REMIT_ERR_INVALID,
      "ValidationError",
      "The requested DurationSeconds exceeds the MaxSessionDuration set for this role." },
    { "a second factor", ASSUME "&SerialNumber=arn:aws:iam::1:mfa/x&TokenCode=123456",
      REMIT_ERR_DENIED, "AccessDenied",
      "MultiFactorAuthentication failed with invalid MFA one time pass code. " },
    { "a managed policy that is not there",
      ASSUME "&PolicyArns.member.1.arn=" ACCOUNT ":policy/none", REMIT_ERR_INVALID,
      "InvalidParameterValue",
      "Policy " ACCOUNT ":policy/none does not exist or is not attachable." },
    { "a tag twice",
      ASSUME "&Tags.member.1.Key=a&Tags.member.1.Value=1&Tags.member.2.Key=A&"
             "Tags.member.2.Value=2",
      REMIT_ERR_INVALID, "InvalidParameterValue",
      "Duplicate tag keys found. Please note that Tag keys are case insensitive." },
    { "a tag that would be a pattern", ASSUME "&Tags.member.1.Key=a&Tags.member.1.Value=*",
      REMIT_ERR_INVALID, "ValidationError",
      "1 validation error detected: Value '*' at 'tags.1.member.value' failed to satisfy "
      "constraint: Member must satisfy regular expression pattern: "
      "[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*" },
    { "a transitive key without its tag", ASSUME "&TransitiveTagKeys.member.1=a", REMIT_ERR_INVALID,
      "InvalidParameterValue",
      "The specified transitive tag key must be included in the requested tags." },
    { "a tag of AWS's", ASSUME "&Tags.member.1.Key=aws:x&Tags.member.1.Value=1", REMIT_ERR_INVALID,
      "InvalidParameterValue", "Tag keys beginning with aws: are reserved." },
};

ROWS(assume_role, refused, rows)
{
    const struct row *r = &rows[*row_index];

    trust(TRUST_ALL);
    EXPECT_REFUSED(op_user("ann", "AssumeRole", r->body), r->kind, r->code, r->text);
}

Test(assume_role, root_may_not)
{
    EXPECT_REFUSED(op("AssumeRole", ASSUME), REMIT_ERR_DENIED, "AccessDenied",
                   "Roles may not be assumed by root accounts.");
}

/* ---- session policies ---- */

Test(assume_role, a_session_policy_goes_into_the_token_without_white_space)
{
    must_ann(ASSUME "&Policy={ \"Version\": \"2012-10-17\", \"Statement\": { \"Effect\": "
                    "\"Allow\", \"Action\": \"s3:*\", \"Resource\": \"*\" } }");
    EXPECT_TEXT(fake_keeper_last.policy, ALLOW("s3:*", "*"));
    cr_expect(op_element("PackedPolicySize") != NULL);
    cr_assert(op_user("ann", "AssumeRole", ASSUME "&Policy={}") == -1);
    EXPECT_TEXT(face_err.code, "MalformedPolicyDocument");
}

Test(assume_role, inline_and_managed_session_policies_unite)
{
    op_must("CreatePolicy", "PolicyName=p&PolicyDocument=" ALLOW("ssm:*", "*"));
    must_ann(ASSUME "&PolicyArns.member.1.arn=" ACCOUNT ":policy/p&Policy=" ALLOW("s3:*", "*"));
    EXPECT_TEXT(fake_keeper_last.policy,
                "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":"
                "\"s3:*\",\"Resource\":\"*\"},{\"Effect\":\"Allow\",\"Action\":\"ssm:*\","
                "\"Resource\":\"*\"}]}");
    must_ann(ASSUME "&PolicyArns.member.1.arn=arn:aws:iam::aws:policy/IAMReadOnlyAccess");
    cr_expect(strstr(fake_keeper_last.policy, "iam:Get*") != NULL);
}

Test(assume_role, a_policy_too_large_for_a_token_is_refused)
{
    char body[4096];
    char fill[1900];

    memset(fill, 'x', sizeof(fill) - 1);
    fill[sizeof(fill) - 1] = '\0';
    op_must("CreatePolicy", "PolicyName=p&PolicyDocument=" ALLOW("ssm:*", "*"));
    for (int i = 0; i < 2; i++) {
        (void)snprintf(body, sizeof(body),
                       "PolicyName=big%d&PolicyDocument=" ALLOW("s3:Get", "arn:aws:s3:::%s"), i,
                       fill);
        op_must("CreatePolicy", body);
    }
    cr_assert(op_user("ann", "AssumeRole",
                      ASSUME "&PolicyArns.member.1.arn=" ACCOUNT
                             ":policy/big0&PolicyArns.member.2.arn=" ACCOUNT ":policy/big1") == -1);
    EXPECT_TEXT(face_err.code, "PackedPolicyTooLarge");
}

/* ---- tags, source identity, chains ---- */

#define TAGGED ASSUME "&Tags.member.1.Key=team&Tags.member.1.Value=x"

Test(assume_role, tags_need_their_own_trust)
{
    cr_expect(op_user("ann", "AssumeRole", TAGGED) == -1);
    cr_expect(strstr(face_err.text, "sts:TagSession") != NULL, "%s", face_err.text);
    trust(TRUST_ALL);
    must_ann(TAGGED "&TransitiveTagKeys.member.1=TEAM");
    cr_expect(strstr(fake_keeper_last.extra, "\"tags\":{\"team\":\"x\"},\"tr\":[\"team\"]") != NULL,
              "%s", fake_keeper_last.extra);
}

Test(assume_role, a_source_identity_needs_its_own_trust)
{
    cr_expect(op_user("ann", "AssumeRole", ASSUME "&SourceIdentity=ann-herself") == -1);
    cr_expect(strstr(face_err.text, "sts:SetSourceIdentity") != NULL, "%s", face_err.text);
    trust(TRUST_ALL);
    must_ann(ASSUME "&SourceIdentity=ann-herself");
    EXPECT_TEXT(op_element("SourceIdentity"), "ann-herself");
}

#define TRUST_FIRST                                                                                \
    DOCUMENT("\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"" FACE_ROLE(                           \
        "first") "\"},\"Action\":\"sts:*\"")

static struct remit_json *chain_tags;

/* A session of role "first" with a transitive tag and a source identity. */
static void as_first(struct control_call *call)
{
    struct remit_err err = { 0 };

    face_as_session(call, "first", "s0");
    if (chain_tags == NULL)
        cr_assert(remit_json_parse(REMIT_STR("{\"tags\":{\"team\":\"x\",\"mine\":\"y\"},\"tr\":["
                                             "\"team\"]}"),
                                   128, &chain_tags, &err) == 0);
    call->caller.tags = remit_json_get(chain_tags, "tags");
    call->caller.transitive = remit_json_get(chain_tags, "tr");
    call->caller.source_identity = REMIT_STR("ann");
}

static int chain(const char *body)
{
    return op_as(as_first, "AssumeRole", body);
}

static void open_chain(void)
{
    op_must("CreateRole", "RoleName=first&AssumeRolePolicyDocument=" TRUST_ANN);
    op_must("CreateRole",
            "RoleName=long&MaxSessionDuration=7200&AssumeRolePolicyDocument=" TRUST_FIRST);
    op_must("PutRolePolicy", "RoleName=first&PolicyName=p&PolicyDocument=" ALLOW("sts:*", "*"));
    trust(TRUST_FIRST);
}

Test(assume_role, a_chain_keeps_transitive_tags_and_source_identity)
{
    open_chain();
    cr_assert(chain(ASSUME) == 0, "%s", face_err.text);
    cr_expect(strstr(fake_keeper_last.extra, "\"si\":\"ann\"") != NULL, "%s",
              fake_keeper_last.extra);
    cr_expect(strstr(fake_keeper_last.extra, "\"tags\":{\"team\":\"x\"},\"tr\":[\"team\"]") != NULL,
              "%s", fake_keeper_last.extra);
    EXPECT_TEXT(op_element("SourceIdentity"), "ann");
    EXPECT_REFUSED(chain(ASSUME "&Tags.member.1.Key=Team&Tags.member.1.Value=z"), REMIT_ERR_INVALID,
                   "InvalidParameterValue",
                   "One of the specified transitive tag keys can't be set because it conflicts "
                   "with a transitive tag key from the calling session.");
    EXPECT_REFUSED(chain(ASSUME "&SourceIdentity=bob"), REMIT_ERR_DENIED, "AccessDenied",
                   "The source identity of the calling session can't be changed.");
    cr_expect(chain(ASSUME "&SourceIdentity=ann") == 0, "%s", face_err.text);
}

Test(assume_role, a_chain_lasts_an_hour_at_most)
{
    open_chain();
    EXPECT_REFUSED(chain("RoleSessionName=s1&DurationSeconds=3601&RoleArn=" FACE_ROLE("long")),
                   REMIT_ERR_INVALID, "ValidationError",
                   "The requested DurationSeconds exceeds the 1 hour session limit for roles "
                   "assumed by role chaining");
    cr_expect(chain("RoleSessionName=s1&RoleArn=" FACE_ROLE("long")) == 0, "%s", face_err.text);
}

Test(assume_role, an_inherited_tag_stands_before_the_roles_own)
{
    open_chain();
    op_must("CreateRole",
            "RoleName=tagged&Tags.member.1.Key=team&Tags.member.1.Value=own&"
            "AssumeRolePolicyDocument=" DOCUMENT(
                "\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"" FACE_ROLE(
                    "first") "\"},\"Action\":\"sts:*\",\"Condition\":{\"StringEquals\":{"
                             "\"iam:ResourceTag/team\":\"x\"}}"));
    cr_expect(chain("RoleSessionName=s1&RoleArn=" FACE_ROLE("tagged")) == 0, "%s", face_err.text);
}

#define TASK "arn:aws:ecs:eu-west-1:" FACE_ACCOUNT ":task/c/0123456789abcdef0123456789abcdef"

static void as_task(struct control_call *call)
{
    face_as_session(call, "first", "0123456789abcdef0123456789abcdef");
    call->caller.purpose = REMIT_STR("task");
    call->caller.source = REMIT_STR(TASK);
}

Test(assume_role, what_a_tasks_session_makes_ends_with_the_task)
{
    open_chain();
    cr_assert(op_as(as_task, "AssumeRole", ASSUME) == 0, "%s", face_err.text);
    EXPECT_TEXT(fake_keeper_last.source, TASK);
}

/* ---- who is trusted is who was there ---- */

Test(assume_role, a_user_made_anew_is_not_trusted)
{
    must_ann(ASSUME);
    op_must("DeleteUser", "UserName=ann");
    op_must("CreateUser", "UserName=ann");
    cr_expect(op_user("ann", "AssumeRole", ASSUME) == -1, "the old ann was trusted");
    EXPECT_TEXT(face_err.code, "AccessDenied");
    trust(TRUST_ANN); /* said again, it is the new one */
    must_ann(ASSUME);
}

Test(assume_role, a_role_made_anew_is_not_trusted)
{
    open_chain();
    cr_assert(chain(ASSUME) == 0, "%s", face_err.text);
    op_must("DeleteRolePolicy", "RoleName=first&PolicyName=p");
    op_must("DeleteRole", "RoleName=first");
    op_must("CreateRole", "RoleName=first&AssumeRolePolicyDocument=" TRUST_ANN);
    op_must("PutRolePolicy", "RoleName=first&PolicyName=p&PolicyDocument=" ALLOW("sts:*", "*"));
    cr_expect(chain(ASSUME) == -1);
}

static void replace_role(void)
{
    op_must("DeleteRole", "RoleName=web");
    op_must("CreateRole", "RoleName=web&AssumeRolePolicyDocument=" ECS_TRUST);
}

Test(assume_role, a_role_that_is_replaced_meanwhile_is_not_assumed)
{
    EXPECT_REFUSED(op_user_while(replace_role, "ann", "AssumeRole", ASSUME), REMIT_ERR_DENIED,
                   "AccessDenied", "The role was replaced while it was being assumed.");
}

/* ---- GetCallerIdentity ---- */

Test(assume_role, anybody_may_ask_who_they_are)
{
    op_must("PutUserPolicy", "UserName=ann&PolicyName=p&PolicyDocument=" DOCUMENT(
                                 "\"Effect\":\"Deny\",\"Action\":\"sts:*\",\"Resource\":\"*\""));
    cr_assert(op_user("ann", "GetCallerIdentity", "") == 0, "%s", face_err.text);
    EXPECT_TEXT(op_element("Arn"), ANN);
    EXPECT_TEXT(op_element("Account"), FACE_ACCOUNT);
    EXPECT_TEXT(op_element("UserId"), "AIDAann");
    op_must("GetCallerIdentity", "");
    EXPECT_TEXT(op_element("Arn"), ACCOUNT ":root");
    EXPECT_TEXT(op_element("UserId"), FACE_ACCOUNT);
}
