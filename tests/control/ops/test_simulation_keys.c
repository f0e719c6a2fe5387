/* The condition keys that policies use: GetContextKeysForCustomPolicy and …ForPrincipalPolicy. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/control/ops/documents.h"
#include "tests/control/ops/op.h"
#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

TestSuite(simulation_keys, .init = op_open, .fini = op_close, .timeout = 30);

#define ACCOUNT "arn:aws:iam::" FACE_ACCOUNT
#define IF(condition)                                                                              \
    DOCUMENT("\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":" condition)
#define ON(resource) ALLOW("s3:*", resource)

/* Names of keys, in this order. */
static const struct {
    const char *name, *policy, *keys;
} rows[] = {
    { "no key", ALLOW("*", "*"), "" },
    { "a key of each operator", IF("{\"Bool\":{\"a:b\":\"true\"},\"StringLike\":{\"c:d\":\"e\"}}"),
      "<member>a:b</member><member>c:d</member>" },
    { "a key twice, the first spelling counts",
      IF("{\"Bool\":{\"aws:A\":\"true\"},\"Null\":{\"AWS:a\":\"true\"}}"),
      "<member>aws:A</member>" },
    { "operators with prefix and IfExists",
      IF("{\"ForAllValues:StringEqualsIfExists\":{\"aws:TagKeys\":[\"a\"]}}"),
      "<member>aws:TagKeys</member>" },
    { "a variable of a resource", ON("arn:aws:s3:::b/${aws:username}/*"),
      "<member>aws:username</member>" },
    { "two variables, one with a default",
      ON("arn:aws:s3:::b/${aws:PrincipalTag/team, 'none'}/${aws:userid}"),
      "<member>aws:PrincipalTag/team</member><member>aws:userid</member>" },
    { "a default that looks like a variable's end", ON("arn:aws:s3:::b/${aws:x, '}'}/${aws:y}"),
      "<member>aws:x</member><member>aws:y</member>" },
    { "escapes are no variables", ON("arn:aws:s3:::b/${*}${?}${$}"), "" },
    { "a variable of a condition's value",
      IF("{\"StringLike\":{\"s3:prefix\":[\"a\",\"home/${aws:username}/*\"]}}"),
      "<member>s3:prefix</member><member>aws:username</member>" },
    { "NotResource",
      DOCUMENT("\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"NotResource\":[\"arn:aws:s3:::"
               "${aws:z}/*\"]"),
      "<member>aws:z</member>" },
    { "the old version has no variables",
      "{\"Version\":\"2008-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:*\","
      "\"Resource\":\"arn:aws:s3:::${aws:username}/*\"}]}",
      "" },
    { "several statements",
      "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\","
      "\"Resource\":\"*\",\"Condition\":{\"Null\":{\"a:1\":\"true\"}}},{\"Effect\":\"Deny\","
      "\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{\"Null\":{\"a:2\":\"true\"}}}]}",
      "<member>a:1</member><member>a:2</member>" },
};

ROWS(simulation_keys, named, rows)
{
    char body[2048];

    (void)snprintf(body, sizeof(body), "PolicyInputList.member.1=%s", rows[*row_index].policy);
    op_must("GetContextKeysForCustomPolicy", body);
    cr_expect(strcmp(op_element("ContextKeyNames"), rows[*row_index].keys) == 0, "%s: %s",
              rows[*row_index].name, op_element("ContextKeyNames"));
}

