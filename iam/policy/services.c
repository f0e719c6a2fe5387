#include "iam/policy/eval.h"

#define ACTION(text) REMIT_STR_INIT(text)

static const struct remit_str assuming[] = {
    ACTION("sts:assumerole"),
    ACTION("sts:assumerolewithsaml"),
    ACTION("sts:assumerolewithwebidentity"),
    ACTION("sts:setcontext"),
    ACTION("sts:setsourceidentity"),
    ACTION("sts:tagsession"),
};

/* Services that resource control policies speak of, as of September 2026 (15.2). Sorted. */
static const struct remit_str rcp_services[] = {
    ACTION("aoss"),
    ACTION("appconfig"),
    ACTION("appstream"),
    ACTION("autoscaling"),
    ACTION("autoscaling-plans"),
    ACTION("budgets"),
    ACTION("clouddirectory"),
    ACTION("cloudfront"),
    ACTION("cloudsearch"),
    ACTION("cloudtrail-data"),
    ACTION("codeartifact"),
    ACTION("codebuild"),
    ACTION("codecommit"),
    ACTION("codepipeline"),
    ACTION("cognito-identity"),
    ACTION("cognito-idp"),
    ACTION("comprehend"),
    ACTION("comprehendmedical"),
    ACTION("compute-optimizer"),
    ACTION("cost-optimization-hub"),
    ACTION("dax"),
    ACTION("dsql"),
    ACTION("dynamodb"),
    ACTION("ecr"),
    ACTION("ecr-public"),
    ACTION("events"),
    ACTION("firehose"),
    ACTION("fis"),
    ACTION("fms"),
    ACTION("gamelift"),
    ACTION("health"),
    ACTION("inspector-scan"),
    ACTION("kendra"),
    ACTION("kinesisvideo"),
    ACTION("kms"),
    ACTION("logs"),
    ACTION("memorydb"),
    ACTION("networkmonitor"),
    ACTION("notifications"),
    ACTION("opensearch"),
    ACTION("pca-connector-ad"),
    ACTION("personalize"),
    ACTION("polly"),
    ACTION("pricing"),
    ACTION("resource-groups"),
    ACTION("rolesanywhere"),
    ACTION("s3"),
    ACTION("secretsmanager"),
    ACTION("servicediscovery"),
    ACTION("signin"),
    ACTION("sqs"),
    ACTION("sts"),
    ACTION("support"),
    ACTION("swf"),
    ACTION("textract"),
    ACTION("timestream-influxdb"),
    ACTION("transcribe"),
    ACTION("transfer"),
    ACTION("translate"),
    ACTION("wafv2"),
    ACTION("workspaces"),
    ACTION("xray"),
};

static bool is_among(const struct remit_str *sorted, size_t n, struct remit_str text)
{
    size_t from = 0;
    size_t to = n;

    while (from < to) {
        size_t middle = (from + to) / 2;
        int order = remit_str_compare(sorted[middle], text);

        if (order == 0)
            return true;
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return false;
}

bool remit_action_assumes_role(struct remit_str action)
{
    return remit_str_starts(action, REMIT_STR("sts:")) &&
           is_among(assuming, REMIT_COUNT(assuming), action);
}

bool remit_action_has_rcp(struct remit_str action)
{
    struct remit_str service = remit_str_sub(action, 0, remit_str_find(action, ':'));

    return is_among(rcp_services, REMIT_COUNT(rcp_services), service);
}
