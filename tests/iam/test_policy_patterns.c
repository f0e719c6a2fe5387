/*
 * Table 21.2 of the reference, row by row; and the matcher against naive ones: over every short
 * word, over random long ones that need its bit-parallel search, and over variables put in by hand.
 */
#include <stdio.h>
#include <stdlib.h>

#include "iam/policy/glob.h"
#include "tests/iam/policy_kit.h"

/* ---- table 21.2 ---- */

static const struct row {
    const char *name;
    const char *element; /* Action, NotAction, Resource, NotResource */
    const char *pattern;
    const char *tested;
    const char *context;
    bool matches;
    bool old; /* Version 2008-10-17 */
} rows[] = {
    { "1", "Action", "S3:getobject", "s3:GetObject", "", true, false },
    { "2", "Action", "s3:Get*", "s3:GetObjectAcl", "", true, false },
    { "3", "Action", "s3:Get?bject", "s3:GetObject", "", true, false },
    { "4", "Action", "*", "anything:AtAll", "", true, false },
    { "5", "Action", "s3:", "s3:GetObject", "", false, false },
    { "6", "NotAction", "iam:*", "sts:AssumeRole", "", true, false },
    { "6b", "NotAction", "iam:*", "iam:PassRole", "", false, false },
    { "7", "Resource", "arn:aws:s3:::b/*", "arn:aws:s3:::b", "", false, false },
    { "8", "Resource", "arn:aws:s3:::b*", "arn:aws:s3:::bucket/x", "", true, false },
    { "9", "Resource", "arn:aws:s3:::B/*", "arn:aws:s3:::b/x", "", false, false },
    { "10", "Resource", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/alice/x",
      "aws:username=alice", true, false },
    { "10b", "Resource", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/alice/x", "", false,
      false },
    { "11", "NotResource", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/alice/x", "", true,
      false },
    { "11b", "NotResource", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/alice/x",
      "aws:username=alice", false, false },
    { "12", "Resource", "arn:aws:s3:::b/${*}", "arn:aws:s3:::b/x", "", false, false },
    { "12b", "Resource", "arn:aws:s3:::b/${*}", "arn:aws:s3:::b/*", "", true, false },
    { "13", "Resource", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/alice/x",
      "aws:username=alice", false, true },
    { "13b", "Resource", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/${aws:username}/x",
      "aws:username=alice", true, true },
    { "14", "Resource", "arn:aws:sqs:us-east-1:111122223333:*", "*", "", false, false },
    { "14b", "Resource", "**", "*", "", true, false },
    { "14c", "NotResource", "arn:aws:sqs:us-east-1:111122223333:*", "*", "", true, false },
    { "14d", "NotResource", "*", "*", "", false, false },
    { "14e", "Resource", "arn:aws:s3:::${*}", "*", "", false, false },
    { "15", "Resource", "arn:aws:logs:*:log-group:/ecs/*",
      "arn:aws:logs:us-east-1:111122223333:log-group:/ecs/web", "", true, false },
    { "16", "Resource", "arn:aws:sqs", "arn:aws:sqs:us-east-1:111122223333:q", "", true, false },
    { "16b", "Resource", "arn:aws:s3:::", "arn:aws:s3:::b", "", false, false },
    { "17", "Resource", "arn:aws:s3:::b/f/*/o", "arn:aws:s3:::b/f/a:b/o", "", true, false },
    { "18", "Resource", "arn:aws:sqs:us-east-.:*:q", "arn:aws:sqs:us-east-1:111122223333:q", "",
      false, false },
    /* Beyond the table. */
    { "white space", "Action", " s3:GetObject", "s3:GetObject", "", false, false },
    { "a value with a star is no pattern", "Resource", "arn:aws:s3:::b/${t}", "arn:aws:s3:::b/x",
      "t=*", false, false },
    { "a multivalued variable", "Resource", "arn:aws:s3:::b/${t, 'x'}", "arn:aws:s3:::b/x", "t=[x]",
      false, false },
    { "a default", "Resource", "arn:aws:s3:::b/${t, 'x'}", "arn:aws:s3:::b/x", "", true, false },
    { "a tag key with a space", "Resource", "arn:aws:s3:::b/${aws:PrincipalTag/a b}",
      "arn:aws:s3:::b/x", "aws:PrincipalTag/a b=x", true, false },
    { "no variable before the fifth colon", "Resource",
      "arn:aws:sqs:us-east-1:${aws:PrincipalAccount}:q", "arn:aws:sqs:us-east-1:111122223333:q",
      "aws:PrincipalAccount=111122223333", false, false },
    { "a variable between two stars", "Resource", "arn:aws:s3:::*/${t}x/*",
      "arn:aws:s3:::b/ux/tx/y", "t=t", true, false },
    { "an escape in an old document is a live star", "Resource", "arn:aws:s3:::b/${*}",
      "arn:aws:s3:::b/${abc}", "", true, true },
    { "line breaks", "Resource", "arn:aws:s3:::b/*c", "arn:aws:s3:::b/a\nb/c", "", true, false },
};

