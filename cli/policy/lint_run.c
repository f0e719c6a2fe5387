#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/policy/lint.h"
#include "common/os/file.h"

void cli_lint_run_drop(struct cli_lint_run *run)
{
    for (size_t i = 0; i < run->n_files; i++) {
        free(run->files[i].name);
        free(run->files[i].role);
        free(run->files[i].findings);
        remit_buf_drop(&run->files[i].text);
        remit_lint_drop(&run->files[i].lint);
    }
    remit_lint_drop(&run->roles);
    free(run->files);
    *run = (struct cli_lint_run){ 0 };
}

int cli_lint_add(struct cli_lint_run *run, const char *name, enum remit_policy_type type,
                 struct cli_lint_file **out, struct remit_err *err)
{
    if (run->files == NULL)
        run->files = calloc(CLI_LINT_FILES_MOST, sizeof(*run->files));
    if (run->files == NULL || run->n_files == CLI_LINT_FILES_MOST)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded", "over %d files",
                          CLI_LINT_FILES_MOST);
    *out = &run->files[run->n_files];
    (*out)->name = strdup(name);
    (*out)->type = type;
    remit_buf_init(&(*out)->text, REMIT_POLICY_MAX);
    run->n_files++;
    if ((*out)->name == NULL)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded", "no memory for a file's name");
    return 0;
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

static int lint_file(struct cli_lint_file *file, const struct remit_lint_options *wanted,
                     struct remit_err *err)
{
    struct remit_lint_options options = *wanted;

    if (strcmp(file->name, "-") == 0)
        TRY(read_stdin(&file->text, err));
    else
        TRY(remit_file_read(file->name, &file->text, err));
    options.type = file->type;
    options.for_role = wanted->for_role || file->role != NULL;
    if (file->task)
        return 0;
    if (remit_lint_policy(remit_buf_view(&file->text), &options, &file->lint, err) != 0)
        return remit_err_prefix(err, "%s: ", file->name);
    file->truncated = remit_lint_truncated(file->lint);
    return 0;
}

static int lint_roles(struct cli_lint_run *run, const struct remit_lint_options *wanted,
                      struct remit_err *err)
{
    struct remit_lint_document *documents = calloc(run->n_files + 1, sizeof(*documents));
    int result = 0;

    if (documents == NULL)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded", "no memory for %zu files",
                          run->n_files);
    for (size_t i = 0; i < run->n_files; i++)
        documents[i] = (struct remit_lint_document){ .kind = run->files[i].kind,
                                                     .role = remit_str_of(run->files[i].role),
                                                     .text = remit_buf_view(&run->files[i].text) };
    result = remit_lint_roles(documents, run->n_files, wanted, &run->roles, err);
    free(documents);
    return result;
}

/* ---- the findings of each file ---- */

static int order(const void *a, const void *b)
{
    const struct remit_finding *x = ((const struct cli_lint_item *)a)->finding;
    const struct remit_finding *y = ((const struct cli_lint_item *)b)->finding;
    size_t from = x->locations[0].start.offset;
    size_t other = y->locations[0].start.offset;

    if (from != other)
        return from < other ? -1 : 1;
    return (int)x->check->type - (int)y->check->type;
}

static void take(struct cli_lint_run *run, struct cli_lint_file *file,
                 const struct remit_finding *finding, bool across)
{
    file->findings[file->n_findings++] = (struct cli_lint_item){ finding, across };
    run->counts[finding->check->type]++;
}

static int gather(struct cli_lint_run *run, size_t index, struct remit_err *err)
{
    struct cli_lint_file *file = &run->files[index];
    size_t own = file->lint != NULL ? remit_lint_count(file->lint) : 0;
    size_t common = run->roles != NULL ? remit_lint_count(run->roles) : 0;

    file->findings = calloc(own + common + 1, sizeof(*file->findings));
    if (file->findings == NULL)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded", "no memory for findings");
    for (size_t i = 0; i < own; i++)
        take(run, file, remit_lint_at(file->lint, i), false);
    for (size_t i = 0; i < common; i++)
        if (remit_lint_at(run->roles, i)->locations[0].document == index)
            take(run, file, remit_lint_at(run->roles, i), true);
    qsort(file->findings, file->n_findings, sizeof(*file->findings), order);
    return 0;
}

const struct cli_lint_file *cli_lint_file_of(const struct cli_lint_run *run,
                                             const struct cli_lint_file *file,
                                             const struct cli_lint_item *item,
                                             const struct remit_location *where)
{
    return item->across ? &run->files[where->document] : file;
}

int cli_lint_all(struct cli_lint_run *run, const struct remit_lint_options *wanted, bool together,
                 struct remit_err *err)
{
    for (size_t i = 0; i < run->n_files; i++)
        TRY(lint_file(&run->files[i], wanted, err));
    if (together)
        TRY(lint_roles(run, wanted, err));
    for (size_t i = 0; i < run->n_files; i++)
        TRY(gather(run, i, err));
    return 0;
}
