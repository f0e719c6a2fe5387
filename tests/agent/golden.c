#include "tests/agent/golden.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/buf.h"
#include "tests/agent/a_task.h"

#define FILE_MAX_BYTES 65536

static void path_of(const char *golden_case, const char *name, char out[4096])
{
    (void)snprintf(out, 4096, "%s/%s/%s", GOLDEN, golden_case, name);
}

const char *golden_file(const char *golden_case, const char *name)
{
    static char text[FILE_MAX_BYTES];
    char path[4096];
    FILE *file = NULL;

    path_of(golden_case, name, path);
    file = fopen(path, "re");
    cr_assert(file != NULL, "%s", path);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    fclose(file);
    return text;
}

/* The state folder's name is another each time. */
static void put_stable(struct remit_buf *out, struct remit_str text)
{
    const char *state = an_agent()->config.state_dir;
    size_t len = strlen(state);

    while (text.len > 0) {
        const char *at = memmem(text.ptr, text.len, state, len);
        size_t before = at != NULL ? (size_t)(at - text.ptr) : text.len;

        remit_buf_put(out, remit_str_sub(text, 0, before));
        if (at != NULL)
            remit_buf_put_cstr(out, "@STATE@");
        text = remit_str_sub(text, before + (at != NULL ? len : 0), text.len);
    }
    remit_buf_put_byte(out, '\n');
}

void expect_golden(const char *golden_case, const char *name, struct remit_str text)
{
    auto_buf struct remit_buf stable = REMIT_BUF(FILE_MAX_BYTES);
    char path[4096];
    FILE *file = NULL;

    put_stable(&stable, text);
    if (getenv("REMIT_GOLDEN_WRITE") != NULL) {
        path_of(golden_case, name, path);
        file = fopen(path, "we");
        cr_assert(file != NULL);
        (void)fwrite(stable.ptr, 1, stable.len, file);
        fclose(file);
        return;
    }
    cr_expect(strcmp(golden_file(golden_case, name), remit_buf_cstr(&stable)) == 0,
              "%s/%s is now: %s", golden_case, name, remit_buf_cstr(&stable));
}
