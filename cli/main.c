#include <stdio.h>
#include <string.h>

#include <remit/attr.h>

#include "cli/verb.h"
#include "common/os/log.h"

/* clang-format off */
static const struct cli_verb *const verbs[] = {
    &cli_up,
    &cli_join_token_create,
    &cli_call,
    &cli_policy_evaluate,
    &cli_policy_simulate,
    &cli_policy_who_can,
    &cli_policy_lint,
    &cli_policy_actions,
    &cli_policy_format,
};
/* clang-format on */

static int usage(FILE *out)
{
    (void)fputs("usage: remit <verb> [arguments]; remit <verb> --help\n\n", out);
    for (size_t i = 0; i < REMIT_COUNT(verbs); i++) {
        int len = fprintf(out, "  %s %s", verbs[i]->words, verbs[i]->usage);

        (void)fprintf(out, "%*s%s\n", len < 50 ? 50 - len : 2, "", verbs[i]->help);
    }
    return out == stdout ? CLI_DONE : CLI_UNUSABLE;
}

/* How many arguments the verb's words are, when argv starts with all of them; else 0. */
static int words_matched(const char *words, int argc, char **argv)
{
    int n = 0;

    while (*words != '\0') {
        size_t len = strcspn(words, " ");

        if (n >= argc || strlen(argv[n]) != len || strncmp(argv[n], words, len) != 0)
            return 0;
        words += len + (words[len] == ' ');
        n++;
    }
    return n;
}

int main(int argc, char **argv)
{
    remit_log_open("remit", REMIT_LOG_INFO);
    if (argc < 2)
        return usage(stderr);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
        return usage(stdout);
    for (size_t i = 0; i < REMIT_COUNT(verbs); i++) {
        int n = words_matched(verbs[i]->words, argc - 1, argv + 1);

        if (n > 0)
            return verbs[i]->run(argc - 1 - n, argv + 1 + n);
    }
    (void)fprintf(stderr, "remit: there is no verb '%.64s'\n\n", argv[1]);
    return usage(stderr);
}
