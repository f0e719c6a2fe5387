#include "iam/lint/lint_internal.h"

/* Global condition keys (14.1 to 14.4). A name that ends in "/" takes a tag's key. */
static const struct global_key {
    struct remit_str name;
    enum remit_key_kind kind;
    bool multivalued;
    bool optional; /* a signed request may lack it */
} global_keys[] = {
    { REMIT_STR_INIT("aws:AssumedRoot"), REMIT_KEY_BOOL, false, true },
    { REMIT_STR_INIT("aws:CalledVia"), REMIT_KEY_STRING, true, true },
    { REMIT_STR_INIT("aws:CalledViaFirst"), REMIT_KEY_STRING, false, true },
    { REMIT_STR_INIT("aws:CalledViaLast"), REMIT_KEY_STRING, false, true },
    { REMIT_STR_INIT("aws:ChatbotSourceArn"), REMIT_KEY_ARN, false, true },
    { REMIT_STR_INIT("aws:CurrentTime"), REMIT_KEY_DATE, false, false },
    { REMIT_STR_INIT("aws:Ec2InstanceSourcePrivateIPv4"), REMIT_KEY_IP, false, true },
    { REMIT_STR_INIT("aws:Ec2InstanceSourceVpc"), REMIT_KEY_STRING, false, true },
    { REMIT_STR_INIT("aws:EpochTime"), REMIT_KEY_DATE, false, false },
    { REMIT_STR_INIT("aws:FederatedProvider"), REMIT_KEY_STRING, false, true },
    { REMIT_STR_INIT("aws:MultiFactorAuthAge"), REMIT_KEY_NUMERIC, false, true },
    { REMIT_STR_INIT("aws:MultiFactorAuthPresent"), REMIT_KEY_BOOL, false, true },
    { REMIT_STR_INIT("aws:PrincipalAccount"), REMIT_KEY_STRING, false, false },
    { REMIT_STR_INIT("aws:PrincipalArn"), REMIT_KEY_ARN, false, false },
    { REMIT_STR_INIT("aws:PrincipalIsAWSService"), REMIT_KEY_BOOL, false, false },
    { REMIT_STR_INIT("aws:PrincipalOrgID"), REMIT_KEY_STRING, false, true },
    { REMIT_STR_INIT("aws:PrincipalOrgPaths"), REMIT_KEY_STRING, true, true },
    { REMIT_STR_INIT("aws:PrincipalServiceName"), REMIT_KEY_STRING, false, true },
    { REMIT_STR_INIT("aws:PrincipalServiceNamesList"), REMIT_KEY_STRING, true, true },
    { REMIT_STR_INIT("aws:PrincipalTag/"), REMIT_KEY_STRING, false, true },
    { REMIT_STR_INIT("aws:PrincipalType"), REMIT_KEY_STRING, false, false },
    { REMIT_STR_INIT("aws:referer"), REMIT_KEY_STRING, false, true },
    { REMIT_STR_INIT("aws:RequestedRegion"), REMIT_KEY_STRING, false, false },
    { REMIT_STR_INIT("aws:RequestTag/"), REMIT_KEY_STRING, false, true },
    { REMIT_STR_INIT("aws:ResourceAccount"), REMIT_KEY_STRING, false, true },
    { REMIT_STR_INIT("aws:ResourceOrgID"), REMIT_KEY_STRING, false, true },
    { REMIT_STR_INIT("aws:ResourceOrgPaths"), REMIT_KEY_STRING, true, true },
    { REMIT_STR_INIT("aws:ResourceTag/"), REMIT_KEY_STRING, false, true },
    { REMIT_STR_INIT("aws:SecureTransport"), REMIT_KEY_BOOL, false, false },
    { REMIT_STR_INIT("aws:SourceAccount"), REMIT_KEY_STRING, false, true },
    { REMIT_STR_INIT("aws:SourceArn"), REMIT_KEY_ARN, false, true },
    { REMIT_STR_INIT("aws:SourceIdentity"), REMIT_KEY_STRING, false, true },
    { REMIT_STR_INIT("aws:SourceIp"), REMIT_KEY_IP, false, true },
    { REMIT_STR_INIT("aws:SourceOrgID"), REMIT_KEY_STRING, false, true },
    { REMIT_STR_INIT("aws:SourceOrgPaths"), REMIT_KEY_STRING, true, true },
    { REMIT_STR_INIT("aws:SourceOwner"), REMIT_KEY_STRING, false, true },
    { REMIT_STR_INIT("aws:SourceVpc"), REMIT_KEY_STRING, false, true },
    { REMIT_STR_INIT("aws:SourceVpcArn"), REMIT_KEY_ARN, false, true },
    { REMIT_STR_INIT("aws:SourceVpce"), REMIT_KEY_STRING, false, true },
    { REMIT_STR_INIT("aws:TagKeys"), REMIT_KEY_STRING, true, true },
    { REMIT_STR_INIT("aws:TokenIssueTime"), REMIT_KEY_DATE, false, true },
    { REMIT_STR_INIT("aws:UserAgent"), REMIT_KEY_STRING, false, false },
    { REMIT_STR_INIT("aws:userid"), REMIT_KEY_STRING, false, false },
    { REMIT_STR_INIT("aws:username"), REMIT_KEY_STRING, false, true },
    { REMIT_STR_INIT("aws:ViaAWSService"), REMIT_KEY_BOOL, false, false },
    { REMIT_STR_INIT("aws:VpceAccount"), REMIT_KEY_STRING, false, true },
    { REMIT_STR_INIT("aws:VpceOrgID"), REMIT_KEY_STRING, false, true },
    { REMIT_STR_INIT("aws:VpceOrgPaths"), REMIT_KEY_STRING, true, true },
    { REMIT_STR_INIT("aws:VpcSourceIp"), REMIT_KEY_IP, false, true },
};

