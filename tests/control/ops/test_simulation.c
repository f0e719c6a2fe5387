/* SimulateCustomPolicy and SimulatePrincipalPolicy: decisions, and what they say about themselves.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "tests/control/ops/documents.h"
#include "tests/control/ops/op.h"
#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

TestSuite(simulation, .init = op_open, .fini = op_close, .timeout = 30);

#define ACCOUNT   "arn:aws:iam::" FACE_ACCOUNT
#define POLICY(p) "&PolicyInputList.member.1=" p
#define ACTION(a) "&ActionNames.member.1=" a
#define ON(r)     "&ResourceArns.member.1=" r
#define EDGE(p)   "&PermissionsBoundaryPolicyInputList.member.1=" p
#define SCP(n, p)                                                                                  \
    "&OrderedOrganizationPolicyInputList.member." n ".ServiceControlPolicyInputList.member.1=" p
#define KEY(n, key, type, value)                                                                   \
    "&ContextEntries.member." n ".ContextKeyName=" key "&ContextEntries.member." n                 \
    ".ContextKeyType=" type "&ContextEntries.member." n ".ContextKeyValues.member.1=" value
#define DENY(action, resource)                                                                     \
    DOCUMENT("\"Effect\":\"Deny\",\"Action\":\"" action "\",\"Resource\":\"" resource "\"")
#define IF(condition)                                                                              \
    DOCUMENT("\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":" condition)
/* A bucket's policy that lets that principal read. */
#define BUCKET(principal)                                                                          \
    DOCUMENT("\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"" principal                            \
             "\"},\"Action\":\"s3:*\",\"Resource\":\"*\"")
#define USER(n) "&CallerArn=" ACCOUNT ":user/" n

/* ---- decisions ---- */

static const struct {
    const char *name, *body, *decision, *missing;
} rows[] = {
    { "allowed", POLICY(ALLOW("s3:Get*", "*")) ACTION("s3:GetObject"), "allowed", "" },
    { "silent", POLICY(ALLOW("s3:Get*", "*")) ACTION("s3:PutObject"), "implicitDeny", "" },
    { "denied", POLICY(DENY("s3:*", "*")) ACTION("s3:GetObject"), "explicitDeny", "" },
    { "no policy", "PolicyInputList=" ACTION("s3:GetObject"), "implicitDeny", "" },
    { "an action that nobody knows", POLICY(ALLOW("*", "*")) ACTION("odd:Thing"), "allowed", "" },
    { "a boundary that is silent",
      POLICY(ALLOW("*", "*")) EDGE(ALLOW("ecs:*", "*")) ACTION("s3:GetObject"), "implicitDeny",
      "" },
    { "a boundary that denies",
      POLICY(ALLOW("*", "*")) EDGE(DENY("s3:*", "*")) ACTION("s3:GetObject"), "explicitDeny", "" },
    { "an organization that allows at both levels",
      POLICY(ALLOW("*", "*")) SCP("1", ALLOW("*", "*")) SCP("2", ALLOW("s3:*", "*"))
          ACTION("s3:GetObject"),
      "allowed", "" },
    { "an organization that is silent at one level",
      POLICY(ALLOW("*", "*")) SCP("1", ALLOW("ecs:*", "*")) SCP("2", ALLOW("*", "*"))
          ACTION("s3:GetObject"),
      "implicitDeny", "" },
    { "a level without policies",
      POLICY(ALLOW("*", "*")) "&OrderedOrganizationPolicyInputList.member.1."
                              "ServiceControlPolicyInputList=" ACTION("s3:GetObject"),
      "implicitDeny", "" },
    /* the context */
    { "a condition whose key is wanting",
      POLICY(IF("{\"Bool\":{\"aws:SecureTransport\":\"true\"}}")) ACTION("s3:GetObject"),
      "implicitDeny", "<member>aws:SecureTransport</member>" },
    { "a condition whose key is given",
      POLICY(IF("{\"Bool\":{\"aws:SecureTransport\":\"true\"}}")) ACTION("s3:GetObject")
          KEY("1", "AWS:securetransport", "boolean", "true"),
      "allowed", "" },
    { "a list",
      POLICY(IF("{\"ForAllValues:StringEquals\":{\"aws:TagKeys\":[\"a\",\"b\"]}}"))
          ACTION("s3:GetObject") KEY("1", "aws:TagKeys", "stringList",
                                     "a") "&ContextEntries.member.1.ContextKeyValues.member.2=c",
      "implicitDeny", "" },
    { "an address",
      POLICY(IF("{\"IpAddress\":{\"aws:SourceIp\":\"10.0.0.0/8\"}}")) ACTION("s3:GetObject")
          KEY("1", "aws:SourceIp", "ip", "10.1.2.3"),
      "allowed", "" },
    { "a date",
      POLICY(IF("{\"DateLessThan\":{\"aws:CurrentTime\":\"2026-01-01T00:00:00Z\"}}"))
          ACTION("s3:GetObject") KEY("1", "aws:CurrentTime", "date", "2025-12-31T23:59:59Z"),
      "allowed", "" },
    { "a number",
      POLICY(IF("{\"NumericLessThan\":{\"s3:max-keys\":\"10\"}}")) ACTION("s3:ListBucket")
          KEY("1", "s3:max-keys", "numeric", "10"),
      "implicitDeny", "" },
    { "the time is not told by itself",
      POLICY(IF("{\"DateGreaterThan\":{\"aws:CurrentTime\":\"2020-01-01T00:00:00Z\"}}"))
          ACTION("s3:GetObject"),
      "implicitDeny", "<member>aws:CurrentTime</member>" },
    { "a statement about another action asks for nothing",
      POLICY(DOCUMENT("\"Effect\":\"Allow\",\"Action\":\"ecs:*\",\"Resource\":\"*\",\"Condition\":"
                      "{\"Null\":{\"ecs:cluster\":\"true\"}}")) ACTION("s3:GetObject"),
      "implicitDeny", "" },
    /* trust and key policies are not asked about where none is given */
    { "to assume a role", POLICY(ALLOW("sts:AssumeRole", "*")) ACTION("sts:AssumeRole"), "allowed",
      "" },
};

