/* What is wrong with the document as a whole: its members, its size, its Sids. */
#include "iam/context.h"
#include "iam/lint/lint_internal.h"
#include "iam/policy/compile.h"

#define NEAR_QUOTA_PERCENT 90

/* A key that stands twice in one object, anywhere. */
static void duplicates(struct lint *l, uint32_t object)
{
    size_t n = lint_node(l, object)->count;
    struct remit_str *keys = NULL;
    uint32_t at = object + 1;
    uint32_t key = 0;
    uint32_t value = 0;
    const struct remit_str *twice = NULL;

    if (n < 2)
        return;
    keys = REMIT_NEW_N(&l->arena, struct remit_str, n);
    if (keys == NULL)
        return;
    for (size_t i = 0; lint_member(l, object, &at, &key, &value); i++)
        keys[i] = lint_node(l, key)->text;
    twice = remit_compile_duplicate(keys, n, false);
    if (twice == NULL)
        return;
    for (at = object + 1; lint_member(l, object, &at, &key, &value);)
        if (lint_node(l, key)->text.ptr == twice->ptr)
            break;
    lint_report(l, LINT_DUPLICATE_JSON_KEY, key,
                "The key \"%.*s\" stands twice in the same object. Readers differ in which one "
                "they take; AWS refuses the document.",
                LINT_ARG(*twice));
}

static void version(struct lint *l, uint32_t node)
{
    struct remit_str text = lint_node(l, node)->text;

    if (lint_node(l, node)->type != REMIT_TAPE_STRING) {
        lint_report(l, LINT_DATA_TYPE_MISMATCH, node, "Version is a string, not %s.",
                    remit_tape_type_name(lint_node(l, node)->type));
        return;
    }
    if (remit_str_equal(text, REMIT_STR("2008-10-17")))
        lint_report(l, LINT_OLD_VERSION, node,
                    "Version 2008-10-17 has no policy variables: \"${...}\" is plain text in it. "
                    "Use 2012-10-17.");
    else if (!l->variables)
        lint_report(l, LINT_INVALID_VERSION, node, "Version \"%.*s\" is none: use 2012-10-17.",
                    LINT_ARG(text));
}

static void id(struct lint *l, uint32_t key, uint32_t node)
{
    if (remit_type_rules(l->options.type)->id == REMIT_FORBIDDEN)
        lint_report(l, LINT_INVALID_POLICY_ELEMENT, key, "%s has no Id.",
                    remit_type_rules(l->options.type)->name);
    else if (lint_node(l, node)->type != REMIT_TAPE_STRING)
        lint_report(l, LINT_DATA_TYPE_MISMATCH, node, "Id is a string, not %s.",
                    remit_tape_type_name(lint_node(l, node)->type));
}

static void statements(struct lint *l, uint32_t node)
{
    enum remit_tape_type type = lint_node(l, node)->type;

    if (type == REMIT_TAPE_OBJECT)
        return;
    if (type != REMIT_TAPE_ARRAY) {
        lint_report(l, LINT_DATA_TYPE_MISMATCH, node,
                    "Statement is an object or a list of objects, not %s.",
                    remit_tape_type_name(type));
        return;
    }
    if (lint_node(l, node)->count == 0)
        lint_report(l, LINT_MISSING_STATEMENT, node, "The policy has no statement.");
    for (uint32_t at = node + 1; at < lint_node(l, node)->next; at = lint_node(l, at)->next)
        if (lint_node(l, at)->type != REMIT_TAPE_OBJECT)
            lint_report(l, LINT_DATA_TYPE_MISMATCH, at, "A statement is an object, not %s.",
                        remit_tape_type_name(lint_node(l, at)->type));
}

