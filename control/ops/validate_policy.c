#include <remit/lint.h>

#include "control/http/server.h"
#include "control/ops/access_analyzer.h"

#define PAGE_FINDINGS 100
#define LINK_MOST     256

static const char *const locales[] = { "DE", "EN",    "ES",    "FR",    "IT", "JA",
                                       "KO", "PT_BR", "ZH_CN", "ZH_TW", NULL };
static const char *const policy_types[] = { "IDENTITY_POLICY", "RESOURCE_POLICY",
                                            "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY",
                                            NULL };
static const char *const resource_types[] = { "AWS::S3::Bucket",
                                              "AWS::S3::AccessPoint",
                                              "AWS::S3::MultiRegionAccessPoint",
                                              "AWS::S3ObjectLambda::AccessPoint",
                                              "AWS::IAM::AssumeRolePolicyDocument",
                                              "AWS::DynamoDB::Table",
                                              NULL };

static const struct control_field input[] = {
    { .name = "locale", .type = CONTROL_STRING, .values = locales },
    { .name = "maxResults", .type = CONTROL_INTEGER, .min = 1, .max = 1000, .in_query = true },
    { .name = "nextToken",
      .type = CONTROL_STRING,
      .min = 1,
      .max = CONTROL_PAGE_TOKEN_MAX,
      .in_query = true },
    ANALYZER_DOCUMENT("policyDocument"),
    { .name = "policyType", .type = CONTROL_STRING, .required = true, .values = policy_types },
    { .name = "validatePolicyResourceType", .type = CONTROL_STRING, .values = resource_types },
};

/* ---- a finding ---- */

static void put_position(struct control_call *call, const char *name,
                         const struct remit_position *at)
{
    control_begin_structure(call, name);
    control_put_int(call, "line", (int64_t)at->line);
    control_put_int(call, "column", (int64_t)at->column);
    control_put_int(call, "offset", (int64_t)at->offset);
    control_end(call);
}

static void put_element(struct control_call *call, const struct remit_path_element *element)
{
    control_begin_structure(call, NULL);
    if (element->kind == REMIT_PATH_INDEX) {
        control_put_int(call, "index", (int64_t)element->index);
    } else if (element->kind == REMIT_PATH_SUBSTRING) {
        control_begin_structure(call, "substring");
        control_put_int(call, "start", (int64_t)element->start);
        control_put_int(call, "length", (int64_t)element->length);
        control_end(call);
    } else {
        control_put_str(call, element->kind == REMIT_PATH_KEY ? "key" : "value", element->text);
    }
    control_end(call);
}

static void put_location(struct control_call *call, const struct remit_location *where)
{
    control_begin_structure(call, NULL);
    control_begin_list(call, "path");
    for (size_t i = 0; i < where->n_path; i++)
        put_element(call, &where->path[i]);
    control_end(call);
    control_begin_structure(call, "span");
    put_position(call, "start", &where->start);
    put_position(call, "end", &where->end);
    control_end(call);
    control_end(call);
}

static void put_finding(struct control_call *call, const struct remit_finding *finding)
{
    char link[LINK_MOST];

    (void)remit_check_link(finding->check, link, sizeof(link));
    control_begin_structure(call, NULL);
    control_put_cstr(call, "findingType", remit_finding_type_name(finding->check->type));
    control_put_cstr(call, "issueCode", finding->check->code);
    control_put_str(call, "findingDetails", finding->message);
    control_put_cstr(call, "learnMoreLink", link);
    control_begin_list(call, "locations");
    for (size_t i = 0; i < finding->n_locations; i++)
        put_location(call, &finding->locations[i]);
    control_end(call);
    control_end(call);
}

/* ---- pages of findings ---- */

static int put_findings(struct control_call *call, const struct remit_lint *lint,
                        struct remit_err *err)
{
    struct control_page page;

    TRY(control_page_begin(call, control_in_str(call, "nextToken"),
                           control_in_int(call, "maxResults", PAGE_FINDINGS), "ValidationException",
                           &page, err));
    control_begin_list(call, "findings");
    for (size_t i = 0; i < remit_lint_count(lint); i++) {
        const struct remit_finding *finding = remit_lint_at(lint, i);
        struct remit_str item = remit_arena_fmt(call->arena, "%08zu", i);

        if (control_page_skips(&page, item))
            continue;
        if (!control_page_take(call, &page, item, finding->message.len + 512))
            break;
        put_finding(call, finding);
    }
    control_end(call);
    control_page_put_token(call, &page, "nextToken");
    return remit_arena_check(call->arena, "the page", err);
}

static int validate_policy(struct control_call *call, struct remit_err *err)
{
    auto_lint struct remit_lint *lint = NULL;
    struct remit_lint_options options = {
        .type = analyzer_policy_type(control_in_str(call, "policyType")),
        .resource_type = control_in_str(call, "validatePolicyResourceType"),
        .services = call->server->services,
        .account = call->config->account,
    };

    if (options.resource_type.len > 0 && options.type != REMIT_POLICY_RESOURCE)
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationException",
                          "validatePolicyResourceType is for policies of the type RESOURCE_POLICY, "
                          "not " REMIT_STR_FMT,
                          REMIT_STR_ARG(control_in_str(call, "policyType")));
    TRY(remit_lint_policy(control_in_str(call, "policyDocument"), &options, &lint, err));
    return put_findings(call, lint, err);
}

const struct control_operation control_validate_policy = {
    .service = &control_access_analyzer,
    .name = "ValidatePolicy",
    .path = "/policy/validation",
    .action = "access-analyzer:ValidatePolicy",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .handler = validate_policy,
};
