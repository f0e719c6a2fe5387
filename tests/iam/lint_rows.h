/*
 * lint_rows.h - for each finding a document that has it and one that has not.
 *
 * Documents are written with ' for ", and ` for '. What does not start with { is the inside of a
 * statement and gets Version and Statement around it; several statements are separated by " ; ".
 */
#pragma once

#include <remit/lint.h>

struct lint_row {
    const char *code;
    enum remit_policy_type type;
    const char *with, *without;
    const char *resource_type; /* may be NULL */
    const char *pointer;       /* of the finding in `with`; NULL: not asked */
    const char *account;
    const char *sensitive; /* a resource pattern */
    bool all_services, old_scp;
};

struct lint_rows {
    const struct lint_row *rows;
    size_t n;
};
extern const struct lint_rows lint_rows_document, lint_rows_statement, lint_rows_actions,
    lint_rows_resources, lint_rows_principals, lint_rows_trust, lint_rows_conditions,
    lint_rows_keys, lint_rows_variables;
