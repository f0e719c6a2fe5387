/* docs/tasks.md says what the tables say. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>

#include "agent/env.h"
#include "agent/netmode.h"
#include "agent/phase.h"
#include "tests/agent/a_task.h"

static const char *page(void)
{
    static char text[65536];
    FILE *file = fopen(PAGE, "re");

    cr_assert(file != NULL, "%s", PAGE);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void expect_named(const char *word, size_t len)
{
    auto_buf struct remit_buf quoted = REMIT_BUF(256);

    remit_buf_put_fmt(&quoted, "`%.*s`", (int)len, word);
    cr_expect(strstr(page(), remit_buf_cstr(&quoted)) != NULL, "%s is missing", quoted.ptr);
}

Test(page, names_every_phase_and_its_failure)
{
    for (int i = AGENT_RESOLVING; i <= AGENT_GONE; i++) {
        const struct agent_phase_row *row = agent_phase_row((enum agent_phase)i);

        expect_named(row->name, strlen(row->name));
        if (row->error != NULL)
            expect_named(row->error, strlen(row->error));
    }
}

Test(page, names_every_network_mode)
{
    for (size_t i = 0; i < agent_netmodes_count; i++)
        expect_named(agent_netmodes[i].name, strlen(agent_netmodes[i].name));
}

Test(page, names_every_variable)
{
    auto_json struct remit_json *list = NULL;
    auto_buf struct remit_buf out = REMIT_BUF(65536);
    struct remit_jw w = REMIT_JW(&out);
    const struct agent_env env = { .has_role = true, .relay = true };
    struct remit_err err = { 0 };

    cr_assert(agent_env_write(&env, &w, &err) == 0);
    list = json_of(remit_buf_cstr(&out));
    cr_expect(remit_json_count(list) > 10);
    for (size_t i = 0; i < remit_json_count(list); i++) {
        struct remit_str pair = remit_json_str(remit_json_at(list, i));

        expect_named(pair.ptr, remit_str_find(pair, '='));
    }
}