ROWS(simulation, decided, rows)
{
    op_must("SimulateCustomPolicy", rows[*row_index].body);
    cr_expect(strcmp(op_element("EvalDecision"), rows[*row_index].decision) == 0, "%s: %s",
              rows[*row_index].name, remit_buf_cstr(&face_out));
    cr_expect(strcmp(op_element("MissingContextValues"), rows[*row_index].missing) == 0, "%s: %s",
              rows[*row_index].name, remit_buf_cstr(&face_out));
    EXPECT_TEXT(op_element("EvalResourceName"), "*");
    EXPECT_LACKS("ResourceSpecificResults");
    EXPECT_LACKS("EvalDecisionDetails");
    EXPECT_TEXT(op_element("IsTruncated"), "false");
}

/* ---- resource policies ---- */

static const struct {
    const char *name, *body, *decision, *details;
} policies[] = {
    { "a bucket's own policy suffices within an account",
      "PolicyInputList=" USER("ann") "&ResourcePolicy=" BUCKET(ACCOUNT ":user/ann"), "allowed",
      "" },
    { "it names another user",
      "PolicyInputList=" USER("bob") "&ResourcePolicy=" BUCKET(ACCOUNT ":user/ann"), "implicitDeny",
      "" },
    { "across accounts both have to allow: the caller's is silent",
      "PolicyInputList=" USER("ann") "&ResourceOwner=arn:aws:iam::999999999999:root&"
                                     "ResourcePolicy=" BUCKET(ACCOUNT ":user/ann"),
      "implicitDeny",
      "<entry><key>IAM Policy</key><value>implicitDeny</value></entry><entry><key>Resource "
      "Policy</key><value>allowed</value></entry>" },
    { "across accounts both allow",
      POLICY(ALLOW("s3:*", "*"))
          USER("ann") "&ResourceOwner=arn:aws:iam::999999999999:root&ResourcePolicy=" BUCKET(
              ACCOUNT ":root"),
      "allowed",
      "<entry><key>IAM Policy</key><value>allowed</value></entry><entry><key>Resource "
      "Policy</key><value>allowed</value></entry>" },
    { "a session of a role that the policy names",
      "PolicyInputList=&CallerArn=arn:aws:sts::" FACE_ACCOUNT
      ":assumed-role/web/s1&ResourcePolicy=" BUCKET(ACCOUNT ":role/web"),
      "allowed", "" },
};

