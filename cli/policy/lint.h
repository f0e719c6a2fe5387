/*
 * lint.h - the findings of all files of one `remit policy lint`, and how they are written.
 *
 * Ownership: a run owns its files, their texts and findings; cli_lint_run_drop().
 */
#pragma once

#include <stdio.h>

#include <remit/lint.h>

#include "common/base/buf.h"

#define CLI_LINT_FILES_MOST 10000

struct cli_lint_file {
    const char *name; /* as given; "-" is standard input */
    enum remit_policy_type type;
    struct remit_lint *lint;
};

struct cli_lint_run {
    struct cli_lint_file *files;
    size_t n_files;
    size_t counts[REMIT_FINDING_TYPE_COUNT]; /* of findings, by type */
};

void cli_lint_run_drop(struct cli_lint_run *run);
#define auto_cli_lint_run REMIT_AUTO(cli_lint_run_drop)

/* One format each: writes the whole run into `out`. */
typedef void cli_lint_write(const struct cli_lint_run *run, struct remit_buf *out);
cli_lint_write cli_lint_text, cli_lint_json, cli_lint_sarif, cli_lint_junit;
