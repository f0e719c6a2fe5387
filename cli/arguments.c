#include "cli/arguments.h"

#include <stdio.h>
#include <string.h>

static bool asks_help(int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0)
            return true;
    return false;
}

bool cli_arguments(const struct cli_verb *verb, const struct remit_option *options,
                   size_t n_options, int most_rest, int argc, char **argv, int *rest,
                   int *exit_code)
{
    struct remit_err err = { 0 };

    if (asks_help(argc, argv)) {
        (void)printf("usage: remit %s %s\n\n%s\n\n", verb->words, verb->usage, verb->help);
        remit_options_print(stdout, options, n_options);
        *exit_code = CLI_DONE;
        return false;
    }
    *exit_code = CLI_UNUSABLE;
    if (remit_options_parse(options, n_options, argc, argv, rest, &err) != 0) {
        (void)cli_report(&err, CLI_UNUSABLE);
        return false;
    }
    if (*rest > most_rest) {
        (void)fprintf(stderr, "remit: '%.64s' is one argument too many (usage: remit %s %s)\n",
                      argv[most_rest], verb->words, verb->usage);
        return false;
    }
    return true;
}

int cli_report(const struct remit_err *err, int exit_code)
{
    (void)fprintf(stderr, "remit: %s\n", err->text);
    return exit_code;
}
