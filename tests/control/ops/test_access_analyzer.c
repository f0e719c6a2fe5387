/* Access Analyzer's operations: documents judged, and nothing kept. */
#include <criterion/criterion.h>
#include <stdio.h>

#include <remit/proof.h>

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

/* ---- the checks ---- */

#define NO_NEW(old, new)                                                                           \
    "CheckNoNewAccess", "{\"existingPolicyDocument\":\"" old                                       \
                        "\",\"newPolicyDocument\":\"" new "\",\"policyType\":\"IDENTITY_POLICY\"}"
#define NOT_GRANTED(document, access)                                                              \
    "CheckAccessNotGranted", "{\"policyDocument\":\"" document "\",\"access\":[" access            \
                             "],\"policyType\":\"IDENTITY_POLICY\"}"
#define NOT_PUBLIC(document, type)                                                                 \
    "CheckNoPublicAccess", "{\"policyDocument\":\"" document "\",\"resourceType\":\"" type "\"}"
#define TRUSTS(principal)                                                                          \
    DOCUMENT(Q "Effect" Q ":" Q "Allow" Q "," Q "Principal" Q ":" principal "," Q "Action" Q ":" Q \
               "sts:AssumeRole" Q)

static const struct {
    const char *name, *operation, *body, *result, *reason;
} checks[] = {
    { "the same", NO_NEW(GRANT("s3:Get*", "*"), GRANT("s3:GetObject", "*")), "PASS", "" },
    { "more actions", NO_NEW(GRANT("s3:GetObject", "*"), GRANT("s3:Get*", "*")), "FAIL",
      "New access in the statement with index: 0." },
    { "more resources", NO_NEW(GRANT("s3:*", "arn:aws:s3:::a/*"), GRANT("s3:*", "arn:aws:s3:::a*")),
      "FAIL", "New access in the statement with index: 0." },
    { "an action that is not granted",
      NOT_GRANTED(GRANT("s3:Get*", "*"), "{\"actions\":[\"iam:PassRole\",\"s3:Put*\"]}"), "PASS",
      "" },
    { "an action that is", NOT_GRANTED(GRANT("s3:*", "*"), "{\"actions\":[\"s3:Put*\"]}"), "FAIL",
      "Access in the statement with index: 0." },
    { "on another resource",
      NOT_GRANTED(GRANT("s3:*", "arn:aws:s3:::a/*"),
                  "{\"actions\":[\"s3:Put*\"],\"resources\":[\"arn:aws:s3:::b/*\"]}"),
      "PASS", "" },
    { "a resource at all",
      NOT_GRANTED(GRANT("s3:*", "arn:aws:s3:::a/*"), "{\"resources\":[\"arn:aws:s3:::a/1\"]}"),
      "FAIL", "Access in the statement with index: 0." },
    { "a bucket for everybody", NOT_PUBLIC(TO_ANYBODY, "AWS::S3::Bucket"), "FAIL",
      "Public access granted in the statement with index: 0." },
    { "a role for a service",
      NOT_PUBLIC(TRUSTS("{" Q "AWS" Q ":" Q "123456789012" Q "}"),
                 "AWS::IAM::AssumeRolePolicyDocument"),
      "PASS", "" },
    { "a role for everybody",
      NOT_PUBLIC(TRUSTS("{" Q "AWS" Q ":" Q "*" Q "}"), "AWS::IAM::AssumeRolePolicyDocument"),
      "FAIL", "Public access granted in the statement with index: 0." },
};

ROWS(access_analyzer, checks, checks)
{
    op_must(checks[*row_index].operation, checks[*row_index].body);
    cr_expect(strcmp(op_member("result"), checks[*row_index].result) == 0, "%s: %s",
              checks[*row_index].name, remit_buf_cstr(&face_out));
    EXPECT_TEXT(op_member("reasons.0.description"), checks[*row_index].reason);
    cr_expect(op_member("message")[0] != '\0');
}

