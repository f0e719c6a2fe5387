/* A line a finding, as compilers write it: file:line:column: TYPE CODE: message [pointer] */
#include "cli/policy/lint.h"

static void put_finding(const struct cli_lint_file *file, const struct remit_finding *f,
                        struct remit_buf *out)
{
    const struct remit_location *where = &f->locations[0];

    remit_buf_put_fmt(out, "%s:%zu:%zu: %s %s: " REMIT_STR_FMT, file->name, where->start.line,
                      where->start.column + 1, remit_finding_type_name(f->check->type),
                      f->check->code, REMIT_STR_ARG(f->message));
    if (where->pointer.len > 0)
        remit_buf_put_fmt(out, " [" REMIT_STR_FMT "]", REMIT_STR_ARG(where->pointer));
    remit_buf_put_byte(out, '\n');
}

void cli_lint_text(const struct cli_lint_run *run, struct remit_buf *out)
{
    size_t total = 0;

    for (size_t i = 0; i < run->n_files; i++) {
        const struct cli_lint_file *file = &run->files[i];

        for (size_t j = 0; j < file->n_findings; j++)
            put_finding(file, file->findings[j].finding, out);
        if (file->truncated)
            remit_buf_put_fmt(out, "%s: too many findings, the rest is not shown\n", file->name);
        total += file->n_findings;
    }
    remit_buf_put_fmt(out, "%zu finding%s in %zu file%s", total, total == 1 ? "" : "s",
                      run->n_files, run->n_files == 1 ? "" : "s");
    for (size_t i = 0; i < REMIT_FINDING_TYPE_COUNT; i++)
        if (run->counts[i] > 0)
            remit_buf_put_fmt(out, ", %zu %s", run->counts[i], remit_finding_type_name(i));
    remit_buf_put_byte(out, '\n');
}