/* A trust policy names principals that other resources' policies can't, and has no resource. */
Test(simulation, a_trust_policy_is_one)
{
    const char *body = "PolicyInputList=" USER("ann") ACTION("sts:AssumeRole")
        ON(ACCOUNT
           ":role/web") "&ResourcePolicy={\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":"
                        "\"Allow\","
                        "\"Principal\":{\"Federated\":\"accounts.google.com\",\"AWS\":\"" ACCOUNT
                        ":user/ann\"},\"Action\":\"sts:*\"}]}";

    op_must("SimulateCustomPolicy", body);
    EXPECT_TEXT(op_element("EvalDecision"), "allowed");
    EXPECT_HAS("<SourcePolicyType>Resource Policy</SourcePolicyType>");
}

ROWS(simulation, with_a_resource_policy, policies)
{
    char body[4096];

    (void)snprintf(body, sizeof(body), "%s" ACTION("s3:GetObject") ON("arn:aws:s3:::b/x"),
                   policies[*row_index].body);
    op_must("SimulateCustomPolicy", body);
    cr_expect(strcmp(op_element("EvalDecision"), policies[*row_index].decision) == 0, "%s: %s",
              policies[*row_index].name, remit_buf_cstr(&face_out));
    cr_expect(strcmp(op_element("EvalDecisionDetails"), policies[*row_index].details) == 0,
              "%s: %s", policies[*row_index].name, remit_buf_cstr(&face_out));
}

/* ---- places ---- */

/* A published answer of IAM's says 38 and 167 for a statement of this length at this place. */
Test(simulation, a_place_is_behind_the_braces)
{
    op_must("SimulateCustomPolicy",
            POLICY("{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":"
                   "\"dynamodb:*\",\"Resource\":\"*\",\"Condition\":{\"DateGreaterThan\":{\"aws:"
                   "CurrentTime\":\"2018-08-16T12:00:00Z\"}}}}") ACTION("dynamodb:CreateBackup")
                ON("arn:aws:dynamodb:us-west-2:123456789012:table/users")
                    KEY("1", "aws:CurrentTime", "date", "2019-04-25T11:00:00Z"));
    EXPECT_TEXT(op_element("EvalDecision"), "allowed");
    EXPECT_TEXT(op_element("StartPosition"), "<Line>1</Line><Column>38</Column>");
    EXPECT_TEXT(op_element("EndPosition"), "<Line>1</Line><Column>167</Column>");
}

Test(simulation, a_statement_that_denies_is_the_only_kind_that_matched)
{
    op_must("SimulateCustomPolicy",
            POLICY("{\"Version\":\"2012-10-17\",\"Statement\":[%0A"
                   "{\"Effect\":\"Allow\",\"Action\":\"s3:*\",\"Resource\":\"*\"},%0A"
                   "%20%20{\"Sid\":\"a}\",\"Effect\":\"Deny\",\"Action\":\"s3:Put*\",%0A"
                   "\"Resource\":\"arn:aws:s3:::%C3%BC/*\"}]}") ACTION("s3:PutObject")
                ON("arn:aws:s3:::%C3%BC/x"));
    EXPECT_TEXT(op_element("EvalDecision"), "explicitDeny");
    EXPECT_TEXT(op_element("MatchedStatements"),
                "<member><SourcePolicyId>PolicyInputList.1</SourcePolicyId><SourcePolicyType>IAM "
                "Policy</SourcePolicyType><StartPosition><Line>3</Line><Column>4</Column>"
                "</StartPosition><EndPosition><Line>4</Line><Column>31</Column></EndPosition>"
                "</member>");
}

