#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/policy/check.h"
#include "cli/policy/input.h"
#include "common/base/json.h"

/* ---- documents ---- */

const char *const cli_check_types[] = { "identity", "resource", "trust",    "boundary", "session",
                                        "scp",      "rcp",      "endpoint", NULL };

enum remit_policy_type cli_check_type(const char *word)
{
    int i = 0;

    while (cli_check_types[i] != NULL && strcmp(cli_check_types[i], word) != 0)
        i++;
    return (enum remit_policy_type)i;
}

int cli_checked_load(struct cli_checked *document, enum remit_policy_type type,
                     struct remit_err *err)
{
    const struct remit_policy_options options = { .type = type };

    TRY(cli_read_file(document->path, &document->text, err));
    if (remit_policy_compile(remit_buf_view(&document->text), &options, &document->policy, err) ==
        0)
        return 0;
    return cli_err_of_document(err, document->path, remit_buf_view(&document->text));
}

void cli_checked_drop(struct cli_checked *document)
{
    remit_policy_drop(&document->policy);
    remit_buf_drop(&document->text);
}

/* ---- a request, as `remit policy evaluate` takes it ---- */

static void put_context(struct remit_jw *w, const struct remit_context *context)
{
    remit_jw_key(w, "context");
    remit_jw_object(w);
    for (size_t i = 0; i < context->n_entries; i++) {
        const struct remit_context_entry *e = &context->entries[i];

        remit_jw_key_str(w, e->key);
        if (!e->multivalued) {
            remit_jw_str(w, e->values[0]);
            continue;
        }
        remit_jw_array(w);
        for (size_t j = 0; j < e->n_values; j++)
            remit_jw_str(w, e->values[j]);
        remit_jw_end(w);
    }
    remit_jw_end(w);
}

static void put_request(struct remit_jw *w, const struct remit_request *request)
{
    remit_jw_object(w);
    remit_jw_put_str(w, "principal", request->principal);
    remit_jw_put_str(w, "action", request->action);
    remit_jw_put_str(w, "resource", request->resource);
    remit_jw_put_str(w, "resourceAccount", request->resource_account);
    put_context(w, request->context);
    remit_jw_end(w);
}

/* ---- an answer ---- */

/* "/Statement/3"; "/Statement" where that is one object. */
static void find_statement(const struct cli_checked *document, size_t index, char *pointer,
                           size_t size, size_t *line, size_t *column)
{
    struct remit_str text = remit_buf_view(&document->text);

    (void)snprintf(pointer, size, "/Statement/%zu", index);
    if (remit_json_locate(text, remit_str_of(pointer), line, column))
        return;
    (void)snprintf(pointer, size, "/Statement");
    if (!remit_json_locate(text, remit_str_of(pointer), line, column))
        *line = *column = 1;
}

void cli_check_text(const struct remit_proof *proof, const struct cli_checked *document,
                    struct remit_buf *out)
{
    remit_buf_put_fmt(out, "%s: " REMIT_STR_FMT "\n", remit_proof_answer_name(proof->answer),
                      REMIT_STR_ARG(proof->message));
    for (size_t i = 0; i < proof->n_reasons; i++) {
        const struct remit_proof_reason *reason = &proof->reasons[i];
        struct remit_jw w = REMIT_JW(out);
        char pointer[64];
        size_t line = 0;
        size_t column = 0;

        find_statement(document, reason->statement, pointer, sizeof(pointer), &line, &column);
        remit_buf_put_fmt(out,
                          "  %s:%zu:%zu: %s: " REMIT_STR_FMT "\n    for example: ", document->path,
                          line, column, pointer, REMIT_STR_ARG(reason->description));
        put_request(&w, reason->request);
        remit_buf_put_byte(out, '\n');
    }
}

void cli_check_grants(const struct remit_proof *proof, const struct cli_checked *document,
                      char sign, struct remit_buf *out)
{
    for (size_t i = 0; i < proof->n_reasons; i++) {
        const struct remit_proof_reason *reason = &proof->reasons[i];
        struct remit_jw w = REMIT_JW(out);
        char pointer[64];
        size_t line = 0;
        size_t column = 0;

        find_statement(document, reason->statement, pointer, sizeof(pointer), &line, &column);
        remit_buf_put_fmt(out, "%c %s:%zu:%zu: %s", sign, document->path, line, column, pointer);
        if (reason->sid.len > 0)
            remit_buf_put_fmt(out, " (Sid \"" REMIT_STR_FMT "\")", REMIT_STR_ARG(reason->sid));
        remit_buf_put_cstr(out, " allows: ");
        put_request(&w, reason->request);
        remit_buf_put_byte(out, '\n');
    }
}

static void put_reason(struct remit_jw *w, const struct remit_proof_reason *reason,
                       const struct cli_checked *document, bool compared)
{
    char pointer[64];
    size_t line = 0;
    size_t column = 0;

    find_statement(document, reason->statement, pointer, sizeof(pointer), &line, &column);
    remit_jw_object(w);
    if (!compared)
        remit_jw_put_str(w, "description", reason->description);
    remit_jw_put_int(w, "statementIndex", (int64_t)reason->statement);
    if (reason->sid.len > 0)
        remit_jw_put_str(w, "statementId", reason->sid);
    remit_jw_put_cstr(w, "pointer", pointer);
    remit_jw_put_int(w, "line", (int64_t)line);
    remit_jw_put_int(w, "column", (int64_t)column);
    remit_jw_key(w, "request");
    put_request(w, reason->request);
    remit_jw_end(w);
}

void cli_check_json(const struct remit_proof *proof, const struct cli_checked *document,
                    bool compared, struct remit_buf *out)
{
    struct remit_jw w = REMIT_JW(out);

    remit_jw_object(&w);
    remit_jw_put_cstr(&w, "result", remit_proof_answer_name(proof->answer));
    if (!compared || proof->answer == REMIT_PROOF_UNKNOWN)
        remit_jw_put_str(&w, "message", proof->message);
    remit_jw_key(&w, "reasons");
    remit_jw_array(&w);
    for (size_t i = 0; i < proof->n_reasons; i++)
        put_reason(&w, &proof->reasons[i], document, compared);
    remit_jw_end(&w);
    remit_jw_end(&w);
}

int cli_check_code(const struct remit_proof *proof)
{
    switch (proof->answer) {
    case REMIT_PROOF_NO_ACCESS:
        return CLI_DONE;
    case REMIT_PROOF_ACCESS:
        return CLI_NO;
    case REMIT_PROOF_UNKNOWN:
    default:
        return CLI_UNKNOWN;
    }
}

int cli_check_print(const struct remit_buf *out, int code)
{
    struct remit_err err = { 0 };

    if (remit_buf_check(out, "the answer", &err) != 0)
        return cli_report(&err, CLI_UNUSABLE);
    if (fwrite(out->ptr, 1, out->len, stdout) == out->len && fflush(stdout) == 0)
        return code;
    (void)fputs("remit: writing to standard output failed\n", stderr);
    return CLI_UNUSABLE;
}
