/*
 * check.h - questions about all requests: what the checks and `diff` have in common.
 *
 * Exit codes: 0 proven that there is no such access, 1 there is, 2 the question could not be asked,
 *             3 neither could be shown.
 */
#pragma once

#include <remit/buf.h>
#include <remit/proof.h>

#define CLI_UNKNOWN 3

/* A document of a question, with its text for places. */
struct cli_checked {
    const char *path;
    struct remit_buf text;
    struct remit_policy *policy;
};
#define CLI_CHECKED(name)                                                                          \
    {                                                                                              \
        .path = (name), .text = REMIT_BUF(REMIT_POLICY_MAX)                                        \
    }
int cli_checked_load(struct cli_checked *document, enum remit_policy_type type,
                     struct remit_err *err) REMIT_MUST_USE;
void cli_checked_drop(struct cli_checked *document);
#define auto_cli_checked REMIT_AUTO(cli_checked_drop)

/* The words of --type, in the order of enum remit_policy_type. */
extern const char *const cli_check_types[];
enum remit_policy_type cli_check_type(const char *word);

/* check_write.c: the answer, for people and as Access Analyzer has it. Statements of `document`. */
void cli_check_text(const struct remit_proof *proof, const struct cli_checked *document,
                    struct remit_buf *out);
/* `compared`: without the sentences of CheckNoNewAccess, which speak of one direction. */
void cli_check_json(const struct remit_proof *proof, const struct cli_checked *document,
                    bool compared, struct remit_buf *out);
/* A line a statement, behind a sign. */
void cli_check_grants(const struct remit_proof *proof, const struct cli_checked *document,
                      char sign, struct remit_buf *out);
int cli_check_code(const struct remit_proof *proof);
/* Prints it; `code`, or 2 when that fails. */
int cli_check_print(const struct remit_buf *out, int code);
