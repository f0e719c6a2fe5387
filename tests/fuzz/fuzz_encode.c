/* What decodes is the one encoding of what comes out; what is encoded decodes to what it was. */
#include <stdint.h>
#include <stdlib.h>

#include "common/base/encode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BYTES_MAX 65536

typedef void put_fn(struct remit_buf *out, struct remit_str bytes);
typedef int decode_fn(struct remit_str text, struct remit_buf *out, struct remit_err *err);

static void put_uri(struct remit_buf *out, struct remit_str bytes)
{
    remit_uri_put(out, bytes, false);
}

static int decode_uri(struct remit_str text, struct remit_buf *out, struct remit_err *err)
{
    return remit_uri_decode(text, false, out, err);
}

static const struct {
    put_fn *put;
    decode_fn *decode;
    bool one; /* each value has one text */
} codecs[] = {
    { remit_base64_put, remit_base64_decode, true },
    { remit_base64url_put, remit_base64url_decode, true },
    { remit_hex_put, remit_hex_decode, false },
    { put_uri, decode_uri, false },
};

static void check(size_t i, struct remit_str bytes)
{
    auto_buf struct remit_buf text = REMIT_BUF(4 * BYTES_MAX);
    auto_buf struct remit_buf plain = REMIT_BUF(4 * BYTES_MAX);
    auto_buf struct remit_buf back = REMIT_BUF(4 * BYTES_MAX);

    codecs[i].put(&text, bytes);
    if (codecs[i].decode(remit_buf_view(&text), &plain, NULL) != 0 ||
        !remit_str_equal(remit_buf_view(&plain), bytes))
        abort();
    remit_buf_clear(&plain);
    if (codecs[i].decode(bytes, &plain, NULL) != 0)
        return;
    codecs[i].put(&back, remit_buf_view(&plain));
    if (codecs[i].one && !remit_str_equal(remit_buf_view(&back), bytes))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > BYTES_MAX)
        return 0;
    for (size_t i = 0; i < REMIT_COUNT(codecs); i++)
        check(i, remit_str_from((const char *)data, size));
    return 0;
}
