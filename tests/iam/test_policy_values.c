/* Numbers, moments, addresses, ARNs and principals, read from text. */
#include <stdio.h>

#include "iam/policy/values.h"
#include "tests/iam/policy_kit.h"

static const struct number_row {
    const char *a;
    const char *b;
    int order; /* 9: the first is no number */
} numbers[] = {
    { "1", "1", 0 },
    { "01", "1.000", 0 },
    { "+1", "1e0", 0 },
    { "100", "1e2", 0 },
    { "0.001", "1e-3", 0 },
    { "-0", "0", 0 },
    { "0e999999", "0", 0 },
    { ".5", "0.5", 0 },
    { "5.", "5", 0 },
    { "1.10", "1.1", 0 },
    { "10", "9", 1 },
    { "-10", "-9", -1 },
    { "-1", "1", -1 },
    { "0", "-0.1", 1 },
    { "12.34", "12.3400001", -1 },
    { "99999999999999999999999999", "99999999999999999999999998.9", 1 },
    { "1e400", "9e399", 1 },
    { "1e-400", "0", 1 },
    { "-1e400", "-9e399", -1 },
    { "0.00010", "1e-4", 0 },
    { "1e99999999999999", "1", 1 },
    { "20.5", "2.05e1", 0 },
    { "", "", 9 },
    { "+", "", 9 },
    { ".", "", 9 },
    { "1e", "", 9 },
    { "1e+", "", 9 },
    { " 1", "", 9 },
    { "1 ", "", 9 },
    { "0x1", "", 9 },
    { "Infinity", "", 9 },
    { "1.2.3", "", 9 },
    { "1e2.5", "", 9 },
    { "--1", "", 9 },
};

Test(policy_values, numbers_of_any_length_compare_exactly)
{
    for (size_t i = 0; i < REMIT_COUNT(numbers); i++) {
        const struct number_row *r = &numbers[i];
        struct remit_decimal a = { 0 };
        struct remit_decimal b = { 0 };
        bool is = remit_decimal_parse(remit_str_of(r->a), &a);

        cr_expect(eq(int, is, r->order != 9), "%s", r->a);
        if (!is || !remit_decimal_parse(remit_str_of(r->b), &b))
            continue;
        cr_expect(eq(int, remit_decimal_compare(&a, &b), r->order), "%s %s", r->a, r->b);
        cr_expect(eq(int, remit_decimal_compare(&b, &a), -r->order), "%s %s", r->b, r->a);
    }
}

static const struct date_row {
    const char *text;
    bool is;
    int64_t ms;
} dates[] = {
    { "1970-01-01", true, 0 },
    { "2030", true, 1893456000000 },
    { "2030-01", true, 1893456000000 },
    { "1893456000", true, 1893456000000 },
    { "00002030", true, 2030000 },
    { "0", true, 0 },
    { "2000-02-29T12:34Z", true, 951827640000 },
    { "2000-02-29T12:34:56Z", true, 951827696000 },
    { "2000-02-29T12:34:56.789Z", true, 951827696789 },
    { "2000-02-29T12:34:56.7899999Z", true, 951827696789 },
    { "2000-02-29T12:34:56.7+01:30", true, 951822296700 },
    { "2000-02-29T12:34:56-00:30", true, 951829496000 },
    { "1969-12-31T23:59:59.999Z", true, -1 },
    { "0000-01-01", true, -62167219200000 },
    { "9999-12-31T23:59:59Z", true, 253402300799000 },
    { "2001-02-29", false, 0 },
    { "1900-02-29", false, 0 },
    { "2000-13-01", false, 0 },
    { "2000-00-01", false, 0 },
    { "2000-01-00", false, 0 },
    { "2000-01-01T24:00Z", false, 0 },
    { "2000-01-01T00:60Z", false, 0 },
    { "2000-01-01T00:00:60Z", false, 0 },
    { "2000-01-01T00:00:00.Z", false, 0 },
    { "2000-01-01T00:00:00", false, 0 },
    { "2000-01-01T00Z", false, 0 },
    { "2000-01T00:00Z", false, 0 },
    { "2000-01-01t00:00Z", false, 0 },
    { "2000-01-01T00:00z", false, 0 },
    { "2000-1-1", false, 0 },
    { "2000-01-01 ", false, 0 },
    { "-1", false, 0 },
    { "1.5", false, 0 },
    { "", false, 0 },
    { "99999999999999999999", false, 0 },
    { "Tue, 15 Nov 1994 08:12:31 GMT", false, 0 },
    { "2000-W01-1", false, 0 },
    { "2000-01-01T00:00+0100", false, 0 },
};

