/* Repositories, and the login that a registry takes. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "common/base/encode.h"
#include "control/ecr_data.h"
#include "tests/control/ops/documents.h"
#include "tests/control/ops/fake_keeper.h"
#include "tests/control/ops/op.h"
#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

TestSuite(ecr, .init = op_open, .fini = op_close, .timeout = 60);

#define ARN "arn:aws:ecr:eu-west-1:" FACE_ACCOUNT ":repository/"

Test(ecr, a_repository_is_described_as_it_was_made)
{
    op_must("CreateRepository", "{\"repositoryName\":\"team/web\"}");
    EXPECT_STR(remit_buf_view(&face_out),
               "{\"repository\":{\"repositoryArn\":\"" ARN
               "team/web\",\"registryId\":\"" FACE_ACCOUNT
               "\",\"repositoryName\":\"team/web\",\"repositoryUri\":"
               "\"127.0.0.1:5000/team/web\",\"createdAt\":1785000000.000,"
               "\"imageTagMutability\":\"MUTABLE\",\"imageScanningConfiguration\":{"
               "\"scanOnPush\":false},\"encryptionConfiguration\":{\"encryptionType\":"
               "\"AES256\"}}}");
    op_must("DescribeRepositories", "{\"repositoryNames\":[\"team/web\"]}");
    EXPECT_TEXT(op_member("repositories.0.repositoryArn"), ARN "team/web");
}

static const struct op_refusal rows[] = {
    { "twice", "CreateRepository", "{\"repositoryName\":\"web\"}", REMIT_ERR_CONFLICT,
      "RepositoryAlreadyExistsException",
      "The repository with name 'web' already exists in the registry with id '" FACE_ACCOUNT "'" },
    { "one of several is missing", "DescribeRepositories",
      "{\"repositoryNames\":[\"web\",\"none\"]}", REMIT_ERR_NOT_FOUND,
      "RepositoryNotFoundException",
      "The repository with name 'none' does not exist in the registry with id '" FACE_ACCOUNT "'" },
    { "immutable tags", "CreateRepository",
      "{\"repositoryName\":\"b2\",\"imageTagMutability\":\"IMMUTABLE\"}", REMIT_ERR_INVALID,
      "InvalidParameterException",
      "Invalid parameter: 'imageTagMutability' can be MUTABLE only; the registry does not hold "
      "tags fast." },
    { "scanning", "CreateRepository",
      "{\"repositoryName\":\"b2\",\"imageScanningConfiguration\":{\"scanOnPush\":true}}",
      REMIT_ERR_INVALID, "InvalidParameterException",
      "Invalid parameter: 'scanOnPush' can be false only; images are not scanned." },
    { "another key", "CreateRepository",
      "{\"repositoryName\":\"b2\",\"encryptionConfiguration\":{\"encryptionType\":\"KMS\"}}",
      REMIT_ERR_INVALID, "InvalidParameterException",
      "Invalid parameter: 'encryptionType' can be AES256 only; there is no KMS." },
    { "pages of named ones", "DescribeRepositories",
      "{\"repositoryNames\":[\"web\"],\"maxResults\":1}", REMIT_ERR_INVALID,
      "InvalidParameterException",
      "Invalid parameter: 'nextToken' and 'maxResults' can't be used with 'repositoryNames'." },
    { "a login for another registry", "GetAuthorizationToken",
      "{\"registryIds\":[\"999999999999\"]}", REMIT_ERR_INVALID, "InvalidParameterException",
      "Invalid parameter at 'registryIds': there is no registry with id '999999999999'" },
    { "a tag twice", "CreateRepository",
      "{\"repositoryName\":\"b2\",\"tags\":[{\"Key\":\"a\",\"Value\":\"1\"},{\"Key\":\"a\","
      "\"Value\":\"2\"}]}",
      REMIT_ERR_INVALID, "InvalidTagParameterException",
      "Duplicate tag keys found. Please note that Tag keys are case insensitive." },
};

ROWS(ecr, refused, rows)
{
    op_must("CreateRepository", "{\"repositoryName\":\"web\"}");
    EXPECT_REFUSAL(&rows[*row_index]);
}

static const struct name_row {
    const char *name;
    bool fits;
} name_rows[] = {
    { "web", true },        { "a1", true },         { "team/web", true }, { "a.b_c-d", true },
    { "a__b", true },       { "a---b", true },      { "a/b/c/d", true },  { "a", false },
    { "", false },          { "Web", false },       { "a..b", false },    { "a___b", false },
    { "-ab", false },       { "ab-", false },       { "a/", false },      { "/a", false },
    { "a//b", false },      { "a._b", false },      { "a b", false },     { "a:b", false },
    { "team/-web", false }, { "team/web.", false }, { "a_-b", false },
};

ROWS(ecr, names, name_rows)
{
    const struct name_row *r = &name_rows[*row_index];

    cr_expect(ecr_name_fits(remit_str_of(r->name)) == r->fits, "%s", r->name);
}

Test(ecr, repositories_come_in_pages)
{
    char body[256];

    for (int i = 0; i < 3; i++) {
        (void)snprintf(body, sizeof(body), "{\"repositoryName\":\"web%d\"}", i);
        op_must("CreateRepository", body);
    }
    op_must("DescribeRepositories", "{\"maxResults\":2}");
    EXPECT_TEXT(op_member("repositories.1.repositoryName"), "web1");
    (void)snprintf(body, sizeof(body), "{\"maxResults\":2,\"nextToken\":\"%s\"}",
                   op_member("nextToken"));
    op_must("DescribeRepositories", body);
    EXPECT_TEXT(op_member("repositories.0.repositoryName"), "web2");
    EXPECT_LACKS("nextToken");
}

/* ---- the login ---- */

