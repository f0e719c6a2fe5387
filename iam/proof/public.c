#include "iam/policy/policy_internal.h"
#include "iam/proof/proof_internal.h"

#define DOCUMENT_MAX (16u * 1024 * 1024)

/*
 * What is public. A stranger is a caller without an identity, or of an account that the policy does
 * not name. A policy can hold strangers off by conditions on the keys below, as long as these ask
 * for fixed values: a stranger then does not have them. What asks for a pattern does not hold
 * strangers off, for one of them may fit it.
 */
enum fixed {
    FIXED_TEXT = 0, /* no wildcard */
    FIXED_ARN,      /* an account without wildcards, or no wildcard at all */
    FIXED_ID,       /* no wildcard before the colon: "AROA...:*" */
    FIXED_BLOCK,    /* IPv4 /8 and narrower, or a private range; IPv6 /32 and narrower */
    FIXED_TRUE,     /* strangers never have it true */
    FIXED_ANY,      /* strangers never have it */
};

static const struct key_row {
    struct remit_str key;
    enum fixed fixed;
} keys[] = {
    { REMIT_STR_INIT("aws:PrincipalAccount"), FIXED_TEXT },
    { REMIT_STR_INIT("aws:PrincipalArn"), FIXED_ARN },
    { REMIT_STR_INIT("aws:PrincipalIsAWSService"), FIXED_TRUE },
    { REMIT_STR_INIT("aws:PrincipalOrgID"), FIXED_TEXT },
    { REMIT_STR_INIT("aws:PrincipalOrgPaths"), FIXED_ID },
    { REMIT_STR_INIT("aws:PrincipalServiceName"), FIXED_ANY },
    { REMIT_STR_INIT("aws:PrincipalServiceNamesList"), FIXED_ANY },
    { REMIT_STR_INIT("aws:SourceAccount"), FIXED_TEXT },
    { REMIT_STR_INIT("aws:SourceArn"), FIXED_ARN },
    { REMIT_STR_INIT("aws:SourceIp"), FIXED_BLOCK },
    { REMIT_STR_INIT("aws:SourceOrgID"), FIXED_TEXT },
    { REMIT_STR_INIT("aws:SourceOrgPaths"), FIXED_ID },
    { REMIT_STR_INIT("aws:SourceOwner"), FIXED_TEXT },
    { REMIT_STR_INIT("aws:SourceVpc"), FIXED_TEXT },
    { REMIT_STR_INIT("aws:SourceVpce"), FIXED_TEXT },
    { REMIT_STR_INIT("aws:SourceVpcArn"), FIXED_ARN },
    { REMIT_STR_INIT("aws:VpcSourceIp"), FIXED_BLOCK },
    { REMIT_STR_INIT("aws:VpceAccount"), FIXED_TEXT },
    { REMIT_STR_INIT("aws:VpceOrgID"), FIXED_TEXT },
    { REMIT_STR_INIT("aws:VpceOrgPaths"), FIXED_ID },
    { REMIT_STR_INIT("aws:userid"), FIXED_ID },
    { REMIT_STR_INIT("kms:CallerAccount"), FIXED_TEXT },
    { REMIT_STR_INIT("s3:DataAccessPointAccount"), FIXED_TEXT },
    { REMIT_STR_INIT("s3:DataAccessPointArn"), FIXED_ARN },
    { REMIT_STR_INIT("sts:ExternalId"), FIXED_TEXT },
};

