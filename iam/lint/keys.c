/* Condition keys: whether there are such, whether they say what is meant. */
#include "iam/context.h"
#include "iam/lint/lint_internal.h"

#define NEAR_MOST 3

/* ---- the name ---- */

/* Keys about one tag: what stands behind the slash is its key. */
static bool is_tag_family(struct remit_str key)
{
    static const char *const words[] = { "RequestTag", "ResourceTag", "PrincipalTag" };
    struct remit_str name = remit_str_sub(key, remit_str_find(key, ':') + 1, key.len);

    name = remit_str_sub(name, 0, remit_str_find(name, '/'));
    for (size_t i = 0; i < REMIT_COUNT(words); i++)
        if (remit_str_equal_nocase(name, remit_str_of(words[i])))
            return true;
    return false;
}

static bool lacks_tag_key(struct remit_str key)
{
    return is_tag_family(key) && remit_str_find(key, '/') + 1 >= key.len;
}

static const char *nearest_global(struct remit_str key)
{
    static const char *const names[] = {
        "aws:PrincipalArn",       "aws:PrincipalAccount",
        "aws:PrincipalOrgID",     "aws:PrincipalOrgPaths",
        "aws:PrincipalTag/",      "aws:RequestTag/",
        "aws:ResourceTag/",       "aws:ResourceAccount",
        "aws:ResourceOrgID",      "aws:SourceAccount",
        "aws:SourceArn",          "aws:SourceIp",
        "aws:SourceVpc",          "aws:SourceVpce",
        "aws:SecureTransport",    "aws:TagKeys",
        "aws:CurrentTime",        "aws:MultiFactorAuthPresent",
        "aws:MultiFactorAuthAge", "aws:RequestedRegion",
        "aws:username",           "aws:userid",
        "aws:CalledVia",          "aws:ViaAWSService",
        "aws:SourceIdentity",
    };
    const char *best = NULL;
    size_t least = NEAR_MOST + 1;

    for (size_t i = 0; i < REMIT_COUNT(names); i++) {
        size_t distance = lint_distance(remit_str_of(names[i]), key, NEAR_MOST);

        if (distance < least) {
            least = distance;
            best = names[i];
        }
    }
    return best;
}

static void check_global(struct lint *l, const struct lint_condition *c)
{
    const char *near = nearest_global(c->key);

    if (lint_key_is(c->key, "aws:ARN"))
        lint_report(l, LINT_UNSUPPORTED_GLOBAL_CONDITION_KEY, c->key_node,
                    "aws:ARN is not supported: use aws:PrincipalArn or aws:SourceArn.");
    else if (!c->about.known)
        lint_report(l, LINT_INVALID_GLOBAL_CONDITION_KEY, c->key_node,
                    "There is no condition key \"%.*s\".%s%s%s", LINT_ARG(c->key),
                    near != NULL ? " Did you mean \"" : "", near != NULL ? near : "",
                    near != NULL ? "\"?" : "");
    if (lint_key_is(c->key, "aws:ARN") || lint_key_is(c->key, "aws:SourceOwner"))
        lint_report(l, LINT_DEPRECATED_GLOBAL_CONDITION_KEY, c->key_node,
                    "\"%.*s\" was replaced by %s.", LINT_ARG(c->key),
                    lint_key_is(c->key, "aws:ARN") ? "aws:PrincipalArn" : "aws:SourceAccount");
}