static bool matches(const struct row *r)
{
    char document[512];
    bool action = strstr(r->element, "Action") != NULL;
    const struct kit_policies policies = { .identity = document };
    const struct kit_request request = { .action = action ? r->tested : NULL,
                                         .resource = action ? NULL : r->tested,
                                         .context = r->context,
                                         .mandatory = REMIT_MANDATORY_NO };

    (void)snprintf(document, sizeof(document),
                   "{\"Version\":\"%s\",\"Statement\":{\"Effect\":\"Allow\",\"%s\":\"*\","
                   "\"%s\":\"%s\"}}",
                   r->old ? "2008-10-17" : "2012-10-17", action ? "Resource" : "Action", r->element,
                   r->pattern);
    return kit_decide(&policies, &request, NULL) == REMIT_ALLOW;
}

TestSuite(policy_patterns, .timeout = 60);

KIT_ROWS(policy_patterns, rows)
{
    const struct row *r = &rows[*i];

    cr_expect(eq(int, matches(r), r->matches), "%s: %s against %s", r->name, r->pattern, r->tested);
}

/* Section 9.3: what becomes of an ARN with fewer than six parts. */
static const struct short_row {
    enum remit_policy_type type;
    const char *arn;
    bool compiles;
} shorts[] = {
    { REMIT_POLICY_IDENTITY, "arn:aws:sqs", true },
    { REMIT_POLICY_BOUNDARY, "arn:aws:sqs:us-east-1", true },
    { REMIT_POLICY_SESSION, "arn:aws:sqs", false },
    { REMIT_POLICY_SESSION, "arn:aws:sqs:*", false },
    { REMIT_POLICY_SESSION, "arn:aws:sqs:*:*:*", true },
    { REMIT_POLICY_SESSION, "queue", false },
    { REMIT_POLICY_SCP, "arn:aws:sqs", false },
    { REMIT_POLICY_SCP, "arn:aws:sqs:*", true },
};

Test(policy_patterns, incomplete_arns_are_filled_or_refused_by_policy_type)
{
    for (size_t i = 0; i < REMIT_COUNT(shorts); i++) {
        const struct remit_policy_options options = { .type = shorts[i].type };
        auto_policy struct remit_policy *policy = NULL;
        struct remit_err err = { 0 };
        char document[256];
        int result = 0;

        (void)snprintf(
            document, sizeof(document),
            "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"%s\"}}",
            shorts[i].arn);
        result = remit_policy_compile(remit_str_of(document), &options, &policy, &err);
        cr_expect(eq(int, result == 0, shorts[i].compiles), "%s", shorts[i].arn);
        if (result != 0)
            cr_expect(strstr(err.text, "/Statement/Resource: ") == err.text, "%s", err.text);
    }
}

/* ---- the matcher alone ---- */

