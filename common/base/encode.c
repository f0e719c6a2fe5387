#include "common/base/encode.h"

#include <stdint.h>

static const char hex_digits[] = "0123456789abcdef";
static const char hex_upper[] = "0123456789ABCDEF";
static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char base64url_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int bad(struct remit_err *err, const char *what, size_t at)
{
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidEncoding", "%s at byte %zu", what, at);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

void remit_hex_put(struct remit_buf *out, struct remit_str bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char byte = (unsigned char)bytes.ptr[i];

        remit_buf_put_byte(out, hex_digits[byte >> 4]);
        remit_buf_put_byte(out, hex_digits[byte & 15]);
    }
}

int remit_hex_decode(struct remit_str hex, struct remit_buf *out, struct remit_err *err)
{
    if (hex.len % 2 != 0)
        return bad(err, "an odd number of hex digits ends", hex.len);
    for (size_t i = 0; i < hex.len; i += 2) {
        int high = hex_value(hex.ptr[i]);
        int low = hex_value(hex.ptr[i + 1]);

        if (high < 0 || low < 0)
            return bad(err, "no hex digit", i);
        remit_buf_put_byte(out, (char)(high << 4 | low));
    }
    return remit_buf_check(out, "hex", err);
}

static void put_quad(struct remit_buf *out, const unsigned char *in, size_t len, const char *digits,
                     bool pad)
{
    uint32_t bits = (uint32_t)in[0] << 16;

    if (len > 1)
        bits |= (uint32_t)in[1] << 8;
    if (len > 2)
        bits |= in[2];
    for (size_t i = 0; i < 4; i++) {
        if (i <= len)
            remit_buf_put_byte(out, digits[bits >> (18 - 6 * i) & 63]);
        else if (pad)
            remit_buf_put_byte(out, '=');
    }
}

static void put64(struct remit_buf *out, struct remit_str bytes, const char *digits, bool pad)
{
    const unsigned char *in = (const unsigned char *)bytes.ptr;

    for (size_t i = 0; i < bytes.len; i += 3)
        put_quad(out, in + i, bytes.len - i < 3 ? bytes.len - i : 3, digits, pad);
}

void remit_base64_put(struct remit_buf *out, struct remit_str bytes)
{
    put64(out, bytes, base64_digits, true);
}

void remit_base64url_put(struct remit_buf *out, struct remit_str bytes)
{
    put64(out, bytes, base64url_digits, false);
}

static int base64_value(char c, bool url)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == (url ? '-' : '+'))
        return 62;
    if (c == (url ? '_' : '/'))
        return 63;
    return -1;
}

static int decode64(struct remit_str text, bool url, struct remit_buf *out, struct remit_err *err)
{
    uint32_t bits = 0;
    unsigned n_bits = 0;

    if (text.len % 4 == 1)
        return bad(err, "base64 of an impossible length ends", text.len);
    for (size_t i = 0; i < text.len; i++) {
        int value = base64_value(text.ptr[i], url);

        if (value < 0)
            return bad(err, "no base64 digit", i);
        bits = bits << 6 | (uint32_t)value;
        n_bits += 6;
        if (n_bits >= 8) {
            n_bits -= 8;
            remit_buf_put_byte(out, (char)(bits >> n_bits & 255));
        }
        bits &= (1U << n_bits) - 1;
    }
    if (bits != 0)
        return bad(err, "base64 with bits behind the last byte ends", text.len);
    return remit_buf_check(out, "base64", err);
}

int remit_base64_decode(struct remit_str text, struct remit_buf *out, struct remit_err *err)
{
    size_t pad = 0;

    if (text.len % 4 != 0)
        return bad(err, "base64 without its padding ends", text.len);
    while (pad < 2 && text.len > 0 && text.ptr[text.len - 1] == '=') {
        text.len--;
        pad++;
    }
    return decode64(text, false, out, err);
}

int remit_base64url_decode(struct remit_str text, struct remit_buf *out, struct remit_err *err)
{
    return decode64(text, true, out, err);
}

static bool unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void remit_uri_put(struct remit_buf *out, struct remit_str bytes, bool keep_slash)
{
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char byte = (unsigned char)bytes.ptr[i];

        if (unreserved(bytes.ptr[i]) || (keep_slash && byte == '/')) {
            remit_buf_put_byte(out, bytes.ptr[i]);
            continue;
        }
        remit_buf_put_byte(out, '%');
        remit_buf_put_byte(out, hex_upper[byte >> 4]);
        remit_buf_put_byte(out, hex_upper[byte & 15]);
    }
}

int remit_uri_decode(struct remit_str text, bool plus_is_space, struct remit_buf *out,
                     struct remit_err *err)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (c == '+' && plus_is_space) {
            c = ' ';
        } else if (c == '%') {
            int high = i + 2 < text.len ? hex_value(text.ptr[i + 1]) : -1;
            int low = i + 2 < text.len ? hex_value(text.ptr[i + 2]) : -1;

            if (high < 0 || low < 0)
                return bad(err, "a percent sign without two hex digits", i);
            c = (char)(high << 4 | low);
            i += 2;
        }
        remit_buf_put_byte(out, c);
    }
    return remit_buf_check(out, "percent-encoded text", err);
}