static const struct type_row {
    struct remit_str name;
    enum remit_policy_type type;
} resource_types[] = {
    { REMIT_STR_INIT("AWS::ApiGateway::RestApi"), REMIT_POLICY_RESOURCE },
    { REMIT_STR_INIT("AWS::Backup::BackupVault"), REMIT_POLICY_RESOURCE },
    { REMIT_STR_INIT("AWS::CloudTrail::Dashboard"), REMIT_POLICY_RESOURCE },
    { REMIT_STR_INIT("AWS::CloudTrail::EventDataStore"), REMIT_POLICY_RESOURCE },
    { REMIT_STR_INIT("AWS::CodeArtifact::Domain"), REMIT_POLICY_RESOURCE },
    { REMIT_STR_INIT("AWS::DynamoDB::Stream"), REMIT_POLICY_RESOURCE },
    { REMIT_STR_INIT("AWS::DynamoDB::Table"), REMIT_POLICY_RESOURCE },
    { REMIT_STR_INIT("AWS::EFS::FileSystem"), REMIT_POLICY_RESOURCE },
    { REMIT_STR_INIT("AWS::IAM::AssumeRolePolicyDocument"), REMIT_POLICY_TRUST },
    { REMIT_STR_INIT("AWS::KMS::Key"), REMIT_POLICY_RESOURCE },
    { REMIT_STR_INIT("AWS::Kinesis::Stream"), REMIT_POLICY_RESOURCE },
    { REMIT_STR_INIT("AWS::Kinesis::StreamConsumer"), REMIT_POLICY_RESOURCE },
    { REMIT_STR_INIT("AWS::Lambda::Function"), REMIT_POLICY_RESOURCE },
    { REMIT_STR_INIT("AWS::OpenSearchService::Domain"), REMIT_POLICY_RESOURCE },
    { REMIT_STR_INIT("AWS::S3::AccessPoint"), REMIT_POLICY_RESOURCE },
    { REMIT_STR_INIT("AWS::S3::Bucket"), REMIT_POLICY_RESOURCE },
    { REMIT_STR_INIT("AWS::S3::Glacier"), REMIT_POLICY_RESOURCE },
    { REMIT_STR_INIT("AWS::S3Express::AccessPoint"), REMIT_POLICY_RESOURCE },
    { REMIT_STR_INIT("AWS::S3Express::DirectoryBucket"), REMIT_POLICY_RESOURCE },
    { REMIT_STR_INIT("AWS::S3Outposts::AccessPoint"), REMIT_POLICY_RESOURCE },
    { REMIT_STR_INIT("AWS::S3Outposts::Bucket"), REMIT_POLICY_RESOURCE },
    { REMIT_STR_INIT("AWS::S3Tables::Table"), REMIT_POLICY_RESOURCE },
    { REMIT_STR_INIT("AWS::S3Tables::TableBucket"), REMIT_POLICY_RESOURCE },
    { REMIT_STR_INIT("AWS::SNS::Topic"), REMIT_POLICY_RESOURCE },
    { REMIT_STR_INIT("AWS::SQS::Queue"), REMIT_POLICY_RESOURCE },
    { REMIT_STR_INIT("AWS::SecretsManager::Secret"), REMIT_POLICY_RESOURCE },
};

bool remit_proof_resource_type(struct remit_str resource_type, enum remit_policy_type *out)
{
    for (size_t i = 0; i < REMIT_COUNT(resource_types); i++) {
        if (!remit_str_equal(resource_types[i].name, resource_type))
            continue;
        *out = resource_types[i].type;
        return true;
    }
    return false;
}

/* ---- fixed values ---- */

static bool is_wild(struct remit_str text)
{
    return remit_str_find(text, '*') < text.len || remit_str_find(text, '?') < text.len ||
           remit_str_find(text, '$') < text.len;
}

static bool is_fixed_arn(struct remit_str text)
{
    struct remit_arn arn;

    if (!is_wild(text))
        return true;
    return remit_arn_parse(text, &arn) && arn.account.len > 0 && !is_wild(arn.account);
}

static bool is_private(const struct remit_ip *block)
{
    static const struct remit_ip ranges[] = {
        { .bytes = { 10 }, .bits = 8 },
        { .bytes = { 172, 16 }, .bits = 12 },
        { .bytes = { 192, 168 }, .bits = 16 },
    };

    for (size_t i = 0; i < REMIT_COUNT(ranges); i++)
        if (block->bits >= ranges[i].bits && remit_ip_within(block, &ranges[i]))
            return true;
    return false;
}

static bool is_fixed_block(struct remit_str text)
{
    struct remit_ip block;

    if (!remit_ip_parse_block(text, &block))
        return false;
    if (block.six)
        return block.bits >= 32;
    return block.bits >= 8 || is_private(&block);
}

static bool is_fixed(enum fixed fixed, struct remit_str text)
{
    struct remit_str head = remit_str_sub(text, 0, remit_str_find(text, ':'));

    switch (fixed) {
    case FIXED_TEXT:
        return !is_wild(text);
    case FIXED_ARN:
        return is_fixed_arn(text);
    case FIXED_ID:
        return !is_wild(text) || (head.len < text.len && !is_wild(head)) ||
               (remit_str_starts(text, REMIT_STR("o-")) &&
                !is_wild(remit_str_sub(text, 0, remit_str_find(text, '/'))));
    case FIXED_BLOCK:
        return is_fixed_block(text);
    case FIXED_TRUE:
        return remit_str_equal_nocase(text, REMIT_STR("true"));
    case FIXED_ANY:
        return true;
    default:
        return false;
    }
}

