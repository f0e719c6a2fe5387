#include "lint_rows.h"

#define WHO(principal)                                                                             \
    "'Effect':'Allow','Principal':" principal                                                      \
    ",'Action':'s3:GetObject','Resource':'arn:aws:s3:::b/x'"
#define NOT(principal)                                                                             \
    "'Effect':'Deny','NotPrincipal':" principal ",'Action':'s3:*','Resource':'arn:aws:s3:::b/x'"
#define RESOURCE    REMIT_POLICY_RESOURCE
#define GOOD        WHO("{'AWS':'111122223333'}")
#define ORG         ",'Condition':{'StringEquals':{'aws:PrincipalOrgID':'o-1'}}"
#define SOURCE(key) ",'Condition':{'StringEquals':{'" key "':'111122223333'}}"
#define KMS(principal)                                                                             \
    "'Effect':'Allow','Principal':" principal ",'Action':'kms:Decrypt','Resource':'*'"
#define ROOT    "'arn:aws:iam::111122223333:root'"
#define ROLE    "'arn:aws:iam::111122223333:role/p/r'"
#define SESSION "'arn:aws:sts::111122223333:assumed-role/r/s'"

static const struct lint_row rows[] = {
    { "INVALID_PRINCIPAL_FORMAT", RESOURCE, .with = WHO("'111122223333'"), .without = WHO("'*'"),
      .pointer = "/Statement/0/Principal" },
    { "INVALID_PRINCIPAL_KEY", RESOURCE, .with = WHO("{'aws':'111122223333'}"), .without = GOOD,
      .pointer = "/Statement/0/Principal/aws" },
    { "DATA_TYPE_MISMATCH", RESOURCE, .with = WHO("{'AWS':[111122223333]}"), .without = GOOD,
      .pointer = "/Statement/0/Principal/AWS/0" },
    { "EMPTY_ARRAY_PRINCIPAL", RESOURCE, .with = WHO("{'AWS':[]}"), .without = GOOD },
    { "EMPTY_OBJECT_PRINCIPAL", RESOURCE, .with = WHO("{}"), .without = GOOD },
    { "UNSUPPORTED_WILDCARD_IN_PRINCIPAL", RESOURCE,
      .with = WHO("{'AWS':'arn:aws:iam::111122223333:role/*'}"), .without = WHO("{'AWS':'*'}") },
    { "INVALID_SERVICE_PRINCIPAL_FORMAT", RESOURCE, .with = WHO("{'Service':'ecs-tasks'}"),
      .without = WHO("{'Service':['ecs-tasks.amazonaws.com','logs.us-east-1.amazonaws.com']}") },
    { "FEDERATED_PRINCIPAL_NOT_SUPPORTED", RESOURCE,
      .with = WHO("{'Federated':'accounts.google.com'}"), .without = GOOD },
    { "INVALID_ROLE_REFERENCE", RESOURCE, .with = WHO("{'AWS':'AROAEXAMPLEEXAMPLE123'}"),
      .without = WHO("{'AWS':" ROLE "}") },
    { "INVALID_USER_REFERENCE", RESOURCE, .with = WHO("{'AWS':'AIDAEXAMPLEEXAMPLE123'}"),
      .without = WHO("{'AWS':'arn:aws:iam::111122223333:user/u'}") },
    { "UNKNOWN_PRINCIPAL", RESOURCE, .with = WHO("{'AWS':'arn:aws:iam::111122223333:group/g'}"),
      .without = WHO("{'AWS':[" ROOT "," ROLE "," SESSION "]}") },
    { "PUBLIC_ACCESS", RESOURCE, .with = WHO("'*'"), .without = WHO("'*'") ORG },
    { "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL", RESOURCE,
      .with = WHO("{'Service':'logging.s3.amazonaws.com'}"),
      .without = WHO("{'Service':'logging.s3.amazonaws.com'}") SOURCE("aws:SourceAccount") },
    { "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL", REMIT_POLICY_TRUST,
      .with = "'Effect':'Allow','Principal':{'Service':'states.amazonaws.com'},'Action':'sts:"
              "AssumeRole'",
      .without = "'Effect':'Allow','Principal':{'Service':'ec2.amazonaws.com'},'Action':'sts:"
                 "AssumeRole'" },
    { "RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL", RESOURCE,
      .with = WHO("{'Service':'sns.amazonaws.com'}") SOURCE("aws:SourceOwner"),
      .without = WHO("{'Service':'sns.amazonaws.com'}") SOURCE("aws:SourceAccount") },
    { "UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL", RESOURCE,
      .with = WHO("{'Service':'sns.amazonaws.com'}") ORG, .without = WHO("{'AWS':'*'}") ORG },
    { "NOTPRINCIPAL_WITH_BOUNDARY", RESOURCE, .with = NOT("{'AWS':'111122223333'}"),
      .without = GOOD },
    { "NOTPRINCIPAL_INCOMPLETE", RESOURCE, .with = NOT("{'AWS':[" ROLE "," SESSION "]}"),
      .without = NOT("{'AWS':[" ROOT "," ROLE "," SESSION "]}") },
    { "NOTPRINCIPAL_INCOMPLETE", RESOURCE, .with = NOT("{'AWS':[" ROOT "," ROLE "]}"),
      .without = NOT("{'AWS':[" ROOT ",'arn:aws:iam::111122223333:user/u']}") },
    { "EMPTY_NOT_ELEMENT", RESOURCE, .with = NOT("{'AWS':[]}"),
      .without = NOT("{'AWS':'111122223333'}") },
    { "KMS_NO_ACCOUNT_STATEMENT", RESOURCE, .with = KMS("{'AWS':" ROLE "}"),
      .without = KMS("{'AWS':" ROOT "}"), .resource_type = "AWS::KMS::Key" },
    { "RESOURCE_POLICY_PRIVILEGE_ESCALATION", RESOURCE,
      .with = "'Effect':'Allow','Principal':{'AWS':" ROLE "},'Action':'kms:Put*','Resource':'*'",
      .without = "'Effect':'Allow','Principal':{'AWS':" ROOT "},'Action':'kms:*','Resource':'*'" },
};

const struct lint_rows lint_rows_principals = { rows, REMIT_COUNT(rows) };
