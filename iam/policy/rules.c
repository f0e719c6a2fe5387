#include "iam/policy/compile.h"

static const struct remit_type_rules rules[] = {
    [REMIT_POLICY_IDENTITY] = { .name = "an identity-based policy",
                                .resource = REMIT_REQUIRED,
                                .not_action = true,
                                .short_arn = REMIT_SHORT_FILL,
                                .quota = 6144 },
    [REMIT_POLICY_RESOURCE] = { .name = "a resource-based policy",
                                .id = REMIT_OPTIONAL,
                                .principal = REMIT_REQUIRED,
                                .resource = REMIT_OPTIONAL,
                                .not_principal = true,
                                .not_action = true,
                                .short_arn = REMIT_SHORT_FILL_WILD },
    [REMIT_POLICY_TRUST] = { .name = "a role trust policy",
                             .id = REMIT_OPTIONAL,
                             .principal = REMIT_REQUIRED,
                             .not_action = true,
                             .quota = 2048 },
    [REMIT_POLICY_BOUNDARY] = { .name = "a permissions boundary",
                                .resource = REMIT_REQUIRED,
                                .not_action = true,
                                .short_arn = REMIT_SHORT_FILL,
                                .quota = 6144 },
    [REMIT_POLICY_SESSION] = { .name = "a session policy",
                               .resource = REMIT_REQUIRED,
                               .not_action = true,
                               .every_char = true,
                               .short_arn = REMIT_SHORT_REFUSE,
                               .quota = 2048 },
    [REMIT_POLICY_SCP] = { .name = "a service control policy",
                           .id = REMIT_OPTIONAL,
                           .resource = REMIT_REQUIRED,
                           .not_action = true,
                           .every_char = true,
                           .short_arn = REMIT_SHORT_REFUSE_TAME,
                           .quota = 5120 },
    [REMIT_POLICY_RCP] = { .name = "a resource control policy",
                           .id = REMIT_OPTIONAL,
                           .principal = REMIT_REQUIRED,
                           .resource = REMIT_REQUIRED,
                           .every_char = true,
                           .short_arn = REMIT_SHORT_REFUSE,
                           .quota = 5120 },
    [REMIT_POLICY_ENDPOINT] = { .name = "a VPC endpoint policy",
                                .id = REMIT_OPTIONAL,
                                .principal = REMIT_REQUIRED,
                                .resource = REMIT_REQUIRED,
                                .not_principal = true,
                                .not_action = true,
                                .short_arn = REMIT_SHORT_FILL_WILD },
};

const struct remit_type_rules *remit_type_rules(enum remit_policy_type type)
{
    return (size_t)type < REMIT_COUNT(rules) ? &rules[type] : NULL;
}

size_t remit_policy_quota(enum remit_policy_type type)
{
    return (size_t)type < REMIT_COUNT(rules) ? rules[type].quota : 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Characters, not bytes; white space counts inside strings (section 23). */
size_t remit_policy_quota_chars(struct remit_str document)
{
    size_t count = 0;
    bool quoted = false;

    for (size_t i = 0; i < document.len; i++) {
        char c = document.ptr[i];

        if (((unsigned char)c & 0xc0) == 0x80)
            continue; /* the rest of a character */
        count += quoted || !is_blank(c);
        if (quoted && c == '\\' && i + 1 < document.len) {
            count++;
            i++;
        } else if (c == '"') {
            quoted = !quoted;
        }
    }
    return count;
}