Test(policy_values, dates_are_moments_in_milliseconds)
{
    for (size_t i = 0; i < REMIT_COUNT(dates); i++) {
        int64_t ms = 0;
        bool is = remit_date_parse(remit_str_of(dates[i].text), &ms);

        cr_expect(eq(int, is, dates[i].is), "%s", dates[i].text);
        if (is)
            cr_expect(eq(i64, ms, dates[i].ms), "%s", dates[i].text);
    }
}

static const struct ip_row {
    const char *text;
    const char *bytes; /* hex, NULL: no address */
} addresses[] = {
    { "10.0.0.1", "0a000001" },
    { "010.000.0.008", "0a000008" },
    { "255.255.255.255", "ffffffff" },
    { "::", "00000000000000000000000000000000" },
    { "::1", "00000000000000000000000000000001" },
    { "1::", "00010000000000000000000000000000" },
    { "1:2:3:4:5:6:7:8", "00010002000300040005000600070008" },
    { "1:2:3:4:5:6:1.2.3.4", "00010002000300040005000601020304" },
    { "1::3:1.2.3.4", "00010000000000000000000301020304" },
    { "2001:DB8::a", "20010db800000000000000000000000a" },
    { "::ffff:10.0.0.1", "0a000001" },
    { "::FFFF:0A00:0001", "0a000001" },
    { "1:2:3:4:5:6:7::", "00010002000300040005000600070000" },
    { "::2:3:4:5:6:7:8", "00000002000300040005000600070008" },
    { "", NULL },
    { "10.0.0", NULL },
    { "10.0.0.256", NULL },
    { "10.0.0.1.2", NULL },
    { "10..0.1", NULL },
    { "10.0.0.1 ", NULL },
    { "0x0a.0.0.1", NULL },
    { ":", NULL },
    { ":::", NULL },
    { "1::2::3", NULL },
    { "1:2:3:4:5:6:7", NULL },
    { "1:2:3:4:5:6:7:8:9", NULL },
    { "1:2:3:4:5:6:7:8::", NULL },
    { "::1:2:3:4:5:6:7:8", NULL },
    { "12345::", NULL },
    { "g::", NULL },
    { "1.2.3.4::", NULL },
    { "1:1.2.3.4:2::", NULL },
    { "1:2:3:4:5:6:7:1.2.3.4", NULL },
    { "fe80::1%eth0", NULL },
    { "[::1]", NULL },
    { "[::1]:80", NULL },
    { "10.0.0.1:80", NULL },
    { "10.0.0.1/32", NULL },
};

static void hex(const struct remit_ip *ip, char *out)
{
    for (size_t i = 0; i < (ip->six ? 16 : 4); i++)
        (void)sprintf(out + 2 * i, "%02x", ip->bytes[i]);
}

Test(policy_values, addresses_in_any_spelling)
{
    for (size_t i = 0; i < REMIT_COUNT(addresses); i++) {
        struct remit_ip ip;
        bool is = remit_ip_parse_address(remit_str_of(addresses[i].text), &ip);
        char text[64] = "";

        cr_expect(eq(int, is, addresses[i].bytes != NULL), "%s", addresses[i].text);
        if (!is || addresses[i].bytes == NULL)
            continue;
        hex(&ip, text);
        kit_expect_text(text, addresses[i].bytes);
    }
}

static const struct block_row {
    const char *block;
    const char *address;
    bool within;
} blocks[] = {
    { "0.0.0.0/0", "255.1.2.3", true },
    { "::/0", "2001::1", true },
    { "::/0", "10.0.0.1", false },
    { "10.0.0.0/9", "10.127.0.1", true },
    { "10.0.0.0/9", "10.128.0.1", false },
    { "10.0.0.77/31", "10.0.0.76", true },
    { "10.0.0.77", "10.0.0.77", true },
    { "10.0.0.77/32", "10.0.0.76", false },
    { "2001:db8::/33", "2001:db8:7fff::", true },
    { "2001:db8::/33", "2001:db8:8000::", false },
    { "2001:db8::1/128", "2001:db8::1", true },
    { "2001:db8::1/127", "2001:db8::1", false }, /* host bits: holds nothing */
};

