#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "lint_kit.h"
#include "policy_kit.h"

static const struct lint_rows *const tables[] = {
    &lint_rows_document,
    &lint_rows_statement,
};

static struct remit_lint *run_row(const struct lint_row *row, const char *text)
{
    const struct remit_lint_options options = {
        .type = row->type,
        .resource_type = remit_str_of(row->resource_type),
        .services = lint_kit_services(),
        .account = remit_str_of(row->account),
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
