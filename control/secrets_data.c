#include "control/secrets_data.h"

#include <remit/arn.h>

#include "control/sealed.h"
#include "control/store/keys.h"
#include "control/store/long_name.h"
#include "control/store/record.h"

/* ---- keys ---- */

static struct remit_str record_path(struct remit_str name, struct remit_arena *arena)
{
    struct control_long_name place;
    struct control_key key;

    control_long_name(name, &place);
    key = CONTROL_KEY("/secretsmanager/secret/%~%", place.start, place.hash);
    return remit_arena_str(arena, control_key_str(&key));
}

static struct remit_str value_path(struct remit_str name, int64_t slot, struct remit_arena *arena)
{
    struct remit_str digits = remit_arena_fmt(arena, "%010lld", (long long)slot);
    struct control_long_name place;
    struct control_key key;

    control_long_name(name, &place);
    key = CONTROL_KEY("/secretsmanager/value/%~%/%", place.start, place.hash, digits);
    return remit_arena_str(arena, control_key_str(&key));
}

/* ---- reading ---- */

static int corrupt(struct remit_str name, struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_INTERNAL, "StoreCorrupt",
                      "the secret " REMIT_STR_FMT ": too many versions or stages",
                      REMIT_STR_ARG(name));
}

static bool read_version(const struct remit_json *item, struct remit_arena *arena,
                         struct secrets_version *out)
{
    const struct remit_json *stages = remit_json_get(item, "stages");

    *out = (struct secrets_version){
        .id = iam_member(item, "id", arena),
        .slot = remit_json_int(remit_json_get(item, "slot")),
        .binary = remit_json_true(remit_json_get(item, "binary")),
        .created_at = remit_json_real(remit_json_get(item, "createdAt")),
        .n_stages = remit_json_count(stages),
    };
    if (out->n_stages > SECRETS_STAGES_MOST)
        return false;
    for (size_t i = 0; i < out->n_stages; i++)
        out->stages[i] = remit_arena_str(arena, remit_json_str(remit_json_at(stages, i)));
    return true;
}

static int parse(const struct remit_json *record, struct remit_arena *arena,
                 struct secrets_secret *out, struct remit_err *err)
{
    const struct remit_json *versions = remit_json_get(record, "versions");

    out->name = iam_member(record, "name", arena);
    out->arn = iam_member(record, "arn", arena);
    out->description = iam_member(record, "description", arena);
    out->created_at = remit_json_real(remit_json_get(record, "createdAt"));
    out->changed_at = remit_json_real(remit_json_get(record, "changedAt"));
    out->delete_at = remit_json_real(remit_json_get(record, "deleteAt"));
    out->next_slot = remit_json_int(remit_json_get(record, "nextSlot"));
    out->tags = iam_tags_of(remit_json_get(record, "tags"), arena, &out->n_tags);
    out->n_versions = remit_json_count(versions);
    if (out->n_versions > SECRETS_VERSIONS_KEPT)
        return corrupt(out->name, err);
    for (size_t i = 0; i < out->n_versions; i++)
        if (!read_version(remit_json_at(versions, i), arena, &out->versions[i]))
            return corrupt(out->name, err);
    return remit_arena_check(arena, "a secret", err);
}

int secrets_read_name(struct control_call *call, struct remit_str name, struct secrets_secret *out,
                      struct remit_err *err)
{
    auto_json struct remit_json *record = NULL;
    uint64_t revision = 0;

    *out = (struct secrets_secret){ 0 };
    TRY(control_record_get(call->store, record_path(name, call->arena), call->arena, &record,
                           &revision, err));
    if (record == NULL)
        return 0;
    TRY(parse(record, call->arena, out, err));
    out->revision = remit_str_equal(out->name, name) ? revision : 0;
    return 0;
}

/* The whole ARN must be the secret's own: with another suffix it was another secret. */
static int read_full(struct control_call *call, struct remit_str text, struct remit_str tail,
                     struct secrets_secret *out, struct remit_err *err)
{
    *out = (struct secrets_secret){ 0 };
    if (tail.len <= SECRETS_SUFFIX || tail.ptr[tail.len - SECRETS_SUFFIX] != '-')
        return 0;
    TRY(secrets_read_name(call, remit_str_sub(tail, 0, tail.len - SECRETS_SUFFIX), out, err));
    if (!remit_str_equal(out->arn, text))
        out->revision = 0;
    return 0;
}

int secrets_read(struct control_call *call, struct remit_str secret_id, struct secrets_secret *out,
                 struct remit_err *err)
{
    struct remit_arn arn;
    struct remit_str tail;