Test(policy_values, blocks_hold_what_their_bits_say)
{
    static const char *const malformed[] = { "10.0.0.0/33", "::/129", "10.0.0.0/",
                                             "10.0.0.0/-1", "/8",     "10.0.0.0/8/8",
                                             "10.0.0.0/0x8" };

    for (size_t i = 0; i < REMIT_COUNT(blocks); i++) {
        struct remit_ip block, address;

        cr_assert(remit_ip_parse_block(remit_str_of(blocks[i].block), &block));
        cr_assert(remit_ip_parse_address(remit_str_of(blocks[i].address), &address));
        cr_expect(eq(int, remit_ip_within(&address, &block), blocks[i].within), "%s %s",
                  blocks[i].block, blocks[i].address);
    }
    for (size_t i = 0; i < REMIT_COUNT(malformed); i++) {
        struct remit_ip block;

        cr_expect(not(remit_ip_parse_block(remit_str_of(malformed[i]), &block)), "%s",
                  malformed[i]);
    }
}

/* ---- arn.h ---- */

static const struct principal_row {
    const char *text;
    enum remit_principal_kind asked, kind;
    const char *account, *name, *session;
} principals[] = {
    { "arn:aws:iam::1:user/a/b", 0, REMIT_PRINCIPAL_USER, "1", "a/b", "" },
    { "arn:aws:sts::1:assumed-role/R/s", 0, REMIT_PRINCIPAL_ROLE_SESSION, "1", "R", "s" },
    { "arn:aws:sts::1:federated-user/f", 0, REMIT_PRINCIPAL_FEDERATED_USER, "1", "f", "" },
    { "arn:aws:iam::1:root", 0, REMIT_PRINCIPAL_ROOT, "1", "", "" },
    { "ecs-tasks.amazonaws.com", 0, REMIT_PRINCIPAL_SERVICE, "", "", "" },
    { "accounts.google.com", 0, REMIT_PRINCIPAL_WEB_IDENTITY, "", "", "" },
    { "arn:aws:iam::1:oidc-provider/x/y", 0, REMIT_PRINCIPAL_WEB_IDENTITY, "1", "", "" },
    { "arn:aws:iam::1:saml-provider/x", 0, REMIT_PRINCIPAL_WEB_IDENTITY, "1", "", "" },
    { "anonymous", 0, REMIT_PRINCIPAL_ANONYMOUS, "", "", "" },
    { "", 0, REMIT_PRINCIPAL_ANONYMOUS, "", "", "" },
    { "arn:aws:iam::1:role/R", 0, REMIT_PRINCIPAL_UNKNOWN, "", "", "" },
    { "arn:aws:iam:::root", 0, REMIT_PRINCIPAL_UNKNOWN, "", "", "" },
    { "arn:aws:sts::1:assumed-role/R", 0, REMIT_PRINCIPAL_UNKNOWN, "", "", "" },
    { "arn:aws:sts::1:assumed-role/R/", 0, REMIT_PRINCIPAL_UNKNOWN, "", "", "" },
    { "arn:aws:sts::1:assumed-role/R/s/t", 0, REMIT_PRINCIPAL_UNKNOWN, "", "", "" },
    { "arn:aws:iam::1:user/", 0, REMIT_PRINCIPAL_UNKNOWN, "", "", "" },
    { "alice", 0, REMIT_PRINCIPAL_UNKNOWN, "", "", "" },
    { "arn:aws:iam::1", 0, REMIT_PRINCIPAL_UNKNOWN, "", "", "" },
    { "cognito-identity.amazonaws.com", REMIT_PRINCIPAL_SERVICE, REMIT_PRINCIPAL_SERVICE, "", "",
      "" },
    { "oidc.example.org/path", REMIT_PRINCIPAL_WEB_IDENTITY, REMIT_PRINCIPAL_WEB_IDENTITY, "", "",
      "" },
    { "arn:aws:iam::1:user/a", REMIT_PRINCIPAL_ROOT, REMIT_PRINCIPAL_UNKNOWN, "", "", "" },
    { "arn:aws:iam::1:user/a", REMIT_PRINCIPAL_SERVICE, REMIT_PRINCIPAL_UNKNOWN, "", "", "" },
    { "", REMIT_PRINCIPAL_SERVICE, REMIT_PRINCIPAL_UNKNOWN, "", "", "" },
    { "alice", REMIT_PRINCIPAL_USER, REMIT_PRINCIPAL_UNKNOWN, "", "", "" },
};

Test(policy_values, callers_are_told_apart_by_their_text)
{
    for (size_t i = 0; i < REMIT_COUNT(principals); i++) {
        const struct principal_row *r = &principals[i];
        struct remit_principal p;

        remit_principal_parse(remit_str_of(r->text), r->asked, &p);
        cr_expect(eq(int, p.kind, r->kind), "%s", r->text);
        cr_expect(remit_str_equal(p.text, remit_str_of(r->text)));
        cr_expect(remit_str_equal(p.account, remit_str_of(r->account)), "%s", r->text);
        cr_expect(remit_str_equal(p.name, remit_str_of(r->name)), "%s", r->text);
        cr_expect(remit_str_equal(p.session, remit_str_of(r->session)), "%s", r->text);
    }
}

