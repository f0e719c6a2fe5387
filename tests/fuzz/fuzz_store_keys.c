/*
 * Two names out of strangers' bytes (cut at the first NUL byte) in one key. Invariants: a key has
 * the components of its form and no more, each of plain characters; it lies under its own prefix;
 * and what went in comes out, so no two names share a key.
 */
#include <stdint.h>
#include <stdlib.h>

#include "common/base/buf.h"
#include "common/base/encode.h"
#include "control/store/keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void must_be_reversible(struct remit_str component, struct remit_str name)
{
    auto_buf struct remit_buf back = REMIT_BUF(CONTROL_STORE_KEY_MAX);

    must(remit_uri_decode(component, false, &back, NULL) == 0);
    must(remit_str_equal(remit_buf_view(&back), name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct remit_str id = remit_str_from((const char *)data, size);
    struct remit_str cluster = { 0 };
    struct control_key key, prefix;
    struct remit_str text;
    size_t slashes = 0;

    (void)remit_str_cut(&id, '\0', &cluster);
    key = control_key_task(cluster, id);
    prefix = control_key_tasks(cluster);
    text = control_key_str(&key);
    must(text.len <= CONTROL_STORE_KEY_MAX && key.text[text.len] == '\0');
    if (text.len == 0)
        return 0;
    for (size_t i = 0; i < text.len; i++) {
        slashes += text.ptr[i] == '/' ? 1 : 0;
        must(text.ptr[i] > ' ' && text.ptr[i] < 0x7f);
    }
    must(slashes == 4);
    must(remit_str_starts(text, control_key_str(&prefix)));
    must_be_reversible(control_key_tail(text, 0), id);
    must_be_reversible(control_key_tail(text, 2), cluster);
    return 0;
}
