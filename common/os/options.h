/*
 * options.h - a command line's options as a table: parsed, checked and printed from one row each.
 *
 * "--name value" and "--name=value"; "--" ends the options. What is no option is moved, in order,
 * to the front of argv. Values point into argv: secrets do not belong on a command line.
 *
 * Errors: INVALID "BadOption", naming the option, its value and what was wanted.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <remit/err.h>

enum remit_option_kind {
    REMIT_OPTION_TEXT = 0, /* const char ** */
    REMIT_OPTION_FLAG,     /* bool * */
    REMIT_OPTION_NUMBER,   /* long *, from min to max */
    REMIT_OPTION_WORD,     /* const char **, one of `words` */
    REMIT_OPTION_LIST,     /* struct remit_option_list *: may be given again and again */
};

#define REMIT_OPTION_LIST_MOST 256

/* The values, in the order given. */
struct remit_option_list {
    const char *values[REMIT_OPTION_LIST_MOST];
    size_t n;
};

struct remit_option {
    const char *name;  /* "--state" */
    const char *value; /* how help calls its value: "DIR"; NULL for a flag */
    const char *help;  /* one line */
    enum remit_option_kind kind;
    void *out; /* keeps what it held (the default) when the option is not given */
    bool required;
    long min, max;
    const char *const *words; /* NULL-terminated */
};

/* Parses argv[0 .. argc); *n_rest is how many arguments that are no options stand at its front. */
int remit_options_parse(const struct remit_option *options, size_t n_options, int argc, char **argv,
                        int *n_rest, struct remit_err *err) REMIT_MUST_USE;
/* A line an option. */
void remit_options_print(FILE *out, const struct remit_option *options, size_t n_options);
