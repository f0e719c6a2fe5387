#include "control/iam_write.h"

#include "control/store/record.h"

/* A record with all its policies may grow over what the store takes. */
static int put(struct control_store_txn *txn, struct remit_str key, uint64_t revision,
               const struct remit_buf *value, struct remit_arena *arena, struct remit_err *err)
{
    if (!remit_buf_ok(value))
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded",
                          "The entity would take more than %d bytes with its policies.",
                          CONTROL_STORE_VALUE_MAX);
    return control_record_put(txn, key, revision, value, arena, err);
}

/* What a principal and a managed policy have in common. */
static void put_head(struct remit_jw *w, struct remit_str name, struct remit_str path,
                     struct remit_str id, struct remit_str arn, struct remit_str description,
                     int64_t created_at)
{
    control_record_begin(w);
    remit_jw_put_str(w, "name", name);
    remit_jw_put_str(w, "path", path);
    remit_jw_put_str(w, "id", id);
    remit_jw_put_str(w, "arn", arn);
    remit_jw_put_str(w, "description", description);
    remit_jw_put_int(w, "createdAt", created_at);
}

void iam_tags_write(struct remit_jw *w, const struct iam_tag *tags, size_t n)
{
    remit_jw_key(w, "tags");
    remit_jw_array(w);
    for (size_t i = 0; i < n; i++) {
        remit_jw_object(w);
        remit_jw_put_str(w, "Key", tags[i].key);
        remit_jw_put_str(w, "Value", tags[i].value);
        remit_jw_end(w);
    }
    remit_jw_end(w);
}

static void put_strings(struct remit_jw *w, const char *name, const struct remit_str *items,
                        size_t n)
{
    remit_jw_key(w, name);
    remit_jw_array(w);
    for (size_t i = 0; i < n; i++)
        remit_jw_str(w, items[i]);
    remit_jw_end(w);
}

/* ---- principals ---- */

static void put_role_only(struct remit_jw *w, const struct iam_principal_record *r)
{
    remit_jw_put_int(w, "maxSession", r->max_session_s);
    remit_jw_put_str(w, "trust", r->trust);
    remit_jw_key(w, "trusted");
    remit_jw_array(w);
    for (size_t i = 0; i < r->n_trusted; i++) {
        remit_jw_object(w);
        remit_jw_put_str(w, "arn", r->trusted[i].arn);
        remit_jw_put_str(w, "id", r->trusted[i].id);
        remit_jw_end(w);
    }
    remit_jw_end(w);
}

static void put_inline(struct remit_jw *w, const struct iam_principal_record *r)
{
    remit_jw_key(w, "inline");
    remit_jw_array(w);
    for (size_t i = 0; i < r->n_inline; i++) {
        remit_jw_object(w);
        remit_jw_put_str(w, "name", r->inline_policies[i].name);
        remit_jw_put_str(w, "document", r->inline_policies[i].document);
        remit_jw_end(w);
    }
    remit_jw_end(w);
}

int iam_principal_put(struct control_store_txn *txn, const struct iam_principal_record *r,
                      struct remit_arena *arena, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(CONTROL_STORE_VALUE_MAX);
    struct remit_jw w = REMIT_JW(&text);

    put_head(&w, r->name, r->path, r->id, r->arn, r->description, r->created_at);
    remit_jw_put_str(&w, "boundary", r->boundary);
    if (r->is_role)
        put_role_only(&w, r);
    put_inline(&w, r);
    put_strings(&w, "attached", r->attached, r->n_attached);
    put_strings(&w, "keys", r->access_keys, r->n_access_keys);
    iam_tags_write(&w, r->tags, r->n_tags);
    remit_jw_end(&w);
    return put(txn, iam_principal_path(r->is_role, r->name, arena), r->revision, &text, arena, err);
}

int iam_principal_remove(struct control_store_txn *txn, const struct iam_principal_record *record,
                         struct remit_arena *arena, struct remit_err *err)
{
    return control_record_remove(txn, iam_principal_path(record->is_role, record->name, arena),
                                 record->revision, arena, err);
}

/* ---- managed policies ---- */

static void put_versions(struct remit_jw *w, const struct iam_policy_record *r)
{
    remit_jw_key(w, "versions");
    remit_jw_array(w);
    for (size_t i = 0; i < r->n_versions; i++) {
        remit_jw_object(w);
        remit_jw_put_str(w, "id", r->versions[i].id);
        remit_jw_put_str(w, "document", r->versions[i].document);
        remit_jw_put_int(w, "createdAt", r->versions[i].created_at);
        remit_jw_end(w);
    }
    remit_jw_end(w);
}

int iam_policy_put(struct control_store_txn *txn, const struct iam_policy_record *r,
                   struct remit_arena *arena, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(CONTROL_STORE_VALUE_MAX);
    struct remit_jw w = REMIT_JW(&text);

    put_head(&w, r->name, r->path, r->id, r->arn, r->description, r->created_at);
    remit_jw_put_int(&w, "updatedAt", r->updated_at);
    remit_jw_put_str(&w, "default", r->default_version);
    remit_jw_put_int(&w, "next", (int64_t)r->next_version);
    put_versions(&w, r);
    iam_tags_write(&w, r->tags, r->n_tags);
    remit_jw_end(&w);
    return put(txn, iam_policy_path(r->name, arena), r->revision, &text, arena, err);
}

int iam_policy_remove(struct control_store_txn *txn, const struct iam_policy_record *record,
                      struct remit_arena *arena, struct remit_err *err)
{
    return control_record_remove(txn, iam_policy_path(record->name, arena), record->revision, arena,
                                 err);
}

/* ---- access keys ---- */

int iam_access_key_put(struct control_store_txn *txn, const struct iam_access_key *key,
                       struct remit_arena *arena, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(4096);
    struct remit_jw w = REMIT_JW(&text);

    control_record_begin(&w);
    remit_jw_put_cstr(&w, "kind", iam_key_kind_name(key->kind));
    remit_jw_put_str(&w, "user", key->user);
    remit_jw_put_str(&w, "ciphertext", key->ciphertext);
    remit_jw_put_bool(&w, "active", key->active);
    remit_jw_put_int(&w, "createdAt", key->created_at);
    remit_jw_put_int(&w, "expiresAt", key->expires_at);
    remit_jw_put_str(&w, "cluster", key->cluster);
    remit_jw_end(&w);
    return put(txn, iam_access_key_path(key->id, arena), key->revision, &text, arena, err);
}

int iam_access_key_remove(struct control_store_txn *txn, const struct iam_access_key *key,
                          struct remit_arena *arena, struct remit_err *err)
{
    return control_record_remove(txn, iam_access_key_path(key->id, arena), key->revision, arena,
                                 err);
}

int iam_access_key_write(struct control_store *store, const struct iam_access_key *key,
                         struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(16384);
    struct control_store_txn txn = { 0 };

    TRY(iam_access_key_put(&txn, key, &arena, err));
    return control_store_commit(store, &txn, NULL, err);
}

int iam_join_token_consume(struct control_store *store, const struct iam_access_key *key,
                           struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(4096);
    struct control_store_txn txn = { 0 };

    TRY(iam_access_key_remove(&txn, key, &arena, err));
    return control_store_commit(store, &txn, NULL, err);
}
