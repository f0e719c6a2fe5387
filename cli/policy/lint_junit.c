/*
 * JUnit's XML: a test suite a file, a failed test case a finding; a file without findings is one
 * test case that passed.
 */
#include "cli/policy/lint.h"

/* [xml 2.2] what can't stand in a document becomes '?', what means something a reference. */
static void put_escaped(struct remit_buf *out, struct remit_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if (c == '<')
            remit_buf_put_cstr(out, "&lt;");
        else if (c == '>')
            remit_buf_put_cstr(out, "&gt;");
        else if (c == '&')
            remit_buf_put_cstr(out, "&amp;");
        else if (c == '"')
            remit_buf_put_cstr(out, "&quot;");
        else if (c == '\n' || c == '\t' || c == '\r')
            remit_buf_put_fmt(out, "&#%d;", c);
        else
            remit_buf_put_byte(out, c < 0x20 || c == 0x7f ? '?' : (char)c);
    }
}

static void put_attribute(struct remit_buf *out, const char *name, struct remit_str value)
{
    remit_buf_put_fmt(out, " %s=\"", name);
    put_escaped(out, value);
    remit_buf_put_byte(out, '"');
}

static void put_finding(struct remit_buf *out, const struct cli_lint_file *file,
                        const struct remit_finding *f)
{
    const struct remit_location *where = &f->locations[0];

    remit_buf_put_cstr(out, "    <testcase");
    put_attribute(out, "classname", remit_str_of(file->name));
    put_attribute(out, "name", remit_str_of(f->check->code));
    put_attribute(out, "file", remit_str_of(file->name));
    remit_buf_put_fmt(out, " line=\"%zu\">\n      <failure", where->start.line);
    put_attribute(out, "type", remit_str_of(remit_finding_type_name(f->check->type)));
    put_attribute(out, "message", f->message);
    remit_buf_put_byte(out, '>');
    put_escaped(out, remit_str_of(file->name));
    remit_buf_put_fmt(out, ":%zu:%zu ", where->start.line, where->start.column + 1);
    put_escaped(out, where->pointer);
    remit_buf_put_cstr(out, "</failure>\n    </testcase>\n");
}

static void put_file(struct remit_buf *out, const struct cli_lint_file *file)
{
    size_t n = file->n_findings;

    remit_buf_put_cstr(out, "  <testsuite");
    put_attribute(out, "name", remit_str_of(file->name));
    remit_buf_put_fmt(out, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"0\">\n",
                      n == 0 ? 1 : n, n);
    for (size_t i = 0; i < n; i++)
        put_finding(out, file, file->findings[i].finding);
    if (n == 0) {
        remit_buf_put_cstr(out, "    <testcase");
        put_attribute(out, "classname", remit_str_of(file->name));
        remit_buf_put_cstr(out, " name=\"no findings\"/>\n");
    }
    remit_buf_put_cstr(out, "  </testsuite>\n");
}

void cli_lint_junit(const struct cli_lint_run *run, struct remit_buf *out)
{
    size_t tests = 0;
    size_t failures = 0;

    for (size_t i = 0; i < run->n_files; i++) {
        tests += run->files[i].n_findings == 0 ? 1 : run->files[i].n_findings;
        failures += run->files[i].n_findings;
    }
    remit_buf_put_fmt(out,
                      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"remit policy "
                      "lint\" tests=\"%zu\" failures=\"%zu\" errors=\"0\">\n",
                      tests, failures);
    for (size_t i = 0; i < run->n_files; i++)
        put_file(out, &run->files[i]);
    remit_buf_put_cstr(out, "</testsuites>\n");
}
