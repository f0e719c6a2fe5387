#include "control/store/record.h"

static int corrupt(const struct control_store_entry *entry, const char *why, struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_INTERNAL, "StoreCorrupt",
                      "the record at " REMIT_STR_FMT ": %.160s", REMIT_STR_ARG(entry->key), why);
}

void control_record_begin(struct remit_jw *w)
{
    remit_jw_object(w);
    remit_jw_put_int(w, "v", CONTROL_RECORD_VERSION);
}

int control_record_parse(const struct control_store_entry *entry, struct remit_json **out,
                         struct remit_err *err)
{
    auto_json struct remit_json *tree = NULL;
    const struct remit_json *version = NULL;
    struct remit_err why = { 0 };

    if (remit_json_parse(entry->value, CONTROL_STORE_VALUE_MAX, &tree, &why) != 0)
        return corrupt(entry, why.text, err);
    if (remit_json_type(tree) != REMIT_JSON_OBJECT)
        return corrupt(entry, "no object", err);
    version = remit_json_get(tree, "v");
    if (remit_json_type(version) != REMIT_JSON_INT)
        return corrupt(entry, "says no version", err);
    if (remit_json_int(version) != CONTROL_RECORD_VERSION)
        return corrupt(entry, "is of another version than this control reads", err);
    *out = tree;
    tree = NULL;
    return 0;
}

int control_record_get(struct control_store *store, struct remit_str key, struct remit_arena *arena,
                       struct remit_json **out, uint64_t *revision, struct remit_err *err)
{
    struct control_store_entry entry = { 0 };

    *out = NULL;
    *revision = 0;
    TRY(control_store_get(store, key, arena, &entry, err));
    if (entry.revision == 0)
        return 0;
    TRY(control_record_parse(&entry, out, err));
    *revision = entry.revision;
    return 0;
}

int control_record_put(struct control_store_txn *txn, struct remit_str key, uint64_t revision,
                       const struct remit_buf *text, struct remit_arena *arena,
                       struct remit_err *err)
{
    TRY(remit_buf_check(text, "the record", err));
    control_store_expect(txn, key, revision);
    control_store_put(txn, key, remit_arena_str(arena, remit_buf_view(text)));
    return remit_arena_check(arena, "the record", err);
}

int control_record_remove(struct control_store_txn *txn, struct remit_str key, uint64_t revision,
                          const struct remit_arena *arena, struct remit_err *err)
{
    control_store_expect(txn, key, revision);
    control_store_remove(txn, key);
    return remit_arena_check(arena, "the record", err);
}
