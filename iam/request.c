#include "iam/context.h"

#include <stdlib.h>

#define ENTRIES_FIRST 16

/* FNV-1a, then mixed once more: the table takes the low bits. */
uint32_t remit_context_hash(struct remit_str key)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < key.len; i++)
        hash = (hash ^ (unsigned char)remit_lower(key.ptr[i])) * 16777619u;
    hash ^= hash >> 15;
    hash *= 0x2c1b3c6du;
    return hash ^ hash >> 13;
}

const struct remit_context_entry *remit_context_find_hashed(const struct remit_context *context,
                                                            struct remit_str key, uint32_t hash)
{
    size_t mask = 0;

    if (context == NULL || context->n_entries == 0)
        return NULL;
    mask = context->n_slots - 1;
    for (size_t i = hash & mask; context->slots[i] != 0; i = (i + 1) & mask) {
        const struct remit_context_entry *entry = &context->entries[context->slots[i] - 1];

        if (entry->hash == hash &&
            (remit_same(entry->key, key) || remit_str_equal_nocase(entry->key, key)))
            return entry;
    }
    return NULL;
}

const struct remit_context_entry *remit_context_find(const struct remit_context *context,
                                                     struct remit_str key)
{
    return remit_context_find_hashed(context, key, remit_context_hash(key));
}

bool remit_context_single(const struct remit_context *context, struct remit_str key,
                          struct remit_str *value)
{
    const struct remit_context_entry *entry = remit_context_find(context, key);

    if (entry == NULL || entry->multivalued || entry->n_values != 1)
        return false;
    *value = entry->values[0];
    return true;
}

static void slot_fill(struct remit_context *context, size_t index)
{
    size_t mask = context->n_slots - 1;
    size_t i = context->entries[index].hash & mask;

    while (context->slots[i] != 0)
        i = (i + 1) & mask;
    context->slots[i] = (uint32_t)index + 1;
}

/* Single values live inside the entries, which have just moved. */
static void values_follow(struct remit_context *context)
{
    for (size_t i = 0; i < context->n_entries; i++)
        if (!context->entries[i].multivalued)
            context->entries[i].values = &context->entries[i].single;
}

/* Twice as many entries, and slots for four times as many: chains stay short. */
static int grow(struct remit_context *context, struct remit_err *err)
{
    size_t cap = context->cap_entries == 0 ? ENTRIES_FIRST : context->cap_entries * 2;
    struct remit_context_entry *entries = NULL;
    uint32_t *slots = calloc(cap * 2, sizeof(*slots));

    if (slots != NULL)
        entries = realloc(context->entries, cap * sizeof(*entries));
    if (entries == NULL) {
        free(slots);
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded", "no memory for %zu context keys",
                          cap);
    }
    free(context->slots);
    context->entries = entries;
    context->cap_entries = cap;
    context->slots = slots;
    context->n_slots = cap * 2;
    values_follow(context);
    for (size_t i = 0; i < context->n_entries; i++)
        slot_fill(context, i);
    return 0;
}

static int entry_for(struct remit_context *context, struct remit_str key,
                     struct remit_context_entry **out, struct remit_err *err)
{
    uint32_t hash = remit_context_hash(key);
    const struct remit_context_entry *found = remit_context_find_hashed(context, key, hash);

    if (found != NULL) {
        *out = &context->entries[found - context->entries];
        return 0;
    }
    if (context->n_entries == REMIT_CONTEXT_KEYS_MAX)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded",
                          "more than %d condition keys in a request", REMIT_CONTEXT_KEYS_MAX);
    if (context->n_entries == context->cap_entries)
        TRY(grow(context, err));
    *out = &context->entries[context->n_entries];
    **out = (struct remit_context_entry){ .key = key, .hash = hash };
    slot_fill(context, context->n_entries++);
    return 0;
}

static int check_value(struct remit_str key, struct remit_str value, struct remit_err *err)
{
    if (value.len <= REMIT_CONTEXT_VALUE_MAX)
        return 0;
    return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded",
                      "condition key " REMIT_STR_FMT " has a value of %zu bytes, the most is %d",
                      REMIT_STR_ARG(remit_str_sub(key, 0, 128)), value.len,
                      REMIT_CONTEXT_VALUE_MAX);
}

int remit_context_put(struct remit_context *context, struct remit_str key, struct remit_str value,
                      struct remit_err *err)
{
    struct remit_context_entry *entry = NULL;

    TRY(check_value(key, value, err));
    TRY(entry_for(context, key, &entry, err));
    entry->key = key;
    entry->single = value;
    entry->values = &entry->single;
    entry->n_values = 1;
    entry->multivalued = false;
    return 0;
}

int remit_context_put_list(struct remit_context *context, struct remit_str key,
                           const struct remit_str *values, size_t n_values, struct remit_err *err)
{
    struct remit_context_entry *entry = NULL;

    for (size_t i = 0; i < n_values; i++)
        TRY(check_value(key, values[i], err));
    TRY(entry_for(context, key, &entry, err));
    entry->key = key;
    entry->values = values;
    entry->n_values = n_values;
    entry->multivalued = true;
    return 0;
}

void remit_context_clear(struct remit_context *context)
{
    context->n_entries = 0;
    if (context->n_slots > 0)
        memset(context->slots, 0, context->n_slots * sizeof(*context->slots));
}

void remit_context_drop(struct remit_context *context)
{
    free(context->entries);
    free(context->slots);
    *context = (struct remit_context){ 0 };
}
