/*
 * lint.h - the findings of all files of one `remit policy lint`, and how they are written.
 *
 * Ownership: a run owns its files, their texts and findings; cli_lint_run_drop().
 */
#pragma once

#include <remit/lint.h>

#include "common/base/buf.h"

#define CLI_LINT_FILES_MOST 10000

struct cli_lint_item {
    const struct remit_finding *finding;
    bool across; /* its locations are in the documents that they name, not all in this file */
};

struct cli_lint_file {
    char *name; /* as given, or found in a folder; "-" is standard input */
    enum remit_policy_type type;
    bool task; /* a task definition: only lint over several documents looks at it */
    enum remit_lint_kind kind;
    char *role; /* path and name, or NULL */
    struct remit_buf text;
    struct remit_lint *lint;        /* NULL for a task definition */
    struct cli_lint_item *findings; /* all that start in this file, in order of place */
    size_t n_findings;
    bool truncated;
};

struct cli_lint_run {
    struct cli_lint_file *files;
    size_t n_files;
    struct remit_lint *roles; /* findings over several documents, or NULL */
    size_t counts[REMIT_FINDING_TYPE_COUNT];
};

void cli_lint_run_drop(struct cli_lint_run *run);
#define auto_cli_lint_run REMIT_AUTO(cli_lint_run_drop)

/* LIMIT past CLI_LINT_FILES_MOST. The file's text is still to be read. */
int cli_lint_add(struct cli_lint_run *run, const char *name, enum remit_policy_type type,
                 struct cli_lint_file **out, struct remit_err *err) REMIT_MUST_USE;
/*
 * A folder of policies in the layout of `who-can`, or a folder of roles alone: each folder with a
 * trust.json is a role, named by its file `arn` or by its place; its boundary.json is its
 * boundary, its other *.json and those in its policies/ are its policies. Besides users/, groups/,
 * resources/, scps/, rcps/ and task-definitions/.
 */
int cli_lint_add_folder(struct cli_lint_run *run, const char *folder,
                        struct remit_err *err) REMIT_MUST_USE;
/* Reads, lints, and puts the findings in order. `together`: also over all documents. */
int cli_lint_all(struct cli_lint_run *run, const struct remit_lint_options *wanted, bool together,
                 struct remit_err *err) REMIT_MUST_USE;

/* The file that a location of a finding of `file` is in. */
const struct cli_lint_file *cli_lint_file_of(const struct cli_lint_run *run,
                                             const struct cli_lint_file *file,
                                             const struct cli_lint_item *item,
                                             const struct remit_location *where);

/* One format each: writes the whole run into `out`. */
typedef void cli_lint_write(const struct cli_lint_run *run, struct remit_buf *out);
cli_lint_write cli_lint_text, cli_lint_json, cli_lint_sarif, cli_lint_junit;
