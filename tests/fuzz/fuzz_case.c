/*
 * A line of `remit policy evaluate --batch`: whatever it is, it is refused or answered with JSON
 * that names the case, and answered alike from the cache.
 */
#include <stdint.h>
#include <stdlib.h>

#include "cli/policy/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEXT_MAX ((size_t)65536)

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void answer(struct cli_layers *cache, struct remit_str text, struct remit_buf *out)
{
    auto_cli_case struct cli_case one = { 0 };
    auto_cli_bundle struct cli_bundle bundle = { 0 };
    struct remit_err err = { 0 };
    struct remit_str id = { 0 };

    if (cli_case_read(text, &one, &err) != 0 || cli_bundle_load(cache, &one, &bundle, &err) != 0) {
        require(err.text[0] != '\0');
        require(remit_json_check(one.id, NULL, NULL) == 0);
        return;
    }
    require(cli_answer(&bundle, &one, 1, out, &err) == 0);
    require(remit_json_check(remit_buf_view(out), NULL, NULL) == 0);
    require(remit_json_find(remit_buf_view(out), REMIT_STR("/id"), &id, NULL));
    require(remit_str_equal(id, one.id));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct remit_str text = { (const char *)data, size };
    auto_cli_layers struct cli_layers *cache = NULL;
    auto_buf struct remit_buf once = REMIT_BUF(64 * TEXT_MAX);
    auto_buf struct remit_buf twice = REMIT_BUF(64 * TEXT_MAX);

    if (size > TEXT_MAX)
        return 0;
    require(cli_layers_new(&cache, NULL) == 0);
    answer(cache, text, &once);
    answer(cache, text, &twice);
    require(remit_str_equal(remit_buf_view(&once), remit_buf_view(&twice)));
    return 0;
}
