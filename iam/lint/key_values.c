/* Values of condition keys whose form is known. */
#include "iam/context.h"
#include "iam/lint/lint_internal.h"

#define FIXED_LEAST 6 /* characters that stand before a wildcard or variable of aws:userid */

static bool open_value(struct remit_str text)
{
    return lint_wild(text) || remit_str_find(text, '$') != text.len;
}

/* "vpc-" and 8 or 17 letters or digits. */
static bool is_id(struct remit_str text, struct remit_str prefix)
{
    struct remit_str rest = remit_str_sub(text, prefix.len, text.len);

    for (size_t i = 0; i < rest.len; i++) {
        char c = remit_lower(rest.ptr[i]);

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
            return false;
    }
    return remit_str_starts(text, prefix) && (rest.len == 8 || rest.len == 17);
}

static void check_region(struct lint *l, const struct lint_condition *c, const struct lint_value *v)
{
    (void)c;
    if (!open_value(v->text) && !lint_region_known(v->text))
        lint_report(l, LINT_INVALID_REGION, v->node, "There is no region \"%.*s\".",
                    LINT_ARG(v->text));
}

static void check_vpc(struct lint *l, const struct lint_condition *c, const struct lint_value *v)
{
    (void)c;
    if (!open_value(v->text) && !is_id(v->text, REMIT_STR("vpc-")))
        lint_report(l, LINT_INVALID_VPC_FORMAT, v->node,
                    "\"%.*s\" is no id of a VPC: vpc- and 8 or 17 letters or digits.",
                    LINT_ARG(v->text));
}

static void check_vpce(struct lint *l, const struct lint_condition *c, const struct lint_value *v)
{
    (void)c;
    if (!open_value(v->text) && !is_id(v->text, REMIT_STR("vpce-")))
        lint_report(l, LINT_INVALID_VPCE_FORMAT, v->node,
                    "\"%.*s\" is no id of a VPC endpoint: vpce- and 8 or 17 letters or digits.",
                    LINT_ARG(v->text));
}

static void check_kms_key(struct lint *l, const struct lint_condition *c,
                          const struct lint_value *v)
{
    struct remit_str parts[6];
    bool arn = lint_arn_parts(v->text, parts) == 6 &&
               lint_overlaps(parts[2], REMIT_STR("kms"), false) &&
               lint_overlaps(parts[5], REMIT_STR("key/*"), false);

    if (!arn && !(open_value(v->text) && lint_arn_parts(v->text, parts) < 6))
        lint_report(l, LINT_INVALID_KMS_KEY_VALUE, v->node,
                    "\"%.*s\" holds the ARN of a KMS key, and \"%.*s\" is none.", LINT_ARG(c->key),
                    LINT_ARG(v->text));
}

static void check_principal_arn(struct lint *l, const struct lint_condition *c,
                                const struct lint_value *v)
{
    struct remit_str parts[6];

    (void)c;
    if (lint_arn_parts(v->text, parts) < 6)
        return;
    if (remit_str_starts(parts[5], REMIT_STR("assumed-role/")))
        lint_report(l, LINT_PRINCIPAL_ARN_IS_SESSION, v->node,
                    "aws:PrincipalArn of a role session is the ARN of its role: \"%.*s\" never "
                    "matches. Write arn:aws:iam::ACCOUNT:role/NAME.",
                    LINT_ARG(v->text));
    if (remit_str_equal(parts[5], REMIT_STR("root")))
        lint_report(l, LINT_ROOT_ARN_IN_PRINCIPAL_ARN, v->node,
                    "\"%.*s\" in aws:PrincipalArn is the root user alone. For the account use "
                    "aws:PrincipalAccount.",
                    LINT_ARG(v->text));
}

/* ---- wildcards and variables that make a value say little (14.4) ---- */

