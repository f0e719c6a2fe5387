/*
 * SARIF 2.1.0: one run, a rule for each check that found something, a result for each finding.
 * Levels: ERROR and SECURITY_WARNING are error, WARNING is warning, SUGGESTION is note; the rule
 * says what GitHub's code scanning orders by ("security-severity").
 */
#include <stdlib.h>
#include <string.h>

#include "cli/policy/lint.h"
#include "common/base/json.h"

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

static const struct {
    const char *level;
    const char *severity; /* 0.0 to 10.0 */
} levels[REMIT_FINDING_TYPE_COUNT] = {
    [REMIT_FINDING_ERROR] = { "error", "7.0" },
    [REMIT_FINDING_SECURITY_WARNING] = { "error", "8.0" },
    [REMIT_FINDING_WARNING] = { "warning", "5.0" },
    [REMIT_FINDING_SUGGESTION] = { "note", "2.0" },
};

static void put_text(struct remit_jw *w, const char *key, struct remit_str text)
{
    remit_jw_key(w, key);
    remit_jw_object(w);
    remit_jw_put_str(w, "text", text);
    remit_jw_end(w);
}

/* ---- rules ---- */

static void put_rule(struct remit_jw *w, const struct remit_check *check)
{
    char link[256];

    (void)remit_check_link(check, link, sizeof(link));
    remit_jw_object(w);
    remit_jw_put_cstr(w, "id", check->code);
    put_text(w, "shortDescription", remit_str_of(check->meaning));
    if (strncmp(link, "https:", 6) == 0)
        remit_jw_put_cstr(w, "helpUri", link);
    put_text(w, "help", remit_str_of(link));
    remit_jw_key(w, "defaultConfiguration");
    remit_jw_object(w);
    remit_jw_put_cstr(w, "level", levels[check->type].level);
    remit_jw_end(w);
    remit_jw_key(w, "properties");
    remit_jw_object(w);
    remit_jw_put_cstr(w, "findingType", remit_finding_type_name(check->type));
    remit_jw_put_cstr(w, "security-severity", levels[check->type].severity);
    remit_jw_end(w);
    remit_jw_end(w);
}

static bool is_used(const struct cli_lint_run *run, const struct remit_check *check)
{
    for (size_t i = 0; i < run->n_files; i++)
        for (size_t j = 0; j < run->files[i].n_findings; j++)
            if (run->files[i].findings[j].finding->check == check)
                return true;
    return false;
}

static int64_t rule_index(const struct cli_lint_run *run, const struct remit_check *check)
{
    int64_t index = 0;

    for (size_t i = 0; remit_check_at(i) != check; i++)
        index += is_used(run, remit_check_at(i));
    return index;
}

/* ---- results ---- */

/* SARIF counts lines and columns from 1; endColumn is behind the last character. */
static void put_region(struct remit_jw *w, const struct remit_location *where)
{
    remit_jw_key(w, "region");
    remit_jw_object(w);
    remit_jw_put_int(w, "startLine", (int64_t)where->start.line);
    remit_jw_put_int(w, "startColumn", (int64_t)where->start.column + 1);
    remit_jw_put_int(w, "endLine", (int64_t)where->end.line);
    remit_jw_put_int(w, "endColumn", (int64_t)where->end.column + 1);
    remit_jw_put_int(w, "charOffset", (int64_t)where->start.offset);
    remit_jw_put_int(w, "charLength", (int64_t)(where->end.offset - where->start.offset));
    remit_jw_end(w);
}

/* A path as a URI reference: what can't stand in one is percent-encoded (RFC 3986 3.3). */
static void put_uri(struct remit_jw *w, const char *name)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "-._~/!$&'()*+,;=@";
    auto_buf struct remit_buf uri = REMIT_BUF(65536);

    if (strcmp(name, "-") == 0)
        name = "stdin";
    if (name[0] == '/')
        remit_buf_put_cstr(&uri, "file://");
    for (; *name != '\0'; name++)
        if (strchr(plain, *name) != NULL)
            remit_buf_put_byte(&uri, *name);
        else
            remit_buf_put_fmt(&uri, "%%%02X", (unsigned char)*name);
    remit_jw_put_str(w, "uri", remit_buf_view(&uri));
}

static void put_location(struct remit_jw *w, const struct cli_lint_file *in,
                         const struct remit_location *where)
{
    remit_jw_object(w);
    remit_jw_key(w, "physicalLocation");
    remit_jw_object(w);
    remit_jw_key(w, "artifactLocation");
    remit_jw_object(w);
    put_uri(w, in->name);
    remit_jw_end(w);
    put_region(w, where);
    remit_jw_end(w);
    if (where->pointer.len > 0) {
        remit_jw_key(w, "logicalLocations");
        remit_jw_array(w);
        remit_jw_object(w);
        remit_jw_put_str(w, "fullyQualifiedName", where->pointer);
        remit_jw_end(w);
        remit_jw_end(w);
    }
    remit_jw_end(w);
}

static void put_result(struct remit_jw *w, const struct cli_lint_run *run,
                       const struct cli_lint_file *file, const struct cli_lint_item *item)
{
    const struct remit_finding *f = item->finding;

    remit_jw_object(w);
    remit_jw_put_cstr(w, "ruleId", f->check->code);
    remit_jw_put_int(w, "ruleIndex", rule_index(run, f->check));
    remit_jw_put_cstr(w, "level", levels[f->check->type].level);
    put_text(w, "message", f->message);
    for (size_t i = 0; i < f->n_locations; i++) {
        if (i < 2) {
            remit_jw_key(w, i == 0 ? "locations" : "relatedLocations");
            remit_jw_array(w);
        }
        put_location(w, cli_lint_file_of(run, file, item, &f->locations[i]), &f->locations[i]);
        if (i == 0 || i + 1 == f->n_locations)
            remit_jw_end(w);
    }
    remit_jw_end(w);
}

static void put_driver(struct remit_jw *w, const struct cli_lint_run *run)
{
    remit_jw_key(w, "tool");
    remit_jw_object(w);
    remit_jw_key(w, "driver");
    remit_jw_object(w);
    remit_jw_put_cstr(w, "name", "remit policy lint");
    remit_jw_key(w, "rules");
    remit_jw_array(w);
    for (size_t i = 0; remit_check_at(i) != NULL; i++)
        if (is_used(run, remit_check_at(i)))
            put_rule(w, remit_check_at(i));
    remit_jw_end(w);
    remit_jw_end(w);
    remit_jw_end(w);
}

void cli_lint_sarif(const struct cli_lint_run *run, struct remit_buf *out)
{
    struct remit_jw w = REMIT_JW(out);

    remit_jw_object(&w);
    remit_jw_put_cstr(&w, "$schema", SCHEMA);
    remit_jw_put_cstr(&w, "version", "2.1.0");
    remit_jw_key(&w, "runs");
    remit_jw_array(&w);
    remit_jw_object(&w);
    put_driver(&w, run);
    remit_jw_put_cstr(&w, "columnKind", "unicodeCodePoints");
    remit_jw_key(&w, "results");
    remit_jw_array(&w);
    for (size_t i = 0; i < run->n_files; i++)
        for (size_t j = 0; j < run->files[i].n_findings; j++)
            put_result(&w, run, &run->files[i], &run->files[i].findings[j]);
    remit_jw_end(&w);
    remit_jw_end(&w);
    remit_jw_end(&w);
    remit_jw_end(&w);
    remit_buf_put_byte(out, '\n');
}
