/* Roles and users, their policies, boundaries and tags. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "policies/managed.h"
#include "tests/control/ops/documents.h"
#include "tests/control/ops/op.h"
#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

TestSuite(iam_roles, .init = op_open, .fini = op_close, .timeout = 30);

#define ACCOUNT "arn:aws:iam::" FACE_ACCOUNT
#define ROLE(n) "RoleName=" n "&AssumeRolePolicyDocument=" ECS_TRUST

Test(iam_roles, a_new_role_is_given_back_whole)
{
    op_must("CreateRole", "Path=/team/a/&MaxSessionDuration=7200&Description=for+web&"
                          "Tags.member.1.Key=team&Tags.member.1.Value=a&" ROLE("web"));
    op_must("GetRole", "RoleName=web");
    EXPECT_TEXT(op_element("Arn"), ACCOUNT ":role/team/a/web");
    EXPECT_TEXT(op_element("Path"), "/team/a/");
    EXPECT_TEXT(op_element("Description"), "for web");
    EXPECT_TEXT(op_element("MaxSessionDuration"), "7200");
    EXPECT_TEXT(op_element("CreateDate"), "2026-07-25T17:20:00Z");
    EXPECT_TEXT(op_element("Tags"), "<member><Key>team</Key><Value>a</Value></member>");
    EXPECT_TEXT(op_element("RoleLastUsed"), "");
    cr_expect(strlen(op_element("RoleId")) == 21);
    EXPECT_TEXT(op_element("AssumeRolePolicyDocument"),
                "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22"
                "Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22ecs-tasks.amazonaws.com%22%7D"
                "%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%7D");
}

Test(iam_roles, names_are_unique_without_regard_to_case)
{
    op_must("CreateRole", ROLE("web"));
    EXPECT_REFUSED(op("CreateRole", ROLE("WEB")), REMIT_ERR_CONFLICT, "EntityAlreadyExists",
                   "Role with name WEB already exists.");
    EXPECT_REFUSED(op("GetRole", "RoleName=WEB"), REMIT_ERR_NOT_FOUND, "NoSuchEntity",
                   "The role with name WEB cannot be found.");
}

static const struct op_refusal rows[] = {
    { "a role that is not there", "GetRole", "RoleName=none", REMIT_ERR_NOT_FOUND, "NoSuchEntity",
      "The role with name none cannot be found." },
    { "a user that is not there", "GetUser", "UserName=none", REMIT_ERR_NOT_FOUND, "NoSuchEntity",
      "The user with name none cannot be found." },
    { "no name", "GetRole", "", REMIT_ERR_INVALID, "ValidationError",
      "1 validation error detected: Value null at 'roleName' failed to satisfy constraint: Member "
      "must not be null" },
    { "a name of wrong characters", "GetRole", "RoleName=a%20b", REMIT_ERR_INVALID,
      "ValidationError",
      "1 validation error detected: Value 'a b' at 'roleName' failed to satisfy constraint: Member "
      "must satisfy regular expression pattern: [\\w+=,.@-]+" },
    { "a session that is too long", "CreateRole", "MaxSessionDuration=43201&" ROLE("web"),
      REMIT_ERR_INVALID, "ValidationError",
      "1 validation error detected: Value '43201' at 'maxSessionDuration' failed to satisfy "
      "constraint: Member must have value less than or equal to 43200" },
    { "a path that does not end", "CreateUser", "UserName=ann&Path=/team", REMIT_ERR_INVALID,
      "ValidationError",
      "1 validation error detected: Value '/team' at 'path' failed to satisfy constraint: Member "
      "must satisfy regular expression pattern: (\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)" },
    { "a tag twice", "CreateUser",
      "UserName=ann&Tags.member.1.Key=a&Tags.member.1.Value=1&Tags.member.2.Key=A&"
      "Tags.member.2.Value=2",
      REMIT_ERR_INVALID, "InvalidInput",
      "Duplicate tag keys found. Please note that Tag keys are case insensitive." },
    { "a tag of AWS's", "CreateUser", "UserName=ann&Tags.member.1.Key=aws:a&Tags.member.1.Value=1",
      REMIT_ERR_INVALID, "InvalidInput", "Tag keys beginning with aws: are reserved: aws:a" },
    { "a trust policy that names nobody there", "CreateRole",
      "RoleName=web&AssumeRolePolicyDocument=" TRUST("AWS", ACCOUNT ":user/none"),
      REMIT_ERR_INVALID, "MalformedPolicyDocument",
      "Invalid principal in policy: \"AWS\":\"" ACCOUNT ":user/none\"" },
    { "a boundary that is not there", "CreateUser",
      "UserName=ann&PermissionsBoundary=" ACCOUNT ":policy/none", REMIT_ERR_NOT_FOUND,
      "NoSuchEntity", "Scope ARN: " ACCOUNT ":policy/none does not exist or is not attachable." },
    { "a boundary that is no ARN", "CreateUser",
      "UserName=ann&PermissionsBoundary=a-policy-by-its-name", REMIT_ERR_INVALID, "ValidationError",
      "Invalid ARN:  Could not be parsed!" },
};

ROWS(iam_roles, refused, rows)
{
    EXPECT_REFUSAL(&rows[*row_index]);
}

Test(iam_roles, a_trust_policy_must_be_one)
{
    cr_assert(op("CreateRole", "RoleName=web&AssumeRolePolicyDocument=" ALLOW("*", "*")) == -1);
    EXPECT_TEXT(face_err.code, "MalformedPolicyDocument");
    op_must("CreateRole", ROLE("web"));
    cr_assert(op("UpdateAssumeRolePolicy", "RoleName=web&PolicyDocument=%7B%7D") == -1);
    EXPECT_TEXT(face_err.code, "MalformedPolicyDocument");
    op_must("GetRole", "RoleName=web"); /* what was there stays */
    cr_expect(strstr(op_element("AssumeRolePolicyDocument"), "ecs-tasks") != NULL);
    op_must("UpdateAssumeRolePolicy",
            "RoleName=web&PolicyDocument=" TRUST("Service", "ec2.amazonaws.com"));
    op_must("GetRole", "RoleName=web");
    cr_expect(strstr(op_element("AssumeRolePolicyDocument"), "ec2.amazonaws") != NULL);
}

