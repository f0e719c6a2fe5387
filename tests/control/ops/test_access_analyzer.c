/* Access Analyzer's operations: documents judged, and nothing kept. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/control/ops/op.h"
#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

TestSuite(access_analyzer, .init = op_open, .fini = op_close, .timeout = 30);

/* Documents inside a body are strings: their quotes are escaped. */
#define Q              "\\\""
#define DOCUMENT(more) "{" Q "Version" Q ":" Q "2012-10-17" Q "," Q "Statement" Q ":{" more "}}"
#define GRANT(action, resource)                                                                    \
    DOCUMENT(Q "Effect" Q ":" Q "Allow" Q "," Q "Action" Q ":" Q action Q "," Q "Resource" Q       \
               ":" Q resource Q)
#define VALIDATE(document, type) "{\"policyDocument\":\"" document "\",\"policyType\":\"" type "\"}"

/* ---- ValidatePolicy ---- */

#define EFFECT(effect)                                                                             \
    DOCUMENT(Q "Effect" Q ":" Q effect Q "," Q "Action" Q ":" Q "s3:Get*" Q "," Q "Resource" Q     \
               ":" Q "*" Q)
#define TO_ANYBODY                                                                                 \
    DOCUMENT(Q "Effect" Q ":" Q "Allow" Q "," Q "Principal" Q ":" Q "*" Q "," Q "Action" Q ":" Q   \
               "s3:Get*" Q "," Q "Resource" Q ":" Q "*" Q)

static const struct {
    const char *name, *body, *has;
} findings[] = {
    { "no version", VALIDATE("{" Q "Statement" Q ":[]}", "IDENTITY_POLICY"),
      "\"issueCode\":\"MISSING_VERSION\"" },
    { "an effect that is none", VALIDATE(EFFECT("allow"), "IDENTITY_POLICY"),
      "\"findingType\":\"ERROR\",\"issueCode\":\"INVALID_EFFECT\"" },
    { "its place", VALIDATE(EFFECT("allow"), "IDENTITY_POLICY"),
      "\"path\":[{\"value\":\"Statement\"},{\"value\":\"Effect\"}],\"span\":{\"start\":{\"line\":1,"
      "\"column\":46,\"offset\":46},\"end\":{\"line\":1,\"column\":53,\"offset\":53}}" },
    { "no JSON", VALIDATE("{", "IDENTITY_POLICY"),
      "\"findingType\":\"ERROR\",\"issueCode\":\"JSON_SYNTAX_ERROR\"" },
    { "a principal where none belongs", VALIDATE(TO_ANYBODY, "IDENTITY_POLICY"),
      "\"issueCode\":\"UNSUPPORTED_PRINCIPAL\"" },
    { "a resource where none belongs",
      "{\"policyDocument\":\"" TO_ANYBODY "\",\"policyType\":\"RESOURCE_POLICY\","
      "\"validatePolicyResourceType\":\"AWS::IAM::AssumeRolePolicyDocument\"}",
      "\"issueCode\":\"ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE\"" },
    { "a principal in a service control policy", VALIDATE(TO_ANYBODY, "SERVICE_CONTROL_POLICY"),
      "\"issueCode\":\"SCP_SYNTAX_ERROR_PRINCIPAL\"" },
    { "where to read more", VALIDATE(EFFECT("allow"), "IDENTITY_POLICY"),
      "\"learnMoreLink\":\"https://docs.aws.amazon.com/IAM/latest/UserGuide/" },
};

ROWS(access_analyzer, finds, findings)
{
    op_must("ValidatePolicy", findings[*row_index].body);
    EXPECT_HAS(findings[*row_index].has);
}

Test(access_analyzer, a_policy_without_findings_has_an_empty_list)
{
    op_must("ValidatePolicy", VALIDATE(GRANT("sts:GetCallerIdentity", "*"), "IDENTITY_POLICY"));
    EXPECT_TEXT(remit_buf_cstr(&face_out), "{\"findings\":[]}");
}

Test(access_analyzer, findings_come_in_pages)
{
    char body[1024];
    char first[256];

    op_must("ValidatePolicy",
            "maxResults=1 " VALIDATE("{" Q "Statement" Q ":[{}]}", "IDENTITY_POLICY"));
    (void)snprintf(first, sizeof(first), "%s", op_member("findings.0.issueCode"));
    cr_assert(first[0] != '\0');
    EXPECT_TEXT(op_member("findings.1.issueCode"), "");
    cr_assert(op_member("nextToken")[0] != '\0');
    (void)snprintf(body, sizeof(body), "maxResults=1&nextToken=%s %s", op_member("nextToken"),
                   VALIDATE("{" Q "Statement" Q ":[{}]}", "IDENTITY_POLICY"));
    op_must("ValidatePolicy", body);
    cr_expect(strcmp(op_member("findings.0.issueCode"), first) != 0);
}

static const struct op_refusal refusals[] = {
    { "no document", "ValidatePolicy", "{\"policyType\":\"IDENTITY_POLICY\"}", REMIT_ERR_INVALID,
      "ValidationException",
      "1 validation error detected: Value null at 'policyDocument' failed to satisfy constraint: "
      "Member must not be null" },
    { "another type", "ValidatePolicy", VALIDATE("{}", "POLICY"), REMIT_ERR_INVALID,
      "ValidationException",
      "1 validation error detected: Value 'POLICY' at 'policyType' failed to satisfy constraint: "
      "Member must satisfy enum value set: [IDENTITY_POLICY, RESOURCE_POLICY, "
      "SERVICE_CONTROL_POLICY, RESOURCE_CONTROL_POLICY]" },
    { "a resource's type of no resource", "ValidatePolicy",
      "{\"policyDocument\":\"{}\",\"policyType\":\"IDENTITY_POLICY\","
      "\"validatePolicyResourceType\":"
      "\"AWS::S3::Bucket\"}",
      REMIT_ERR_INVALID, "ValidationException",
      "validatePolicyResourceType is for policies of the type RESOURCE_POLICY, not "
      "IDENTITY_POLICY" },
    { "too many results", "ValidatePolicy", "maxResults=1001 " VALIDATE("{}", "IDENTITY_POLICY"),
      REMIT_ERR_INVALID, "ValidationException",
      "1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: "
      "Member must have value less than or equal to 1000" },
    { "a page that nobody began", "ValidatePolicy",
      "nextToken=! " VALIDATE("{}", "IDENTITY_POLICY"), REMIT_ERR_INVALID, "ValidationException",
      "The token is not valid." },
};

ROWS(access_analyzer, refused, refusals)
{
    EXPECT_REFUSAL(&refusals[*row_index]);
}

Test(access_analyzer, a_user_needs_the_action)
{
    op_must("CreateUser", "UserName=ann");
    EXPECT_REFUSED(op_user("ann", "ValidatePolicy", VALIDATE("{}", "IDENTITY_POLICY")),
                   REMIT_ERR_DENIED, "AccessDenied",
                   "User: arn:aws:iam::" FACE_ACCOUNT ":user/ann is not authorized to perform: "
                   "access-analyzer:ValidatePolicy on resource: * because no identity-based policy "
                   "allows the access-analyzer:ValidatePolicy action");
}
