#include "cli/policy/layers.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/json_scan.h"

#define SLOTS          4096u               /* a power of two */
#define CACHED_MOST    ((size_t)64 * 1024) /* bytes of a text worth keeping */
#define BYTES_PER_BYTE 24                  /* what compiling and indexing make of a byte, about */
#define BYTES_PER_SET  8192

struct cli_layers {
    struct cli_layer *slots[SLOTS];
    size_t bytes;
};

/* ---- one layer ---- */

void cli_layer_drop(struct cli_layer **layer)
{
    struct cli_layer *l = *layer;

    *layer = NULL;
    if (l == NULL || --l->holders > 0)
        return;
    remit_policy_set_drop(&l->set);
    for (size_t i = 0; l->statements != NULL && i < l->n_policies; i++)
        free(l->statements[i]);
    free(l->statements);
    free(l->documents);
    free(l);
}
#define auto_cli_layer REMIT_AUTO(cli_layer_drop)

static size_t count_documents(struct remit_str text)
{
    struct remit_json_walk walk = remit_json_walk(text);
    struct remit_str key, value;
    size_t n = 0;

    if (walk.members)
        return 1;
    while (remit_json_walk_next(&walk, &key, &value))
        n++;
    return n;
}

static void find_documents(struct cli_layer *l)
{
    struct remit_json_walk walk = remit_json_walk(l->text);
    struct remit_str key;

    if (walk.members)
        l->documents[0] = l->text;
    for (size_t i = 0; !walk.members && i < l->n_policies; i++)
        (void)remit_json_walk_next(&walk, &key, &l->documents[i]);
}

static int no_memory(struct remit_str text, struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded", "no memory for policies of %zu bytes",
                      text.len);
}

/* The text's copy stands behind the struct. */
static int layer_new(struct remit_str text, struct cli_layer **out, struct remit_err *err)
{
    auto_cli_layer struct cli_layer *l = calloc(1, sizeof(*l) + text.len);

    if (l == NULL)
        return no_memory(text, err);
    l->holders = 1;
    memcpy(l + 1, text.ptr, text.len);
    l->text = remit_str_from((const char *)(l + 1), text.len);
    l->n_policies = count_documents(l->text);
    l->documents = calloc(l->n_policies + 1, sizeof(*l->documents));
    l->statements = calloc(l->n_policies + 1, sizeof(*l->statements));
    if (l->documents == NULL || l->statements == NULL)
        return no_memory(text, err);
    find_documents(l);
    *out = l;
    l = NULL;
    return 0;
}

struct name {
    char text[24];
};

static void drop_entries(struct remit_policy_entry *entries, size_t n)
{
    for (size_t i = 0; i < n; i++)
        remit_policy_drop(&entries[i].policy);
}

/* The pointer to the whole document is the empty text: the sentence starts with its colon. */
static void drop_empty_pointer(struct remit_err *err)
{
    if (strncmp(err->text, ": ", 2) == 0)
        memmove(err->text, err->text + 2, strlen(err->text + 2) + 1);
}

static int compile_all(struct cli_layer *l, struct remit_policy_entry *entries, struct name *names,
                       struct remit_err *err)
{
    const struct remit_policy_options options = { .type = l->type };

    for (size_t i = 0; i < l->n_policies; i++) {
        (void)snprintf(names[i].text, sizeof(names[i].text), "%zu", i);
        entries[i].name = remit_str_of(names[i].text);
        if (remit_policy_compile(l->documents[i], &options, &entries[i].policy, err) == 0)
            continue;
        drop_empty_pointer(err);
        return l->text.ptr[0] == '[' ? remit_err_prefix(err, "policy %zu", i) : -1;
    }
    return remit_policy_set_new(entries, l->n_policies, &l->set, err);
}

static int compile(struct cli_layer *l, struct remit_err *err)
{
    struct remit_policy_entry *entries = calloc(l->n_policies + 1, sizeof(*entries));
    struct name *names = calloc(l->n_policies + 1, sizeof(*names));
    int result = -1;

    if (entries == NULL || names == NULL)
        result = no_memory(l->text, err);
    else
        result = compile_all(l, entries, names, err);
    if (entries != NULL)
        drop_entries(entries, l->n_policies);
    free(entries);
    free(names);
    return result;
}