/* ---- inline policies ---- */

Test(iam_roles, an_inline_policy_is_stored_byte_for_byte)
{
    op_must("CreateRole", ROLE("web"));
    op_must("PutRolePolicy",
            "RoleName=web&PolicyName=p&PolicyDocument=" ALLOW("s3:Get*", "*") "%0A%20");
    op_must("GetRolePolicy", "RoleName=web&PolicyName=p");
    EXPECT_TEXT(op_element("RoleName"), "web");
    EXPECT_TEXT(op_element("PolicyName"), "p");
    EXPECT_TEXT(op_element("PolicyDocument"),
                "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22"
                "Allow%22%2C%22Action%22%3A%22s3%3AGet%2A%22%2C%22Resource%22%3A%22%2A%22%7D%7D"
                "%0A%20");
    op_must("PutRolePolicy", "RoleName=web&PolicyName=p&PolicyDocument=" ALLOW("s3:*", "*"));
    op_must("ListRolePolicies", "RoleName=web");
    EXPECT_TEXT(op_element("PolicyNames"), "<member>p</member>");
    op_must("DeleteRolePolicy", "RoleName=web&PolicyName=p");
    EXPECT_REFUSED(op("GetRolePolicy", "RoleName=web&PolicyName=p"), REMIT_ERR_NOT_FOUND,
                   "NoSuchEntity", "The role policy with name p cannot be found.");
    EXPECT_REFUSED(op("DeleteRolePolicy", "RoleName=web&PolicyName=p"), REMIT_ERR_NOT_FOUND,
                   "NoSuchEntity", "The role policy with name p cannot be found.");
}