static bool is_prefix(struct remit_str name, struct remit_str key)
{
    return remit_str_ends(name, REMIT_STR("/")) &&
           remit_str_equal_nocase(name, remit_str_sub(key, 0, name.len));
}

bool lint_global_key(struct remit_str key, struct lint_key *out)
{
    for (size_t i = 0; i < REMIT_COUNT(global_keys); i++) {
        const struct global_key *row = &global_keys[i];

        if (!remit_str_equal_nocase(row->name, key) && !is_prefix(row->name, key))
            continue;
        *out = (struct lint_key){ .known = true,
                                  .global = true,
                                  .optional = row->optional,
                                  .kind = row->kind,
                                  .multivalued = row->multivalued };
        return true;
    }
    return false;
}

struct lint_key lint_key_about(const struct lint *l, struct remit_str key)
{
    struct remit_str service = lint_service_of(key);
    const struct remit_key_description *described =
        remit_service_key(remit_services_find(l->options.services, service), key);
    struct lint_key about = { .optional = true };

    if (described == NULL) /* claims of web identities and SAML have the provider as prefix */
        described =
            remit_service_key(remit_services_find(l->options.services, REMIT_STR("sts")), key);
    about.global = remit_str_equal_nocase(service, REMIT_STR("aws"));
    if (lint_global_key(key, &about) || described == NULL)
        return about;
    about.known = true;
    about.kind = described->kind;
    about.multivalued = described->multivalued;
    return about;
}

bool lint_key_is(struct remit_str key, const char *name)
{
    return remit_str_equal_nocase(key, remit_str_of(name));
}

static const char *const regions[] = {
    "af-south-1",     "ap-east-1",      "ap-east-2",       "ap-northeast-1", "ap-northeast-2",
    "ap-northeast-3", "ap-south-1",     "ap-south-2",      "ap-southeast-1", "ap-southeast-2",
    "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",  "ap-southeast-6", "ap-southeast-7",
    "ca-central-1",   "ca-west-1",      "cn-north-1",      "cn-northwest-1", "eu-central-1",
    "eu-central-2",   "eu-north-1",     "eu-south-1",      "eu-south-2",     "eu-west-1",
    "eu-west-2",      "eu-west-3",      "eusc-de-east-1",  "il-central-1",   "me-central-1",
    "me-south-1",     "mx-central-1",   "sa-east-1",       "us-east-1",      "us-east-2",
    "us-gov-east-1",  "us-gov-west-1",  "us-iso-east-1",   "us-iso-west-1",  "us-isob-east-1",
    "us-isob-west-1", "us-isof-east-1", "us-isof-south-1", "us-west-1",      "us-west-2",
    "eu-isoe-west-1",
};
static const char *const partitions[] = {
    "aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc",
};

static bool among(const char *const *names, size_t n, struct remit_str text)
{
    for (size_t i = 0; i < n; i++)
        if (remit_str_equal(remit_str_of(names[i]), text))
            return true;
    return false;
}

bool lint_region_known(struct remit_str region)
{
    return among(regions, REMIT_COUNT(regions), region);
}

bool lint_partition_known(struct remit_str partition)
{
    return among(partitions, REMIT_COUNT(partitions), partition);
}

struct remit_str lint_service_of(struct remit_str action)
{
    return remit_str_sub(action, 0, remit_str_find(action, ':'));
}

const struct lint_text *lint_covering(const struct lint_list *list, struct remit_str action)
{
    for (size_t i = 0; i < list->n && !list->negated; i++)
        if (lint_covers(list->at[i].text, action, true))
            return &list->at[i];
    return NULL;
}

