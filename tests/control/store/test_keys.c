/* Key builders and records. */
#include "control/store/keys.h"

#include "control/store/record.h"
#include "tests/control/store/conformance.h"

TestSuite(store_keys, .timeout = 10);
TestSuite(store_record, .init = backend_open, .fini = backend_close, .timeout = 10);

struct key_row {
    const char *name;
    const char *cluster, *id;
    const char *key;
};
static const struct key_row key_rows[] = {
    { "plain names stay", "default", "0123abcd", "/cluster/default/task/0123abcd" },
    { "all plain signs stay", "A-z_9.:@+=,", "x", "/cluster/A-z_9.:@+=,/task/x" },
    { "slash is escaped", "a/b", "..", "/cluster/a%2Fb/task/.." },
    { "percent is escaped", "a%2Fb", "x", "/cluster/a%252Fb/task/x" },
    { "bytes are escaped", "\xc3\xa9", " ", "/cluster/%C3%A9/task/%20" },
    { "empty stays a component", "", "x", "/cluster//task/x" },
};
ROWS(store_keys, forms, key_rows)
{
    const struct key_row *row = &key_rows[*row_index];
    struct control_key key = control_key_task(remit_str_of(row->cluster), remit_str_of(row->id));

    expect_text(key.text, row->key);
    cr_expect(eq(sz, key.len, strlen(row->key)));
}

Test(store_keys, too_long_comes_out_empty)
{
    char text[CONTROL_STORE_KEY_MAX];
    struct control_key key;

    memset(text, 'x', sizeof(text));
    key = control_key_cluster(remit_str_from(text, sizeof(text) - 10));
    cr_expect(eq(sz, key.len, CONTROL_STORE_KEY_MAX));
    key = control_key_cluster(remit_str_from(text, sizeof(text) - 9));
    cr_expect(eq(sz, key.len, 0));
    expect_text(key.text, "");
    key = CONTROL_KEY("/a/%/%/b/", remit_str_from(text, 400), remit_str_from(text, 400));
    cr_expect(eq(sz, key.len, 0), "also when parts are left over");
}

Test(store_keys, an_escape_that_does_not_fit_whole_is_too_long)
{
    char text[CONTROL_STORE_KEY_MAX];

    memset(text, 'x', sizeof(text));
    text[499] = '/';
    cr_expect(eq(sz, control_key_cluster(remit_str_from(text, 500)).len, 0));
    cr_expect(eq(sz, control_key_cluster(remit_str_from(text, 499)).len, 509));
}

Test(store_keys, revisions_sort_as_numbers)
{
    struct control_key nine = control_key_definition(S("web"), 9);
    struct control_key ten = control_key_definition(S("web"), 10);
    struct control_key most = control_key_definition(S("web"), 4294967295u);

    expect_text(nine.text, "/definition/web/0000000009");
    cr_expect(remit_str_compare(control_key_str(&nine), control_key_str(&ten)) < 0);
    cr_expect(remit_str_compare(control_key_str(&ten), control_key_str(&most)) < 0);
}

Test(store_keys, prefix_of_one_name_is_not_that_of_a_longer_one)
{
    struct control_key web = control_key_definitions(S("web"));
    struct control_key admin = control_key_definition(S("web-admin"), 1);

    cr_expect(not(remit_str_starts(control_key_str(&admin), control_key_str(&web))));
}

Test(store_keys, tail_counts_components_from_the_end)
{
    struct control_key key = control_key_placed(S("c"), S("inst"), S("task"));
    struct remit_str s = control_key_str(&key);

    cr_expect(remit_str_equal(control_key_tail(s, 0), S("task")));
    cr_expect(remit_str_equal(control_key_tail(s, 1), S("inst")));
    cr_expect(remit_str_equal(control_key_tail(s, 3), S("c")));
    cr_expect(remit_str_equal(control_key_tail(s, 4), S("cluster")));
    cr_expect(eq(sz, control_key_tail(s, 5).len, 0));
    cr_expect(eq(sz, control_key_tail(s, 50).len, 0));
}

/* ---- records ---- */

Test(store_record, written_is_read)
{
    auto_buf struct remit_buf text = REMIT_BUF(1024);
    auto_json struct remit_json *tree = NULL;
    struct remit_jw w = REMIT_JW(&text);
    struct remit_err err = { 0 };
    uint64_t revision = 0;

    control_record_begin(&w);
    remit_jw_put_cstr(&w, "name", "web");
    remit_jw_end(&w);
    must_put(S("/r"), remit_buf_view(&text));
    cr_assert(control_record_get(store, S("/r"), arena_here(), &tree, &revision, &err) == 0);
    cr_expect(eq(u64, revision, 1));
    cr_expect(remit_str_equal(remit_json_str(remit_json_get(tree, "name")), S("web")));
}

Test(store_record, absent_is_null_and_no_error)
{
    auto_json struct remit_json *tree = NULL;
    struct remit_err err = { 0 };
    uint64_t revision = 9;

    cr_expect(eq(int, control_record_get(store, S("/r"), arena_here(), &tree, &revision, &err), 0));
    cr_expect(tree == NULL);
    cr_expect(eq(u64, revision, 0));
}

static const char *const broken_rows[] = {
    "", "[]", "{}", "{\"v\":\"1\"}", "{\"v\":2}", "{\"v\":1", "{\"v\":1,\"v\":1}"
};
ROWS(store_record, what_is_no_record_is_corrupt, broken_rows)
{
    auto_json struct remit_json *tree = NULL;
    struct remit_err err = { 0 };
    uint64_t revision = 0;

    must_put(S("/r/x"), remit_str_of(broken_rows[*row_index]));
    expect_error(control_record_get(store, S("/r/x"), arena_here(), &tree, &revision, &err), &err,
                 REMIT_ERR_INTERNAL, "StoreCorrupt");
    cr_expect(strstr(err.text, "/r/x") != NULL, "%s", err.text);
    cr_expect(tree == NULL);
}