Test(iam_roles, inline_policies_have_a_quota_together)
{
    static char body[4096];
    char fill[2001];

    memset(fill, 'x', sizeof(fill) - 1);
    fill[sizeof(fill) - 1] = '\0';
    (void)snprintf(body, sizeof(body),
                   "UserName=ann&PolicyName=p&PolicyDocument=" ALLOW("s3:Get", "arn:aws:s3:::%s"),
                   fill);
    op_must("CreateUser", "UserName=ann");
    EXPECT_REFUSED(op("PutUserPolicy", body), REMIT_ERR_LIMIT, "LimitExceeded",
                   "Maximum policy size of 2048 bytes exceeded for user ann");
    op_must("ListUserPolicies", "UserName=ann");
    EXPECT_TEXT(op_element("PolicyNames"), "");
}

Test(iam_roles, a_wrong_document_is_refused_with_its_place)
{
    op_must("CreateUser", "UserName=ann");
    cr_assert(
        op("PutUserPolicy", "UserName=ann&PolicyName=p&PolicyDocument=" DOCUMENT(
                                "\"Effect\":\"Maybe\",\"Action\":\"*\",\"Resource\":\"*\"")) == -1);
    EXPECT_TEXT(face_err.code, "MalformedPolicyDocument");
    cr_expect(strstr(face_err.text, "/Statement/Effect") != NULL, "%s", face_err.text);
}

Test(iam_roles, policies_are_listed_in_pages)
{
    static const char *const names[] = { "d", "a", "c", "b" };
    char body[512];
    char marker[128];

    op_must("CreateUser", "UserName=ann");
    for (size_t i = 0; i < REMIT_COUNT(names); i++) {
        (void)snprintf(body, sizeof(body), "UserName=ann&PolicyName=%s&PolicyDocument=%s", names[i],
                       ALLOW("s3:Get", "*"));
        op_must("PutUserPolicy", body);
    }
    op_must("ListUserPolicies", "UserName=ann&MaxItems=3");
    EXPECT_TEXT(op_element("PolicyNames"),
                "<member>a</member><member>b</member><member>c</member>");
    EXPECT_TEXT(op_element("IsTruncated"), "true");
    (void)snprintf(marker, sizeof(marker), "UserName=ann&Marker=%s", op_element("Marker"));
    op_must("DeleteUserPolicy", "UserName=ann&PolicyName=c"); /* the page before ended with it */
    op_must("ListUserPolicies", marker);
    EXPECT_TEXT(op_element("PolicyNames"), "<member>d</member>");
    EXPECT_TEXT(op_element("IsTruncated"), "false");
    cr_expect(op_element("Marker") == NULL);
    EXPECT_REFUSED(op("ListUserPolicies", "UserName=ann&Marker=!"), REMIT_ERR_INVALID,
                   "ValidationError", "The token is not valid.");
}

/* ---- managed policies ---- */

#define POLICY      ACCOUNT ":policy/team/p"
#define MAKE_POLICY "PolicyName=p&Path=/team/&PolicyDocument=" ALLOW("s3:*", "*")

