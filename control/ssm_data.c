#include "control/ssm_data.h"

#include "control/store/keys.h"
#include "control/store/long_name.h"
#include "control/store/record.h"

static struct remit_str kept(const struct control_key *key, struct remit_arena *arena)
{
    return remit_arena_str(arena, control_key_str(key));
}

static struct remit_str head_path(struct remit_str name, struct remit_arena *arena)
{
    struct control_long_name place;
    struct control_key key;

    control_long_name(name, &place);
    key = CONTROL_KEY("/ssm/parameter/%~%", place.start, place.hash);
    return kept(&key, arena);
}

static struct remit_str version_path(struct remit_str name, int64_t number,
                                     struct remit_arena *arena)
{
    struct remit_str digits = remit_arena_fmt(arena, "%010lld", (long long)number);
    struct control_long_name place;
    struct control_key key;

    control_long_name(name, &place);
    key = CONTROL_KEY("/ssm/version/%~%/%", place.start, place.hash, digits);
    return kept(&key, arena);
}

struct remit_str ssm_prefix(struct remit_str name_start, struct remit_arena *arena)
{
    struct control_key key =
        CONTROL_KEY("/ssm/parameter/%", remit_str_sub(name_start, 0, CONTROL_LONG_NAME_START));

    return kept(&key, arena);
}

int ssm_parameter_parse(const struct control_store_entry *entry, struct remit_arena *arena,
                        struct ssm_parameter *out, struct remit_err *err)
{
    auto_json struct remit_json *record = NULL;

    TRY(control_record_parse(entry, &record, err));
    *out = (struct ssm_parameter){
        .name = iam_member(record, "name", arena),
        .type = iam_member(record, "type", arena),
        .tier = iam_member(record, "tier", arena),
        .description = iam_member(record, "description", arena),
        .version = remit_json_int(remit_json_get(record, "version")),
        .oldest = remit_json_int(remit_json_get(record, "oldest")),
        .changed_at = remit_json_real(remit_json_get(record, "changedAt")),
        .changed_by = iam_member(record, "changedBy", arena),
        .revision = entry->revision,
    };
    out->tags = iam_tags_of(remit_json_get(record, "tags"), arena, &out->n_tags);
    return remit_arena_check(arena, "a parameter", err);
}

static int missing(struct remit_str name, struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_NOT_FOUND, "ParameterNotFound", "Parameter %.*s not found.",
                      (int)(name.len < 256 ? name.len : 256), name.ptr);
}

int ssm_parameter_read(struct control_store *store, struct remit_str name,
                       struct remit_arena *arena, struct ssm_parameter *out, struct remit_err *err)
{
    struct control_store_entry entry = { 0 };

    TRY(control_store_get(store, head_path(name, arena), arena, &entry, err));
    if (entry.revision == 0)
        return missing(name, err);
    TRY(ssm_parameter_parse(&entry, arena, out, err));
    return remit_str_equal(out->name, name) ? 0 : missing(name, err);
}

int ssm_version_read(struct control_store *store, const struct ssm_parameter *parameter,
                     int64_t number, struct remit_arena *arena, struct ssm_version *out,
                     struct remit_err *err)
{
    auto_json struct remit_json *record = NULL;
    uint64_t revision = 0;

    if (number >= parameter->oldest && number <= parameter->version)
        TRY(control_record_get(store, version_path(parameter->name, number, arena), arena, &record,
                               &revision, err));
    if (record == NULL)
        return remit_fail(err, REMIT_ERR_NOT_FOUND, "ParameterVersionNotFound",
                          "Systems Manager could not find version %lld of %.*s. Verify the version "
                          "and try again.",
                          (long long)number,
                          (int)(parameter->name.len < 256 ? parameter->name.len : 256),
                          parameter->name.ptr);
    *out = (struct ssm_version){
        .number = number,
        .value = iam_member(record, "value", arena),
        .sealed = remit_json_true(remit_json_get(record, "sealed")),
        .at = remit_json_real(remit_json_get(record, "at")),
    };
    return remit_arena_check(arena, "a parameter", err);
}

/* ---- into a commit ---- */

int ssm_parameter_put(struct control_store_txn *txn, const struct ssm_parameter *p,
                      struct remit_arena *arena, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(CONTROL_STORE_VALUE_MAX);
    struct remit_str key = head_path(p->name, arena);
    struct remit_jw w = REMIT_JW(&text);

    control_record_begin(&w);
    remit_jw_put_str(&w, "name", p->name);
    remit_jw_put_str(&w, "type", p->type);
    remit_jw_put_str(&w, "tier", p->tier);
    remit_jw_put_str(&w, "description", p->description);
    remit_jw_put_int(&w, "version", p->version);
    remit_jw_put_int(&w, "oldest", p->oldest);
    remit_jw_key(&w, "changedAt");
    remit_jw_real(&w, p->changed_at);
    remit_jw_put_str(&w, "changedBy", p->changed_by);
    iam_tags_write(&w, p->tags, p->n_tags);
    remit_jw_end(&w);
    return control_record_put(txn, key, p->revision, &text, arena, err);
}

int ssm_parameter_remove(struct control_store_txn *txn, const struct ssm_parameter *p,
                         struct remit_arena *arena, struct remit_err *err)
{
    return control_record_remove(txn, head_path(p->name, arena), p->revision, arena, err);
}

int ssm_version_put(struct control_store_txn *txn, const struct ssm_parameter *p,
                    const struct ssm_version *version, struct remit_arena *arena,
                    struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(65536);
    struct remit_jw w = REMIT_JW(&text);

    control_record_begin(&w);
    remit_jw_put_str(&w, "value", version->value);
    remit_jw_put_bool(&w, "sealed", version->sealed);
    remit_jw_key(&w, "at");
    remit_jw_real(&w, version->at);
    remit_jw_end(&w);
    TRY(remit_buf_check(&text, "a parameter", err));
    control_store_put(txn, version_path(p->name, version->number, arena),
                      remit_arena_str(arena, remit_buf_view(&text)));
    return remit_arena_check(arena, "a parameter", err);
}

int ssm_version_remove(struct control_store_txn *txn, const struct ssm_parameter *p, int64_t number,
                       struct remit_arena *arena, struct remit_err *err)
{
    control_store_remove(txn, version_path(p->name, number, arena));
    return remit_arena_check(arena, "a parameter", err);
}