static void members(struct lint *l)
{
    uint32_t at = 1;
    uint32_t key = 0;
    uint32_t value = 0;
    bool has_version = false;
    bool has_statement = false;

    while (lint_member(l, 0, &at, &key, &value)) {
        struct remit_str name = lint_node(l, key)->text;

        if (remit_str_equal(name, REMIT_STR("Version"))) {
            has_version = true;
            version(l, value);
        } else if (remit_str_equal(name, REMIT_STR("Id"))) {
            id(l, key, value);
        } else if (remit_str_equal(name, REMIT_STR("Statement"))) {
            has_statement = true;
            statements(l, value);
        } else {
            lint_report(l, LINT_INVALID_POLICY_ELEMENT, key,
                        "A policy has no element \"%.*s\": it has Version, Id and Statement.",
                        LINT_ARG(name));
        }
    }
    if (!has_version)
        lint_report(l, LINT_MISSING_VERSION, 0,
                    "The policy has no Version and is read as 2008-10-17, without policy "
                    "variables. Add \"Version\": \"2012-10-17\".");
    if (!has_statement)
        lint_report(l, LINT_MISSING_STATEMENT, 0, "The policy has no Statement.");
}

void lint_document(struct lint *l)
{
    if (lint_node(l, 0)->type != REMIT_TAPE_OBJECT) {
        lint_report(l, LINT_DATA_TYPE_MISMATCH, 0, "A policy is an object, not %s.",
                    remit_tape_type_name(lint_node(l, 0)->type));
        return;
    }
    for (uint32_t i = 0; i < l->tape.n_nodes; i++)
        if (lint_node(l, i)->type == REMIT_TAPE_OBJECT)
            duplicates(l, i);
    members(l);
}

/* ---- quotas (5) ---- */

static const struct resource_quota {
    const char *type; /* as ValidatePolicy calls it */
    size_t bytes;
} resource_quotas[] = {
    { "AWS::S3::Bucket", 20480 },
    { "AWS::SQS::Queue", 8192 },
    { "AWS::SNS::Topic", 30720 },
    { "AWS::KMS::Key", 32768 },
    { "AWS::SecretsManager::Secret", 20480 },
    { "AWS::ECR::Repository", 10240 },
    { "AWS::Lambda::Function", 20480 },
};

static size_t quota_of(const struct lint *l)
{
    for (size_t i = 0; i < REMIT_COUNT(resource_quotas); i++)
        if (l->options.type == REMIT_POLICY_RESOURCE &&
            remit_str_equal(l->options.resource_type, remit_str_of(resource_quotas[i].type)))
            return resource_quotas[i].bytes;
    return remit_policy_quota(l->options.type);
}

static enum lint_code over_quota(enum remit_policy_type type)
{
    switch (type) {
    case REMIT_POLICY_RESOURCE:
    case REMIT_POLICY_ENDPOINT:
        return LINT_POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA;
    case REMIT_POLICY_TRUST:
        return LINT_POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA;
    case REMIT_POLICY_SCP:
        return LINT_POLICY_SIZE_EXCEEDS_SCP_QUOTA;
    case REMIT_POLICY_RCP:
        return LINT_POLICY_SIZE_EXCEEDS_RCP_QUOTA;
    case REMIT_POLICY_IDENTITY:
    case REMIT_POLICY_BOUNDARY:
    case REMIT_POLICY_SESSION:
    default:
        return LINT_POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA;
    }
}

static size_t all_chars(struct remit_str text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    return n;
}

void lint_size(struct lint *l)
{
    const struct remit_type_rules *rules = remit_type_rules(l->options.type);
    size_t quota = quota_of(l);
    bool every = rules->every_char || l->options.type == REMIT_POLICY_RESOURCE;
    size_t chars = every ? all_chars(l->document) : remit_policy_quota_chars(l->document);

    if (quota == 0)
        return;
    if (chars > quota)
        lint_report(l, over_quota(l->options.type), 0,
                    "The policy has %zu characters that count, %zu over the quota of %zu.", chars,
                    chars - quota, quota);
    else if (chars * 100 >= quota * NEAR_QUOTA_PERCENT)
        lint_report(l, LINT_SIZE_BUDGET, 0,
                    "The policy has %zu characters that count, of %zu: %zu are left.", chars, quota,
                    quota - chars);
}

/* ---- Sids (7) ---- */

static bool alphanumeric(struct remit_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = remit_lower(text.ptr[i]);

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
            return false;
    }
    return true;
}

