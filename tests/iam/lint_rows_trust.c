#include "lint_rows.h"

#define TRUST             REMIT_POLICY_TRUST
#define ASSUME(principal) "'Effect':'Allow','Principal':" principal ",'Action':'sts:AssumeRole'"
#define WEB(principal)                                                                             \
    "'Effect':'Allow','Principal':{'Federated':'" principal                                        \
    "'},'Action':'sts:AssumeRoleWithWebIdentity'"
#define SAML(principal)                                                                            \
    "'Effect':'Allow','Principal':{'Federated':'" principal "'},'Action':'sts:AssumeRoleWithSAML'"
#define IF(operator, key, value) ",'Condition':{'" operator"':{'" key "':'" value "'}}"
#define GITHUB                   "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
#define SUB                      "token.actions.githubusercontent.com:sub"
#define GOOD                     ASSUME("{'AWS':'arn:aws:iam::111122223333:role/r'}")
#define TASKS(condition)                                                                           \
    ASSUME("{'Service':'ecs-tasks.amazonaws.com'}") ",'Condition':{" condition "}"
#define ACCOUNT "'StringEquals':{'aws:SourceAccount':'111122223333'}"
#define ARN(resource)                                                                              \
    "'ArnLike':{'aws:SourceArn':'arn:aws:ecs:us-east-1:111122223333:" resource "'}"
#define ANYWHERE(actions)                                                                          \
    "'Effect':'Allow','Principal':{'Service':'rolesanywhere.amazonaws.com'},'Action':" actions

static const struct lint_row rows[] = {
    { "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL", TRUST, .with = ASSUME("'*'"),
      .without = GOOD },
    { "ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL", TRUST, .with = ASSUME("{'AWS':'*'}"),
      .without = ASSUME("{'AWS':'*'}") IF("StringEquals", "aws:PrincipalOrgID", "o-1") },
    { "INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY", TRUST, .with = WEB("google"),
      .without = WEB(GITHUB) },
    { "UNKNOWN_FEDERATION_SOURCE", TRUST, .with = WEB("login.example.com"),
      .without = WEB("accounts.google.com") },
    { "MISMATCHED_ACTION_FOR_PRINCIPAL", TRUST,
      .with = WEB("arn:aws:iam::111122223333:saml-provider/p"),
      .without = SAML("arn:aws:iam::111122223333:saml-provider/p") },
    { "MISMATCHED_ACTION_FOR_PRINCIPAL", TRUST,
      .with = "'Effect':'Allow','Principal':{'AWS':'111122223333'},'Action':'sts:"
              "AssumeRoleWithWebIdentity'",
      .without = WEB("accounts.google.com") },
    { "MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY", TRUST, .with = ANYWHERE("'sts:AssumeRole'"),
      .without = ANYWHERE("['sts:AssumeRole','sts:SetSourceIdentity','sts:TagSession']") },
    { "MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL", TRUST, .with = WEB("accounts.google.com"),
      .without = WEB("accounts.google.com") IF("StringEquals", "accounts.google.com:aud", "x") },
    { "MISSING_GITHUB_REPO_CONDITION_KEY", TRUST,
      .with = WEB(GITHUB) IF("StringEquals", "token.actions.githubusercontent.com:aud", "x"),
      .without = WEB(GITHUB) IF("StringEquals", SUB, "repo:o/r:ref:refs/heads/main") },
    { "SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED", TRUST,
      .with = WEB(GITHUB) IF("StringLike", SUB, "repo:o/*"),
      .without = WEB(GITHUB) IF("StringEquals", SUB, "repo:o/r:ref:refs/heads/main") },
    { "REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY", TRUST,
      .with = ASSUME("{'AWS':['arn:aws:iam::111122223333:role/p/r','arn:aws:sts::111122223333:"
                     "assumed-role/r/s']}"),
      .without = ASSUME("{'AWS':['arn:aws:iam::111122223333:role/p/q','arn:aws:sts::111122223333:"
                        "assumed-role/r/s']}") },
    { "FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE", TRUST,
      .with =
          WEB("accounts.google.com") IF("ForAnyValue:StringEquals", "accounts.google.com:aud", "x"),
      .without = WEB("accounts.google.com") IF("StringEquals", "accounts.google.com:aud", "x") },
    { "CONFIRM_AUDIENCE_CLAIM_TYPE", TRUST,
      .with = WEB(GITHUB)
          IF("ForAnyValue:StringEquals", "token.actions.githubusercontent.com:aud", "x"),
      .without = WEB(GITHUB) IF("StringEquals", "token.actions.githubusercontent.com:aud", "x") },
    { "TRUST_ACCOUNT_NO_EXTERNAL_ID", TRUST, .with = ASSUME("{'AWS':'444455556666'}"),
      .without = ASSUME("{'AWS':'444455556666'}") IF("StringEquals", "sts:ExternalId", "x"),
      .account = "111122223333" },
    { "TRUST_ACCOUNT_NO_EXTERNAL_ID", TRUST,
      .with = ASSUME("{'AWS':'arn:aws:iam::444455556666:root'}"),
      .without = ASSUME("{'AWS':'arn:aws:iam::111122223333:root'}"), .account = "111122223333" },
    { "TRUST_MISSING_TAGSESSION", TRUST, .with = GOOD IF("StringEquals", "aws:RequestTag/t", "x"),
      .without = "'Effect':'Allow','Principal':{'AWS':'111122223333'},'Action':['sts:AssumeRole',"
                 "'sts:TagSession']" IF("StringEquals", "aws:RequestTag/t", "x") },
    { "MISSING_ACTION_FOR_CONDITION_KEY", TRUST,
      .with = GOOD IF("StringEquals", "sts:SourceIdentity", "x"),
      .without = "'Effect':'Allow','Principal':{'AWS':'111122223333'},'Action':['sts:AssumeRole',"
                 "'sts:SetSourceIdentity']" IF("StringEquals", "sts:SourceIdentity", "x") },

    /* ECS */
    { "ECS_TRUST_NO_SOURCE", TRUST, .with = ASSUME("{'Service':'ecs-tasks.amazonaws.com'}"),
      .without = TASKS(ACCOUNT "," ARN("*")) },
    { "ECS_TRUST_NO_SOURCE", TRUST, .with = TASKS(ACCOUNT),
      .without = ASSUME("{'Service':'ec2.amazonaws.com'}") },
    { "ECS_TRUST_SPECIFIC_CLUSTER", TRUST, .with = TASKS(ACCOUNT "," ARN("cluster/blue")),
      .without = TASKS(ACCOUNT "," ARN("*")) },
    { "ECS_TRUST_WRONG_SERVICE", TRUST,
      .with = ASSUME("{'Service':['ecs.amazonaws.com','ecs-tasks.amazonaws.com']}"),
      .without = ASSUME("{'Service':'ecs-tasks.amazonaws.com'}") },
};

const struct lint_rows lint_rows_trust = { rows, REMIT_COUNT(rows) };