Test(iam_roles, attaching_is_counted_and_repeatable)
{
    op_must("CreateRole", ROLE("web"));
    op_must("CreateUser", "UserName=ann");
    op_must("CreatePolicy", MAKE_POLICY);
    op_must("AttachRolePolicy", "RoleName=web&PolicyArn=" POLICY);
    op_must("AttachRolePolicy", "RoleName=web&PolicyArn=" POLICY);
    op_must("AttachUserPolicy", "UserName=ann&PolicyArn=" POLICY);
    op_must("PutUserPermissionsBoundary", "UserName=ann&PermissionsBoundary=" POLICY);
    op_must("GetPolicy", "PolicyArn=" POLICY);
    EXPECT_TEXT(op_element("AttachmentCount"), "2");
    EXPECT_TEXT(op_element("PermissionsBoundaryUsageCount"), "1");
    op_must("ListAttachedRolePolicies", "RoleName=web");
    EXPECT_TEXT(op_element("AttachedPolicies"),
                "<member><PolicyName>p</PolicyName><PolicyArn>" POLICY "</PolicyArn></member>");
    op_must("ListAttachedRolePolicies", "RoleName=web&PathPrefix=/other/");
    EXPECT_TEXT(op_element("AttachedPolicies"), "");
    EXPECT_REFUSED(op("DeletePolicy", "PolicyArn=" POLICY), REMIT_ERR_CONFLICT, "DeleteConflict",
                   "Cannot delete a policy attached to entities.");
    op_must("DetachRolePolicy", "RoleName=web&PolicyArn=" POLICY);
    op_must("DetachUserPolicy", "UserName=ann&PolicyArn=" POLICY);
    EXPECT_REFUSED(op("DetachUserPolicy", "UserName=ann&PolicyArn=" POLICY), REMIT_ERR_NOT_FOUND,
                   "NoSuchEntity", "Policy " POLICY " was not found.");
    cr_expect(op("DeletePolicy", "PolicyArn=" POLICY) == -1, "it is a boundary still");
    op_must("DeleteUserPermissionsBoundary", "UserName=ann");
    op_must("DeletePolicy", "PolicyArn=" POLICY);
    EXPECT_REFUSED(op("AttachRolePolicy", "RoleName=web&PolicyArn=" POLICY), REMIT_ERR_NOT_FOUND,
                   "NoSuchEntity", "Policy " POLICY " does not exist or is not attachable.");
}

Test(iam_roles, aws_own_policies_can_be_attached)
{
    op_must("CreateRole", ROLE("web"));
    op_must("AttachRolePolicy", "RoleName=web&PolicyArn=arn:aws:iam::aws:policy/service-role/"
                                "AmazonECSTaskExecutionRolePolicy");
    op_must("GetPolicy",
            "PolicyArn=arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy");
    EXPECT_TEXT(op_element("AttachmentCount"), "1");
    EXPECT_TEXT(op_element("Path"), "/service-role/");
    op_must("GetPolicyVersion", "VersionId=v1&PolicyArn=arn:aws:iam::aws:policy/service-role/"
                                "AmazonECSTaskExecutionRolePolicy");
    cr_expect(strstr(op_element("Document"), "ecr%3ABatchGetImage") != NULL);
    EXPECT_REFUSED(op("DeletePolicy", "PolicyArn=arn:aws:iam::aws:policy/AdministratorAccess"),
                   REMIT_ERR_INVALID, "InvalidInput", "Policy is outside your own account.");
}

Test(iam_roles, ten_managed_policies_are_the_most)
{
    char body[512];

    op_must("CreateRole", ROLE("web"));
    for (int i = 0; i < 11; i++) {
        (void)snprintf(body, sizeof(body), "PolicyName=p%d&PolicyDocument=%s", i,
                       ALLOW("s3:Get", "*"));
        op_must("CreatePolicy", body);
        (void)snprintf(body, sizeof(body), "RoleName=web&PolicyArn=" ACCOUNT ":policy/p%d", i);
        if (i < 10)
            op_must("AttachRolePolicy", body);
    }
    EXPECT_REFUSED(op("AttachRolePolicy", body), REMIT_ERR_LIMIT, "LimitExceeded",
                   "Cannot exceed quota for PoliciesPerRole: 10");
}

Test(iam_roles, a_policy_larger_than_its_quota_is_refused)
{
    static char body[16384];
    static char fill[6100];

    memset(fill, 'x', sizeof(fill) - 1);
    (void)snprintf(body, sizeof(body),
                   "PolicyName=p&PolicyDocument=" ALLOW("s3:Get", "arn:aws:s3:::%s"), fill);
    EXPECT_REFUSED(op("CreatePolicy", body), REMIT_ERR_LIMIT, "LimitExceeded",
                   "Cannot exceed quota for PolicySize: 6144");
}

