#include "tests/iam/proof_random.h"

#include "common/base/json.h"

uint32_t proof_random_below(struct proof_random *r, uint32_t n)
{
    r->state ^= r->state << 13;
    r->state ^= r->state >> 7;
    r->state ^= r->state << 17;
    return (uint32_t)((r->state * 0x2545f4914f6cdd1dULL) >> 32) % n;
}

#define PICK(r, array) ((array)[proof_random_below((r), REMIT_COUNT(array))])

static bool chance(struct proof_random *r, uint32_t percent)
{
    return proof_random_below(r, 100) < percent;
}

/* ---- words ---- */

static const char *const actions[] = {
    "s3:GetObject",  "s3:Get*",    "s3:*",         "s3:PutObject", "s3:?utObject", "*",
    "*:Get*",        "s3:*Object", "iam:*",        "iam:PassRole", "s3:G*t*",      "i*:P*",
    "s3:GetObject*", "s3:List?*",  "S3:GETObject", "sts:*",        "s3:*e*t",      "*:*",
};
static const char *const resources[] = {
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/a*",
    "arn:aws:s3:::*/a",
    "arn:aws:s3:::b/?",
    "arn:aws:s3:::b/a",
    "arn:aws:s3:::b",
    "arn:*",
    "arn:aws:s3:::b*",
    "arn:aws:s3:::b/*a*",
    "arn:aws:s3:::b/${aws:username}",
    "arn:aws:s3:::b/${aws:username}/*",
    "arn:aws:s3:::b/${aws:username, 'a'}",
    "arn:aws:s3:::${k}/${aws:username}",
    "arn:aws:s3:::b/${*}a",
};

/* The narrow vocabulary. */
static const char *const few_actions[] = { "s3:GetObject", "s3:*" };
static const char *const few_resources[] = {
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/a",
    "arn:aws:s3:::b/${aws:username}",
    "arn:aws:s3:::b/${aws:username}/*",
    "arn:aws:s3:::b/${aws:username, 'a'}",
    "arn:aws:s3:::${k}/${aws:username}",
    "arn:aws:s3:::b/a*",
    "arn:aws:s3:::b/?",
    "arn:aws:s3:::b/${k}",
    "arn:aws:s3:::b/ab",
};
static const char *const few_texts[] = {
    "a", "ab", "A", "a*", "*", "${aws:username}", "x${aws:username}", "${k}", "${aws:username}*"
};
static const char *const few_values[] = { "a", "ab", "A", "b", "", "xa" };
static const char *const few_asked[] = { "s3:GetObject", "s3:PutObject" };
static const char *const few_on[] = { "*",
                                      "arn:aws:s3:::b/a",
                                      "arn:aws:s3:::b/ab",
                                      "arn:aws:s3:::b/A",
                                      "arn:aws:s3:::b/b",
                                      "arn:aws:s3:::b/a/x",
                                      "arn:aws:s3:::b/",
                                      "arn:aws:s3:::a/a",
                                      "arn:aws:s3:::b/xa",
                                      "arn:aws:s3:::ab/a" };

/* What an operator takes: its values in policies, and values of requests. */
static const char *const texts[] = { "a",
                                     "ab",
                                     "A",
                                     "a*",
                                     "*",
                                     "b?",
                                     "?",
                                     "",
                                     "*b",
                                     "a*b",
                                     "ä",
                                     "${aws:username}",
                                     "x${aws:username}" };
static const char *const text_values[] = { "a",  "ab", "A",   "a*", "b",  "bb",
                                           "b?", "",   "axb", "Ä",  "xa", "K" };
static const char *const numbers[] = { "1", "1.0", "2", "-1", "0", "1.5", "1e1", "10.0001" };
static const char *const number_values[] = { "1",        "0",  "-1", "1.2",  "2", "3", "10",
                                             "10.00005", "11", "-2", "-0.5", "x", "" };
static const char *const dates[] = { "2030-01-01", "1893456000", "2030-01-01T00:00:00.001Z",
                                     "2029-12-31T23:59:59Z" };
static const char *const date_values[] = { "2030-01-01",
                                           "2030-01-01T00:00:00.001Z",
                                           "2030-01-01T00:00:00.002Z",
                                           "2029-12-31T23:59:59Z",
                                           "2029-12-31T23:59:58Z",
                                           "2031",
                                           "2000",
                                           "x" };
static const char *const blocks[] = { "10.0.0.0/8",    "10.0.0.0/9", "10.128.0.0/9",
                                      "10.1.0.0/16",   "0.0.0.0/0",  "::/0",
                                      "2001:db8::/32", "10.1.2.3",   "::ffff:0:0/96" };
static const char *const addresses[] = { "10.1.2.3",   "10.1.2.4",        "10.2.0.1",
                                         "10.200.0.1", "11.0.0.1",        "2001:db8::1",
                                         "::1",        "::ffff:10.1.2.3", "x" };