static const struct op_refusal refusals[] = {
    { "no list", "GetContextKeysForCustomPolicy", "", REMIT_ERR_INVALID, "ValidationError",
      "1 validation error detected: Value null at 'policyInputList' failed to satisfy constraint: "
      "Member must not be null" },
    { "no policy", "GetContextKeysForCustomPolicy",
      "PolicyInputList.member.1=" ALLOW("*", "*") "&PolicyInputList.member.2={}", REMIT_ERR_INVALID,
      "InvalidInput", "PolicyInputList.2: Missing required field Statement" },
    { "an empty policy", "GetContextKeysForCustomPolicy",
      "PolicyInputList.member.1=", REMIT_ERR_INVALID, "ValidationError",
      "1 validation error detected: Value '' at 'policyInputList.1.member' failed to satisfy "
      "constraint: Member must have length greater than or equal to 1" },
    { "a resource policy", "GetContextKeysForCustomPolicy", "PolicyInputList.member.1=" ECS_TRUST,
      REMIT_ERR_INVALID, "InvalidInput",
      "PolicyInputList.1: /Statement: Has prohibited field Principal" },
    { "a user that is not there", "GetContextKeysForPrincipalPolicy",
      "PolicySourceArn=" ACCOUNT ":user/none", REMIT_ERR_NOT_FOUND, "NoSuchEntity",
      "The user with name none cannot be found." },
    { "a group", "GetContextKeysForPrincipalPolicy", "PolicySourceArn=" ACCOUNT ":group/devs",
      REMIT_ERR_NOT_FOUND, "NoSuchEntity", "The group with name devs cannot be found." },
    { "the root user", "GetContextKeysForPrincipalPolicy", "PolicySourceArn=" ACCOUNT ":root",
      REMIT_ERR_INVALID, "InvalidInput",
      "Invalid Entity Arn: " ACCOUNT ":root does not clearly define entity type and name." },
    { "no ARN", "GetContextKeysForPrincipalPolicy", "PolicySourceArn=a-name-of-twenty-chars",
      REMIT_ERR_INVALID, "InvalidInput",
      "Invalid Entity Arn: a-name-of-twenty-chars does not clearly define entity type and name." },
};

ROWS(simulation_keys, refused, refusals)
{
    EXPECT_REFUSAL(&refusals[*row_index]);
}

Test(simulation_keys, a_principal_brings_inline_attached_and_boundary)
{
    op_must("CreatePolicy",
            "PolicyName=managed&PolicyDocument=" IF("{\"Null\":{\"k:managed\":\"true\"}}"));
    op_must("CreatePolicy",
            "PolicyName=edge&PolicyDocument=" IF("{\"Null\":{\"k:edge\":\"true\"}}"));
    op_must("CreateRole", "RoleName=web&Path=/a/&AssumeRolePolicyDocument=" ECS_TRUST
                          "&PermissionsBoundary=" ACCOUNT ":policy/edge");
    op_must("PutRolePolicy",
            "RoleName=web&PolicyName=in&PolicyDocument=" IF("{\"Null\":{\"k:inline\":\"true\"}}"));
    op_must("AttachRolePolicy", "RoleName=web&PolicyArn=" ACCOUNT ":policy/managed");
    op_must("GetContextKeysForPrincipalPolicy",
            "PolicySourceArn=" ACCOUNT
            ":role/a/web&PolicyInputList.member.1=" IF("{\"Null\":{\"k:given\":\"true\"}}"));
    EXPECT_TEXT(op_element("ContextKeyNames"),
                "<member>k:given</member><member>k:inline</member><member>k:managed</member>"
                "<member>k:edge</member>");
    EXPECT_REFUSED(op("GetContextKeysForPrincipalPolicy", "PolicySourceArn=" ACCOUNT ":role/web"),
                   REMIT_ERR_NOT_FOUND, "NoSuchEntity", "The role with name web cannot be found.");
}

Test(simulation_keys, a_caller_asks_about_those_it_may)
{
    op_must("CreateUser", "UserName=ann&Tags.member.1.Key=team&Tags.member.1.Value=a");
    op_must("CreateUser", "UserName=bob");
    op_must("PutUserPolicy",
            "UserName=bob&PolicyName=p&PolicyDocument=" DOCUMENT(
                "\"Effect\":\"Allow\",\"Action\":\"iam:GetContextKeysForPrincipalPolicy\","
                "\"Resource\":\"" ACCOUNT ":user/*\",\"Condition\":{\"StringEquals\":{"
                "\"aws:ResourceTag/team\":\"a\"}}"));
    cr_expect(op_user("bob", "GetContextKeysForPrincipalPolicy",
                      "PolicySourceArn=" ACCOUNT ":user/ann") == 0);
    EXPECT_REFUSED(
        op_user("bob", "GetContextKeysForPrincipalPolicy", "PolicySourceArn=" ACCOUNT ":user/bob"),
        REMIT_ERR_DENIED, "AccessDenied",
        "User: " ACCOUNT ":user/bob is not authorized to perform: "
        "iam:GetContextKeysForPrincipalPolicy on resource: " ACCOUNT ":user/bob because "
        "no identity-based policy allows the iam:GetContextKeysForPrincipalPolicy action");
    cr_expect(op_user("bob", "GetContextKeysForCustomPolicy",
                      "PolicyInputList.member.1=" ALLOW("*", "*")) == -1);
    EXPECT_TEXT(face_err.code, "AccessDenied");
}
