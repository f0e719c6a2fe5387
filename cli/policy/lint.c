#include "cli/policy/lint.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/policy/services.h"
#include "common/os/file.h"

#define OUTPUT_MOST ((size_t)256 * 1024 * 1024)

static const char *format = "text";
static const char *type = "identity";
static const char *resource_type = "";
static const char *services_folder;
static const char *fail_on = "SUGGESTION";
static const char *account = "";
static bool all_services, old_scp;

static const char *const formats[] = { "text", "json", NULL };
static const char *const types[] = { "identity", "resource", "trust",    "boundary", "session",
                                     "scp",      "rcp",      "endpoint", NULL };
static const char *const gravities[] = { "ERROR", "SECURITY_WARNING", "WARNING", "SUGGESTION",
                                         NULL };

static const struct remit_option options[] = {
    { "--format", "FORMAT", "text, json (text)", REMIT_OPTION_WORD, &format, .words = formats },
    { "--type", "TYPE",
      "identity, resource, trust, boundary, session, scp, rcp, endpoint (identity)",
      REMIT_OPTION_WORD, &type, .words = types },
    { "--resource-type", "TYPE", "of a resource policy: AWS::S3::Bucket", .out = &resource_type },
    { "--services", "DIR", "more service descriptions, AWS's own among them",
      .out = &services_folder },
    { "--all-services", NULL, "the descriptions are complete: another service is an error",
      REMIT_OPTION_FLAG, &all_services },
    { "--account", "ID", "the account that the policies are for", .out = &account },
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
};

static size_t index_of(const char *const *words, const char *word)
{
    size_t i = 0;

    while (words[i] != NULL && strcmp(words[i], word) != 0)
        i++;
    return i;
}

void cli_lint_run_drop(struct cli_lint_run *run)
{
    for (size_t i = 0; i < run->n_files; i++)
        remit_lint_drop(&run->files[i].lint);
    free(run->files);
    *run = (struct cli_lint_run){ 0 };
}

static int read_stdin(struct remit_buf *out, struct remit_err *err)
{
    char piece[65536];
    ssize_t got = 0;

    while ((got = read(STDIN_FILENO, piece, sizeof(piece))) > 0)
        remit_buf_put(out, remit_str_from(piece, (size_t)got));
    if (got < 0)
        return remit_fail_os(err, REMIT_ERR_UNAVAILABLE, errno, "standard input");
    return remit_buf_check(out, "standard input", err);
}

static int lint_file(const struct remit_lint_options *wanted, struct cli_lint_file *file,
                     struct cli_lint_run *run, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(REMIT_POLICY_MAX);

    if (strcmp(file->name, "-") == 0)
        TRY(read_stdin(&text, err));
    else
        TRY(remit_file_read(file->name, &text, err));
    if (remit_lint_policy(remit_buf_view(&text), wanted, &file->lint, err) != 0)
        return remit_err_prefix(err, "%s: ", file->name);
    for (size_t i = 0; i < remit_lint_count(file->lint); i++)
        run->counts[remit_lint_at(file->lint, i)->check->type]++;
    return 0;
}

static int lint_files(size_t n, char **names, const struct remit_services *services,
                      struct cli_lint_run *run, struct remit_err *err)
{
    const struct remit_lint_options wanted = {
        .type = (enum remit_policy_type)index_of(types, type),
        .resource_type = remit_str_of(resource_type),
        .services = services,
        .all_services = all_services,
        .old_scp = old_scp,
        .account = remit_str_of(account),
    };

    run->files = calloc(n, sizeof(*run->files));
    if (run->files == NULL)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded", "no memory for %zu files", n);
    for (size_t i = 0; i < n; i++) {
        run->files[i] = (struct cli_lint_file){ .name = names[i], .type = wanted.type };
        TRY(lint_file(&wanted, &run->files[i], run, err));
        run->n_files++;
    }
    return 0;
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
    auto_services struct remit_services *services = NULL;
    auto_cli_lint_run struct cli_lint_run run = { 0 };
    struct remit_err err = { 0 };
    int rest = 0;
    int code = 0;

    if (!cli_arguments(&cli_policy_lint, options, REMIT_COUNT(options), CLI_LINT_FILES_MOST, argc,
                       argv, &rest, &code))
        return code;
    if (rest == 0) {
        (void)fprintf(stderr, "remit: usage: remit %s %s\n", cli_policy_lint.words,
                      cli_policy_lint.usage);
        return CLI_UNUSABLE;
    }
    if (cli_services_load(services_folder, &services, &err) != 0 ||
        lint_files((size_t)rest, argv, services, &run, &err) != 0)
        return cli_report(&err, CLI_UNUSABLE);
    return write_run(&run);
}

const struct cli_verb cli_policy_lint = {
    .words = "policy lint",
    .usage = "[--type TYPE] [--format FORMAT] FILE...",
    .help = "what is wrong, dangerous or useless in policies; - is standard input",
    .run = run_lint,
};