static const char *const arns[] = {
    "arn:aws:ecs:*:1:*",    "arn:aws:ecs:*:*:task/*", "*",
    "arn:aws:*:r:1:task/a", "arn:aws:s3:::b",         "arn:aws:ecs:?:1:${aws:username}"
};
static const char *const arn_values[] = { "arn:aws:ecs:r:1:task/a",
                                          "arn:aws:ecs:r:1:x",
                                          "arn:aws:ecs:r:2:task/b",
                                          "arn:aws:s3:::b",
                                          "x",
                                          "arn:aws:ecs:r:1:a",
                                          "arn:aws:ecs:r:a:b:1:x" };
static const char *const booleans[] = { "true", "false", "TRUE", "yes" };

#define LIST(array) array, REMIT_COUNT(array)

/* A key for each family, so that families seldom meet on one; "k" has them all. */
static const struct family {
    const char *key;
    const char *operators[8];
    size_t n_operators;
    const char *const *operands;
    size_t n_operands;
    const char *const *values;
    size_t n_values;
} families[] = {
    { "aws:username",
      { "StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase" },
      6,
      LIST(texts),
      LIST(text_values) },
    { "k",
      { "StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase" },
      6,
      LIST(texts),
      LIST(text_values) },
    { "n",
      { "NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericLessThanEquals",
        "NumericGreaterThan", "NumericGreaterThanEquals" },
      6,
      LIST(numbers),
      LIST(number_values) },
    { "d",
      { "DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan",
        "DateGreaterThanEquals" },
      6,
      LIST(dates),
      LIST(date_values) },
    { "ip", { "IpAddress", "NotIpAddress" }, 2, LIST(blocks), LIST(addresses) },
    { "arn",
      { "ArnLike", "ArnNotLike", "ArnEquals", "ArnNotEquals", "StringLike" },
      5,
      LIST(arns),
      LIST(arn_values) },
    { "b", { "Bool" }, 1, LIST(booleans), LIST(booleans) },
};

static const char *const principals[] = {
    "\"*\"",
    "{\"AWS\":\"111122223333\"}",
    "{\"AWS\":\"arn:aws:iam::111122223333:root\"}",
    "{\"AWS\":\"arn:aws:iam::111122223333:user/u\"}",
    "{\"AWS\":[\"arn:aws:iam::111122223333:role/p/R\",\"444455556666\"]}",
    "{\"AWS\":\"arn:aws:sts::111122223333:assumed-role/R/s\"}",
    "{\"AWS\":\"arn:aws:sts::111122223333:federated-user/f\"}",
    "{\"Service\":\"ecs-tasks.amazonaws.com\"}",
    "{\"AWS\":\"AROAABCDEFGHIJKLMNOP\"}",
    "{\"Federated\":\"cognito-identity.amazonaws.com\"}",
    "{\"CanonicalUser\":\"c1\"}",
};

/* ---- policies ---- */

/* The list, or the few of the narrow vocabulary. */
#define CHOOSE(r, w, many, few)                                                                    \
    ((r)->narrow ? put_list((r), (w), (few), REMIT_COUNT(few))                                     \
                 : put_list((r), (w), (many), REMIT_COUNT(many)))

static void put_list(struct proof_random *r, struct remit_jw *w, const char *const *words, size_t n)
{
    uint32_t count = 1 + proof_random_below(r, 3);

    remit_jw_array(w);
    for (uint32_t i = 0; i < count; i++)
        remit_jw_cstr(w, words[proof_random_below(r, (uint32_t)n)]);
    remit_jw_end(w);
}

static void put_condition(struct proof_random *r, struct remit_jw *w)
{
    static const char *const prefixes[] = { "", "", "", "ForAllValues:", "ForAnyValue:" };
    const struct family *f =
        &families[proof_random_below(r, r->narrow ? 2 : REMIT_COUNT(families))];
    const char *prefix = PICK(r, prefixes);
    const char *ending = chance(r, 20) ? "IfExists" : "";
    auto_buf struct remit_buf name = REMIT_BUF(256);

    if (chance(r, 10)) {
        remit_jw_key(w, "Null");
        remit_jw_object(w);
        remit_jw_key(w, f->key);
        remit_jw_cstr(w, chance(r, 50) ? "true" : "false");
        remit_jw_end(w);
        return;
    }
    remit_buf_put_fmt(&name, "%s%s%s", prefix,
                      f->operators[proof_random_below(r, (uint32_t)f->n_operators)], ending);
    remit_jw_key(w, remit_buf_cstr(&name));
    remit_jw_object(w);
    remit_jw_key(w, f->key);
    if (r->narrow)
        put_list(r, w, few_texts, REMIT_COUNT(few_texts));
    else
        put_list(r, w, f->operands, f->n_operands);
    remit_jw_end(w);
}

