#include "lint_rows.h"

#define TO(resource)     "'Effect':'Allow','Action':'s3:GetObject','Resource':'" resource "'"
#define OLD(statement)   "{'Version':'2008-10-17','Statement':[{" statement "}]}"
#define B                "arn:aws:s3:::b/"
#define GOOD             TO(B "${aws:username}/*")
#define RCP              REMIT_POLICY_RCP
#define LIMIT(statement) "'Effect':'Deny','Principal':'*','Resource':'*'," statement
#define ORG              "'StringNotEqualsIfExists':{'aws:PrincipalOrgID':'o-1'}"
#define SOURCE           "'StringNotEqualsIfExists':{'aws:SourceOrgID':'o-1'}"
#define SERVICE(is)      "'BoolIfExists':{'aws:PrincipalIsAWSService':'" is "'}"
#define S3               "'Action':'s3:*'"

static const struct lint_row rows[] = {
    { "MISSING_BRACE_IN_VARIABLE", .with = TO(B "${aws:username/*"), .without = GOOD,
      .pointer = "/Statement/0/Resource" },
    { "EMPTY_VARIABLE", .with = TO(B "${}/*"), .without = TO(B "${*}/${?}/${$}") },
    { "MISSING_QUOTE_IN_VARIABLE", .with = TO(B "${aws:username, x}"),
      .without = TO(B "${aws:username, `x y`}") },
    { "UNSUPPORTED_SPACE_IN_VARIABLE", .with = TO(B "${aws:user name}"),
      .without = TO(B "${aws:PrincipalTag/two words}") },
    { "VARIABLE_UNSUPPORTED_IN_ELEMENT",
      .with = "'Effect':'Allow','Action':'s3:${aws:username}','Resource':'*'", .without = GOOD,
      .pointer = "/Statement/0/Action" },
    { "VARIABLE_UNSUPPORTED_IN_VERSION", .with = OLD(GOOD), .without = GOOD },
    { "VARIABLE_IN_OLD_VERSION_ESCAPE", .with = OLD(TO(B "${*}")), .without = TO(B "${*}") },
    { "VARIABLE_BEFORE_FIFTH_COLON", .with = TO("arn:aws:${aws:username}:::b"),
      .without = TO("arn:aws:s3:::${aws:username}/x") },
    { "VARIABLE_BEFORE_FIFTH_COLON", .with = TO("arn:aws:s3::${aws:PrincipalAccount}:b"),
      .without = GOOD },
    { "VARIABLE_MULTIVALUED", .with = TO(B "${aws:TagKeys}"), .without = GOOD },
    { "VARIABLE_NEVER_PRESENT", REMIT_POLICY_SESSION, .with = GOOD,
      .without = TO(B "${aws:PrincipalTag/team}/*") },
    { "INVALID_GLOBAL_CONDITION_KEY", .with = TO(B "${aws:user}"), .without = GOOD },

    /* resource control policies */
    { "RCP_SYNTAX_ERROR_PRINCIPAL", RCP,
      .with = "'Effect':'Deny','Principal':{'AWS':'111122223333'},'Resource':'*'," S3,
      .without = LIMIT(S3) },
    { "RCP_SYNTAX_ERROR_ALLOW", RCP, .with = "'Effect':'Allow','Principal':'*','Resource':'*'," S3,
      .without = LIMIT(S3) },
    { "RCP_SYNTAX_ERROR_NOTACTION", RCP, .with = LIMIT("'NotAction':'s3:*'"),
      .without = LIMIT(S3) },
    { "RCP_SYNTAX_ERROR_ACTION", RCP, .with = LIMIT("'Action':'ecs:*'"), .without = LIMIT(S3) },
    { "RCP_SYNTAX_ERROR_ACTION", RCP, .with = LIMIT("'Action':'*'"),
      .without = LIMIT("'Action':'SecretsManager:GetSecretValue'") },
    { "RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY", RCP,
      .with = LIMIT(S3 ",'Condition':{" ORG "}"),
      .without = LIMIT(S3 ",'Condition':{" ORG "," SERVICE("false") "}") },
    { "RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY", RCP,
      .with = LIMIT(S3 ",'Condition':{" SOURCE "}"),
      .without = LIMIT(S3 ",'Condition':{" SOURCE "," SERVICE("true") "}") },
    { "RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK", RCP,
      .with = LIMIT(S3 ",'Condition':{" SOURCE "," SERVICE("true") "}"),
      .without = LIMIT(S3 ",'Condition':{" SOURCE
                          "," SERVICE("true") ",'Null':{'aws:SourceAccount':'false'}}") },
};

const struct lint_rows lint_rows_variables = { rows, REMIT_COUNT(rows) };
