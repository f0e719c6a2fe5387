#include "lint_rows.h"

#define STATEMENT(effect, action, conditions)                                                      \
    "'Effect':'" effect "','Action':" action ",'Resource':'*','Condition':{" conditions "}"
#define ALLOW(conditions)        STATEMENT("Allow", "'s3:GetObject'", conditions)
#define DENY(conditions)         STATEMENT("Deny", "'s3:GetObject'", conditions)
#define ECS(action, conditions)  STATEMENT("Allow", action, conditions)
#define IS(operator, key, value) "'" operator"':{'" key "':" value "}"
#define EQUALS(key, value)       IS("StringEquals", key, "'" value "'")
#define LIKE(key, value)         IS("StringLike", key, "'" value "'")
#define GOOD                     ALLOW(EQUALS("aws:PrincipalTag/t", "x"))

static const struct lint_row rows[] = {
    { "INVALID_CONDITION_KEY_FORMAT", .with = ALLOW(EQUALS("username", "x")), .without = GOOD,
      .pointer = "/Statement/0/Condition/StringEquals/username" },
    { "MISSING_TAG_KEY_IN_CONDITION", .with = ALLOW(EQUALS("aws:ResourceTag", "x")),
      .without = GOOD },
    { "MISSING_TAG_KEY_IN_CONDITION", .with = ALLOW(EQUALS("ecs:ResourceTag/", "x")),
      .without = ECS("'ecs:StopTask'", EQUALS("ecs:ResourceTag/t", "x")) },
    { "INVALID_GLOBAL_CONDITION_KEY", .with = ALLOW(EQUALS("aws:PrincipalOrg", "x")),
      .without = ALLOW(EQUALS("AWS:principalorgid", "x")) },
    { "INVALID_SERVICE_CONDITION_KEY", .with = ECS("'ecs:StopTask'", EQUALS("ecs:clusters", "x")),
      .without = ALLOW(EQUALS("nobody-knows:key", "x")) },
    { "UNSUPPORTED_GLOBAL_CONDITION_KEY", .with = ALLOW(EQUALS("aws:ARN", "x")), .without = GOOD },
    { "DEPRECATED_GLOBAL_CONDITION_KEY", .with = ALLOW(EQUALS("aws:SourceOwner", "x")),
      .without = ALLOW(EQUALS("aws:SourceAccount", "111122223333")) },
    { "UNTRUSTWORTHY_CONDITION_KEY", .with = ALLOW(EQUALS("aws:Referer", "x")), .without = GOOD },
    { "MISSING_PAIRED_CONDITION_KEYS",
      .with = ALLOW(IS("IpAddress", "aws:VpcSourceIp", "'10.0.0.1'")),
      .without = ALLOW(IS("IpAddress", "aws:VpcSourceIp",
                          "'10.0.0.1'") "," EQUALS("aws:SourceVpc", "vpc-12345678")) },
    { "DYNAMODB_ATTRIBUTES_WITHOUT_SELECT",
      .with = STATEMENT("Allow", "'dynamodb:Query'",
                        IS("ForAllValues:StringEquals", "dynamodb:Attributes", "'a'")),
      .without = STATEMENT("Allow", "'dynamodb:Query'",
                           IS("ForAllValues:StringEquals", "dynamodb:Attributes",
                              "'a'") "," EQUALS("dynamodb:Select", "SPECIFIC_ATTRIBUTES")) },
    { "S3_PREFIX_IN_NEGATIVE_CONTEXT",
      .with = STATEMENT("Deny", "'s3:ListBucket'", EQUALS("s3:prefix", "secret/")),
      .without = STATEMENT("Allow", "'s3:ListBucket'", EQUALS("s3:prefix", "public/")) },
    { "IRRELEVANT_CONDITION_KEY_IN_POLICY", REMIT_POLICY_RESOURCE,
      .with = "'Principal':'*'," ALLOW(EQUALS("s3:ResourceAccount", "111122223333")),
      .without = "'Principal':'*'," GOOD, .resource_type = "AWS::S3::Bucket" },
    { "USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES",
      .with = STATEMENT("Deny", "'*'", IS("StringNotEquals", "aws:VpceOrgID", "'o-1'")),
      .without = STATEMENT("Deny", "'s3:*'", IS("StringNotEquals", "aws:VpceOrgID", "'o-1'")) },
    { "INVALID_REGION", .with = ALLOW(EQUALS("aws:RequestedRegion", "us-east-9")),
      .without = ALLOW(IS("StringLike", "aws:RequestedRegion", "['us-*','eu-west-1']")) },
    { "INVALID_VPC_FORMAT", .with = ALLOW(EQUALS("aws:SourceVpc", "vpc-1")),
      .without = ALLOW(EQUALS("aws:SourceVpc", "vpc-1234567890abcdef0")) },
    { "INVALID_VPCE_FORMAT", .with = ALLOW(EQUALS("aws:SourceVpce", "vpc-12345678")),
      .without = ALLOW(EQUALS("aws:SourceVpce", "vpce-12345678")) },
    { "INVALID_KMS_KEY_VALUE",
      .with = ALLOW(EQUALS("s3:x-amz-server-side-encryption-aws-kms-key-id", "1234")),
      .without = ALLOW(EQUALS("s3:x-amz-server-side-encryption-aws-kms-key-id",
                              "arn:aws:kms:us-east-1:111122223333:key/1234")) },
    { "PRINCIPAL_ARN_IS_SESSION",
      .with = ALLOW(IS("ArnLike", "aws:PrincipalArn", "'arn:aws:sts::1:assumed-role/r/s'")),
      .without = ALLOW(IS("ArnLike", "aws:PrincipalArn", "'arn:aws:iam::1:role/r'")) },
    { "ROOT_ARN_IN_PRINCIPAL_ARN",
      .with = ALLOW(IS("ArnEquals", "aws:PrincipalArn", "'arn:aws:iam::111122223333:root'")),
      .without = ALLOW(IS("ArnEquals", "aws:PrincipalArn", "'arn:aws:iam::111122223333:user/u'")) },
    { "WILDCARD_USAGE_TOO_PERMISSIVE", .with = ALLOW(LIKE("aws:PrincipalOrgID", "o-*")),
      .without = ALLOW(EQUALS("aws:PrincipalOrgID", "o-1")) },
    { "WILDCARD_USAGE_TOO_PERMISSIVE", .with = ALLOW(LIKE("aws:userid", "*:session")),
      .without = ALLOW(LIKE("aws:userid", "AROAEXAMPLE:*")) },
    { "VARIABLE_USAGE_TOO_PERMISSIVE",
      .with = ALLOW(EQUALS("aws:SourceVpc", "${aws:PrincipalTag/v}")),
      .without = ALLOW(EQUALS("aws:ResourceAccount", "${aws:PrincipalAccount}")) },

    /* keys against actions */
    { "UNSUPPORTED_ACTION_FOR_CONDITION_KEY",
      .with = ECS("['ecs:RunTask','ecs:ListClusters']", EQUALS("ecs:cluster", "x")),
      .without = ECS("'ecs:RunTask'", EQUALS("ecs:cluster", "x")) },
    { "CONDITION_KEY_UNUSED", .with = ECS("'ecs:ListClusters'", EQUALS("ecs:cluster", "x")),
      .without = ECS("'ecs:*'", EQUALS("ecs:cluster", "x")) },
    { "CONDITION_KEY_UNUSED", .with = ECS("'ecs:StopTask'", IS("Null", "ecs:task-cpu", "'false'")),
      .without = ECS("['ecs:StopTask','s3:GetObject']", IS("Null", "ecs:task-cpu", "'false'")) },
    { "ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
      .with = STATEMENT("Allow", "'untagged:Do'", EQUALS("aws:ResourceTag/t", "x")),
      .without = ECS("'ecs:StopTask'", EQUALS("aws:ResourceTag/t", "x")) },
    { "DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
      .with = STATEMENT("Deny", "'untagged:*'", EQUALS("aws:ResourceTag/t", "x")),
      .without = STATEMENT("Deny", "'ecs:StopTask'", EQUALS("aws:ResourceTag/t", "x")) },
    { "ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
      .with = "'Effect':'Allow','NotAction':'s3:*','Resource':'*','Condition':{" EQUALS(
          "aws:ResourceTag/t", "x") "}",
      .without = "'Effect':'Allow','NotAction':'s3:*','Resource':'*','Condition':{" EQUALS(
          "aws:PrincipalTag/t", "x") "}" },
    { "DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
      .with = "'Effect':'Deny','NotAction':'s3:*','Resource':'*','Condition':{" EQUALS(
          "aws:ResourceTag/t", "x") "}",
      .without = "'Effect':'Deny','NotAction':'s3:*','Resource':'*','Condition':{" IS(
          "StringNotEquals", "aws:ResourceTag/t", "'x'") "}" },

    /* keys that a request may lack */
    { "BAD_PATTERN_FOR_MFA", .with = DENY(IS("Bool", "aws:MultiFactorAuthPresent", "'false'")),
      .without = DENY(IS("BoolIfExists", "aws:MultiFactorAuthPresent", "'false'")) },
    { "BAD_PATTERN_FOR_MFA",
      .with = ALLOW(IS("BoolIfExists", "aws:MultiFactorAuthPresent", "'true'")),
      .without = ALLOW(IS("Bool", "aws:MultiFactorAuthPresent", "'true'")) },
    { "BAD_PATTERN_FOR_MFA", .with = ALLOW(IS("Null", "aws:MultiFactorAuthPresent", "'false'")),
      .without = DENY(IS("Null", "aws:MultiFactorAuthPresent", "'true'")) },
    { "DENY_MISSED_ON_ABSENT_KEY", .with = DENY(EQUALS("aws:SourceVpc", "vpc-12345678")),
      .without = DENY(IS("StringNotEquals", "aws:SourceVpc", "'vpc-12345678'")) },
    { "ALLOW_ON_ABSENT_KEY",
      .with = ALLOW(IS("StringNotEquals", "aws:SourceVpc", "'vpc-12345678'")),
      .without = ALLOW(IS("StringNotEquals", "aws:SourceVpc",
                          "'vpc-12345678'") "," IS("Null", "aws:SourceVpc", "'false'")) },
    { "FORANYVALUE_DENY_WITHOUT_NULL",
      .with = DENY(IS("ForAnyValue:StringNotEquals", "aws:TagKeys", "'x'")),
      .without = DENY(IS("ForAnyValue:StringNotEquals", "aws:TagKeys", "'x'")) " ; " DENY(
          IS("Null", "aws:TagKeys", "'true'")) },
    { "FORALLVALUES_ALLOW_WITHOUT_NULL",
      .with = ALLOW(IS("ForAllValues:StringEquals", "aws:TagKeys", "'x'")),
      .without = ALLOW(IS("ForAllValues:StringEquals", "aws:TagKeys",
                          "'x'") "," IS("Null", "aws:TagKeys", "'false'")) },

    /* contradictions */
    { "STATEMENT_NEVER_APPLIES",
      .with = ALLOW(EQUALS("aws:username", "a") "," LIKE("aws:UserName", "b*")),
      .without = ALLOW(EQUALS("aws:username", "a") "," LIKE("aws:UserName", "a*")) },
    { "STATEMENT_NEVER_APPLIES",
      .with = ALLOW(EQUALS("aws:username", "a") "," IS("Null", "aws:username", "'true'")),
      .without = ALLOW(EQUALS("aws:username", "a") "," IS("Null", "aws:username", "'false'")) },
    { "STATEMENT_NEVER_APPLIES",
      .with = ALLOW(IS("DateLessThan", "aws:CurrentTime", "'2030-01-01'") "," IS(
          "DateGreaterThan", "aws:CurrentTime", "'2031-01-01'")),
      .without = ALLOW(IS("DateLessThan", "aws:CurrentTime", "'2031-01-01'") "," IS(
          "DateGreaterThan", "aws:CurrentTime", "'2030-01-01'")) },
    { "STATEMENT_NEVER_APPLIES",
      .with = ALLOW(IS("NumericLessThan", "s3:max-keys", "'5'") "," IS("NumericGreaterThanEquals",
                                                                       "s3:max-keys", "'5'")),
      .without = ALLOW(IS("NumericLessThanEquals", "s3:max-keys",
                          "'5'") "," IS("NumericGreaterThanEquals", "s3:max-keys", "'5'")) },
    { "STATEMENT_NEVER_APPLIES", .with = ALLOW(IS("ForAnyValue:Null", "aws:TagKeys", "'true'")),
      .without = ALLOW(IS("Null", "aws:TagKeys", "'true'")) },
    { "CONDITION_ALWAYS_TRUE", .with = ALLOW(IS("Null", "aws:username", "['true','false']")),
      .without = ALLOW(IS("Null", "aws:username", "'true'")) },
    { "CONDITION_ALWAYS_TRUE", .with = ALLOW(IS("ForAllValues:Null", "aws:TagKeys", "'true'")),
      .without = ALLOW(IS("Null", "aws:TagKeys", "'true'")) },
    { "UNREACHABLE_ALLOW",
      .with = "'Effect':'Allow','Action':'s3:GetObject','Resource':'arn:aws:s3:::b/x' ; "
              "'Effect':'Deny','Action':'s3:*','Resource':'*'",
      .without = "'Effect':'Allow','Action':'s3:GetObject','Resource':'arn:aws:s3:::b/x' ; " DENY(
          EQUALS("aws:username", "a")),
      .pointer = "/Statement/0" },
};

const struct lint_rows lint_rows_keys = { rows, REMIT_COUNT(rows) };