static void put_principal(struct proof_random *r, enum remit_policy_type type, bool deny,
                          struct remit_jw *w)
{
    bool negated = type == REMIT_POLICY_RESOURCE && deny && chance(r, 30);

    remit_jw_key(w, negated ? "NotPrincipal" : "Principal");
    remit_jw_raw(w, remit_str_of(PICK(r, principals)));
}

static void put_statement(struct proof_random *r, enum remit_policy_type type, struct remit_jw *w)
{
    bool deny = chance(r, 35);

    remit_jw_object(w);
    remit_jw_put_cstr(w, "Effect", deny ? "Deny" : "Allow");
    if (type != REMIT_POLICY_IDENTITY)
        put_principal(r, type, deny, w);
    remit_jw_key(w, chance(r, 20) ? "NotAction" : "Action");
    CHOOSE(r, w, actions, few_actions);
    if (type != REMIT_POLICY_TRUST) {
        remit_jw_key(w, chance(r, r->narrow ? 35 : 15) ? "NotResource" : "Resource");
        CHOOSE(r, w, resources, few_resources);
    }
    if (chance(r, r->narrow ? 75 : 60)) {
        remit_jw_key(w, "Condition");
        remit_jw_object(w);
        put_condition(r, w);
        remit_jw_end(w);
    }
    remit_jw_end(w);
}

void proof_random_policy(struct proof_random *r, enum remit_policy_type type, struct remit_buf *out)
{
    struct remit_jw w = REMIT_JW(out);
    uint32_t n = 1 + proof_random_below(r, 4);

    remit_jw_object(&w);
    remit_jw_put_cstr(&w, "Version", chance(r, 90) ? "2012-10-17" : "2008-10-17");
    remit_jw_key(&w, "Statement");
    remit_jw_array(&w);
    for (uint32_t i = 0; i < n; i++)
        put_statement(r, type, &w);
    remit_jw_end(&w);
    remit_jw_end(&w);
}

/* ---- changes ---- */

/* A member of the statement, as it was or anew. */
static void put_member(struct proof_random *r, struct remit_jw *w, struct remit_str key,
                       const struct remit_json *value, bool anew)
{
    if (anew && remit_str_equal(key, REMIT_STR("Condition")) && chance(r, 50))
        return;
    remit_jw_key_str(w, key);
    if (!anew) {
        remit_jw_json(w, value);
    } else if (remit_str_ends(key, REMIT_STR("Action"))) {
        CHOOSE(r, w, actions, few_actions);
    } else if (remit_str_ends(key, REMIT_STR("Resource"))) {
        CHOOSE(r, w, resources, few_resources);
    } else if (remit_str_equal(key, REMIT_STR("Condition"))) {
        remit_jw_object(w);
        put_condition(r, w);
        remit_jw_end(w);
    } else {
        remit_jw_json(w, value);
    }
}

static void change_statement(struct proof_random *r, struct remit_jw *w,
                             const struct remit_json *statement)
{
    uint32_t which = proof_random_below(r, (uint32_t)remit_json_count(statement));
    uint32_t i = 0;

    remit_jw_object(w);
    for (void *m = remit_json_first(statement); m != NULL; m = remit_json_next(statement, m), i++)
        put_member(r, w, remit_json_key(m), remit_json_value(m), i == which);
    remit_jw_end(w);
}

void proof_random_change(struct proof_random *r, enum remit_policy_type type,
                         struct remit_str document, struct remit_buf *out)
{
    auto_json struct remit_json *policy = NULL;
    struct remit_jw w = REMIT_JW(out);
    const struct remit_json *statements = NULL;
    size_t n = 0;
    uint32_t which = 0;
    uint32_t how = proof_random_below(r, 4);

    if (remit_json_parse(document, REMIT_POLICY_MAX, &policy, NULL) != 0)
        return;
    statements = remit_json_get(policy, "Statement");
    n = remit_json_type(statements) == REMIT_JSON_ARRAY ? remit_json_count(statements) : 1;
    which = proof_random_below(r, (uint32_t)n);
    remit_jw_object(&w);
    if (remit_json_get(policy, "Version") != NULL)
        remit_jw_put_str(&w, "Version", remit_json_str(remit_json_get(policy, "Version")));
    remit_jw_key(&w, "Statement");
    remit_jw_array(&w);
    for (size_t i = 0; i < n; i++) {
        const struct remit_json *s = remit_json_type(statements) == REMIT_JSON_ARRAY
                                         ? remit_json_at(statements, i)
                                         : statements;

        if (i == which && how == 0 && n > 1)
            continue;
        if (i == which && how == 1)
            put_statement(r, type, &w);
        if (i == which && how > 1)
            change_statement(r, &w, s);
        else
            remit_jw_json(&w, s);
    }
    remit_jw_end(&w);
    remit_jw_end(&w);
}

