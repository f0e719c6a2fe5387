#include "control/ecr_data.h"

#include "control/store/keys.h"
#include "control/store/long_name.h"
#include "control/store/record.h"

#define NAME_MIN 2
#define NAME_MAX 256

static struct remit_str path(struct remit_str name, struct remit_arena *arena)
{
    struct control_long_name place;
    struct control_key key;

    control_long_name(name, &place);
    key = CONTROL_KEY("/ecr/repository/%~%", place.start, place.hash);
    return remit_arena_str(arena, control_key_str(&key));
}

struct remit_str ecr_repositories_prefix(void)
{
    return REMIT_STR("/ecr/repository/");
}

struct remit_str ecr_arn(struct control_call *call, struct remit_str name)
{
    return control_arn(call, "ecr", true, "repository/" REMIT_STR_FMT, REMIT_STR_ARG(name));
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* "." or "_" or "__" or any number of "-". */
static bool is_separator(struct remit_str s)
{
    size_t dashes = 0;

    while (dashes < s.len && s.ptr[dashes] == '-')
        dashes++;
    return (dashes > 0 && dashes == s.len) || remit_str_equal(s, REMIT_STR(".")) ||
           remit_str_equal(s, REMIT_STR("_")) || remit_str_equal(s, REMIT_STR("__"));
}

static bool segment_fits(struct remit_str s)
{
    size_t i = 0;

    while (i < s.len) {
        size_t start = i;

        while (i < s.len && is_word(s.ptr[i]))
            i++;
        if (i == start)
            return false;
        if (i == s.len)
            return true;
        start = i;
        while (i < s.len && !is_word(s.ptr[i]))
            i++;
        if (!is_separator(remit_str_sub(s, start, i - start)))
            return false;
    }
    return false;
}

bool ecr_name_fits(struct remit_str name)
{
    struct remit_str segment;
    bool more = name.len >= NAME_MIN && name.len <= NAME_MAX;

    if (!more)
        return false;
    while (more) {
        more = remit_str_cut(&name, '/', &segment);
        if (!segment_fits(segment))
            return false;
    }
    return true;
}

int ecr_repository_parse(const struct control_store_entry *entry, struct remit_arena *arena,
                         struct ecr_repository *out, struct remit_err *err)
{
    auto_json struct remit_json *record = NULL;

    TRY(control_record_parse(entry, &record, err));
    *out = (struct ecr_repository){
        .name = iam_member(record, "name", arena),
        .created_at = remit_json_real(remit_json_get(record, "createdAt")),
        .revision = entry->revision,
    };
    out->tags = iam_tags_of(remit_json_get(record, "tags"), arena, &out->n_tags);
    return remit_arena_check(arena, "a repository", err);
}

static int missing(struct control_call *call, struct remit_str name, struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_NOT_FOUND, "RepositoryNotFoundException",
                      "The repository with name '" REMIT_STR_FMT
                      "' does not exist in the registry with id '" REMIT_STR_FMT "'",
                      REMIT_STR_ARG(name), REMIT_STR_ARG(call->config->account));
}

int ecr_repository_read(struct control_call *call, struct remit_str name,
                        struct ecr_repository *out, struct remit_err *err)
{
    struct control_store_entry entry = { 0 };

    TRY(control_store_get(call->store, path(name, call->arena), call->arena, &entry, err));
    if (entry.revision == 0)
        return missing(call, name, err);
    TRY(ecr_repository_parse(&entry, call->arena, out, err));
    return remit_str_equal(out->name, name) ? 0 : missing(call, name, err);
}

int ecr_repository_put(struct control_store_txn *txn, const struct ecr_repository *r,
                       struct remit_arena *arena, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(CONTROL_STORE_VALUE_MAX);
    struct remit_str key = path(r->name, arena);
    struct remit_jw w = REMIT_JW(&text);

    control_record_begin(&w);
    remit_jw_put_str(&w, "name", r->name);
    remit_jw_key(&w, "createdAt");
    remit_jw_real(&w, r->created_at);
    iam_tags_write(&w, r->tags, r->n_tags);
    remit_jw_end(&w);
    return control_record_put(txn, key, r->revision, &text, arena, err);
}
