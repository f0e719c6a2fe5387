#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <criterion/parameterized.h>
#include <stdint.h>

#include "common/os/options.h"

static const char *state;
static long port;
static bool quiet;
static const char *store;
static struct remit_option_list also;
static const char *const stores[] = { "ram", "lmdb", NULL };
static const struct remit_option options[] = {
    { "--state", "DIR", "where", REMIT_OPTION_TEXT, &state, .required = true },
    { "--port", "N", "which", REMIT_OPTION_NUMBER, &port, .min = 0, .max = 65535 },
    { "--quiet", NULL, "hush", REMIT_OPTION_FLAG, &quiet },
    { "--store", "ram|lmdb", "kind", REMIT_OPTION_WORD, &store, .words = stores },
    { "--also", "FILE", "more", REMIT_OPTION_LIST, &also },
};

static int parse(const char **argv, int *rest, struct remit_err *err)
{
    int argc = 0;

    while (argv[argc] != NULL)
        argc++;
    return remit_options_parse(options, REMIT_COUNT(options), argc, (char **)(uintptr_t)argv, rest,
                               err);
}

Test(command_line, values_come_behind_a_space_or_an_equals_sign)
{
    const char *argv[] = { "--state", "/s", "--port=80", "--quiet", "--store", "ram", NULL };
    struct remit_err err = { 0 };
    int rest = -1;

    cr_assert(eq(int, parse(argv, &rest, &err), 0), "%s", err.text);
    cr_expect_str_eq(state, "/s");
    cr_expect(eq(long, port, 80));
    cr_expect(quiet);
    cr_expect_str_eq(store, "ram");
    cr_expect(eq(int, rest, 0));
}

Test(command_line, what_is_no_option_keeps_its_order)
{
    const char *argv[] = { "one", "--state", "/s", "two", "--", "--three", NULL };
    struct remit_err err = { 0 };
    int rest = 0;

    cr_assert(eq(int, parse(argv, &rest, &err), 0), "%s", err.text);
    cr_assert(eq(int, rest, 3));
    cr_expect_str_eq(argv[0], "one");
    cr_expect_str_eq(argv[1], "two");
    cr_expect_str_eq(argv[2], "--three");
}

Test(command_line, a_list_takes_its_values_in_order_and_not_too_many)
{
    const char *argv[] = { "--also", "a", "--state", "/s", "--also=b", "--also", "a", NULL };
    struct remit_err err = { 0 };
    int rest = 0;

    cr_assert(eq(int, parse(argv, &rest, &err), 0), "%s", err.text);
    cr_assert(eq(sz, also.n, 3));
    cr_expect_str_eq(also.values[0], "a");
    cr_expect_str_eq(also.values[1], "b");
    cr_expect_str_eq(also.values[2], "a");
    also.n = REMIT_OPTION_LIST_MOST;
    cr_expect(eq(int, parse(argv, &rest, &err), -1));
    cr_expect_str_eq(err.text, "--also is given more than 256 times");
}

static const struct {
    const char *name;
    const char *argv[6];
    const char *says;
} refused[] = {
    { "an unknown option", { "--state", "/s", "--wat" }, "there is no option '--wat'" },
    { "a missing required one", { "--quiet" }, "--state DIR is missing" },
    { "no value", { "--state" }, "--state lacks its value, DIR" },
    { "an empty value", { "--state", "" }, "--state is empty, wanted DIR" },
    { "a number out of range",
      { "--state", "/s", "--port", "65536" },
      "--port is '65536', wanted a number from 0 to 65535" },
    { "no number",
      { "--state", "/s", "--port", "8o" },
      "--port is '8o', wanted a number from 0 to 65535" },
    { "a word that is not offered",
      { "--state", "/s", "--store", "etcd" },
      "--store is 'etcd', wanted ram|lmdb" },
    { "a flag with a value", { "--state", "/s", "--quiet=1" }, "--quiet takes no value" },
};

ParameterizedTestParameters(command_line, refusals_name_option_and_value)
{
    static size_t index[REMIT_COUNT(refused)];

    for (size_t i = 0; i < REMIT_COUNT(refused); i++)
        index[i] = i;
    return cr_make_param_array(size_t, index, REMIT_COUNT(refused));
}
ParameterizedTest(size_t *i, command_line, refusals_name_option_and_value)
{
    struct remit_err err = { 0 };
    const char *argv[6];
    int rest = 0;

    memcpy(argv, refused[*i].argv, sizeof(argv));
    cr_assert(eq(int, parse(argv, &rest, &err), -1), "%s", refused[*i].name);
    cr_expect(eq(int, err.kind, REMIT_ERR_INVALID));
    cr_expect(remit_err_is(&err, "BadOption"));
    cr_expect_str_eq(err.text, refused[*i].says);
}
