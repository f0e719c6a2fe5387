#include "cli/policy/documents.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <remit/document.h>

#include "cli/policy/input.h"

#define POINTER_MOST 4096

/* ---- one layer ---- */

static int no_memory(struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_INTERNAL, "OutOfMemory", "no memory for policy documents");
}

static int make_room(struct cli_documents *d, struct remit_err *err)
{
    size_t cap = d->cap == 0 ? 8 : d->cap * 2;
    struct cli_document *all = NULL;

    if (d->n == CLI_DOCUMENTS_MOST)
        return remit_fail(err, REMIT_ERR_LIMIT, "TooMany", "more than %d documents in a layer",
                          CLI_DOCUMENTS_MOST);
    if (d->n < d->cap)
        return 0;
    all = realloc(d->all, cap * sizeof(*all));
    if (all == NULL)
        return no_memory(err);
    d->all = all;
    d->cap = cap;
    return 0;
}

int cli_documents_add(struct cli_documents *d, const char *name, struct remit_str text,
                      enum remit_policy_type type, struct remit_err *err)
{
    const struct remit_policy_options options = { .type = type };
    struct cli_document one = { 0 };
    char *copy = NULL;

    TRY(make_room(d, err));
    if (remit_policy_compile(text, &options, &one.policy, err) != 0)
        return cli_err_of_document(err, name, text);
    one.name = strdup(name);
    copy = malloc(text.len + 1);
    if (one.name == NULL || copy == NULL) {
        free(copy);
        free(one.name);
        remit_policy_drop(&one.policy);
        return no_memory(err);
    }
    memcpy(copy, text.ptr, text.len);
    one.text = remit_str_from(copy, text.len);
    d->all[d->n++] = one;
    return 0;
}

int cli_documents_add_file(struct cli_documents *d, const char *path, enum remit_policy_type type,
                           struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(REMIT_POLICY_MAX);

    TRY(cli_read_file(path, &text, err));
    return cli_documents_add(d, path, remit_buf_view(&text), type, err);
}

int cli_documents_seal(struct cli_documents *d, struct remit_err *err)
{
    struct remit_policy_entry *entries = calloc(d->n + 1, sizeof(*entries));
    int result = 0;

    if (entries == NULL)
        return no_memory(err);
    for (size_t i = 0; i < d->n; i++)
        entries[i] = (struct remit_policy_entry){ .policy = d->all[i].policy,
                                                  .name = remit_str_of(d->all[i].name) };
    remit_policy_set_drop(&d->set);
    result = remit_policy_set_new(entries, d->n, &d->set, err);
    free(entries);
    return result;
}

static void free_text(struct remit_str *text)
{
    char *bytes = NULL;

    memcpy(&bytes, &text->ptr, sizeof(bytes)); /* ours, though a str is const */
    free(bytes);
}

void cli_documents_drop(struct cli_documents *d)
{
    remit_policy_set_drop(&d->set);
    for (size_t i = 0; i < d->n; i++) {
        remit_policy_drop(&d->all[i].policy);
        free_text(&d->all[i].text);
        free(d->all[i].name);
    }
    free(d->all);
    *d = (struct cli_documents){ 0 };
}

/* ---- all of them ---- */

static int seal_layer(struct cli_documents *d, const struct remit_policy_set **out,
                      struct remit_err *err)
{
    if (d->n == 0)
        return 0;
    TRY(cli_documents_seal(d, err));
    *out = d->set;
    return 0;
}

int cli_policies_seal(struct cli_policies *of, struct remit_err *err)
{
    struct remit_bundle *b = &of->bundle;

    *b = (struct remit_bundle){ .scps = of->sets[0],
                                .n_scps = of->n_levels[0],
                                .rcps = of->sets[1],
                                .n_rcps = of->n_levels[1] };
    TRY(seal_layer(&of->layers[REMIT_LAYER_IDENTITY], &b->identity, err));
    TRY(seal_layer(&of->layers[REMIT_LAYER_BOUNDARY], &b->boundary, err));
    TRY(seal_layer(&of->layers[REMIT_LAYER_SESSION], &b->session, err));
    TRY(seal_layer(&of->layers[REMIT_LAYER_RESOURCE], &b->resource, err));
    TRY(seal_layer(&of->layers[REMIT_LAYER_ENDPOINT], &b->endpoint, err));
    for (size_t which = 0; which < 2; which++)
        for (size_t i = 0; i < of->n_levels[which]; i++) {
            TRY(cli_documents_seal(&of->levels[which][i], err));
            of->sets[which][i] = of->levels[which][i].set;
        }
    return 0;
}

void cli_policies_drop(struct cli_policies *of)
{
    for (size_t i = 0; i < REMIT_LAYER_COUNT; i++)
        cli_documents_drop(&of->layers[i]);
    for (size_t i = 0; i < CLI_LEVELS_MOST; i++) {
        cli_documents_drop(&of->levels[0][i]);
        cli_documents_drop(&of->levels[1][i]);
    }
    *of = (struct cli_policies){ 0 };
}

/* ---- places ---- */

static const struct cli_document *document_of(const struct cli_policies *of,
                                              const struct remit_trace *step)
{
    const struct cli_documents *d = &of->layers[step->layer];

    if (step->layer == REMIT_LAYER_SCP || step->layer == REMIT_LAYER_RCP)
        d = &of->levels[step->layer == REMIT_LAYER_RCP][step->level];
    return step->policy_index < d->n ? &d->all[step->policy_index] : NULL;
}

const struct cli_document *cli_policies_locate(const struct cli_policies *of,
                                               const struct remit_trace *step, char *pointer,
                                               size_t size, struct remit_place *place)
{
    const struct cli_document *document = document_of(of, step);
    struct remit_place value = { 0 };
    size_t len = remit_trace_pointer(step, pointer, size);

    if (document == NULL || len >= size ||
        !remit_policy_locate(document->text, remit_str_of(pointer), &value, place))
        return NULL;
    if (place->len == 0)
        *place = value;
    return document;
}

size_t cli_policies_place(void *self, const struct remit_trace *step, char *out, size_t size)
{
    char pointer[POINTER_MOST];
    struct remit_place place = { 0 };
    const struct cli_document *document =
        cli_policies_locate(self, step, pointer, sizeof(pointer), &place);
    int len = 0;

    if (document == NULL)
        return 0;
    len = snprintf(out, size, "%s:%zu:%zu", document->name, place.line, place.column);
    return len > 0 ? (size_t)len : 0;
}
