/*
 * The Engine's streams, and control's answers about registries and secrets. The first byte says how
 * the rest is cut. Invariants: the same lines are heard whatever the pieces; a registry's header is
 * base64url of JSON.
 */
#include <stdint.h>
#include <stdlib.h>

#include "agent/lines.h"
#include "agent/registry.h"
#include "agent/secrets.h"
#include "common/base/encode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hear(void *self, const struct remit_json *json)
{
    remit_json_dump(json, self);
}

static void feed(struct remit_str text, size_t piece, struct remit_buf *heard)
{
    auto_lines struct agent_lines lines;

    agent_lines_init(&lines, hear, heard);
    for (; text.len > 0; text = remit_str_sub(text, piece, text.len))
        agent_lines_feed(&lines, remit_str_sub(text, 0, piece));
    agent_lines_end(&lines);
}

static void try_lines(struct remit_str text, size_t piece)
{
    auto_buf struct remit_buf whole = REMIT_BUF((size_t)4 * 1024 * 1024);
    auto_buf struct remit_buf pieces = REMIT_BUF((size_t)4 * 1024 * 1024);

    feed(text, text.len, &whole);
    feed(text, piece, &pieces);
    if (!remit_str_equal(remit_buf_view(&whole), remit_buf_view(&pieces)))
        abort();
}

static void is_header(const struct agent_registry_auth *auth)
{
    auto_buf struct remit_buf json = REMIT_BUF((size_t)64 * 1024);
    auto_json struct remit_json *tree = NULL;
    struct remit_str text = remit_secret_view(&auth->header);

    while (text.len > 0 && text.ptr[text.len - 1] == '=')
        text.len--;
    if (remit_base64url_decode(text, &json, NULL) != 0 ||
        remit_json_parse(remit_buf_view(&json), json.len, &tree, NULL) != 0)
        abort();
}

static void try_answers(struct remit_str text)
{
    auto_registry_auth struct agent_registry_auth auth = { 0 };
    auto_registry_auth struct agent_registry_auth own = { 0 };
    auto_secret struct remit_secret member = { 0 };
    auto_json struct remit_json *json = NULL;

    if (remit_json_parse(text, text.len, &json, NULL) == 0 &&
        agent_registry_read(json, &auth, NULL) == 0)
        is_header(&auth);
    if (agent_registry_from_secret(text, REMIT_STR("r.example"), &own, NULL) == 0)
        is_header(&own);
    (void)!agent_secret_member(text, REMIT_STR("a"), &member, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct remit_str text = remit_str_from((const char *)data, size);

    if (size < 2)
        return 0;
    try_lines(remit_str_sub(text, 1, size), (size_t)data[0] % 16 + 1);
    try_answers(remit_str_sub(text, 1, size));
    return 0;
}