Test(policy_values, arns_have_six_parts)
{
    struct remit_arn arn;

    cr_assert(remit_arn_parse(REMIT_STR("arn:aws:ecs:us-east-1:1:task/c:d/e"), &arn));
    cr_expect(remit_str_equal(arn.partition, REMIT_STR("aws")));
    cr_expect(remit_str_equal(arn.service, REMIT_STR("ecs")));
    cr_expect(remit_str_equal(arn.region, REMIT_STR("us-east-1")));
    cr_expect(remit_str_equal(arn.account, REMIT_STR("1")));
    cr_expect(remit_str_equal(arn.resource, REMIT_STR("task/c:d/e")));
    cr_expect(remit_arn_parse(REMIT_STR("arn:::::"), &arn));
    cr_expect(not(remit_arn_parse(REMIT_STR("arn::::"), &arn)));
    cr_expect(not(remit_arn_parse(REMIT_STR("ARN:::::"), &arn)));
    cr_expect(not(remit_arn_parse(REMIT_STR(""), &arn)));
}

/* ---- request.h ---- */

Test(policy_values, context_finds_keys_in_any_case_and_replaces_them)
{
    auto_context struct remit_context context = { 0 };
    const struct remit_str two[] = { REMIT_STR("a"), REMIT_STR("b") };
    const struct remit_context_entry *entry = NULL;

    cr_expect(remit_context_find(&context, REMIT_STR("k")) == NULL);
    cr_assert(remit_context_put(&context, REMIT_STR("aws:PrincipalTag/T"), REMIT_STR("x"), NULL) ==
              0);
    cr_assert(remit_context_put_list(&context, REMIT_STR("AWS:principaltag/t"), two, 2, NULL) == 0);
    entry = remit_context_find(&context, REMIT_STR("aws:principalTAG/t"));
    cr_assert(entry != NULL);
    cr_expect(eq(sz, context.n_entries, 1));
    cr_expect(entry->multivalued && entry->n_values == 2);
    remit_context_clear(&context);
    cr_expect(remit_context_find(&context, REMIT_STR("aws:PrincipalTag/T")) == NULL);
}

Test(policy_values, context_keeps_single_values_while_it_grows)
{
    static char keys[1000][8];
    auto_context struct remit_context context = { 0 };

    for (int i = 0; i < 1000; i++) {
        (void)snprintf(keys[i], sizeof(keys[i]), "k%d", i);
        cr_assert(remit_context_put(&context, remit_str_of(keys[i]), remit_str_of(keys[i]), NULL) ==
                  0);
    }
    for (int i = 0; i < 1000; i++) {
        const struct remit_context_entry *e = remit_context_find(&context, remit_str_of(keys[i]));

        cr_assert(e != NULL && e->n_values == 1);
        cr_expect(remit_str_equal(e->values[0], remit_str_of(keys[i])));
    }
}

Test(policy_values, context_refuses_what_is_over_its_limits)
{
    static char value[REMIT_CONTEXT_VALUE_MAX + 1];
    static char keys[REMIT_CONTEXT_KEYS_MAX][8];
    auto_context struct remit_context context = { 0 };
    struct remit_err err = { 0 };
    struct remit_str long_value = remit_str_from(value, sizeof(value));

    cr_expect(remit_context_put(&context, REMIT_STR("k"), long_value, &err) == -1);
    cr_expect(eq(int, err.kind, REMIT_ERR_LIMIT));
    cr_expect(remit_err_is(&err, "LimitExceeded"));
    cr_expect(remit_context_put_list(&context, REMIT_STR("k"), &long_value, 1, &err) == -1);
    long_value.len--;
    cr_expect(remit_context_put(&context, REMIT_STR("k"), long_value, &err) == 0);
    for (size_t i = 0; i < REMIT_CONTEXT_KEYS_MAX; i++) {
        (void)snprintf(keys[i], sizeof(keys[i]), "%zu", i);
        if (remit_context_put(&context, remit_str_of(keys[i]), REMIT_STR("x"), &err) != 0)
            break;
    }
    cr_expect(remit_err_is(&err, "LimitExceeded"));
    cr_expect(eq(sz, context.n_entries, REMIT_CONTEXT_KEYS_MAX));
}
