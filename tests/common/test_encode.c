#include "common/base/encode.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "tests/lib/expect.h"

/* [rfc4648 10] and the bytes where the two alphabets differ. */
static const struct vector {
    struct remit_str plain;
    const char *base64;
    const char *base64url;
    const char *hex;
} vectors[] = {
    { REMIT_STR_INIT(""), "", "", "" },
    { REMIT_STR_INIT("f"), "Zg==", "Zg", "66" },
    { REMIT_STR_INIT("fo"), "Zm8=", "Zm8", "666f" },
    { REMIT_STR_INIT("foo"), "Zm9v", "Zm9v", "666f6f" },
    { REMIT_STR_INIT("foob"), "Zm9vYg==", "Zm9vYg", "666f6f62" },
    { REMIT_STR_INIT("fooba"), "Zm9vYmE=", "Zm9vYmE", "666f6f6261" },
    { REMIT_STR_INIT("foobar"), "Zm9vYmFy", "Zm9vYmFy", "666f6f626172" },
    { REMIT_STR_INIT("\xfb\xff\xfe\0"), "+//+AA==", "-__-AA", "fbfffe00" },
};

typedef void put_fn(struct remit_buf *out, struct remit_str bytes);
typedef int decode_fn(struct remit_str text, struct remit_buf *out, struct remit_err *err);

static void both_ways(put_fn *put, decode_fn *decode, struct remit_str plain, const char *text)
{
    auto_buf struct remit_buf out = REMIT_BUF(1000);
    auto_buf struct remit_buf back = REMIT_BUF(1000);
    struct remit_err err = { 0 };

    put(&out, plain);
    cr_expect(remit_str_equal(remit_buf_view(&out), remit_str_of(text)), "%s", text);
    cr_expect(eq(int, decode(remit_str_of(text), &back, &err), 0), "%s: %s", text, err.text);
    cr_expect(remit_str_equal(remit_buf_view(&back), plain), "%s", text);
}

Test(encode, vectors_go_both_ways)
{
    for (size_t i = 0; i < REMIT_COUNT(vectors); i++) {
        both_ways(remit_base64_put, remit_base64_decode, vectors[i].plain, vectors[i].base64);
        both_ways(remit_base64url_put, remit_base64url_decode, vectors[i].plain,
                  vectors[i].base64url);
        both_ways(remit_hex_put, remit_hex_decode, vectors[i].plain, vectors[i].hex);
    }
}

static void refused(decode_fn *decode, struct remit_str text, const char *says)
{
    auto_buf struct remit_buf out = REMIT_BUF(1000);
    struct remit_err err = { 0 };

    cr_expect(eq(int, decode(text, &out, &err), -1), REMIT_STR_FMT, REMIT_STR_ARG(text));
    cr_expect(eq(int, err.kind, REMIT_ERR_INVALID));
    cr_expect(remit_err_is(&err, "InvalidEncoding"));
    EXPECT_TEXT(err.text, says);
}

Test(encode, hex_takes_upper_case_and_nothing_else)
{
    auto_buf struct remit_buf out = REMIT_BUF(10);

    cr_expect(eq(int, remit_hex_decode(REMIT_STR("aAfF"), &out, NULL), 0));
    refused(remit_hex_decode, REMIT_STR("abc"), "an odd number of hex digits ends at byte 3");
    refused(remit_hex_decode, REMIT_STR("ab0g"), "no hex digit at byte 2");
    refused(remit_hex_decode, REMIT_STR("0x"), "no hex digit at byte 0");
    refused(remit_hex_decode, REMIT_STR("a "), "no hex digit at byte 0");
}

Test(encode, base64_is_strict)
{
    refused(remit_base64_decode, REMIT_STR("Zg"), "base64 without its padding ends at byte 2");
    refused(remit_base64_decode, REMIT_STR("Zg="), "base64 without its padding ends at byte 3");
    refused(remit_base64_decode, REMIT_STR("===="), "no base64 digit at byte 0");
    refused(remit_base64_decode, REMIT_STR("Z==="), "no base64 digit at byte 1");
    refused(remit_base64_decode, REMIT_STR("Zg==Zg=="), "no base64 digit at byte 2");
    refused(remit_base64_decode, REMIT_STR("Zm 9"), "no base64 digit at byte 2");
    refused(remit_base64_decode, REMIT_STR("Zm9\n"), "no base64 digit at byte 3");
    refused(remit_base64_decode, REMIT_STR("-__-"), "no base64 digit at byte 0");
    refused(remit_base64_decode, REMIT_STR("Zh=="),
            "base64 with bits behind the last byte ends at byte 2");
    refused(remit_base64_decode, REMIT_STR("Zm9="),
            "base64 with bits behind the last byte ends at byte 3");
}

Test(encode, base64url_is_strict)
{
    refused(remit_base64url_decode, REMIT_STR("Z"),
            "base64 of an impossible length ends at byte 1");
    refused(remit_base64url_decode, REMIT_STR("Zg=="), "no base64 digit at byte 2");
    refused(remit_base64url_decode, REMIT_STR("+//+"), "no base64 digit at byte 0");
    refused(remit_base64url_decode, REMIT_STR("Zh"),
            "base64 with bits behind the last byte ends at byte 2");
}

Test(encode, output_has_a_limit)
{
    auto_buf struct remit_buf out = REMIT_BUF(2);
    struct remit_err err = { 0 };

    cr_expect(eq(int, remit_base64_decode(REMIT_STR("Zm9v"), &out, &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_LIMIT));
    cr_expect(remit_err_is(&err, "LimitExceeded"));
}

static void encoded(struct remit_str plain, bool keep_slash, const char *text)
{
    auto_buf struct remit_buf out = REMIT_BUF(1000);

    remit_uri_put(&out, plain, keep_slash);
    cr_expect(remit_str_equal(remit_buf_view(&out), remit_str_of(text)), "%s", text);
}

/* [sigv4 uri-encode] */
Test(encode, uri_keeps_the_unreserved_alone)
{
    encoded(REMIT_STR("AZaz09-._~"), false, "AZaz09-._~");
    encoded(REMIT_STR(" /+*%="), false, "%20%2F%2B%2A%25%3D");
    encoded(REMIT_STR("a/b c"), true, "a/b%20c");
    encoded(REMIT_STR("\xc3\xbc\0"), false, "%C3%BC%00");
}

static int plain_decode(struct remit_str text, struct remit_buf *out, struct remit_err *err)
{
    return remit_uri_decode(text, false, out, err);
}

Test(encode, uri_decodes_strictly)
{
    auto_buf struct remit_buf out = REMIT_BUF(1000);

    cr_expect(eq(int, remit_uri_decode(REMIT_STR("a%20b+c%2b%C3%bc"), true, &out, NULL), 0));
    cr_expect(remit_str_equal(remit_buf_view(&out), REMIT_STR("a b c+\xc3\xbc")));
    remit_buf_clear(&out);
    cr_expect(eq(int, remit_uri_decode(REMIT_STR("a+b"), false, &out, NULL), 0));
    cr_expect(remit_str_equal(remit_buf_view(&out), REMIT_STR("a+b")));
    refused(plain_decode, REMIT_STR("a%"), "a percent sign without two hex digits at byte 1");
    refused(plain_decode, REMIT_STR("a%4"), "a percent sign without two hex digits at byte 1");
    refused(plain_decode, REMIT_STR("%zz"), "a percent sign without two hex digits at byte 0");
    refused(plain_decode, REMIT_STR("%%41"), "a percent sign without two hex digits at byte 0");
}