/* ---- several resources, pages ---- */

Test(simulation, an_action_has_the_strictest_decision_of_its_resources)
{
    op_must("SimulateCustomPolicy",
            POLICY(ALLOW("s3:*", "arn:aws:s3:::a/*")) ACTION("s3:GetObject")
                ON("arn:aws:s3:::a/1") "&ResourceArns.member.2=arn:aws:s3:::b/1" EDGE(
                    ALLOW("*", "arn:aws:s3:::a/*")));
    EXPECT_TEXT(op_element("EvalDecision"), "implicitDeny");
    EXPECT_TEXT(op_element("EvalResourceDecision"), "allowed");
    EXPECT_HAS("<EvalResourceName>arn:aws:s3:::b/1</EvalResourceName><EvalResourceDecision>"
               "implicitDeny</EvalResourceDecision><MatchedStatements></MatchedStatements>");
    EXPECT_HAS(
        "</ResourceSpecificResults><EvalDecision>implicitDeny</EvalDecision>"
        "<MatchedStatements></MatchedStatements><MissingContextValues></MissingContextValues>"
        "<PermissionsBoundaryDecisionDetail><AllowedByPermissionsBoundary>false");
}

Test(simulation, missing_keys_are_told_by_resource)
{
    op_must("SimulateCustomPolicy", POLICY(ALLOW("s3:*", "arn:aws:s3:::homes/${aws:username}/*"))
                                        ACTION("s3:GetObject") ON("arn:aws:s3:::homes/ann/x"));
    EXPECT_TEXT(op_element("EvalDecision"), "implicitDeny");
    EXPECT_HAS("<MissingContextValues><member>aws:username</member></MissingContextValues>"
               "<EvalDecisionDetails></EvalDecisionDetails></member></ResourceSpecificResults>");
    op_must("SimulateCustomPolicy",
            POLICY(ALLOW("s3:*", "arn:aws:s3:::homes/${aws:username}/*")) USER("team/ann")
                ACTION("s3:GetObject") ON("arn:aws:s3:::homes/ann/x"));
    EXPECT_TEXT(op_element("EvalDecision"), "allowed");
}

Test(simulation, pages_go_through_the_actions)
{
    char body[2048];
    char marker[256];

    op_must("SimulateCustomPolicy",
            "MaxItems=2" POLICY(ALLOW("a:*", "*")) ACTION("a:One") "&ActionNames.member.2=b:Two&"
                                                                   "ActionNames.member.3=a:Three");
    EXPECT_TEXT(op_element("IsTruncated"), "true");
    EXPECT_HAS("<EvalActionName>b:Two</EvalActionName>");
    EXPECT_LACKS("a:Three");
    (void)snprintf(marker, sizeof(marker), "%s", op_element("Marker"));
    (void)snprintf(body, sizeof(body),
                   "MaxItems=2&Marker=%s" POLICY(ALLOW("a:*", "*"))
                       ACTION("a:One") "&ActionNames.member.2=b:Two&ActionNames.member.3=a:Three",
                   marker);
    op_must("SimulateCustomPolicy", body);
    EXPECT_TEXT(op_element("IsTruncated"), "false");
    EXPECT_TEXT(op_element("EvalActionName"), "a:Three");
    EXPECT_LACKS("b:Two");
}

/* ---- principals ---- */

static void make_web(void)
{
    op_must("CreatePolicy", "PolicyName=edge&PolicyDocument=" ALLOW("s3:*", "*"));
    op_must("CreatePolicy", "PolicyName=logs&PolicyDocument=" ALLOW("logs:*", "*"));
    op_must("CreateRole",
            "RoleName=web&Path=/a/&Tags.member.1.Key=team&Tags.member.1.Value=x&"
            "AssumeRolePolicyDocument=" ECS_TRUST "&PermissionsBoundary=" ACCOUNT ":policy/edge");
    op_must("PutRolePolicy", "RoleName=web&PolicyName=in&PolicyDocument=" ALLOW(
                                 "s3:GetObject", "arn:aws:s3:::${aws:PrincipalTag/team}/*"));
    op_must("AttachRolePolicy", "RoleName=web&PolicyArn=" ACCOUNT ":policy/logs");
}

