/* The findings as ValidatePolicy answers them, a file after the other. */
#include "cli/policy/lint.h"
#include "common/base/json.h"

static void put_position(struct remit_jw *w, const char *key, const struct remit_position *at)
{
    remit_jw_key(w, key);
    remit_jw_object(w);
    remit_jw_put_int(w, "line", (int64_t)at->line);
    remit_jw_put_int(w, "column", (int64_t)at->column);
    remit_jw_put_int(w, "offset", (int64_t)at->offset);
    remit_jw_end(w);
}

static void put_element(struct remit_jw *w, const struct remit_path_element *element)
{
    remit_jw_object(w);
    switch (element->kind) {
    case REMIT_PATH_VALUE:
        remit_jw_put_str(w, "value", element->text);
        break;
    case REMIT_PATH_KEY:
        remit_jw_put_str(w, "key", element->text);
        break;
    case REMIT_PATH_INDEX:
        remit_jw_put_int(w, "index", (int64_t)element->index);
        break;
    case REMIT_PATH_SUBSTRING:
    default:
        remit_jw_key(w, "substring");
        remit_jw_object(w);
        remit_jw_put_int(w, "start", (int64_t)element->start);
        remit_jw_put_int(w, "length", (int64_t)element->length);
        remit_jw_end(w);
        break;
    }
    remit_jw_end(w);
}

static void put_location(struct remit_jw *w, const struct cli_lint_file *in,
                         const struct remit_location *where)
{
    remit_jw_object(w);
    remit_jw_key(w, "path");
    remit_jw_array(w);
    for (size_t i = 0; i < where->n_path; i++)
        put_element(w, &where->path[i]);
    remit_jw_end(w);
    remit_jw_put_str(w, "pointer", where->pointer);
    remit_jw_put_cstr(w, "file", in->name);
    remit_jw_key(w, "span");
    remit_jw_object(w);
    put_position(w, "start", &where->start);
    put_position(w, "end", &where->end);
    remit_jw_end(w);
    remit_jw_end(w);
}

static void put_finding(struct remit_jw *w, const struct cli_lint_run *run,
                        const struct cli_lint_file *file, const struct cli_lint_item *item)
{
    const struct remit_finding *f = item->finding;
    char link[256];

    (void)remit_check_link(f->check, link, sizeof(link));
    remit_jw_object(w);
    remit_jw_put_cstr(w, "findingType", remit_finding_type_name(f->check->type));
    remit_jw_put_cstr(w, "issueCode", f->check->code);
    remit_jw_put_str(w, "findingDetails", f->message);
    remit_jw_put_cstr(w, "learnMoreLink", link);
    remit_jw_key(w, "locations");
    remit_jw_array(w);
    for (size_t i = 0; i < f->n_locations; i++)
        put_location(w, cli_lint_file_of(run, file, item, &f->locations[i]), &f->locations[i]);
    remit_jw_end(w);
    remit_jw_end(w);
}

void cli_lint_json(const struct cli_lint_run *run, struct remit_buf *out)
{
    struct remit_jw w = REMIT_JW(out);

    remit_jw_object(&w);
    remit_jw_key(&w, "files");
    remit_jw_array(&w);
    for (size_t i = 0; i < run->n_files; i++) {
        const struct cli_lint_file *file = &run->files[i];

        remit_jw_object(&w);
        remit_jw_put_cstr(&w, "file", file->name);
        remit_jw_key(&w, "findings");
        remit_jw_array(&w);
        for (size_t j = 0; j < file->n_findings; j++)
            put_finding(&w, run, file, &file->findings[j]);
        remit_jw_end(&w);
        remit_jw_put_bool(&w, "truncated", file->truncated);
        remit_jw_end(&w);
    }
    remit_jw_end(&w);
    remit_jw_end(&w);
    remit_buf_put_byte(out, '\n');
}
