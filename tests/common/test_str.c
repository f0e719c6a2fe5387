#include <remit/str.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#define S(text) REMIT_STR(text)

Test(str, of_null_is_empty)
{
    cr_expect(eq(sz, remit_str_of(NULL).len, 0));
    cr_expect(eq(sz, remit_str_of("abc").len, 3));
}

Test(str, equal_compares_bytes_and_length)
{
    cr_expect(remit_str_equal(S("ab"), S("ab")));
    cr_expect(not(remit_str_equal(S("ab"), S("abc"))));
    cr_expect(not(remit_str_equal(S("ab"), S("aB"))));
    cr_expect(remit_str_equal(remit_str_from(NULL, 0), S("")));
    cr_expect(not(remit_str_equal(S("a\0b"), S("a\0c"))), "a NUL is a byte like others");
}

Test(str, nocase_folds_ascii_alone)
{
    cr_expect(remit_str_equal_nocase(S("Host"), S("hOST")));
    cr_expect(not(remit_str_equal_nocase(S("["), S("{"))), "32 apart, but no letters");
    cr_expect(not(remit_str_equal_nocase(S("\xc4"), S("\xe4"))));
}

Test(str, compare_orders_bytewise)
{
    cr_expect(remit_str_compare(S("a"), S("b")) < 0);
    cr_expect(remit_str_compare(S("b"), S("a")) > 0);
    cr_expect(eq(int, remit_str_compare(S("a"), S("a")), 0));
    cr_expect(remit_str_compare(S("a"), S("ab")) < 0);
    cr_expect(remit_str_compare(S("\xff"), S("a")) > 0, "bytes have no sign");
    cr_expect(eq(int, remit_str_compare(remit_str_from(NULL, 0), S("")), 0));
}

Test(str, starts_and_ends)
{
    cr_expect(remit_str_starts(S("abc"), S("ab")));
    cr_expect(remit_str_starts(S("abc"), S("")));
    cr_expect(not(remit_str_starts(S("ab"), S("abc"))));
    cr_expect(remit_str_ends(S("abc"), S("bc")));
    cr_expect(not(remit_str_ends(S("bc"), S("abc"))));
}

Test(str, sub_is_clamped)
{
    cr_expect(remit_str_equal(remit_str_sub(S("abc"), 1, 1), S("b")));
    cr_expect(remit_str_equal(remit_str_sub(S("abc"), 1, 99), S("bc")));
    cr_expect(remit_str_equal(remit_str_sub(S("abc"), 99, 1), S("")));
    cr_expect(remit_str_sub(remit_str_from(NULL, 0), 1, 1).ptr == NULL);
}

Test(str, cut_takes_parts_until_none_is_left)
{
    struct remit_str rest = S("a//b");
    struct remit_str head;

    cr_expect(remit_str_cut(&rest, '/', &head));
    cr_expect(remit_str_equal(head, S("a")));
    cr_expect(remit_str_cut(&rest, '/', &head));
    cr_expect(remit_str_equal(head, S("")));
    cr_expect(not(remit_str_cut(&rest, '/', &head)));
    cr_expect(remit_str_equal(head, S("b")));
    cr_expect(eq(sz, rest.len, 0));
    cr_expect(not(remit_str_cut(&rest, '/', &head)));
    cr_expect(eq(sz, head.len, 0));
}

Test(str, trim_takes_blanks_off_both_ends)
{
    cr_expect(remit_str_equal(remit_str_trim(S(" \t a b\t ")), S("a b")));
    cr_expect(eq(sz, remit_str_trim(S(" \t ")).len, 0));
    cr_expect(remit_str_equal(remit_str_trim(S("\na")), S("\na")), "no line breaks");
}

static const struct number {
    struct remit_str text;
    unsigned long long max;
    bool good;
    unsigned long long value;
} numbers[] = {
    { REMIT_STR_INIT("0"), 10, true, 0 },
    { REMIT_STR_INIT("10"), 10, true, 10 },
    { REMIT_STR_INIT("11"), 10, false, 0 },
    { REMIT_STR_INIT(""), 10, false, 0 },
    { REMIT_STR_INIT("-1"), 10, false, 0 },
    { REMIT_STR_INIT("+1"), 10, false, 0 },
    { REMIT_STR_INIT(" 1"), 10, false, 0 },
    { REMIT_STR_INIT("1 "), 10, false, 0 },
    { REMIT_STR_INIT("1a"), 10, false, 0 },
    { REMIT_STR_INIT("\xff"), 10, false, 0 },
    { REMIT_STR_INIT("18446744073709551615"), ~0ULL, true, ~0ULL },
    { REMIT_STR_INIT("18446744073709551616"), ~0ULL, false, 0 },
    { REMIT_STR_INIT("99999999999999999999999"), ~0ULL, false, 0 },
};

Test(str, to_u64_takes_digits_up_to_a_maximum)
{
    for (size_t i = 0; i < REMIT_COUNT(numbers); i++) {
        unsigned long long out = 77;
        bool good = remit_str_to_u64(numbers[i].text, numbers[i].max, &out);

        cr_expect(good == numbers[i].good, REMIT_STR_FMT, REMIT_STR_ARG(numbers[i].text));
        cr_expect(out == (good ? numbers[i].value : 77), REMIT_STR_FMT,
                  REMIT_STR_ARG(numbers[i].text));
    }
}