bool lint_statement_covers(const struct lint_statement *s, struct remit_str action)
{
    if (!s->actions.negated)
        return lint_covering(&s->actions, action) != NULL;
    for (size_t i = 0; i < s->actions.n; i++)
        if (lint_covers(s->actions.at[i].text, action, true))
            return false;
    return true;
}

const struct lint_condition *lint_condition_on(const struct lint_statement *s, const char *key)
{
    for (size_t i = 0; i < s->n_conditions; i++)
        if (lint_key_is(s->conditions[i].key, key))
            return &s->conditions[i];
    return NULL;
}

const struct lint_condition *lint_condition_under(const struct lint_statement *s,
                                                  const char *prefix)
{
    for (size_t i = 0; i < s->n_conditions; i++)
        if (remit_str_equal_nocase(remit_str_sub(s->conditions[i].key, 0, strlen(prefix)),
                                   remit_str_of(prefix)))
            return &s->conditions[i];
    return NULL;
}

size_t lint_arn_parts(struct remit_str text, struct remit_str parts[6])
{
    size_t n = 0;
    size_t from = 0;
    bool inside = false;

    for (size_t i = 0; i < text.len && n < 5; i++) {
        if (text.ptr[i] == '{' && i > 0 && text.ptr[i - 1] == '$')
            inside = true;
        else if (text.ptr[i] == '}')
            inside = false;
        if (text.ptr[i] != ':' || inside)
            continue;
        parts[n++] = remit_str_sub(text, from, i - from);
        from = i + 1;
    }
    parts[n++] = remit_str_sub(text, from, text.len);
    return n;
}

/* What stands in the account's place is no account: a wildcard before it reached over (9.2). */
static bool reaches_over(struct remit_str account)
{
    for (size_t i = 0; i < account.len; i++)
        if (!(account.ptr[i] >= '0' && account.ptr[i] <= '9') && account.ptr[i] != '*' &&
            account.ptr[i] != '?')
            return remit_str_find(account, '$') == account.len &&
                   !remit_str_equal(account, REMIT_STR("aws"));
    return false;
}

bool lint_arns_overlap(struct remit_str pattern, struct remit_str arn)
{
    struct remit_str a[6];
    struct remit_str b[6];

    if (lint_arn_parts(pattern, a) < 6 || lint_arn_parts(arn, b) < 6 || reaches_over(a[4]))
        return lint_overlaps(pattern, arn, false);
    for (size_t i = 0; i < 6; i++)
        if (!lint_overlaps(a[i], b[i], false))
            return false;
    return true;
}

bool lint_type_overlaps(struct lint *l, const struct remit_resource_type *type,
                        struct remit_str pattern)
{
    struct remit_str parts[6];

    /* an identity-based policy's short ARN is filled with wildcards (9.3) */
    if (lint_arn_parts(pattern, parts) < 6 && !lint_wild(pattern))
        pattern = remit_arena_fmt(&l->arena, "%.*s:*", (int)pattern.len, pattern.ptr);
    for (size_t i = 0; i < type->n_formats; i++)
        if (!lint_may_match(l, pattern, type->formats[i]) ||
            lint_arns_overlap(pattern, type->formats[i]))
            return true;
    return type->n_formats == 0;
}

static const struct {
    const char *type, *service;
} resource_services[] = {
    { "AWS::S3::Bucket", "s3" },
    { "AWS::S3::AccessPoint", "s3" },
    { "AWS::S3::MultiRegionAccessPoint", "s3" },
    { "AWS::S3ObjectLambda::AccessPoint", "s3-object-lambda" },
    { "AWS::KMS::Key", "kms" },
    { "AWS::SecretsManager::Secret", "secretsmanager" },
    { "AWS::ECR::Repository", "ecr" },
    { "AWS::SQS::Queue", "sqs" },
    { "AWS::SNS::Topic", "sns" },
    { "AWS::Lambda::Function", "lambda" },
    { "AWS::DynamoDB::Table", "dynamodb" },
    { "AWS::Backup::BackupVault", "backup" },
    { "AWS::EFS::FileSystem", "elasticfilesystem" },
    { "AWS::CloudTrail::EventDataStore", "cloudtrail" },
    { "AWS::Logs::Destination", "logs" },
};

struct remit_str lint_resource_service(const struct lint *l)
{
    for (size_t i = 0; i < REMIT_COUNT(resource_services); i++)
        if (l->options.type == REMIT_POLICY_RESOURCE &&
            remit_str_equal(l->options.resource_type, remit_str_of(resource_services[i].type)))
            return remit_str_of(resource_services[i].service);
    return REMIT_STR("");
}

bool lint_is_identity(const struct lint *l)
{
    return l->options.type == REMIT_POLICY_IDENTITY || l->options.type == REMIT_POLICY_BOUNDARY ||
           l->options.type == REMIT_POLICY_SESSION;
}
