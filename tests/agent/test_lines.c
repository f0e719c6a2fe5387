/* A stream of JSON texts, whatever its pieces. */
#include "agent/lines.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>

#include "tests/lib/expect.h"

static void hear(void *self, const struct remit_json *json)
{
    struct remit_buf *heard = self;

    remit_json_dump(json, heard);
    remit_buf_put_byte(heard, ';');
}

static const char stream[] = "{\"a\":1}\r\n{\"b\":\"x\\ny\"}\n\nnonsense\n[2]\n{\"last\":3}";
static const char heard_all[] = "{\"a\":1};{\"b\":\"x\\ny\"};[2];{\"last\":3};";

Test(lines, pieces_of_any_size_give_the_same)
{
    for (size_t size = 1; size < sizeof(stream); size++) {
        auto_buf struct remit_buf heard = REMIT_BUF(4096);
        auto_lines struct agent_lines lines;
        struct remit_str rest = remit_str_of(stream);

        agent_lines_init(&lines, hear, &heard);
        for (; rest.len > 0; rest = remit_str_sub(rest, size, rest.len))
            agent_lines_feed(&lines, remit_str_sub(rest, 0, size));
        agent_lines_end(&lines);
        EXPECT_TEXT(remit_buf_cstr(&heard), heard_all);
    }
}

Test(lines, a_line_that_is_too_long_is_skipped_and_the_next_is_heard)
{
    auto_buf struct remit_buf heard = REMIT_BUF(4096);
    auto_lines struct agent_lines lines;
    char *piece = malloc(AGENT_LINE_MAX);

    cr_assert(piece != NULL);
    memset(piece, '1', AGENT_LINE_MAX);
    agent_lines_init(&lines, hear, &heard);
    agent_lines_feed(&lines, remit_str_from(piece, AGENT_LINE_MAX));
    agent_lines_feed(&lines, remit_str_from(piece, AGENT_LINE_MAX));
    agent_lines_feed(&lines, REMIT_STR("\n{\"a\":1}\n"));
    EXPECT_TEXT(remit_buf_cstr(&heard), "{\"a\":1};");
    free(piece);
}