    if (!remit_str_starts(secret_id, REMIT_STR("arn:")))
        return secrets_read_name(call, secret_id, out, err);
    *out = (struct secrets_secret){ 0 };
    if (!remit_arn_parse(secret_id, &arn) ||
        !remit_str_equal(arn.service, REMIT_STR("secretsmanager")) ||
        !remit_str_equal(arn.account, call->config->account) ||
        !remit_str_equal(arn.region, call->config->region) ||
        !remit_str_starts(arn.resource, REMIT_STR("secret:")))
        return 0;
    tail = remit_str_sub(arn.resource, strlen("secret:"), arn.resource.len);
    TRY(read_full(call, secret_id, tail, out, err));
    return out->revision != 0 ? 0 : secrets_read_name(call, tail, out, err);
}

bool secrets_is_gone(const struct control_call *call, const struct secrets_secret *secret)
{
    return secret->revision == 0 || (secret->delete_at > 0 && secret->delete_at <= call->now);
}

/* ---- writing ---- */

static void put_version(struct remit_jw *w, const struct secrets_version *v)
{
    remit_jw_object(w);
    remit_jw_put_str(w, "id", v->id);
    remit_jw_put_int(w, "slot", v->slot);
    remit_jw_put_bool(w, "binary", v->binary);
    remit_jw_key(w, "createdAt");
    remit_jw_real(w, v->created_at);
    remit_jw_key(w, "stages");
    remit_jw_array(w);
    for (size_t i = 0; i < v->n_stages; i++)
        remit_jw_str(w, v->stages[i]);
    remit_jw_end(w);
    remit_jw_end(w);
}

static void put_real(struct remit_jw *w, const char *name, double value)
{
    remit_jw_key(w, name);
    remit_jw_real(w, value);
}

int secrets_put(struct control_store_txn *txn, const struct secrets_secret *s,
                struct remit_arena *arena, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(CONTROL_STORE_VALUE_MAX);
    struct remit_str key = record_path(s->name, arena);
    struct remit_jw w = REMIT_JW(&text);

    control_record_begin(&w);
    remit_jw_put_str(&w, "name", s->name);
    remit_jw_put_str(&w, "arn", s->arn);
    remit_jw_put_str(&w, "description", s->description);
    put_real(&w, "createdAt", s->created_at);
    put_real(&w, "changedAt", s->changed_at);
    put_real(&w, "deleteAt", s->delete_at);
    remit_jw_put_int(&w, "nextSlot", s->next_slot);
    iam_tags_write(&w, s->tags, s->n_tags);
    remit_jw_key(&w, "versions");
    remit_jw_array(&w);
    for (size_t i = 0; i < s->n_versions; i++)
        put_version(&w, &s->versions[i]);
    remit_jw_end(&w);
    remit_jw_end(&w);
    return control_record_put(txn, key, s->revision, &text, arena, err);
}

int secrets_remove(struct control_store_txn *txn, const struct secrets_secret *s,
                   struct remit_arena *arena, struct remit_err *err)
{
    TRY(control_record_remove(txn, record_path(s->name, arena), s->revision, arena, err));
    for (size_t i = 0; i < s->n_versions; i++)
        TRY(secrets_value_remove(txn, s, &s->versions[i], arena, err));
    return remit_arena_check(arena, "a secret", err);
}

/* ---- values ---- */

/* An ARN with its random suffix is never used again, nor is a slot of a secret. */
static struct remit_str seal_context(struct control_call *call, const struct secrets_secret *s,
                                     const struct secrets_version *v)
{
    return remit_arena_fmt(call->arena, REMIT_STR_FMT "#%lld", REMIT_STR_ARG(s->arn),
                           (long long)v->slot);
}

int secrets_value_put(struct control_call *call, const struct secrets_secret *secret,
                      const struct secrets_version *version, struct remit_str plain,
                      struct control_store_txn *txn, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(CONTROL_STORE_VALUE_MAX);
    struct remit_jw w = REMIT_JW(&text);
    struct remit_str sealed;

    TRY(control_sealed_put(call, seal_context(call, secret, version), plain, &sealed, err));
    control_record_begin(&w);
    remit_jw_put_str(&w, "sealed", sealed);
    remit_jw_end(&w);
    TRY(remit_buf_check(&text, "a secret", err));
    control_store_put(txn, value_path(secret->name, version->slot, call->arena),
                      remit_arena_str(call->arena, remit_buf_view(&text)));
    return remit_arena_check(call->arena, "a secret", err);
}

int secrets_value_open(struct control_call *call, const struct secrets_secret *secret,
                       const struct secrets_version *version, struct remit_secret *out,
                       struct remit_err *err)
{
    auto_json struct remit_json *record = NULL;
    uint64_t revision = 0;

    TRY(control_record_get(call->store, value_path(secret->name, version->slot, call->arena),
                           call->arena, &record, &revision, err));
    return control_sealed_open(call, seal_context(call, secret, version),
                               remit_json_str(remit_json_get(record, "sealed")), out, err);
}

int secrets_value_remove(struct control_store_txn *txn, const struct secrets_secret *secret,
                         const struct secrets_version *version, struct remit_arena *arena,
                         struct remit_err *err)
{
    control_store_remove(txn, value_path(secret->name, version->slot, arena));
    return remit_arena_check(arena, "a secret", err);
}
