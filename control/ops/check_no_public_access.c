#include "control/ops/access_checks.h"

static const char *const resource_types[] = { "AWS::DynamoDB::Table",
                                              "AWS::DynamoDB::Stream",
                                              "AWS::EFS::FileSystem",
                                              "AWS::OpenSearchService::Domain",
                                              "AWS::Kinesis::Stream",
                                              "AWS::Kinesis::StreamConsumer",
                                              "AWS::KMS::Key",
                                              "AWS::Lambda::Function",
                                              "AWS::S3::Bucket",
                                              "AWS::S3::AccessPoint",
                                              "AWS::S3Express::DirectoryBucket",
                                              "AWS::S3::Glacier",
                                              "AWS::S3Outposts::Bucket",
                                              "AWS::S3Outposts::AccessPoint",
                                              "AWS::SecretsManager::Secret",
                                              "AWS::SNS::Topic",
                                              "AWS::SQS::Queue",
                                              "AWS::IAM::AssumeRolePolicyDocument",
                                              "AWS::S3Tables::TableBucket",
                                              "AWS::ApiGateway::RestApi",
                                              "AWS::CodeArtifact::Domain",
                                              "AWS::Backup::BackupVault",
                                              "AWS::CloudTrail::Dashboard",
                                              "AWS::CloudTrail::EventDataStore",
                                              "AWS::S3Tables::Table",
                                              "AWS::S3Express::AccessPoint",
                                              NULL };

static const struct control_field input[] = {
    ACCESS_CHECK_DOCUMENT("policyDocument"),
    { .name = "resourceType", .type = CONTROL_STRING, .required = true, .values = resource_types },
};

static int check(struct control_call *call, struct remit_err *err)
{
    struct remit_str resource_type = control_in_str(call, "resourceType");
    enum remit_policy_type type = REMIT_POLICY_RESOURCE;
    auto_policy struct remit_policy *policy = NULL;
    auto_proof struct remit_proof *proof = NULL;

    (void)remit_proof_resource_type(resource_type, &type); /* the proof refuses what it lacks */
    TRY(access_check_policy(call, "policyDocument", type, &policy, err));
    TRY(access_check_proven(remit_proof_no_public_access(policy, resource_type, NULL, &proof, err),
                            err));
    return access_check_answer(call, proof, err);
}

const struct control_operation control_check_no_public_access = {
    .service = &control_access_analyzer,
    .name = "CheckNoPublicAccess",
    .path = "/policy/check-no-public-access",
    .action = "access-analyzer:CheckNoPublicAccess",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .handler = check,
};