#define WEB "PolicySourceArn=" ACCOUNT ":role/a/web"

static const struct {
    const char *name, *body, *decision, *id;
} of_web[] = {
    { "its inline policy, with its tag", ACTION("s3:GetObject") ON("arn:aws:s3:::x/1"), "allowed",
      "role_web_in" },
    { "another tag",
      ACTION("s3:GetObject") ON("arn:aws:s3:::x/1")
          KEY("1", "aws:PrincipalTag/team", "string", "y"),
      "implicitDeny", NULL },
    { "its boundary keeps its attached policy from meaning anything", ACTION("logs:PutLogEvents"),
      "implicitDeny", NULL },
    { "another boundary", ACTION("logs:PutLogEvents") EDGE(ALLOW("*", "*")), "allowed", "logs" },
    { "no boundary",
      ACTION("logs:PutLogEvents") "&PolicyExclusionList.member.1.PolicyType=permission-boundary",
      "allowed", "logs" },
    { "no boundary by its ARN",
      ACTION("logs:PutLogEvents") "&PolicyExclusionList.member.1.PolicyArn=" ACCOUNT ":policy/edge",
      "allowed", "logs" },
    { "without inline policies",
      ACTION("s3:GetObject")
          ON("arn:aws:s3:::x/1") "&PolicyExclusionList.member.1.PolicyType=inline",
      "implicitDeny", NULL },
    { "without that inline policy",
      ACTION("s3:GetObject")
          ON("arn:aws:s3:::x/1") "&PolicyExclusionList.member.1."
                                 "InlinePolicyIdentifier.PolicyName=in&PolicyExclusionList.member."
                                 "1.InlinePolicyIdentifier."
                                 "AttachmentType=role&PolicyExclusionList.member.1."
                                 "InlinePolicyIdentifier.AttachmentName=web",
      "implicitDeny", NULL },
    { "without a policy of that name of another role",
      ACTION("s3:GetObject")
          ON("arn:aws:s3:::x/1") "&PolicyExclusionList.member.1."
                                 "InlinePolicyIdentifier.PolicyName=in&PolicyExclusionList.member."
                                 "1.InlinePolicyIdentifier."
                                 "AttachmentType=role&PolicyExclusionList.member.1."
                                 "InlinePolicyIdentifier.AttachmentName=api",
      "allowed", "role_web_in" },
    { "with another policy", POLICY(ALLOW("s3:*", "*")) ACTION("s3:PutObject"), "allowed",
      "PolicyInputList.1" },
    { "as one of its sessions, named by a bucket",
      ACTION("s3:PutObject") "&CallerArn=arn:aws:sts::" FACE_ACCOUNT
                             ":assumed-role/web/s1&ResourcePolicy=" BUCKET(ACCOUNT ":role/a/web"),
      "allowed", "PermissionsBoundary" },
};

ROWS(simulation, of_a_principal, of_web)
{
    const char *id = of_web[*row_index].id;
    char body[4096];

    make_web();
    (void)snprintf(body, sizeof(body), WEB "%s", of_web[*row_index].body);
    op_must("SimulatePrincipalPolicy", body);
    cr_expect(strcmp(op_element("EvalDecision"), of_web[*row_index].decision) == 0, "%s: %s",
              of_web[*row_index].name, remit_buf_cstr(&face_out));
    cr_expect(id == NULL || strstr(remit_buf_cstr(&face_out), id) != NULL, "%s: %s",
              of_web[*row_index].name, remit_buf_cstr(&face_out));
}