/* "AWS:" and the token that was minted. */
static const char *login(void)
{
    static struct remit_buf text;
    struct remit_err err = { 0 };

    remit_buf_drop(&text);
    remit_buf_init(&text, 16384);
    cr_assert(remit_base64_decode(remit_str_of(op_member("authorizationData.0.authorizationToken")),
                                  &text, &err) == 0);
    return remit_buf_cstr(&text);
}

Test(ecr, a_login_is_the_callers_for_twelve_hours)
{
    op_must("CreateUser", "UserName=ann");
    op_must("PutUserPolicy",
            "UserName=ann&PolicyName=p&PolicyDocument=" ALLOW("ecr:GetAuthorizationToken", "*"));
    cr_assert(op_user("ann", "GetAuthorizationToken", "{}") == 0, "%s", face_err.text);
    cr_expect(strncmp(login(), "AWS:ey", 6) == 0);
    EXPECT_TEXT(op_member("authorizationData.0.proxyEndpoint"), "http://127.0.0.1:5000");
    EXPECT_HAS("\"expiresAt\":1785043200.000");
    EXPECT_TEXT(fake_keeper_last.subject, "arn:aws:iam::" FACE_ACCOUNT ":user/ann");
    EXPECT_TEXT(fake_keeper_last.purpose, "registry-login");
    EXPECT_TEXT(fake_keeper_last.source, "AKIAEXAMPLE"); /* good as long as that key is */
    cr_expect(op_user("ann", "CreateRepository", "{\"repositoryName\":\"web\"}") == -1);
}

Test(ecr, a_login_lives_no_longer_than_the_session_that_got_it)
{
    op_must("CreateRole", "RoleName=pull&AssumeRolePolicyDocument=" ECS_TRUST);
    op_must("PutRolePolicy", "RoleName=pull&PolicyName=p&PolicyDocument=" ALLOW("ecr:*", "*"));
    cr_assert(op_session("pull", "s", "GetAuthorizationToken", "{}") == 0, "%s", face_err.text);
    EXPECT_HAS("\"expiresAt\":1785003540.000");
    EXPECT_TEXT(fake_keeper_last.role, FACE_ROLE("pull"));
    op_clock(FACE_NOW + 3500);
    EXPECT_REFUSED(op_session("pull", "s", "GetAuthorizationToken", "{}"),
                   REMIT_ERR_UNAUTHENTICATED, "ExpiredToken",
                   "The security token included in the request is expired");
}
