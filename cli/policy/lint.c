#include "cli/policy/lint.h"

#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/policy/services.h"

#define OUTPUT_MOST ((size_t)256 * 1024 * 1024)

static const char *format = "text";
static const char *type = "identity";
static const char *resource_type = "";
static const char *services_folder;
static const char *fail_on = "SUGGESTION";
static const char *account = "";
static const char *folder, *sensitive;
static bool all_services, old_scp, for_role;

static const char *const formats[] = { "text", "json", "sarif", "junit", NULL };
static const char *const types[] = { "identity", "resource", "trust",    "boundary", "session",
                                     "scp",      "rcp",      "endpoint", NULL };
static const char *const gravities[] = { "ERROR", "SECURITY_WARNING", "WARNING", "SUGGESTION",
                                         NULL };

static const struct remit_option options[] = {
    { "--format", "FORMAT", "text, json, sarif, junit (text)", REMIT_OPTION_WORD, &format,
      .words = formats },
    { "--type", "TYPE",
      "identity, resource, trust, boundary, session, scp, rcp, endpoint (identity)",
      REMIT_OPTION_WORD, &type, .words = types },
    { "--resource-type", "TYPE", "of a resource policy: AWS::S3::Bucket", .out = &resource_type },
    { "--services", "DIR", "more service descriptions, AWS's own among them",
      .out = &services_folder },
    { "--all-services", NULL, "the descriptions are complete: another service is an error",
      REMIT_OPTION_FLAG, &all_services },
    { "--account", "ID", "the account that the policies are for", .out = &account },
    { "--folder", "DIR", "policies of roles and others, looked at together", .out = &folder },
    { "--for-role", NULL, "the policies are roles', not users'", REMIT_OPTION_FLAG, &for_role },
    { "--sensitive", "ARN", "a pattern of resources that nobody should read lightly",
      .out = &sensitive },
    { "--old-scp", NULL, "SCPs by the rules before September 2025", REMIT_OPTION_FLAG, &old_scp },
    { "--fail-on", "TYPE", "the least grave finding that makes the exit code 1 (SUGGESTION)",
      REMIT_OPTION_WORD, &fail_on, .words = gravities },
};

static const struct format_row {
    const char *name;
    cli_lint_write *write;
} writers[] = {
    { "text", cli_lint_text },
    { "json", cli_lint_json },
    { "sarif", cli_lint_sarif },
    { "junit", cli_lint_junit },
};

static size_t index_of(const char *const *words, const char *word)
{
    size_t i = 0;

    while (words[i] != NULL && strcmp(words[i], word) != 0)
        i++;
    return i;
}

static int add_files(size_t n, char **names, struct cli_lint_run *run, struct remit_err *err)
{
    for (size_t i = 0; i < n; i++) {
        struct cli_lint_file *file = NULL;

        TRY(cli_lint_add(run, names[i], (enum remit_policy_type)index_of(types, type), &file, err));
    }
    return 0;
}

static int lint_files(size_t n, char **names, struct cli_lint_run *run, struct remit_err *err)
{
    auto_services struct remit_services *services = NULL;
    const struct remit_str named = remit_str_of(sensitive);
    struct remit_lint_options wanted = {
        .resource_type = remit_str_of(resource_type),
        .all_services = all_services,
        .old_scp = old_scp,
        .for_role = for_role,
        .account = remit_str_of(account),
        .sensitive = &named,
        .n_sensitive = sensitive != NULL,
    };

    TRY(cli_services_load(services_folder, &services, err));
    wanted.services = services;
    if (folder != NULL)
        TRY(cli_lint_add_folder(run, folder, err));
    TRY(add_files(n, names, run, err));
    return cli_lint_all(run, &wanted, folder != NULL, err);
}

static int write_run(const struct cli_lint_run *run)
{
    auto_buf struct remit_buf out = REMIT_BUF(OUTPUT_MOST);
    struct remit_err err = { 0 };

    for (size_t i = 0; i < REMIT_COUNT(writers); i++)
        if (strcmp(writers[i].name, format) == 0)
            writers[i].write(run, &out);
    if (remit_buf_check(&out, "the findings", &err) != 0)
        return cli_report(&err, CLI_UNUSABLE);
    if (fwrite(out.ptr, 1, out.len, stdout) != out.len || fflush(stdout) != 0)
        return CLI_UNUSABLE;
    for (size_t i = 0; i <= index_of(gravities, fail_on); i++)
        if (run->counts[i] > 0)
            return CLI_NO;
    return CLI_DONE;
}

static int run_lint(int argc, char **argv)
{
    auto_cli_lint_run struct cli_lint_run run = { 0 };
    struct remit_err err = { 0 };
    int rest = 0;
    int code = 0;

    if (!cli_arguments(&cli_policy_lint, options, REMIT_COUNT(options), CLI_LINT_FILES_MOST, argc,
                       argv, &rest, &code))
        return code;
    if (rest == 0 && folder == NULL) {
        (void)fprintf(stderr, "remit: usage: remit %s %s\n", cli_policy_lint.words,
                      cli_policy_lint.usage);
        return CLI_UNUSABLE;
    }
    if (lint_files((size_t)rest, argv, &run, &err) != 0)
        return cli_report(&err, CLI_UNUSABLE);
    return write_run(&run);
}

const struct cli_verb cli_policy_lint = {
    .words = "policy lint",
    .usage = "[--type TYPE] [--format FORMAT] [--folder DIR] FILE...",
    .help = "what is wrong, dangerous or useless in policies; - is standard input",
    .run = run_lint,
};