static bool glob(const char *pattern, struct remit_str text, size_t variables_from,
                 const struct remit_context *context)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(1 << 20);
    const struct remit_glob_syntax syntax = { .wild = true, .variables_from = variables_from };
    struct remit_variables variables = { .context = context };
    struct remit_glob g;

    remit_glob_compile(&arena, remit_str_of(pattern), &syntax, &g);
    cr_assert(not(arena.failed));
    return remit_glob_match(&g, text, &variables);
}

/* Over units: letters of a small world, an astral one being two. */
static bool naive(const char *pattern, const char *units, size_t n_units)
{
    if (*pattern == '\0')
        return n_units == 0;
    if (*pattern == '*')
        return naive(pattern + 1, units, n_units) ||
               (n_units > 0 && naive(pattern, units + 1, n_units - 1));
    return n_units > 0 && (*pattern == '?' || *pattern == *units) &&
           naive(pattern + 1, units + 1, n_units - 1);
}

static const struct letter {
    const char *bytes;
    const char *units;
} letters[] = {
    { "a", "a" },
    { "b", "b" },
    { "\xc3\xa9", "e" },          /* é */
    { "\xf0\x9f\x98\x80", "12" }, /* one character, two units */
};

/* The word with this number, in an alphabet of four. */
static void word(unsigned number, unsigned len, char *bytes, char *units)
{
    bytes[0] = units[0] = '\0';
    for (unsigned i = 0; i < len; i++, number /= 4) {
        strcat(bytes, letters[number % 4].bytes);
        strcat(units, letters[number % 4].units);
    }
}

static void pattern_of(unsigned number, unsigned len, char *bytes, char *plain)
{
    static const char *const signs[] = { "a", "\xc3\xa9", "*", "?" };
    static const char plains[] = "ae*?";

    bytes[0] = '\0';
    plain[len] = '\0';
    for (unsigned i = 0; i < len; i++, number /= 4) {
        strcat(bytes, signs[number % 4]);
        plain[i] = plains[number % 4];
    }
}

/* 1,365 patterns over 1,365 texts. */
Test(policy_patterns, every_short_word_matches_as_a_naive_matcher_says)
{
    char bytes[64], plain[16], text[64], units[64];

    for (unsigned m = 0; m <= 5; m++)
        for (unsigned p = 0; p < 1u << (2 * m); p++) {
            auto_arena struct remit_arena arena = REMIT_ARENA(1 << 20);
            const struct remit_glob_syntax syntax = { .wild = true, .variables_from = SIZE_MAX };
            struct remit_glob g;

            pattern_of(p, m, bytes, plain);
            remit_glob_compile(&arena, remit_str_of(bytes), &syntax, &g);
            for (unsigned n = 0; n <= 5; n++)
                for (unsigned t = 0; t < 1u << (2 * n); t++) {
                    word(t, n, text, units);
                    if (remit_glob_match(&g, remit_str_of(text), NULL) !=
                        naive(plain, units, strlen(units)))
                        cr_fail("%s against %s", bytes, text);
                }
        }
}

/* Rows of the table say whether pattern[0..i) matches text[0..j). */
static bool table(const char *pattern, const char *text)
{
    size_t m = strlen(pattern);
    size_t n = strlen(text);
    bool row[512] = { true };

    for (size_t i = 1; i <= m; i++) {
        bool diagonal = row[0];

        row[0] = row[0] && pattern[i - 1] == '*';
        for (size_t j = 1; j <= n; j++) {
            bool above = row[j];

            if (pattern[i - 1] == '*')
                row[j] = above || row[j - 1];
            else
                row[j] = diagonal && (pattern[i - 1] == '?' || pattern[i - 1] == text[j - 1]);
            diagonal = above;
        }
    }
    return row[n];
}

static unsigned dice(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*state >> 33);
}

static void random_text(uint64_t *state, const char *alphabet, size_t len, char *out)
{
    size_t n = strlen(alphabet);

    for (size_t i = 0; i < len; i++)
        out[i] = alphabet[dice(state) % n];
    out[len] = '\0';
}

