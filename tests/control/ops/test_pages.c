/* The pages of docs/api say what the rows of their operations say. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "common/os/file.h"
#include "control/http/dispatch.h"

TestSuite(pages, .timeout = 30);

#define PAGE_MAX 65536

static bool read_page(const char *operation, struct remit_buf *out)
{
    char path[4096];
    struct remit_err err = { 0 };

    (void)snprintf(path, sizeof(path), REMIT_SOURCE_ROOT "/docs/api/%s.md", operation);
    return remit_file_read(path, out, &err) == 0;
}

static void expect_word(struct remit_buf *page, const char *operation, const char *word)
{
    char marked[256];

    (void)snprintf(marked, sizeof(marked), "`%s`", word);
    cr_expect(strstr(remit_buf_cstr(page), marked) != NULL, "docs/api/%s.md lacks %s", operation,
              marked);
}

static void check_page(const struct control_operation *row)
{
    auto_buf struct remit_buf page = REMIT_BUF(PAGE_MAX);

    if (!read_page(row->name, &page))
        return; /* tests/lint asks for it */
    if (row->proof == CONTROL_BY_POLICY)
        expect_word(&page, row->name, row->action);
    for (size_t i = 0; i < row->n_input; i++)
        expect_word(&page, row->name, row->input[i].name);
}

Test(pages, every_operation_has_one_that_names_its_action_and_its_input)
{
    size_t n = 0;

    for (; control_operation_at(n) != NULL; n++)
        check_page(control_operation_at(n));
    cr_expect(n > 50);
}