static const struct op_refusal check_refusals[] = {
    { "a policy that is none", NO_NEW("{}", GRANT("s3:*", "*")), REMIT_ERR_INVALID,
      "InvalidParameterException", "existingPolicyDocument: Missing required field Statement" },
    { "a resource policy among identity policies", NO_NEW(GRANT("s3:*", "*"), TO_ANYBODY),
      REMIT_ERR_INVALID, "InvalidParameterException",
      "newPolicyDocument: /Statement: Has prohibited field Principal" },
    { "a document that is empty is not shown", NO_NEW("", GRANT("s3:*", "*")), REMIT_ERR_INVALID,
      "ValidationException",
      "1 validation error detected: Value at 'existingPolicyDocument' failed to satisfy "
      "constraint: Member must have length greater than or equal to 1" },
    { "no access", NOT_GRANTED(GRANT("s3:*", "*"), ""), REMIT_ERR_INVALID, "ValidationException",
      "1 validation error detected: Value at 'access' failed to satisfy constraint: Member must "
      "have length greater than or equal to 1" },
    { "two of access", NOT_GRANTED(GRANT("s3:*", "*"), "{},{}"), REMIT_ERR_INVALID,
      "ValidationException",
      "1 validation error detected: Value at 'access' failed to satisfy constraint: Member must "
      "have length less than or equal to 1" },
    { "access to nothing", NOT_GRANTED(GRANT("s3:*", "*"), "{}"), REMIT_ERR_INVALID,
      "InvalidParameterException",
      "access names neither actions nor resources; it must name some of one" },
    { "an action that is none", NOT_GRANTED(GRANT("s3:*", "*"), "{\"actions\":[\"RunTask\"]}"),
      REMIT_ERR_INVALID, "InvalidParameterException",
      "the action \"RunTask\" is neither service:name nor \"*\"" },
    { "a service control policy", "CheckNoNewAccess",
      "{\"existingPolicyDocument\":\"{}\",\"newPolicyDocument\":\"{}\",\"policyType\":"
      "\"SERVICE_CONTROL_POLICY\"}",
      REMIT_ERR_INVALID, "ValidationException",
      "1 validation error detected: Value 'SERVICE_CONTROL_POLICY' at 'policyType' failed to "
      "satisfy constraint: Member must satisfy enum value set: [IDENTITY_POLICY, "
      "RESOURCE_POLICY]" },
    { "a bucket policy that trusts a role", NOT_PUBLIC(GRANT("s3:*", "*"), "AWS::S3::Bucket"),
      REMIT_ERR_INVALID, "InvalidParameterException",
      "policyDocument: /Statement: Missing required field Principal" },
};

ROWS(access_analyzer, check_refused, check_refusals)
{
    EXPECT_REFUSAL(&check_refusals[*row_index]);
}

/* Every type of the model's can be asked about. */
Test(access_analyzer, all_types_of_resources_are_known)
{
    const struct control_operation *row =
        control_operation_by_path(REMIT_STR("/policy/check-no-public-access"));
    const char *const *types = row->input[1].values;
    enum remit_policy_type type;
    size_t n = 0;

    for (; types[n] != NULL; n++)
        cr_expect(remit_proof_resource_type(remit_str_of(types[n]), &type), "%s", types[n]);
    cr_expect(n == 26, "%zu types", n);
}

/* ---- what can't be proven is refused, and not guessed ---- */

Test(access_analyzer, variables_that_relate_parts_of_a_request_are_beyond_a_proof)
{
    EXPECT_REFUSED(
        op(NO_NEW(GRANT("s3:*", "arn:aws:s3:::a/${aws:username}/*"),
                  GRANT("s3:*", "arn:aws:s3:::a/${aws:userid}/${aws:username}/*"))),
        REMIT_ERR_INVALID, "UnprocessableEntityException",
        "/Statement: it hangs on policy variables, which relate parts of a request to each "
        "other: ${aws:userid}, ${aws:username}");
}

Test(access_analyzer, too_many_statements_are_beyond_a_proof)
{
    auto_buf struct remit_buf body = REMIT_BUF(CONTROL_BODY_MAX);

    remit_buf_put_cstr(&body,
                       "{\"policyType\":\"IDENTITY_POLICY\",\"existingPolicyDocument\":"
                       "\"" GRANT("s3:*", "*") "\",\"newPolicyDocument\":\"{" Q "Statement" Q ":[");
    for (int i = 0; i < 1100; i++)
        remit_buf_put_fmt(&body,
                          "%s{" Q "Effect" Q ":" Q "Allow" Q "," Q "Action" Q ":" Q "a:b%d" Q "," Q
                          "Resource" Q ":" Q "*" Q "}",
                          i > 0 ? "," : "", i);
    remit_buf_put_cstr(&body, "]}\"}");
    EXPECT_REFUSED(op("CheckNoNewAccess", remit_buf_cstr(&body)), REMIT_ERR_INVALID,
                   "UnprocessableEntityException",
                   "the policies have 1100 statements, the most is 1024");
}

Test(access_analyzer, a_user_needs_the_action_of_the_check)
{
    op_must("CreateUser", "UserName=ann");
    op_must("AttachUserPolicy",
            "UserName=ann&PolicyArn=arn:aws:iam::aws:policy/IAMAccessAnalyzerReadOnlyAccess");
    cr_expect(op_user("ann", NO_NEW(GRANT("s3:*", "*"), GRANT("s3:*", "*"))) == 0);
    op_must("CreateUser", "UserName=bob");
    cr_expect(op_user("bob", NO_NEW(GRANT("s3:*", "*"), GRANT("s3:*", "*"))) == -1);
    EXPECT_TEXT(face_err.code, "AccessDenied");
    cr_expect(op_user("bob", NOT_GRANTED(GRANT("s3:*", "*"), "{\"actions\":[\"s3:*\"]}")) == -1);
    EXPECT_TEXT(face_err.code, "AccessDenied");
    cr_expect(op_user("bob", NOT_PUBLIC(TO_ANYBODY, "AWS::S3::Bucket")) == -1);
    EXPECT_TEXT(face_err.code, "AccessDenied");
}
