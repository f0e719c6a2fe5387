/*
 * verb.h - a verb of the `remit` command as a row: words, arguments, help, handler.
 *
 * Handlers get the arguments behind their words and return the process's exit code: 0 done,
 * 1 the answer is "no" (or a call was refused), 2 unusable arguments or input.
 */
#pragma once

struct cli_verb {
    const char *words; /* "policy evaluate" */
    const char *usage; /* what may follow: "[--batch] [FILE...]" */
    const char *help;  /* one line */
    int (*run)(int argc, char **argv);
};

#define CLI_DONE     0
#define CLI_NO       1
#define CLI_UNUSABLE 2

extern const struct cli_verb cli_up, cli_join_token_create, cli_call;
extern const struct cli_verb cli_policy_evaluate, cli_policy_format, cli_policy_simulate;
extern const struct cli_verb cli_policy_who_can;
extern const struct cli_verb cli_policy_lint, cli_policy_actions;
extern const struct cli_verb cli_policy_diff, cli_policy_check_no_new_access;
extern const struct cli_verb cli_policy_check_access_not_granted, cli_policy_check_no_public_access;