/* ---- requests ---- */

static const struct who {
    const char *principal;
    const char *issuer;
    const char *canonical;
    const char *userid;
} callers[] = {
    { "arn:aws:iam::111122223333:user/u", "", "", "AIDAX" },
    { "arn:aws:iam::111122223333:user/v", "", "c1", "AIDAX" },
    { "arn:aws:sts::111122223333:assumed-role/R/s", "arn:aws:iam::111122223333:role/p/R", "",
      "AROAABCDEFGHIJKLMNOP:s" },
    { "arn:aws:sts::111122223333:assumed-role/R/t", "arn:aws:iam::111122223333:role/p/R", "", "" },
    { "arn:aws:sts::111122223333:federated-user/f", "arn:aws:iam::111122223333:user/u", "", "" },
    { "arn:aws:iam::111122223333:root", "", "", "" },
    { "arn:aws:sts::444455556666:assumed-role/Q/q", "arn:aws:iam::444455556666:role/Q", "",
      "AROAABCDEFGHIJKLMNOP" },
    { "arn:aws:iam::777788889999:user/w", "", "", "" },
    { "ecs-tasks.amazonaws.com", "", "", "" },
    { "lambda.amazonaws.com", "", "", "" },
    { "cognito-identity.amazonaws.com", "", "", "" },
    { "anonymous", "", "", "" },
};

static void put_key(struct proof_random *r, struct remit_arena *arena,
                    struct remit_context *context, const struct family *f)
{
    uint32_t how = proof_random_below(r, 10);
    uint32_t n = proof_random_below(r, 4);
    struct remit_str *list = REMIT_NEW_N(arena, struct remit_str, 4);

    if (how < 3)
        return;
    for (uint32_t i = 0; i < 4; i++)
        list[i] = remit_str_of(r->narrow ? PICK(r, few_values)
                                         : f->values[proof_random_below(r, (uint32_t)f->n_values)]);
    if (how < 8 || remit_str_starts(remit_str_of(f->key), REMIT_STR("aws:"))) /* never a list */
        (void)!remit_context_put(context, remit_str_of(f->key), list[0], NULL);
    else
        (void)!remit_context_put_list(context, remit_str_of(f->key), list, n, NULL);
}

static void choose_caller(struct proof_random *r, enum remit_policy_type type,
                          struct remit_context *context, struct remit_request *out)
{
    const struct who *who = &PICK(r, callers);
    struct remit_principal principal;

    if (type == REMIT_POLICY_IDENTITY)
        who = &callers[3];
    out->principal = remit_str_of(who->principal);
    if (remit_str_starts(out->principal, REMIT_STR("cognito")))
        out->principal_kind = REMIT_PRINCIPAL_WEB_IDENTITY;
    out->issuer = remit_str_of(who->issuer);
    out->canonical_user = remit_str_of(who->canonical);
    remit_principal_parse(out->principal, out->principal_kind, &principal);
    out->resource_account =
        principal.account.len > 0 ? principal.account : REMIT_STR("111122223333");
    if (who->userid[0] != '\0')
        (void)!remit_context_put(context, REMIT_STR("aws:userid"), remit_str_of(who->userid), NULL);
}

void proof_random_request(struct proof_random *r, enum remit_policy_type type,
                          struct remit_arena *arena, struct remit_context *context,
                          struct remit_request *out)
{
    static const char *const asked[] = { "s3:GetObject",     "s3:GetObjectAcl", "s3:PutObject",
                                         "s3:ListBucket",    "iam:PassRole",    "iam:GetRole",
                                         "ec2:RunInstances", "sts:AssumeRole",  "s3:Get",
                                         "s3:DeleteObject" };
    static const char *const on[] = { "*",
                                      "arn:aws:s3:::b/a",
                                      "arn:aws:s3:::b/b",
                                      "arn:aws:s3:::b/ab",
                                      "arn:aws:s3:::b/a/x",
                                      "arn:aws:s3:::b/xax",
                                      "arn:aws:s3:::b",
                                      "arn:aws:s3:::c/a",
                                      "arn:aws:s3:::b/*a",
                                      "arn:aws:s3:::a/a",
                                      "arn:aws:sqs:r:1:q" };

    *out =
        (struct remit_request){ .action =
                                    remit_str_of(r->narrow ? PICK(r, few_asked) : PICK(r, asked)),
                                .resource = remit_str_of(r->narrow ? PICK(r, few_on) : PICK(r, on)),
                                .context = context,
                                .mandatory = REMIT_MANDATORY_NO };
    remit_context_clear(context);
    for (size_t i = 0; i < REMIT_COUNT(families); i++)
        put_key(r, arena, context, &families[i]);
    choose_caller(r, type, context, out);
}