static void check_name(struct lint *l, const struct lint_condition *c)
{
    struct remit_str prefix = lint_service_of(c->key);
    const struct remit_service *service = remit_services_find(l->options.services, prefix);

    if (prefix.len == c->key.len || prefix.len == 0 || prefix.len + 1 == c->key.len)
        lint_report(l, LINT_INVALID_CONDITION_KEY_FORMAT, c->key_node,
                    "The condition key \"%.*s\" is not service:name.", LINT_ARG(c->key));
    else if (lacks_tag_key(c->key))
        lint_report(l, LINT_MISSING_TAG_KEY_IN_CONDITION, c->key_node,
                    "\"%.*s\" is about one tag and lacks its key: \"%.*s:.../KEY\".",
                    LINT_ARG(c->key), LINT_ARG(prefix));
    else if (c->about.global)
        check_global(l, c);
    else if (service != NULL && !c->about.known)
        lint_report(l, LINT_INVALID_SERVICE_CONDITION_KEY, c->key_node,
                    "The service %.*s has no condition key \"%.*s\".", LINT_ARG(service->name),
                    LINT_ARG(c->key));
}

/* ---- keys that need care ---- */

static bool null_check(const struct lint_statement *s, const char *key)
{
    for (size_t i = 0; i < s->n_conditions; i++)
        if (s->conditions[i].op != NULL && s->conditions[i].op->test == NULL &&
            lint_key_is(s->conditions[i].key, key))
            return true;
    return false;
}

static void check_trust_in_key(struct lint *l, const struct lint_statement *s,
                               const struct lint_condition *c)
{
    if (lint_key_is(c->key, "aws:referer") || lint_key_is(c->key, "aws:UserAgent"))
        lint_report(l, LINT_UNTRUSTWORTHY_CONDITION_KEY, c->key_node,
                    "Any caller can send any \"%.*s\": it protects nothing.", LINT_ARG(c->key));
    if (lint_key_is(c->key, "aws:VpcSourceIp") && lint_condition_on(s, "aws:SourceVpc") == NULL &&
        lint_condition_on(s, "aws:SourceVpce") == NULL)
        lint_report(l, LINT_MISSING_PAIRED_CONDITION_KEYS, c->key_node,
                    "Private addresses are the same in every VPC: add aws:SourceVpc or "
                    "aws:SourceVpce.");
    if (lint_key_is(c->key, "dynamodb:Attributes") && s->allow &&
        lint_condition_on(s, "dynamodb:Select") == NULL)
        lint_report(l, LINT_DYNAMODB_ATTRIBUTES_WITHOUT_SELECT, c->key_node,
                    "A query that asks for all attributes passes this condition: add "
                    "dynamodb:Select.");
    if (lint_key_is(c->key, "s3:prefix") && c->op != NULL && c->op->test != NULL &&
        (s->deny != c->op->negated) && !null_check(s, "s3:prefix"))
        lint_report(l, LINT_S3_PREFIX_IN_NEGATIVE_CONTEXT, c->key_node,
                    "What is left out by s3:prefix can be listed with a shorter prefix or without "
                    "one. List what is allowed.");
}

static void check_place(struct lint *l, const struct lint_statement *s,
                        const struct lint_condition *c)
{
    static const char *const vpce[] = { "aws:VpceAccount", "aws:VpceOrgID", "aws:VpceOrgPaths" };

    if (lint_resource_service(l).len > 0 &&
        (lint_key_is(c->key, "s3:ResourceAccount") || lint_key_is(c->key, "aws:ResourceAccount")))
        lint_report(l, LINT_IRRELEVANT_CONDITION_KEY_IN_POLICY, c->key_node,
                    "\"%.*s\" is always the account of the resource that has this policy.",
                    LINT_ARG(c->key));
    for (size_t i = 0; i < REMIT_COUNT(vpce); i++)
        if (lint_key_is(c->key, vpce[i]) && lint_statement_covers(s, REMIT_STR("remit:anything")))
            lint_report(l, LINT_USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES, c->key_node,
                        "Few services supply %s, and the statement covers all of them.", vpce[i]);
}

void lint_condition_keys(struct lint *l, const struct lint_statement *s)
{
    for (size_t i = 0; i < s->n_conditions; i++) {
        check_name(l, &s->conditions[i]);
        check_trust_in_key(l, s, &s->conditions[i]);
        check_place(l, s, &s->conditions[i]);
    }
}
