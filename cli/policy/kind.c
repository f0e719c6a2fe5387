#include "cli/policy/documents.h"

#include "common/base/json_scan.h"

static bool assumes_role(struct remit_str action)
{
    static const char *const names[] = {
        "sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity",
        "sts:SetContext", "sts:SetSourceIdentity",  "sts:TagSession"
    };

    for (size_t i = 0; i < REMIT_COUNT(names); i++)
        if (remit_str_equal_nocase(action, remit_str_of(names[i])))
            return true;
    return false;
}

static bool is_role(struct remit_str resource)
{
    struct remit_arn arn;

    return remit_arn_parse(resource, &arn) && remit_str_equal(arn.service, REMIT_STR("iam")) &&
           remit_str_starts(arn.resource, REMIT_STR("role/"));
}

static bool names_resource(struct remit_str statement)
{
    return remit_json_find(statement, REMIT_STR("/Resource"), NULL, NULL) ||
           remit_json_find(statement, REMIT_STR("/NotResource"), NULL, NULL);
}

static bool has_resource(struct remit_str document)
{
    struct remit_str statements = { 0 };
    struct remit_str key, statement;
    struct remit_json_walk walk;

    if (!remit_json_find(document, REMIT_STR("/Statement"), &statements, NULL))
        return false;
    walk = remit_json_walk(statements);
    if (walk.members)
        return names_resource(statements);
    while (remit_json_walk_next(&walk, &key, &statement))
        if (names_resource(statement))
            return true;
    return false;
}

enum remit_policy_type cli_resource_policy_type(struct remit_str action, struct remit_str resource,
                                                struct remit_str document)
{
    if (assumes_role(action) && (is_role(resource) || !has_resource(document)))
        return REMIT_POLICY_TRUST;
    return REMIT_POLICY_RESOURCE;
}
