#include "agent/lines.h"

void agent_lines_init(struct agent_lines *lines,
                      void (*hear)(void *self, const struct remit_json *json), void *self)
{
    *lines = (struct agent_lines){ .line = REMIT_BUF(AGENT_LINE_MAX), .hear = hear, .self = self };
}

void agent_lines_end(struct agent_lines *lines)
{
    auto_json struct remit_json *json = NULL;
    bool whole = !lines->skipping && lines->line.len > 0;

    if (whole && remit_json_parse(remit_buf_view(&lines->line), AGENT_LINE_MAX, &json, NULL) == 0)
        lines->hear(lines->self, json);
    remit_buf_clear(&lines->line);
    lines->skipping = false;
}

static void add(struct agent_lines *lines, struct remit_str piece)
{
    remit_buf_put(&lines->line, piece);
    if (remit_buf_ok(&lines->line))
        return;
    remit_buf_clear(&lines->line);
    lines->skipping = true;
}

void agent_lines_feed(struct agent_lines *lines, struct remit_str bytes)
{
    struct remit_str head;

    while (remit_str_cut(&bytes, '\n', &head)) {
        add(lines, head);
        agent_lines_end(lines);
    }
    add(lines, head);
}

void agent_lines_drop(struct agent_lines *lines)
{
    remit_buf_drop(&lines->line);
}