/* Policies that IAM and Organizations keep; other services take other Sids (7). */
static bool strict_sids(enum remit_policy_type type)
{
    return type != REMIT_POLICY_RESOURCE && type != REMIT_POLICY_ENDPOINT;
}

static const struct lint_text *first_with(const struct lint *l, struct remit_str sid)
{
    for (size_t i = 0; i < l->n_statements; i++)
        if (l->statements[i].sid.node != 0 && remit_str_equal(l->statements[i].sid.text, sid))
            return &l->statements[i].sid;
    return NULL;
}

void lint_sids(struct lint *l)
{
    bool strict = strict_sids(l->options.type);

    for (size_t i = 0; i < l->n_statements; i++) {
        const struct lint_text *sid = &l->statements[i].sid;
        const struct lint_text *first = NULL;

        if (sid->node == 0)
            continue;
        if (sid->text.len == 0)
            lint_report(l, LINT_EMPTY_SID_VALUE, sid->node, "The Sid is empty: leave it out.");
        if (strict && !alphanumeric(sid->text))
            lint_report(l, LINT_UNSUPPORTED_SID, sid->node,
                        "The Sid \"%.*s\" has other characters than A-Z, a-z and 0-9.",
                        LINT_ARG(sid->text));
        l->work += i;
        first = sid->text.len > 0 && lint_may_compare(l) ? first_with(l, sid->text) : NULL;
        if (first != NULL && first->node != sid->node)
            lint_report_both(l, strict ? LINT_UNIQUE_SIDS_REQUIRED : LINT_UNIQUE_SIDS_RECOMMENDED,
                             sid->node, first->node,
                             "The Sid \"%.*s\" stands at another statement already.",
                             LINT_ARG(sid->text));
    }
}

/* ---- statements that say the same ---- */

static struct remit_str source(const struct lint *l, uint32_t node)
{
    return remit_str_sub(l->document, lint_node(l, node)->from,
                         lint_node(l, node)->to - lint_node(l, node)->from);
}

static bool same_text(const struct lint *l, uint32_t a, uint32_t b)
{
    return (a == 0) == (b == 0) && (a == 0 || remit_str_equal(source(l, a), source(l, b)));
}

/* Every entry of `small` is covered by one of `large`. */
static bool list_within(struct lint *l, const struct lint_list *small,
                        const struct lint_list *large, bool nocase)
{
    if (small->node == 0 || large->node == 0)
        return small->node == large->node;
    if (small->negated || large->negated)
        return small->negated == large->negated && same_text(l, small->node, large->node);
    for (size_t i = 0; i < small->n; i++) {
        size_t j = 0;

        while (j < large->n && lint_may_match(l, large->at[j].text, small->at[i].text) &&
               !lint_covers(large->at[j].text, small->at[i].text, nocase))
            j++;
        if (j == large->n || l->work > LINT_WORK_MAX)
            return false;
    }
    return true;
}

static bool within(struct lint *l, const struct lint_statement *small,
                   const struct lint_statement *large)
{
    return small->effect != 0 && large->effect != 0 && small->allow == large->allow &&
           small->deny == large->deny && small->not_principal == large->not_principal &&
           same_text(l, small->principal, large->principal) &&
           list_within(l, &small->actions, &large->actions, true) &&
           list_within(l, &small->resources, &large->resources, false) &&
           (large->n_conditions == 0 || same_text(l, small->condition, large->condition));
}

void lint_redundant_statements(struct lint *l)
{
    for (size_t i = 0; i < l->n_statements; i++) {
        for (size_t j = 0; j < l->n_statements && lint_may_compare(l); j++) {
            const struct lint_statement *a = &l->statements[i];
            const struct lint_statement *b = &l->statements[j];

            if (i == j || a->actions.n == 0 || !within(l, a, b) || (j > i && within(l, b, a)))
                continue;
            lint_report_both(l, LINT_REDUNDANT_STATEMENT, a->node, b->node,
                             "Statement %zu says nothing that statement %zu does not say: remove "
                             "it.",
                             a->index, b->index);
            break;
        }
    }
}
