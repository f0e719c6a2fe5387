#include <stdbool.h>
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
    &cli_policy_diff,
    &cli_policy_check_no_new_access,
    &cli_policy_check_access_not_granted,
    &cli_policy_check_no_public_access,
};
/* clang-format on */

/* Whether the verb's first word is `word`; NULL is every verb's. */
static bool is_of(const struct cli_verb *verb, const char *word)
{
    size_t len = word != NULL ? strlen(word) : 0;

    return word == NULL ||
           (strncmp(verb->words, word, len) == 0 && (verb->words[len] == ' ' || !verb->words[len]));
}

static void print_verb(FILE *out, const struct cli_verb *verb)
{
    (void)fprintf(out, "  %s %s\n      %s\n", verb->words, verb->usage, verb->help);
}

/* The verbs of one word, or all. */
static int usage(FILE *out, const char *word)
{
    (void)fputs("usage: remit <verb> [arguments]; remit <verb> --help\n\n", out);
    for (size_t i = 0; i < REMIT_COUNT(verbs); i++)
        if (is_of(verbs[i], word))
            print_verb(out, verbs[i]);
    return out == stdout ? CLI_DONE : CLI_UNUSABLE;
}

static bool asks_for_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "help") == 0;
}

/* No verb: what there is, as near as can be. */
static int no_verb(int argc, char **argv)
{
    const char *word = NULL;
    int at = 1;

    for (size_t i = 0; word == NULL && i < REMIT_COUNT(verbs); i++)
        if (is_of(verbs[i], argv[1]))
            word = argv[1];
    at += word != NULL;
    if (at < argc && asks_for_help(argv[at]))
        return usage(stdout, word);
    if (at < argc)
        (void)fprintf(stderr, "remit: there is no verb '%s%s%.64s'\n\n", word != NULL ? word : "",
                      word != NULL ? " " : "", argv[at]);
    return usage(stderr, word);
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
        return usage(stderr, NULL);
    for (size_t i = 0; i < REMIT_COUNT(verbs); i++) {
        int n = words_matched(verbs[i]->words, argc - 1, argv + 1);

        if (n > 0)
            return verbs[i]->run(argc - 1 - n, argv + 1 + n);
    }
    return no_verb(argc, argv);
}