/* A text that the pattern was made from matches often; a random one seldom does. */
static void spoil(uint64_t *state, const char *text, char *pattern)
{
    size_t len = strlen(text);

    for (size_t i = 0; i <= len; i++) {
        unsigned d = dice(state) % 24;

        pattern[i] = i == len || d > 8 ? text[i] : d > 2 ? '?' : d == 0 ? '*' : text[i];
    }
}

Test(policy_patterns, long_random_patterns_match_as_a_table_says)
{
    uint64_t state = 1;
    unsigned matched = 0;

    for (int round = 0; round < 20000; round++) {
        char pattern[512], text[512], other[512];

        random_text(&state, "ab", dice(&state) % 300, text);
        spoil(&state, text, pattern + 1);
        pattern[0] = '*';
        strcat(pattern, round % 2 == 0 ? "*" : "");
        random_text(&state, "ab", dice(&state) % 300, other);
        memmove(text + strlen(text), "abab", 5);
        for (int side = 0; side < 2; side++) {
            const char *t = side == 0 ? text : other;
            bool is = glob(pattern, remit_str_of(t), SIZE_MAX, NULL);

            matched += is;
            if (is != table(pattern, t))
                cr_fail("round %d: %s against %s", round, pattern, t);
        }
    }
    cr_expect(matched > 1000 && matched < 39000, "%u matched", matched);
}

/* A variable's value, written out with each of its characters escaped, matches the same texts. */
static void escape(const char *value, char *out)
{
    out[0] = '\0';
    for (; *value != '\0'; value++)
        (void)sprintf(out + strlen(out), strchr("*?$", *value) != NULL ? "${%c}" : "%c", *value);
}

Test(policy_patterns, variables_match_as_their_values_written_out_do)
{
    uint64_t state = 2;
    unsigned matched = 0;

    for (int round = 0; round < 60000; round++) {
        auto_context struct remit_context context = { 0 };
        char value[16], escaped[64], text[64];
        char left[16], right[16], with[128], without[256];
        bool is = false;

        random_text(&state, "ab*?$", dice(&state) % 4, value);
        random_text(&state, "ab*?", dice(&state) % 5, left);
        random_text(&state, "ab*?", dice(&state) % 5, right);
        random_text(&state, "ab*", dice(&state) % 6, text);
        escape(value, escaped);
        cr_assert(remit_context_put(&context, REMIT_STR("v"), remit_str_of(value), NULL) == 0);
        (void)snprintf(with, sizeof(with), "%s${V}%s${v}b", left, right);
        (void)snprintf(without, sizeof(without), "%s%s%s%sb", left, escaped, right, escaped);
        strcat(text, "b");
        is = glob(with, remit_str_of(text), 0, &context);
        matched += is;
        if (is != glob(without, remit_str_of(text), 0, NULL))
            cr_fail("round %d: %s with %s against %s", round, with, value, text);
    }
    cr_expect(matched > 1000, "%u matched", matched);
}

/* A text that is no UTF-8 is still matched, byte by byte, and nothing is read past its end. */
Test(policy_patterns, broken_utf8_counts_by_bytes)
{
    cr_expect(glob("a?b",
                   REMIT_STR("a\xff"
                             "b"),
                   SIZE_MAX, NULL));
    cr_expect(glob("a??b",
                   REMIT_STR("a\xe2\x82"
                             "b"),
                   SIZE_MAX, NULL));
    cr_expect(not(glob("a?", REMIT_STR("a\xf0\x9f\x98"), SIZE_MAX, NULL)));
    cr_expect(glob("a*?", REMIT_STR("a\xf0\x9f\x98\x80"), SIZE_MAX, NULL));
    cr_expect(glob("?*?", REMIT_STR("\xf0\x9f\x98\x80"), SIZE_MAX, NULL));
    cr_expect(not(glob("?", REMIT_STR("\xf0\x9f\x98\x80"), SIZE_MAX, NULL)));
}
