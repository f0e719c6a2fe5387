/* The cluster query language, over one instance. [ecs-control 12.1; attacks P4] */
#include "control/cluster_query.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "control/cluster_regex.h"
#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

static struct ecs_attribute attributes[] = {
    { REMIT_STR_INIT("ecs.instance-type"), REMIT_STR_INIT("t2.small") },
    { REMIT_STR_INIT("ecs.availability-zone"), REMIT_STR_INIT("us-east-1a") },
    { REMIT_STR_INIT("ecs.os-type"), REMIT_STR_INIT("linux") },
    { REMIT_STR_INIT("a/b_c"), REMIT_STR_INIT("two words") },
    { REMIT_STR_INIT("stack"), REMIT_STR_INIT("") },
};
static const struct remit_str groups[] = { REMIT_STR_INIT("databases"),
                                           REMIT_STR_INIT("family:web") };
static const struct ecs_instance instance = {
    .id = REMIT_STR_INIT("0123"),
    .ec2_id = REMIT_STR_INIT("i-abcd1234"),
    .attributes = attributes,
    .n_attributes = REMIT_COUNT(attributes),
    .version_info = REMIT_STR_INIT("{\"agentVersion\":\"1.10.2\"}"),
    .registered_at = 1529360908, /* 2018-06-18T22:28:28Z */
};
static const struct cluster_facts facts = {
    .instance = &instance, .connected = true, .running = 4, .groups = groups, .n_groups = 2
};

static const struct row {
    const char *expression;
    bool holds;
} rows[] = {
    { "attribute:ecs.instance-type =~ t2.*", true },
    { "attribute:ecs.instance-type =~ t3.*", false },
    { "attribute:ecs.instance-type =~ t2", false }, /* the whole value */
    { "attribute:ecs.instance-type !~ t3.*", true },
    { "attribute:ecs.instance-type =~ t[23]\\.(small|large)", true },
    { "attribute:ecs.instance-type matches 't2\\.s.+'", true },
    { "attribute:ecs.availability-zone in [us-east-1a, us-east-1b] and attribute:stack exists",
      true },
    { "attribute:ecs.availability-zone in ['us-east-1b']", false },
    { "attribute:ecs.availability-zone !in [us-east-1b,us-east-1c]", true },
    { "attribute:ecs.availability-zone not_in [us-east-1a]", false },
    { "attribute:ecs.os-type == linux", true },
    { "attribute:ecs.os-type equals windows", false },
    { "attribute:ecs.os-type != windows", true },
    { "attribute:ecs.os-type not_equals windows", true },
    { "attribute:gone exists", false },
    { "attribute:gone !exists", true },
    { "attribute:gone not_exists", true },
    { "attribute:gone == x", false },
    { "attribute:gone != x", true },
    { "attribute:a/b_c == 'two words'", true },
    { "agentConnected == true", true },
    { "agentConnected == false", false },
    { "agentConnected in [false]", false },
    { "ec2InstanceId in ['i-abcd1234', 'i-wxyx7890']", true },
    { "ec2InstanceId =~ i-[a-d]{4}\\d+", true },
    { "agentVersion >= 1.9", true }, /* by number, not by letter */
    { "agentVersion > 1.10.2", false },
    { "agentVersion == v1.10.2", true },
    { "agentVersion less_than 1.10.10", true },
    { "runningTasksCount < 5", true },
    { "runningTasksCount>4", false },
    { "runningTasksCount greater_than_equal 4", true },
    { "runningTasksCount != 3", true },
    { "registeredAt < 2018-06-18T22:28:29+00:00", true },
    { "registeredAt == 2018-06-18T22:28:28Z", true },
    { "registeredAt > 2018-06-18T22:28:28", false },
    { "registeredAt >= 2018-06-18", true },
    { "task:group == databases", true },
    { "not(task:group == databases)", false },
    { "task:group =~ family:.*", true },
    { "task:group in [a, b]", false },
    { "not task:group == x and attribute:ecs.os-type == linux", true },
    /* not binds tighter than and, and tighter than or */
    { "attribute:ecs.os-type == linux or attribute:ecs.os-type == linux and attribute:gone exists",
      true },
    { "(attribute:ecs.os-type == linux or attribute:ecs.os-type == linux) and attribute:gone "
      "exists",
      false },
    { "!attribute:gone exists && !(attribute:gone exists || attribute:stack !exists)", true },
};
ROWS(cluster_query, holds_or_not, rows)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(1 << 20);
    const struct row *r = &rows[*row_index];
    const struct cluster_query *query = NULL;
    struct remit_err err = { 0 };

    cr_assert(cluster_query_compile(remit_str_of(r->expression), &arena, &query, &err) == 0, "%s",
              err.text);
    cr_expect(cluster_query_matches(query, &facts) == r->holds, "%s", r->expression);
    cr_expect(cluster_query_counts_running(query) ==
              (strstr(r->expression, "runningTasksCount") != NULL));
}

