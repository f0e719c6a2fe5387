#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "common/base/buf.h"
#include "common/os/file.h"
#include "lint_kit.h"
#include "policy_kit.h"

static const struct lint_rows *const tables[] = {
    &lint_rows_document,   &lint_rows_statement,  &lint_rows_actions,
    &lint_rows_resources,  &lint_rows_principals, &lint_rows_trust,
    &lint_rows_conditions, &lint_rows_keys,       &lint_rows_variables,
};

static struct remit_lint *run_row(const struct lint_row *row, const char *text)
{
    const struct remit_str sensitive = remit_str_of(row->sensitive);
    const struct remit_lint_options options = {
        .type = row->type,
        .resource_type = remit_str_of(row->resource_type),
        .services = lint_kit_services(),
        .account = remit_str_of(row->account),
        .sensitive = &sensitive,
        .n_sensitive = row->sensitive != NULL,
        .all_services = row->all_services,
        .old_scp = row->old_scp,
    };

    return lint_kit_run(lint_kit_document(text), &options);
}

static void check_row(const struct lint_row *row)
{
    auto_lint struct remit_lint *with = run_row(row, row->with);
    auto_lint struct remit_lint *without = run_row(row, row->without);
    const struct remit_finding *found = lint_kit_find(with, row->code);
    const struct remit_finding *wrong = lint_kit_find(without, row->code);

    cr_expect(wrong == NULL, "%s found in %s: %.*s", row->code, row->without,
              wrong != NULL ? (int)wrong->message.len : 0, wrong != NULL ? wrong->message.ptr : "");
    cr_expect(found != NULL, "%s not found in %s", row->code, row->with);
    if (found == NULL || row->pointer == NULL)
        return;
    cr_expect(remit_str_equal(found->locations[0].pointer, remit_str_of(row->pointer)),
              "%s in %s is at \"%.*s\", not at \"%s\"", row->code, row->with,
              REMIT_STR_ARG(found->locations[0].pointer), row->pointer);
}

Test(lint, each_finding_is_found_where_it_is_and_nowhere_else)
{
    for (size_t i = 0; i < REMIT_COUNT(tables); i++)
        for (size_t j = 0; j < tables[i]->n; j++)
            check_row(&tables[i]->rows[j]);
}

Test(lint, places_are_lines_columns_and_offsets_in_characters)
{
    static const char document[] = "{\"Version\": \"2012-10-17\",\n \"Statement\": {\"Sid\": "
                                   "\"\xc3\xa9\", \"Effect\": \"allow\",\n"
                                   "  \"Action\": \"s3:*\", \"Resource\": \"*\"}}";
    auto_lint struct remit_lint *lint = lint_kit_run(document, NULL);
    const struct remit_finding *f = lint_kit_find(lint, "INVALID_EFFECT");

    cr_assert(f != NULL);
    cr_expect(eq(sz, f->locations[0].start.line, 2));
    cr_expect(eq(sz, f->locations[0].start.column, 37));
    cr_expect(eq(sz, f->locations[0].start.offset, 63));
    cr_expect(eq(sz, f->locations[0].end.column, 44));
    cr_expect(eq(sz, f->locations[0].end.offset, 70));
    cr_assert(eq(sz, f->locations[0].n_path, 2));
    cr_expect(f->locations[0].path[0].kind == REMIT_PATH_VALUE);
    cr_expect(remit_str_equal(f->locations[0].path[1].text, REMIT_STR("Effect")));
}

Test(lint, findings_stand_in_order_of_place)
{
    auto_lint struct remit_lint *lint = lint_kit_run(
        lint_kit_document("'Effect':'allow','Action':'','Resource':'','X':1 ; 'Sid':' '"), NULL);

    cr_assert(gt(sz, remit_lint_count(lint), 3));
    for (size_t i = 1; i < remit_lint_count(lint); i++)
        cr_expect(remit_lint_at(lint, i - 1)->locations[0].start.offset <=
                  remit_lint_at(lint, i)->locations[0].start.offset);
}