/* ---- strangers, as a policy that denies what they are not ---- */

static const struct key_row *row_of(struct remit_str key)
{
    for (size_t i = 0; i < REMIT_COUNT(keys); i++)
        if (remit_str_equal_nocase(keys[i].key, key))
            return &keys[i];
    return NULL;
}

/* Of an operator and its negation, the one that says what a value is. */
static struct remit_str positive(const struct remit_operator *op)
{
    for (size_t i = 0; remit_operator_at(i) != NULL; i++)
        if (remit_operator_at(i)->test == op->test &&
            remit_operator_at(i)->operand == op->operand && !remit_operator_at(i)->negated)
            return remit_operator_at(i)->name;
    return op->name;
}

static void put_condition(struct proof_document *d, const char *before, struct remit_str operator,
                          struct remit_str key, struct remit_str value)
{
    remit_proof_document_raw(d, ",{\"Effect\":\"Deny\",\"Action\":\"*\",\"Resource\":\"*\","
                                "\"Condition\":{\"");
    remit_proof_document_raw(d, before);
    for (size_t i = 0; i < operator.len; i++)
        remit_proof_document_raw(d, (char[]){ operator.ptr[i], 0 });
    remit_proof_document_raw(d, "\":{");
    remit_proof_document_text(d, key);
    remit_proof_document_raw(d, ":");
    remit_proof_document_text(d, value);
    remit_proof_document_raw(d, "}}}");
}

/* No value of the key is one of the fixed ones that the condition names. */
static void put_fixed(struct proof_document *d, const struct remit_condition *c)
{
    const struct key_row *row = row_of(c->key);

    if (row == NULL || c->op->test == NULL)
        return;
    for (size_t i = 0; i < c->n_operands; i++) {
        if (row->fixed == FIXED_ANY)
            put_condition(d, "", REMIT_STR("Null"), c->key, REMIT_STR("false"));
        else if (!c->operands[i].malformed && is_fixed(row->fixed, c->texts[i]))
            put_condition(d, "ForAnyValue:", positive(c->op), c->key, c->texts[i]);
    }
}

static int strangers_policy(const struct remit_policy *policy, struct remit_policy **out,
                            struct remit_err *err)
{
    struct proof_document d REMIT_AUTO(remit_proof_document_drop) =
        REMIT_PROOF_DOCUMENT(DOCUMENT_MAX);

    remit_proof_document_raw(&d, "{\"Version\":\"2012-10-17\",\"Statement\":["
                                 "{\"Effect\":\"Deny\",\"Action\":[],\"Resource\":\"*\"}");
    for (size_t i = 0; i < policy->n_statements; i++)
        for (size_t j = 0; j < policy->statements[i].n_conditions; j++)
            put_fixed(&d, &policy->statements[i].conditions[j]);
    remit_proof_document_raw(&d, "]}");
    return remit_proof_document_compile(&d, out, err);
}

int remit_proof_no_public_access(const struct remit_policy *policy, struct remit_str resource_type,
                                 const struct remit_proof_options *options,
                                 struct remit_proof **out, struct remit_err *err)
{
    auto_policy struct remit_policy *left_out = NULL;
    enum remit_policy_type type = REMIT_POLICY_RESOURCE;
    struct proof_question question = {
        .new_policy = policy,
        .strangers_only = true,
        .what = "Public access granted",
        .pass = "The resource policy does not grant public access for the given resource type.",
        .fail = "The resource policy grants public access for the given resource type.",
    };

    if (!remit_proof_resource_type(resource_type, &type))
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationException",
                          "the resource type \"" REMIT_STR_FMT "\" is not known",
                          REMIT_STR_ARG(resource_type));
    if (policy->type != type)
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationException",
                          "the policy is not of the type that " REMIT_STR_FMT " has",
                          REMIT_STR_ARG(resource_type));
    TRY(strangers_policy(policy, &left_out, err));
    question.left_out = left_out;
    return remit_proof_answer(&question, options, out, err);
}