static const struct {
    const char *expression, *text;
} wrong[] = {
    { "", "Invalid expression: a subject is missing at position 1, ''." },
    { "stack == a", "Invalid expression: a subject is missing at position 1, 'stack == a'." },
    { "attribute:a", "Invalid expression: an operator that this subject has is missing at position "
                     "12, ''." },
    { "attribute:a > 1",
      "Invalid expression: an operator that this subject has is missing at position 13, '> 1'." },
    { "agentConnected exists",
      "Invalid expression: an operator that this subject has is missing at position 16, "
      "'exists'." },
    { "attribute:a == b c", "Invalid expression: something is left over at position 18, 'c'." },
    { "(attribute:a exists", "Invalid expression: a closing parenthesis is missing at position 20, "
                             "''." },
    { "attribute:a in b", "Invalid expression: a list [a, b] is missing at position 16, 'b'." },
    { "attribute:a in [b", "Invalid expression: the end of a list is missing at position 18, ''." },
    { "attribute:a == 'b", "Invalid expression: a quote without its end at position 16, ''b'." },
    { "runningTasksCount < x", "Invalid expression: a number is missing at position 20, ' x'." },
    { "registeredAt < never", "Invalid expression: a time is missing at position 15, ' never'." },
    { "attribute:a =~ (b",
      "Invalid regular expression '(b': a group without its end at position 3." },
    { "attribute:a =~ b++",
      "Invalid regular expression 'b++': a quantifier of a quantifier at position 3." },
    { "attribute:a =~ (?=b)",
      "Invalid regular expression '(?=b)': a group that is not supported at position 3." },
    { "attribute:a =~ [b",
      "Invalid regular expression '[b': a class without its end at position 3." },
    { "attribute:a =~ \\1", "Invalid regular expression '\\1': an escape that is not supported at "
                            "position 2." },
    { "attribute:a =~ *", "Invalid regular expression '*': nothing to repeat at position 1." },
    { "attribute:a =~ (((a{100}){100}){100})",
      "Invalid regular expression '(((a{100}){100}){100})': more than 2048 steps at position 23." },
};
ROWS(cluster_query, says_where_it_is_wrong, wrong)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(1 << 20);
    const struct cluster_query *query = NULL;
    struct remit_err err = { 0 };

    cr_expect(cluster_query_compile(remit_str_of(wrong[*row_index].expression), &arena, &query,
                                    &err) == -1);
    cr_expect(err.kind == REMIT_ERR_INVALID);
    EXPECT_TEXT(err.code, "InvalidParameterException");
    EXPECT_TEXT(err.text, wrong[*row_index].text);
}

Test(cluster_query, is_not_longer_than_2000_characters_nor_deeper_than_32)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(1 << 20);
    const struct cluster_query *query = NULL;
    struct remit_err err = { 0 };
    char text[2100];

    memset(text, '(', sizeof(text));
    cr_expect(cluster_query_compile(remit_str_from(text, 2001), &arena, &query, &err) == -1);
    cr_expect(cluster_query_compile(remit_str_from(text, 2000), &arena, &query, &err) == -1);
    cr_expect(strstr(err.text, "nesting deeper than 32") != NULL, "%s", err.text);
}

/* ---- regular expressions ---- */

static const struct {
    const char *pattern, *text;
    bool matches;
} patterns[] = {
    { "", "", true },
    { "", "a", false },
    { "a", "a", true },
    { "a", "ab", false },
    { "a|b|", "", true },
    { "a|bc", "bc", true },
    { "(a|b)*c", "ababc", true },
    { "(?:ab)+", "ababa", false },
    { "a?b", "b", true },
    { "a{2}", "aa", true },
    { "a{2}", "aaa", false },
    { "a{2,}", "aaaa", true },
    { "a{1,3}", "aaaa", false },
    { "[^a-c]", "d", true },
    { "[^a-c]", "b", false },
    { "[a\\-z]", "-", true },
    { "[a-]", "-", true },
    { "\\w\\W\\s\\S\\d\\D", "a- b1c", true },
    { "^a$", "a", true },
    { ".", "\n", false },
    { "(a*)*", "aaa", true },
    { "(a|a)*b", "aaab", true },
    { "\\.", "a", false },
};
ROWS(cluster_query, matches_as_java_does, patterns)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(1 << 20);
    const struct cluster_regex *regex = NULL;
    struct remit_err err = { 0 };

    cr_assert(cluster_regex_compile(remit_str_of(patterns[*row_index].pattern), &arena, &regex,
                                    &err) == 0,
              "%s", err.text);
    cr_expect(cluster_regex_matches(regex, remit_str_of(patterns[*row_index].text)) ==
                  patterns[*row_index].matches,
              "%s over %s", patterns[*row_index].pattern, patterns[*row_index].text);
}

Test(cluster_query, a_bomb_does_not_go_off)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(1 << 20);
    const struct cluster_regex *regex = NULL;
    struct remit_err err = { 0 };
    char text[129];
    clock_t before = clock();

    memset(text, 'a', 128);
    text[128] = '\0';
    cr_assert(
        cluster_regex_compile(REMIT_STR("(a*)*(a*)*(a?){200}(a|aa)+b"), &arena, &regex, &err) == 0,
        "%s", err.text);
    for (int i = 0; i < 100; i++)
        cr_expect(!cluster_regex_matches(regex, remit_str_of(text)));
    cr_expect((clock() - before) / CLOCKS_PER_SEC < 10);
}