/* Values that the caller can't choose: the account or organization of somebody known. */
static bool is_fixed_variable(struct remit_str text)
{
    static const char *const known[] = { "${aws:PrincipalAccount}", "${aws:PrincipalOrgID}",
                                         "${aws:ResourceAccount}", "${aws:ResourceOrgID}" };
    for (size_t i = 0; i < REMIT_COUNT(known); i++)
        if (remit_str_equal_nocase(text, remit_str_of(known[i])))
            return true;
    return false;
}

static bool takes_wildcards(const struct lint_condition *c)
{
    return c->op != NULL &&
           (c->op->operand == REMIT_OPERAND_PATTERN || c->op->operand == REMIT_OPERAND_ARN);
}

static void check_sensitive(struct lint *l, const struct lint_condition *c,
                            const struct lint_value *v)
{
    if (remit_str_find(v->text, '$') != v->text.len && !is_fixed_variable(v->text))
        lint_report(l, LINT_VARIABLE_USAGE_TOO_PERMISSIVE, v->node,
                    "\"%.*s\" is compared with a variable, \"%.*s\": write the value.",
                    LINT_ARG(c->key), LINT_ARG(v->text));
    else if (takes_wildcards(c) && lint_wild(v->text))
        lint_report(l, LINT_WILDCARD_USAGE_TOO_PERMISSIVE, v->node,
                    "\"%.*s\" is compared with a pattern, \"%.*s\": write the value.",
                    LINT_ARG(c->key), LINT_ARG(v->text));
}

static void check_userid(struct lint *l, const struct lint_condition *c, const struct lint_value *v)
{
    size_t variable = remit_str_find(v->text, '$');
    size_t star = remit_str_find(v->text, '*');

    if (variable < FIXED_LEAST && variable < v->text.len)
        lint_report(l, LINT_VARIABLE_USAGE_TOO_PERMISSIVE, v->node,
                    "\"%.*s\" has a variable before the id of a user or role: it starts with at "
                    "least %d fixed characters.",
                    LINT_ARG(v->text), FIXED_LEAST);
    else if (takes_wildcards(c) && star < FIXED_LEAST && star < v->text.len)
        lint_report(l, LINT_WILDCARD_USAGE_TOO_PERMISSIVE, v->node,
                    "\"%.*s\" has a wildcard before the id of a user or role: it starts with at "
                    "least %d fixed characters.",
                    LINT_ARG(v->text), FIXED_LEAST);
}

static const struct key_row {
    const char *key;
    void (*check)(struct lint *l, const struct lint_condition *c, const struct lint_value *v);
} rows[] = {
    { "aws:RequestedRegion", check_region },
    { "aws:SourceVpc", check_vpc },
    { "aws:SourceVpce", check_vpce },
    { "secretsmanager:KmsKeyArn", check_kms_key },
    { "s3:x-amz-server-side-encryption-aws-kms-key-id", check_kms_key },
    { "ebs:KmsKeyId", check_kms_key },
    { "aws:PrincipalArn", check_principal_arn },
    { "aws:userid", check_userid },
    { "aws:PrincipalAccount", check_sensitive },
    { "aws:PrincipalOrgID", check_sensitive },
    { "aws:ResourceAccount", check_sensitive },
    { "aws:ResourceOrgID", check_sensitive },
    { "aws:SourceAccount", check_sensitive },
    { "aws:SourceOrgID", check_sensitive },
    { "aws:SourceVpc", check_sensitive },
    { "aws:SourceVpce", check_sensitive },
    { "aws:VpceAccount", check_sensitive },
    { "aws:VpceOrgID", check_sensitive },
};

void lint_key_values(struct lint *l, const struct lint_statement *s)
{
    for (size_t i = 0; i < s->n_conditions; i++) {
        const struct lint_condition *c = &s->conditions[i];

        if (c->op == NULL || c->op->test == NULL)
            continue;
        for (size_t r = 0; r < REMIT_COUNT(rows); r++)
            for (size_t j = 0; j < c->n_values && lint_key_is(c->key, rows[r].key); j++)
                rows[r].check(l, c, &c->values[j]);
    }
}
