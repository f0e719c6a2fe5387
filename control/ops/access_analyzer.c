#include "control/ops/access_analyzer.h"

const struct control_operation *const control_access_analyzer_operations[] = {
    &control_validate_policy,
    &control_check_no_new_access,
    &control_check_access_not_granted,
    &control_check_no_public_access,
    NULL,
};

enum remit_policy_type analyzer_policy_type(struct remit_str policy_type)
{
    static const struct {
        const char *name;
        enum remit_policy_type type;
    } rows[] = {
        { "IDENTITY_POLICY", REMIT_POLICY_IDENTITY },
        { "RESOURCE_POLICY", REMIT_POLICY_RESOURCE },
        { "SERVICE_CONTROL_POLICY", REMIT_POLICY_SCP },
        { "RESOURCE_CONTROL_POLICY", REMIT_POLICY_RCP },
    };

    for (size_t i = 0; i < REMIT_COUNT(rows); i++)
        if (remit_str_equal(policy_type, remit_str_of(rows[i].name)))
            return rows[i].type;
    return REMIT_POLICY_IDENTITY;
}
