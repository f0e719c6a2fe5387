#include "iam/policy/policy_internal.h"

#include "common/base/encode.h"

static void compile_string(struct remit_arena *arena, struct remit_str text, bool variables,
                           struct remit_operand *out)
{
    const struct remit_glob_syntax syntax = { .variables_from = variables ? 0 : SIZE_MAX };

    remit_glob_compile(arena, text, &syntax, &out->is.glob);
}

static void compile_pattern(struct remit_arena *arena, struct remit_str text, bool variables,
                            struct remit_operand *out)
{
    const struct remit_glob_syntax syntax = { .wild = true,
                                              .variables_from = variables ? 0 : SIZE_MAX };

    remit_glob_compile(arena, text, &syntax, &out->is.glob);
}

static void compile_number(struct remit_arena *arena, struct remit_str text, bool variables,
                           struct remit_operand *out)
{
    (void)arena;
    (void)variables;
    out->malformed = !remit_decimal_parse(text, &out->is.number);
}

static bool read_number(struct remit_str text, struct remit_subject *out)
{
    return remit_decimal_parse(text, &out->is.number);
}

static void compile_date(struct remit_arena *arena, struct remit_str text, bool variables,
                         struct remit_operand *out)
{
    (void)arena;
    (void)variables;
    out->malformed = !remit_date_parse(text, &out->is.date_ms);
}

static bool read_date(struct remit_str text, struct remit_subject *out)
{
    return remit_date_parse(text, &out->is.date_ms);
}

/* Any text but true is false, on both sides (13.7). */
static bool is_true(struct remit_str text)
{
    return remit_str_equal_nocase(text, REMIT_STR("true"));
}

static void compile_bool(struct remit_arena *arena, struct remit_str text, bool variables,
                         struct remit_operand *out)
{
    (void)arena;
    (void)variables;
    out->is.yes = is_true(text);
}

static bool read_bool(struct remit_str text, struct remit_subject *out)
{
    out->is.yes = is_true(text);
    return true;
}

static void compile_binary(struct remit_arena *arena, struct remit_str text, bool variables,
                           struct remit_operand *out)
{
    auto_buf struct remit_buf bytes = REMIT_BUF(REMIT_POLICY_MAX);

    (void)arena;
    (void)variables;
    out->is.base64 = text;
    out->malformed = remit_base64_decode(text, &bytes, NULL) != 0;
}

static void compile_ip(struct remit_arena *arena, struct remit_str text, bool variables,
                       struct remit_operand *out)
{
    (void)arena;
    (void)variables;
    out->malformed = !remit_ip_parse_block(text, &out->is.block);
}

static bool read_ip(struct remit_str text, struct remit_subject *out)
{
    return remit_ip_parse_address(text, &out->is.address);
}

/* Up to the next colon outside of ${...}, which is skipped. */
static bool cut_part(struct remit_str *rest, bool variables, struct remit_str *part)
{
    for (size_t at = 0; at < rest->len; at++) {
        if (variables && rest->ptr[at] == '$' && at + 1 < rest->len && rest->ptr[at + 1] == '{') {
            at += remit_variable_span(*rest, at) - 1;
            continue;
        }
        if (rest->ptr[at] != ':')
            continue;
        *part = remit_str_sub(*rest, 0, at);
        *rest = remit_str_sub(*rest, at + 1, rest->len);
        return true;
    }
    return false;
}

/* A lone "*" stands for any well-formed ARN (section 23). */
static bool split_pattern(struct remit_str text, bool variables,
                          struct remit_str parts[REMIT_ARN_PARTS])
{
    if (remit_str_equal(text, REMIT_STR("*"))) {
        for (size_t i = 0; i < REMIT_ARN_PARTS; i++)
            parts[i] = text;
        return true;
    }
    for (size_t i = 0; i + 1 < REMIT_ARN_PARTS; i++)
        if (!cut_part(&text, variables, &parts[i]))
            return false;
    parts[REMIT_ARN_PARTS - 1] = text;
    return remit_str_equal(parts[0], REMIT_STR("arn"));
}

static void compile_arn(struct remit_arena *arena, struct remit_str text, bool variables,
                        struct remit_operand *out)
{
    struct remit_str parts[REMIT_ARN_PARTS];
    struct remit_glob *globs = NULL;
    const struct remit_glob_syntax syntax = { .wild = true,
                                              .variables_from = variables ? 0 : SIZE_MAX };

    out->malformed = !split_pattern(text, variables, parts);
    if (!out->malformed)
        globs = REMIT_NEW_N(arena, struct remit_glob, REMIT_ARN_PARTS);
    for (size_t i = 0; globs != NULL && i < REMIT_ARN_PARTS; i++)
        remit_glob_compile(arena, parts[i], &syntax, &globs[i]);
    out->is.arn = globs;
}

static bool read_arn(struct remit_str text, struct remit_subject *out)
{
    struct remit_arn arn;

    if (!remit_arn_parse(text, &arn))
        return false;
    out->is.arn[0] = remit_str_sub(text, 0, 3);
    out->is.arn[1] = arn.partition;
    out->is.arn[2] = arn.service;
    out->is.arn[3] = arn.region;
    out->is.arn[4] = arn.account;
    out->is.arn[5] = arn.resource;
    return true;
}

const struct remit_operand_type remit_operand_types[REMIT_OPERAND_COUNT] = {
    [REMIT_OPERAND_STRING] = { compile_string, NULL, false, "a string" },
    [REMIT_OPERAND_PATTERN] = { compile_pattern, NULL, false, "a string" },
    [REMIT_OPERAND_NUMBER] = { compile_number, read_number, false, "a number" },
    [REMIT_OPERAND_DATE] = { compile_date, read_date, false, "a date" },
    [REMIT_OPERAND_BOOL] = { compile_bool, read_bool, false, "true or false" },
    [REMIT_OPERAND_BINARY] = { compile_binary, NULL, false, "base64" },
    [REMIT_OPERAND_IP] = { compile_ip, read_ip, true, "an IP address or block" },
    [REMIT_OPERAND_ARN] = { compile_arn, read_arn, true, "an ARN" },
    [REMIT_OPERAND_NULL] = { compile_bool, NULL, false, "true or false" },
};