Test(lint, codes_are_found_by_name_and_have_a_link_and_a_meaning)
{
    for (size_t i = 0; remit_check_at(i) != NULL; i++) {
        const struct remit_check *check = remit_check_at(i);
        char link[256];

        cr_expect(remit_check_find(remit_str_of(check->code)) == check, "%s", check->code);
        cr_expect(remit_check_link(check, link, sizeof(link)) < sizeof(link));
        cr_expect(strchr(link, '#') != NULL);
        cr_expect(check->meaning[strlen(check->meaning) - 1] == '.', "%s", check->code);
    }
}

/* Those over several documents have rows of their own. */
static bool is_about_roles(const char *code)
{
    static const char *const codes[] = { "ECS_ROLE_FOR_BOTH_PURPOSES", "ECS_EXEC_ROLE_MISSING",
                                         "ECS_ROLES_SWAPPED",          "SELF_ASSUME_NOT_TRUSTED",
                                         "SESSION_POLICY_USELESS",     "PRINCIPAL_ARN_NO_PATH" };

    for (size_t i = 0; i < REMIT_COUNT(codes); i++)
        if (strcmp(codes[i], code) == 0)
            return true;
    return false;
}

/* Sizes are made, not written. */
static bool is_about_size(const char *code)
{
    return strncmp(code, "POLICY_SIZE_", 12) == 0 || strcmp(code, "SIZE_BUDGET") == 0;
}

static bool has_row(const char *code)
{
    for (size_t i = 0; i < REMIT_COUNT(tables); i++)
        for (size_t j = 0; j < tables[i]->n; j++)
            if (strcmp(tables[i]->rows[j].code, code) == 0)
                return true;
    return false;
}

Test(lint, every_code_has_a_row)
{
    for (size_t i = 0; remit_check_at(i) != NULL; i++) {
        const char *code = remit_check_at(i)->code;

        cr_expect(has_row(code) || is_about_roles(code) || is_about_size(code), "%s", code);
    }
}

/* A policy of about so many characters that count. */
static struct remit_lint *run_size(enum remit_policy_type type, size_t chars)
{
    static char document[65536];
    const struct remit_lint_options options = { .type = type };
    const char *front =
        type == REMIT_POLICY_TRUST || type == REMIT_POLICY_IDENTITY || type == REMIT_POLICY_SCP
            ? ""
            : "\"Principal\":\"*\",";
    int len = snprintf(document, sizeof(document),
                       "{\"Version\":\"2012-10-17\",\"Statement\":{%s\"Effect\":\"Deny\","
                       "\"Action\":\"s3:*\",\"Resource\":\"arn:aws:s3:::",
                       front);
    size_t fill = chars - (size_t)len - 3;

    memset(document + len, 'x', fill);
    (void)snprintf(document + len + (int)fill, 4, "\"}}");
    return lint_kit_run(document, &options);
}

Test(lint, a_policy_over_its_quota_is_told_and_one_near_it)
{
    static const struct {
        enum remit_policy_type type;
        size_t quota;
        const char *code;
    } quotas[] = {
        { REMIT_POLICY_IDENTITY, 6144, "POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA" },
        { REMIT_POLICY_TRUST, 2048, "POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA" },
        { REMIT_POLICY_SCP, 5120, "POLICY_SIZE_EXCEEDS_SCP_QUOTA" },
        { REMIT_POLICY_RCP, 5120, "POLICY_SIZE_EXCEEDS_RCP_QUOTA" },
    };

    for (size_t i = 0; i < REMIT_COUNT(quotas); i++) {
        auto_lint struct remit_lint *over = run_size(quotas[i].type, quotas[i].quota + 1);
        auto_lint struct remit_lint *at = run_size(quotas[i].type, quotas[i].quota);
        auto_lint struct remit_lint *well = run_size(quotas[i].type, quotas[i].quota / 2);

        cr_expect(lint_kit_find(over, quotas[i].code) != NULL, "%s", quotas[i].code);
        cr_expect(lint_kit_find(at, quotas[i].code) == NULL, "%s", quotas[i].code);
        cr_expect(lint_kit_find(at, "SIZE_BUDGET") != NULL, "%s", quotas[i].code);
        cr_expect(lint_kit_find(well, "SIZE_BUDGET") == NULL, "%s", quotas[i].code);
    }
}