Test(simulation, a_user_brings_its_name_and_id)
{
    op_must("CreateUser", "UserName=ann&Path=/team/");
    op_must("PutUserPolicy", "UserName=ann&PolicyName=p&PolicyDocument=" ALLOW(
                                 "s3:*", "arn:aws:s3:::${aws:username}/*"));
    op_must("SimulatePrincipalPolicy", "PolicySourceArn=" ACCOUNT ":user/team/ann" ACTION(
                                           "s3:GetObject") ON("arn:aws:s3:::ann/x"));
    EXPECT_TEXT(op_element("EvalDecision"), "allowed");
    op_must("SimulatePrincipalPolicy", "PolicySourceArn=" ACCOUNT ":user/team/ann" ACTION(
                                           "s3:GetObject") ON("arn:aws:s3:::ann/x") USER("bob"));
    EXPECT_TEXT(op_element("EvalDecision"), "implicitDeny");
}

Test(simulation, a_caller_simulates_those_it_may)
{
    op_must("CreateUser", "UserName=ann");
    op_must("CreateUser", "UserName=bob");
    op_must("PutUserPolicy", "UserName=bob&PolicyName=p&PolicyDocument=" ALLOW(
                                 "iam:SimulatePrincipalPolicy", ACCOUNT ":user/ann"));
    cr_expect(op_user("bob", "SimulatePrincipalPolicy",
                      "PolicySourceArn=" ACCOUNT ":user/ann" ACTION("a:b")) == 0);
    cr_expect(op_user("bob", "SimulatePrincipalPolicy",
                      "PolicySourceArn=" ACCOUNT ":user/bob" ACTION("a:b")) == -1);
    EXPECT_TEXT(face_err.code, "AccessDenied");
    cr_expect(op_user("bob", "SimulateCustomPolicy", POLICY(ALLOW("*", "*")) ACTION("a:b")) == -1);
    EXPECT_TEXT(face_err.code, "AccessDenied");
}

/* ---- what is refused ---- */

#define CUSTOM(more, text)                                                                         \
    "SimulateCustomPolicy", POLICY(ALLOW("*", "*")) more, REMIT_ERR_INVALID, "InvalidInput", text