Test(iam_roles, policies_are_listed_by_scope_and_use)
{
    char marker[2048];

    op_must("CreatePolicy", MAKE_POLICY);
    op_must("ListPolicies", "Scope=Local");
    EXPECT_TEXT(op_element("Arn"), POLICY);
    EXPECT_LACKS("arn:aws:iam::aws:");
    op_must("ListPolicies", "Scope=AWS");
    EXPECT_HAS("arn:aws:iam::aws:policy/AdministratorAccess");
    EXPECT_LACKS(POLICY);
    op_must("ListPolicies", "OnlyAttached=true");
    EXPECT_TEXT(op_element("Policies"), "");
    op_must("ListPolicies", "PathPrefix=/service-role/");
    EXPECT_TEXT(op_element("PolicyName"), "AmazonECSTaskExecutionRolePolicy");
    (void)snprintf(marker, sizeof(marker), "MaxItems=%zu", policies_managed_count);
    op_must("ListPolicies", marker);
    EXPECT_LACKS(POLICY);
    (void)snprintf(marker, sizeof(marker), "Marker=%s", op_element("Marker"));
    op_must("ListPolicies", marker);
    EXPECT_TEXT(op_element("Arn"), POLICY);
    EXPECT_TEXT(op_element("IsTruncated"), "false");
}

/* ---- what hangs on what ---- */

Test(iam_roles, a_role_goes_only_when_nothing_hangs_on_it)
{
    op_must("CreatePolicy", MAKE_POLICY);
    op_must("CreateRole", "PermissionsBoundary=" POLICY "&" ROLE("web"));
    op_must("AttachRolePolicy", "RoleName=web&PolicyArn=" POLICY);
    EXPECT_REFUSED(op("DeleteRole", "RoleName=web"), REMIT_ERR_CONFLICT, "DeleteConflict",
                   "Cannot delete entity, must detach all policies first.");
    op_must("DetachRolePolicy", "RoleName=web&PolicyArn=" POLICY);
    op_must("PutRolePolicy", "RoleName=web&PolicyName=p&PolicyDocument=" ALLOW("s3:*", "*"));
    EXPECT_REFUSED(op("DeleteRole", "RoleName=web"), REMIT_ERR_CONFLICT, "DeleteConflict",
                   "Cannot delete entity, must delete policies first.");
    op_must("DeleteRolePolicy", "RoleName=web&PolicyName=p");
    op_must("DeleteRole", "RoleName=web");
    cr_expect(op("GetRole", "RoleName=web") == -1);
    op_must("DeletePolicy", "PolicyArn=" POLICY); /* the boundary was given back */
}

Test(iam_roles, roles_are_listed_under_a_path)
{
    op_must("CreateRole", "Path=/a/&" ROLE("one"));
    op_must("CreateRole", "Path=/a/b/&" ROLE("two"));
    op_must("CreateRole", ROLE("three"));
    op_must("ListRoles", "PathPrefix=/a/");
    EXPECT_HAS("<RoleName>one</RoleName>");
    EXPECT_HAS("<RoleName>two</RoleName>");
    EXPECT_LACKS("<RoleName>three</RoleName>");
    op_must("ListRoles", "MaxItems=2");
    EXPECT_TEXT(op_element("IsTruncated"), "true");
    op_must("ListUsers", "");
    EXPECT_TEXT(op_element("Users"), "");
    EXPECT_TEXT(op_element("IsTruncated"), "false");
}

/* ---- who may, and what they learn ---- */

Test(iam_roles, a_denial_does_not_tell_whether_the_role_is_there)
{
    op_must("CreateUser", "UserName=eve");
    op_must("CreateRole", "Path=/secret/&" ROLE("web"));
    EXPECT_REFUSED(op_user("eve", "GetRole", "RoleName=web"), REMIT_ERR_DENIED, "AccessDenied",
                   "User: " ACCOUNT ":user/eve is not authorized to perform: iam:GetRole on "
                   "resource: role web because no identity-based policy allows the iam:GetRole "
                   "action");
    EXPECT_REFUSED(op_user("eve", "GetRole", "RoleName=none"), REMIT_ERR_DENIED, "AccessDenied",
                   "User: " ACCOUNT ":user/eve is not authorized to perform: iam:GetRole on "
                   "resource: role none because no identity-based policy allows the iam:GetRole "
                   "action");
}

