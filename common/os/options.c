#include "common/os/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HELP_COLUMN 26

static const struct remit_option *find(const struct remit_option *options, size_t n,
                                       const char *text, size_t len)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(options[i].name) == len && memcmp(options[i].name, text, len) == 0)
            return &options[i];
    return NULL;
}

static int set_number(const struct remit_option *o, const char *value, struct remit_err *err)
{
    char *end = NULL;
    long number = 0;

    errno = 0;
    number = strtol(value, &end, 10);
    if (errno != 0 || end == value || *end != '\0' || number < o->min || number > o->max)
        return remit_fail(err, REMIT_ERR_INVALID, "BadOption",
                          "%s is '%s', wanted a number from %ld to %ld", o->name, value, o->min,
                          o->max);
    *(long *)o->out = number;
    return 0;
}

static int set_word(const struct remit_option *o, const char *value, struct remit_err *err)
{
    for (const char *const *word = o->words; *word != NULL; word++) {
        if (strcmp(*word, value) == 0) {
            *(const char **)o->out = value;
            return 0;
        }
    }
    return remit_fail(err, REMIT_ERR_INVALID, "BadOption", "%s is '%s', wanted %s", o->name, value,
                      o->value);
}

static int add_value(const struct remit_option *o, const char *value, struct remit_err *err)
{
    struct remit_option_list *list = o->out;

    if (list->n == REMIT_OPTION_LIST_MOST)
        return remit_fail(err, REMIT_ERR_INVALID, "BadOption", "%s is given more than %d times",
                          o->name, REMIT_OPTION_LIST_MOST);
    list->values[list->n++] = value;
    return 0;
}

static int set(const struct remit_option *o, const char *value, struct remit_err *err)
{
    if (value == NULL)
        return remit_fail(err, REMIT_ERR_INVALID, "BadOption", "%s lacks its value, %s", o->name,
                          o->value);
    if (o->kind == REMIT_OPTION_NUMBER)
        return set_number(o, value, err);
    if (o->kind == REMIT_OPTION_WORD)
        return set_word(o, value, err);
    if (value[0] == '\0')
        return remit_fail(err, REMIT_ERR_INVALID, "BadOption", "%s is empty, wanted %s", o->name,
                          o->value);
    if (o->kind == REMIT_OPTION_LIST)
        return add_value(o, value, err);
    *(const char **)o->out = value;
    return 0;
}

/* One option at argv[i]; *i is then the last argument that belonged to it. */
static int take(const struct remit_option *o, int argc, char **argv, int *i, struct remit_err *err)
{
    const char *equals = strchr(argv[*i], '=');

    if (o->kind != REMIT_OPTION_FLAG) {
        if (equals != NULL)
            return set(o, equals + 1, err);
        return ++*i < argc ? set(o, argv[*i], err) : set(o, NULL, err);
    }
    if (equals != NULL)
        return remit_fail(err, REMIT_ERR_INVALID, "BadOption", "%s takes no value", o->name);
    *(bool *)o->out = true;
    return 0;
}

static int all_given(const struct remit_option *options, size_t n, const bool *given,
                     struct remit_err *err)
{
    for (size_t i = 0; i < n; i++)
        if (options[i].required && !given[i])
            return remit_fail(err, REMIT_ERR_INVALID, "BadOption", "%s %s is missing",
                              options[i].name, options[i].value);
    return 0;
}

int remit_options_parse(const struct remit_option *options, size_t n_options, int argc, char **argv,
                        int *n_rest, struct remit_err *err)
{
    bool given[64] = { false };
    int rest = 0;
    int i = 0;

    REMIT_REQUIRE(n_options <= REMIT_COUNT(given));
    for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const struct remit_option *o = NULL;

        if (argv[i][0] != '-' || argv[i][1] == '\0') {
            argv[rest++] = argv[i];
            continue;
        }
        o = find(options, n_options, argv[i], strcspn(argv[i], "="));
        if (o == NULL)
            return remit_fail(err, REMIT_ERR_INVALID, "BadOption", "there is no option '%.64s'",
                              argv[i]);
        given[o - options] = true;
        TRY(take(o, argc, argv, &i, err));
    }
    for (i++; i < argc; i++)
        argv[rest++] = argv[i];
    *n_rest = rest;
    return all_given(options, n_options, given, err);
}

void remit_options_print(FILE *out, const struct remit_option *options, size_t n_options)
{
    for (size_t i = 0; i < n_options; i++) {
        const struct remit_option *o = &options[i];
        int len = fprintf(out, "  %s%s%s", o->name, o->value != NULL ? " " : "",
                          o->value != NULL ? o->value : "");

        (void)fprintf(out, "%*s%s%s\n", len < HELP_COLUMN ? HELP_COLUMN - len : 2, "", o->help,
                      o->required ? " (required)" : "");
    }
}