static const struct op_refusal refusals[] = {
    { "no action", "SimulateCustomPolicy", POLICY(ALLOW("*", "*")), REMIT_ERR_INVALID,
      "ValidationError",
      "1 validation error detected: Value null at 'actionNames' failed to satisfy constraint: "
      "Member must not be null" },
    { "a short action", "SimulateCustomPolicy", POLICY(ALLOW("*", "*")) ACTION("a"),
      REMIT_ERR_INVALID, "ValidationError",
      "1 validation error detected: Value 'a' at 'actionNames.1.member' failed to satisfy "
      "constraint: Member must have length greater than or equal to 3" },
    { "too many items", "SimulateCustomPolicy",
      "MaxItems=1001" POLICY(ALLOW("*", "*")) ACTION("a:b"), REMIT_ERR_INVALID, "ValidationError",
      "1 validation error detected: Value '1001' at 'maxItems' failed to satisfy constraint: "
      "Member "
      "must have value less than or equal to 1000" },
    { "eight levels", "SimulateCustomPolicy",
      POLICY(ALLOW("*", "*")) ACTION("a:b") SCP("1", ALLOW("*", "*")) SCP("2", ALLOW("*", "*"))
          SCP("3", ALLOW("*", "*")) SCP("4", ALLOW("*", "*")) SCP("5", ALLOW("*", "*"))
              SCP("6", ALLOW("*", "*")) SCP("7", ALLOW("*", "*")) SCP("8", ALLOW("*", "*")),
      REMIT_ERR_INVALID, "ValidationError",
      "1 validation error detected: Value at 'orderedOrganizationPolicyInputList' failed to "
      "satisfy "
      "constraint: Member must have length less than or equal to 7" },
    { "no action's name",
      CUSTOM(ACTION("RunTask"), "ActionNames 'RunTask' is not an action like ecs:RunTask") },
    { "a pattern", CUSTOM(ACTION("ecs:*"), "ActionNames 'ecs:*' holds a wildcard: a request is for "
                                           "one action") },
    { "no ARN",
      CUSTOM(ACTION("a:b") ON("bucket"), "ResourceArns 'bucket' is neither an ARN nor \"*\"") },
    { "two boundaries",
      CUSTOM(ACTION("a:b") EDGE(
                 ALLOW("*", "*")) "&PermissionsBoundaryPolicyInputList.member.2=" ALLOW("*", "*"),
             "PermissionsBoundaryPolicyInputList has 2 policies, the most is 1") },
    { "a policy that is none", "SimulateCustomPolicy", "PolicyInputList.member.1=x" ACTION("a:b"),
      REMIT_ERR_INVALID, "InvalidInput", "PolicyInputList.1: line 1 column 1: not a JSON value" },
    { "a resource policy without a caller",
      CUSTOM(ACTION("a:b") "&ResourcePolicy=" BUCKET("*"),
             "CallerArn is required with a ResourcePolicy, unless PolicySourceArn is a user's") },
    { "a caller that can't be one",
      CUSTOM(ACTION("a:b") "&CallerArn=ecs.amazonaws.com",
             "CallerArn 'ecs.amazonaws.com' is not the ARN of a user or of a role session") },
    { "an owner that is no account",
      CUSTOM(ACTION("a:b") "&ResourceOwner=123456789012",
             "ResourceOwner '123456789012' is not an account's ARN, arn:aws:iam::<id>:root") },
    { "EC2's scenarios",
      CUSTOM(ACTION("a:b") "&ResourceHandlingOption=EC2-VPC-EBS",
             "ResourceHandlingOption 'EC2-VPC-EBS' is not supported: EC2's scenarios are not "
             "simulated") },
    { "a number that is none", CUSTOM(ACTION("a:b") KEY("1", "s3:max-keys", "numeric", "ten"),
                                      "ContextEntries: the value 'ten' of s3:max-keys is not of "
                                      "the type numeric") },
    { "a date that is none", CUSTOM(ACTION("a:b") KEY("1", "aws:CurrentTime", "date", "now"),
                                    "ContextEntries: the value 'now' of aws:CurrentTime is not of "
                                    "the type date") },
    { "an address that is none", CUSTOM(ACTION("a:b") KEY("1", "aws:SourceIp", "ipList", "10.0.0"),
                                        "ContextEntries: the value '10.0.0' of aws:SourceIp is not "
                                        "of the type ip") },
    { "two values of one",
      CUSTOM(ACTION("a:b") KEY("1", "aws:x", "string",
                               "a") "&ContextEntries.member.1.ContextKeyValues.member.2=b",
             "ContextEntries: aws:x is of the type string and has 2 values; it must have one") },
    { "a key twice",
      CUSTOM(ACTION("a:b") KEY("1", "aws:x", "string", "a") KEY("2", "AWS:X", "string", "a"),
             "ContextEntries has the key AWS:X twice") },
    { "a key without a name", CUSTOM(ACTION("a:b") "&ContextEntries.member.1.ContextKeyType=ip",
                                     "ContextEntries.1 has no ContextKeyName") },
    { "a page that nobody began", CUSTOM(ACTION("a:b") "&Marker=!", "The token is not valid.") },
    { "a principal that is not there", "SimulatePrincipalPolicy",
      "PolicySourceArn=" ACCOUNT ":role/none" ACTION("a:b"), REMIT_ERR_NOT_FOUND, "NoSuchEntity",
      "The role with name none cannot be found." },
    { "an exclusion of nothing", "SimulatePrincipalPolicy",
      "PolicySourceArn=" ACCOUNT ":role/none&PolicyExclusionList.member.1.PolicyType=inline&"
      "PolicyExclusionList.member.1.PolicyArn=" ACCOUNT ":policy/p" ACTION("a:b"),
      REMIT_ERR_INVALID, "InvalidInput",
      "PolicyExclusionList.1 has 2 of PolicyType, PolicyArn and InlinePolicyIdentifier; it must "
      "have one" },
};

ROWS(simulation, refused, refusals)
{
    EXPECT_REFUSAL(&refusals[*row_index]);
}