/* ---- places ---- */

/* By the index that the engine gives a statement: a single one that is no list is the first. */
static void find_statements(struct remit_str value, struct remit_str *out, size_t n)
{
    struct remit_json_walk walk = remit_json_walk(value);
    struct remit_str key;

    if (walk.members)
        out[0] = value;
    for (size_t i = 0; !walk.members && i < n; i++)
        (void)remit_json_walk_next(&walk, &key, &out[i]);
}

size_t cli_layer_place(struct cli_layer *l, size_t policy, size_t statement)
{
    struct remit_str value = { 0 };

    if (policy >= l->n_policies ||
        !remit_json_find(l->documents[policy], REMIT_STR("/Statement"), &value, NULL))
        return 0;
    if (l->statements[policy] == NULL) {
        size_t n = remit_json_walk(value).members ? 1 : count_documents(value);

        l->statements[policy] = calloc(n, sizeof(**l->statements));
        if (l->statements[policy] == NULL)
            return 0;
        find_statements(value, l->statements[policy], n);
    }
    return (size_t)(l->statements[policy][statement].ptr - l->text.ptr);
}

/* ---- the cache ---- */

/* Spreads; nobody relies on more, texts are compared whole. */
static uint64_t hash_of(struct remit_str text, enum remit_policy_type type)
{
    uint64_t hash = 0x9e3779b97f4a7c15u + (uint64_t)type;
    size_t at = 0;

    for (; text.len - at >= 8; at += 8) {
        uint64_t word;

        memcpy(&word, text.ptr + at, 8);
        hash = (hash ^ word) * 0xff51afd7ed558ccdu;
        hash ^= hash >> 32;
    }
    for (; at < text.len; at++)
        hash = (hash ^ (unsigned char)text.ptr[at]) * 0x100000001b3u;
    return hash ^ hash >> 29;
}

int cli_layers_new(struct cli_layers **out, struct remit_err *err)
{
    *out = calloc(1, sizeof(**out));
    if (*out == NULL)
        return remit_fail(err, REMIT_ERR_INTERNAL, "OutOfMemory", "no memory for policies");
    return 0;
}

static void clear(struct cli_layers *layers)
{
    for (size_t i = 0; i < SLOTS; i++)
        cli_layer_drop(&layers->slots[i]);
    layers->bytes = 0;
}

void cli_layers_drop(struct cli_layers **layers)
{
    if (*layers != NULL)
        clear(*layers);
    free(*layers);
    *layers = NULL;
}

static void keep(struct cli_layers *layers, struct cli_layer *layer)
{
    struct cli_layer **slot = &layers->slots[layer->hash & (SLOTS - 1)];

    if (layer->text.len > CACHED_MOST)
        return;
    layer->bytes = BYTES_PER_SET + layer->text.len * BYTES_PER_BYTE;
    if (layers->bytes + layer->bytes > CLI_LAYERS_MOST)
        clear(layers);
    if (*slot != NULL)
        layers->bytes -= (*slot)->bytes;
    cli_layer_drop(slot);
    layers->bytes += layer->bytes;
    layer->holders++;
    *slot = layer;
}

int cli_layers_take(struct cli_layers *layers, struct remit_str text, enum remit_policy_type type,
                    struct cli_layer **out, struct remit_err *err)
{
    uint64_t hash = hash_of(text, type);
    struct cli_layer *found = layers->slots[hash & (SLOTS - 1)];
    auto_cli_layer struct cli_layer *made = NULL;

    if (found != NULL && found->hash == hash && found->type == type &&
        remit_str_equal(found->text, text)) {
        found->holders++;
        *out = found;
        return 0;
    }
    TRY(layer_new(text, &made, err));
    made->hash = hash;
    made->type = type;
    TRY(compile(made, err));
    keep(layers, made);
    *out = made;
    made = NULL;
    return 0;
}