Test(iam_roles, a_grant_of_a_path_holds_for_roles_under_it)
{
    op_must("CreateUser", "UserName=ann");
    op_must("PutUserPolicy", "UserName=ann&PolicyName=p&PolicyDocument=" ALLOW(
                                 "iam:GetRole", ACCOUNT ":role/team/*"));
    op_must("CreateRole", "Path=/team/&" ROLE("web"));
    op_must("CreateRole", ROLE("other"));
    cr_expect(op_user("ann", "GetRole", "RoleName=web") == 0, "%s", face_err.text);
    cr_expect(op_user("ann", "GetRole", "RoleName=other") == -1);
}

Test(iam_roles, who_is_held_by_a_boundary_can_be_made_to_hand_it_on)
{
    static const char *const allow = "UserName=ann&PolicyName=p&PolicyDocument=" DOCUMENT(
        "\"Effect\":\"Allow\",\"Action\":[\"iam:CreateUser\",\"iam:PutUserPolicy\"],"
        "\"Resource\":\"*\",\"Condition\":{\"StringEquals\":{\"iam:PermissionsBoundary\":\"" POLICY
        "\"}}");

    op_must("CreatePolicy", MAKE_POLICY);
    op_must("CreateUser", "UserName=ann");
    op_must("PutUserPolicy", allow);
    cr_expect(op_user("ann", "CreateUser", "UserName=bob") == -1);
    cr_expect(op_user("ann", "CreateUser", "UserName=bob&PermissionsBoundary=" POLICY) == 0, "%s",
              face_err.text);
    op_must("CreateUser", "UserName=free");
    cr_expect(op_user("ann", "PutUserPolicy",
                      "UserName=bob&PolicyName=p&PolicyDocument=" ALLOW("*", "*")) == 0,
              "%s", face_err.text);
    cr_expect(op_user("ann", "PutUserPolicy",
                      "UserName=free&PolicyName=p&PolicyDocument=" ALLOW("*", "*")) == -1);
}

Test(iam_roles, tagging_what_is_made_needs_its_own_action)
{
    op_must("CreateUser", "UserName=ann");
    op_must("PutUserPolicy",
            "UserName=ann&PolicyName=p&PolicyDocument=" ALLOW("iam:CreateUser", "*"));
    cr_expect(op_user("ann", "CreateUser", "UserName=bob") == 0, "%s", face_err.text);
    EXPECT_REFUSED(
        op_user("ann", "CreateUser", "UserName=cat&Tags.member.1.Key=a&Tags.member.1.Value=b"),
        REMIT_ERR_DENIED, "AccessDenied",
        "User: " ACCOUNT ":user/ann is not authorized to perform: iam:TagUser on "
        "resource: " ACCOUNT ":user/cat because no identity-based policy allows the "
        "iam:TagUser action");
}

static void move_role(void)
{
    op_must("DeleteRole", "RoleName=web");
    op_must("CreateRole", "Path=/admin/&" ROLE("web"));
}

Test(iam_roles, what_was_allowed_for_one_role_does_not_change_its_successor)
{
    op_must("CreateRole", ROLE("web"));
    EXPECT_REFUSED(op_while(move_role, "PutRolePolicy",
                            "RoleName=web&PolicyName=p&PolicyDocument=" ALLOW("*", "*")),
                   REMIT_ERR_NOT_FOUND, "NoSuchEntity", "The role with name web cannot be found.");
    op_must("ListRolePolicies", "RoleName=web");
    EXPECT_TEXT(op_element("PolicyNames"), "");
}
