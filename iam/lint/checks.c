#include <stdio.h>

#include "iam/context.h"
#include "iam/lint/lint_internal.h"

const struct remit_check remit_lint_checks[LINT_COUNT] = {
#define CHECK(code, type, source, parliament, meaning)                                             \
    [LINT_##code] = { #code, REMIT_FINDING_##type, REMIT_CHECK_##source, parliament, meaning },
#include "iam/lint/checks_table.h"
#undef CHECK
};

const struct remit_check *remit_check_at(size_t index)
{
    return index < LINT_COUNT ? &remit_lint_checks[index] : NULL;
}

const struct remit_check *remit_check_find(struct remit_str code)
{
    for (size_t i = 0; i < LINT_COUNT; i++)
        if (remit_str_equal(remit_str_of(remit_lint_checks[i].code), code))
            return &remit_lint_checks[i];
    return NULL;
}

static const struct {
    const char *name;
    const char *anchor; /* in the address of AWS's page */
} types[REMIT_FINDING_TYPE_COUNT] = {
    [REMIT_FINDING_ERROR] = { "ERROR", "error" },
    [REMIT_FINDING_SECURITY_WARNING] = { "SECURITY_WARNING", "security-warning" },
    [REMIT_FINDING_WARNING] = { "WARNING", "general-warning" },
    [REMIT_FINDING_SUGGESTION] = { "SUGGESTION", "suggestion" },
};

const char *remit_finding_type_name(enum remit_finding_type type)
{
    return (size_t)type < REMIT_COUNT(types) ? types[type].name : "";
}

/* "INVALID_ACTION" as an anchor: "invalid-action". */
static void anchor_of(const char *code, char *out, size_t size)
{
    size_t i = 0;

    for (; code[i] != '\0' && i + 1 < size; i++)
        out[i] = code[i] == '_' ? '-' : remit_lower(code[i]);
    out[i] = '\0';
}

size_t remit_check_link(const struct remit_check *check, char *out, size_t size)
{
    char anchor[128];
    int len = 0;

    anchor_of(check->code, anchor, sizeof(anchor));
    if (check->source == REMIT_CHECK_ACCESS_ANALYZER)
        len = snprintf(out, size,
                       "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
                       "access-analyzer-reference-policy-checks.html"
                       "#access-analyzer-reference-policy-checks-%s-%s",
                       types[check->type].anchor, anchor);
    else
        len = snprintf(out, size, "docs/lint.md#%s", anchor);
    return (size_t)len;
}