Test(lint, the_quota_of_a_resource_policy_is_its_services)
{
    static char document[16384];
    const struct remit_lint_options options = { .type = REMIT_POLICY_RESOURCE,
                                                .resource_type = REMIT_STR("AWS::SQS::Queue") };
    auto_lint struct remit_lint *lint = NULL;

    memset(document, ' ', 8192);
    (void)snprintf(document + 8192, 8192, "{\"Version\":\"2012-10-17\",\"Statement\":[]}");
    lint = lint_kit_run(document, &options);
    cr_expect(lint_kit_find(lint, "POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA") != NULL);
}

/* docs/lint.md has a row for each check, with its type and meaning, and for no other. */
static void check_page(struct remit_str page, const struct remit_check *check)
{
    char row[512];
    char link[256];

    (void)remit_check_link(check, link, sizeof(link));
    if (check->source == REMIT_CHECK_ACCESS_ANALYZER)
        (void)snprintf(row, sizeof(row), "| [`%s`](%s) | %s | %s |", check->code, link,
                       remit_finding_type_name(check->type), check->meaning);
    else
        (void)snprintf(row, sizeof(row), "| <a id=\"%s\"></a>`%s` | %s | %s |",
                       strchr(link, '#') + 1, check->code, remit_finding_type_name(check->type),
                       check->meaning);
    cr_expect(memmem(page.ptr, page.len, row, strlen(row)) != NULL, "docs/lint.md lacks: %s", row);
}

Test(lint, the_page_of_findings_says_what_the_table_says)
{
    auto_buf struct remit_buf page = REMIT_BUF((size_t)1024 * 1024);
    size_t rows = 0;
    size_t checks = 0;

    cr_assert(remit_file_read(REMIT_SOURCE_ROOT "/docs/lint.md", &page, NULL) == 0);
    for (; remit_check_at(checks) != NULL; checks++)
        check_page(remit_buf_view(&page), remit_check_at(checks));
    for (size_t i = 0; i + 4 < page.len; i++)
        rows += memcmp(page.ptr + i, "\n| [`", 5) == 0 || memcmp(page.ptr + i, "\n| <a", 5) == 0;
    cr_expect(eq(sz, rows, checks));
}

/* ---- hostile documents ---- */

#define HOSTILE_MAX ((size_t)3 * 1024 * 1024)

/* A document whose Resource, or Condition, is made of so many times the same text. */
static struct remit_lint *run_hostile(const char *front, const char *again, size_t n,
                                      const char *back)
{
    const struct remit_lint_options options = { .services = lint_kit_services() };
    auto_buf struct remit_buf document = REMIT_BUF(HOSTILE_MAX);

    remit_buf_put_cstr(&document, lint_kit_document(front));
    for (size_t i = 0; i < n; i++)
        remit_buf_put_cstr(&document, again);
    remit_buf_put_cstr(&document, lint_kit_document(back));
    cr_assert(remit_buf_ok(&document));
    return lint_kit_run(remit_buf_cstr(&document), &options);
}

#define FRONT "!{'Version':'2012-10-17','Statement':[{'Effect':'Allow','Action':'ecs:*',"

Test(lint, long_patterns_and_long_lists_take_no_time, .timeout = 20)
{
    static const struct {
        const char *front, *again;
        size_t n;
        const char *back;
        bool truncated;
    } rows_of[] = {
        { FRONT "'Resource':'arn:aws:ecs:*:*:task/", "*a", 1000000, "!'}]}", false },
        { FRONT "'Resource':['*'", ",\"arn:aws:ecs:*:*:task/*a*a*a*a*a*a*b\"", 50000, "!]}]}",
          true },
        { FRONT "'Resource':'", "${aws:username}", 150000, "!'}]}", true },
        { FRONT "'Resource':'*','Condition':{'StringNotLike':{'a:b':'*'",
          ",\"aws:SourceVpc\":\"*\"", 100000, "!}}}]}", true },
        { FRONT "'Resource':'*'},{", "\"Effect\":\"Deny\"},{", 100000, "!'Effect':'Deny'}]}",
          true },
    };

    for (size_t i = 0; i < REMIT_COUNT(rows_of); i++) {
        auto_lint struct remit_lint *lint =
            run_hostile(rows_of[i].front, rows_of[i].again, rows_of[i].n, rows_of[i].back);

        cr_expect(remit_lint_truncated(lint) == rows_of[i].truncated, "%zu", i);
        cr_expect(le(sz, remit_lint_count(lint), REMIT_LINT_FINDINGS_MAX));
    }
}
