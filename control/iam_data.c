#include "control/iam_write.h"

#include <ctype.h>

#include <remit/arn.h>

#include "control/store/keys.h"
#include "control/store/record.h"

/* ---- keys ---- */

static struct remit_str lower(struct remit_str s, struct remit_arena *arena)
{
    char *out = remit_arena_take(arena, s.len + 1);

    for (size_t i = 0; out != NULL && i < s.len; i++)
        out[i] = (char)tolower((unsigned char)s.ptr[i]);
    return remit_str_from(out, out != NULL ? s.len : 0);
}

static struct remit_str kept(const struct control_key *key, struct remit_arena *arena)
{
    return remit_arena_str(arena, control_key_str(key));
}

struct remit_str iam_principal_path(bool is_role, struct remit_str name, struct remit_arena *arena)
{
    struct control_key key = is_role ? CONTROL_KEY("/iam/role/%", lower(name, arena))
                                     : CONTROL_KEY("/iam/user/%", lower(name, arena));

    return kept(&key, arena);
}

struct remit_str iam_policy_path(struct remit_str name, struct remit_arena *arena)
{
    struct control_key key = CONTROL_KEY("/iam/policy/%", lower(name, arena));

    return kept(&key, arena);
}

struct remit_str iam_access_key_path(struct remit_str id, struct remit_arena *arena)
{
    struct control_key key = CONTROL_KEY("/iam/key/%", id);

    return kept(&key, arena);
}

struct remit_str iam_roles_prefix(void)
{
    return REMIT_STR("/iam/role/");
}

struct remit_str iam_users_prefix(void)
{
    return REMIT_STR("/iam/user/");
}

struct remit_str iam_policies_prefix(void)
{
    return REMIT_STR("/iam/policy/");
}

/* ---- principals ---- */

struct remit_str iam_member(const struct remit_json *object, const char *name,
                            struct remit_arena *arena)
{
    return remit_arena_str(arena, remit_json_str(remit_json_get(object, name)));
}

static int read_inline(const struct remit_json *list, struct remit_arena *arena,
                       struct iam_principal_record *out)
{
    out->n_inline = remit_json_count(list);
    out->inline_policies = REMIT_NEW_N(arena, struct iam_policy_text, out->n_inline);
    if (out->inline_policies == NULL)
        return -1;
    for (size_t i = 0; i < out->n_inline; i++) {
        const struct remit_json *item = remit_json_at(list, i);

        out->inline_policies[i] = (struct iam_policy_text){
            .name = iam_member(item, "name", arena),
            .document = iam_member(item, "document", arena),
        };
    }
    return 0;
}

static struct remit_str *read_strings(const struct remit_json *list, struct remit_arena *arena,
                                      size_t *n)
{
    struct remit_str *out = REMIT_NEW_N(arena, struct remit_str, remit_json_count(list));

    *n = out != NULL ? remit_json_count(list) : 0;
    for (size_t i = 0; i < *n; i++)
        out[i] = remit_arena_str(arena, remit_json_str(remit_json_at(list, i)));
    return out;
}

struct iam_tag *iam_tags_of(const struct remit_json *list, struct remit_arena *arena, size_t *n)
{
    struct iam_tag *out = REMIT_NEW_N(arena, struct iam_tag, remit_json_count(list));

    *n = out != NULL ? remit_json_count(list) : 0;
    for (size_t i = 0; i < *n; i++) {
        out[i].key = iam_member(remit_json_at(list, i), "Key", arena);
        out[i].value = iam_member(remit_json_at(list, i), "Value", arena);
    }
    return out;
}

static void read_trusted(const struct remit_json *list, struct remit_arena *arena,
                         struct iam_principal_record *out)
{
    out->trusted = REMIT_NEW_N(arena, struct iam_trusted, remit_json_count(list));
    out->n_trusted = out->trusted != NULL ? remit_json_count(list) : 0;
    for (size_t i = 0; i < out->n_trusted; i++) {
        out->trusted[i].arn = iam_member(remit_json_at(list, i), "arn", arena);
        out->trusted[i].id = iam_member(remit_json_at(list, i), "id", arena);
    }
}

/* Policies must all be there: an unreadable list is never an empty one. */
static bool whole(const struct remit_json *record)
{
    static const char *const lists[] = { "inline", "attached", "tags" };

    for (size_t i = 0; i < REMIT_COUNT(lists); i++)
        if (remit_json_type(remit_json_get(record, lists[i])) != REMIT_JSON_ARRAY)
            return false;
    return remit_json_type(remit_json_get(record, "arn")) == REMIT_JSON_STRING &&
           remit_json_type(remit_json_get(record, "name")) == REMIT_JSON_STRING &&
           remit_json_type(remit_json_get(record, "boundary")) == REMIT_JSON_STRING;
}

static int corrupt(struct remit_str key, struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_INTERNAL, "StoreCorrupt", REMIT_STR_FMT ": not an IAM record",
                      REMIT_STR_ARG(key));
}

int iam_principal_parse(const struct control_store_entry *entry, bool is_role,
                        struct remit_arena *arena, struct iam_principal_record *out,
                        struct remit_err *err)
{
    auto_json struct remit_json *record = NULL;

    TRY(control_record_parse(entry, &record, err));
    if (!whole(record))
        return corrupt(entry->key, err);
    *out = (struct iam_principal_record){
        .is_role = is_role,
        .name = iam_member(record, "name", arena),
        .path = iam_member(record, "path", arena),
        .id = iam_member(record, "id", arena),
        .arn = iam_member(record, "arn", arena),
        .description = iam_member(record, "description", arena),
        .created_at = remit_json_int(remit_json_get(record, "createdAt")),
        .max_session_s = remit_json_int(remit_json_get(record, "maxSession")),
        .trust = iam_member(record, "trust", arena),
        .boundary = iam_member(record, "boundary", arena),
        .revision = entry->revision,
    };
    (void)read_inline(remit_json_get(record, "inline"), arena, out);
    out->attached = read_strings(remit_json_get(record, "attached"), arena, &out->n_attached);
    out->access_keys = read_strings(remit_json_get(record, "keys"), arena, &out->n_access_keys);
    out->tags = iam_tags_of(remit_json_get(record, "tags"), arena, &out->n_tags);
    read_trusted(remit_json_get(record, "trusted"), arena, out);
    return remit_arena_check(arena, "an IAM record", err);
}

/* "The role with name X cannot be found." [R] supporting-apis.md 7.3 */
static int principal_missing(bool is_role, struct remit_str name, struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_NOT_FOUND, "NoSuchEntity",
                      "The %s with name " REMIT_STR_FMT " cannot be found.",
                      is_role ? "role" : "user", REMIT_STR_ARG(name));
}

static int principal_read(struct control_store *store, bool is_role, struct remit_str name,
                          struct remit_arena *arena, struct iam_principal_record *out,
                          struct remit_err *err)
{
    struct control_store_entry entry = { 0 };
    struct remit_str key = iam_principal_path(is_role, name, arena);

    TRY(remit_arena_check(arena, "an IAM record", err));
    if (name.len == 0 || key.len == 0)
        return principal_missing(is_role, name, err);
    TRY(control_store_get(store, key, arena, &entry, err));
    if (entry.revision == 0)
        return principal_missing(is_role, name, err);
    TRY(iam_principal_parse(&entry, is_role, arena, out, err));
    return remit_str_equal(out->name, name) ? 0 : principal_missing(is_role, name, err);
}

int iam_role_read(struct control_store *store, struct remit_str name, struct remit_arena *arena,
                  struct iam_principal_record *out, struct remit_err *err)
{
    return principal_read(store, true, name, arena, out, err);
}

int iam_user_read(struct control_store *store, struct remit_str name, struct remit_arena *arena,
                  struct iam_principal_record *out, struct remit_err *err)
{
    return principal_read(store, false, name, arena, out, err);
}

struct remit_str iam_last_part(struct remit_str s)
{
    size_t from = s.len;

    while (from > 0 && s.ptr[from - 1] != '/')
        from--;
    return remit_str_sub(s, from, s.len);
}

struct remit_str iam_role_name_of(struct remit_str role_arn)
{
    struct remit_arn arn;

    if (!remit_arn_parse(role_arn, &arn) || !remit_str_equal(arn.service, REMIT_STR("iam")) ||
        !remit_str_starts(arn.resource, REMIT_STR("role/")))
        return remit_str_from("", 0);
    return iam_last_part(arn.resource);
}

int iam_role_read_arn(struct control_store *store, struct remit_str arn, struct remit_arena *arena,
                      struct iam_principal_record *out, struct remit_err *err)
{
    struct remit_str name = iam_role_name_of(arn);

    if (name.len == 0)
        return principal_missing(true, arn, err);
    TRY(iam_role_read(store, name, arena, out, err));
    return remit_str_equal(out->arn, arn) ? 0 : principal_missing(true, name, err);
}

/* ---- access keys ---- */

static const char *const key_kinds[] = {
    [IAM_KEY_ROOT] = "root", [IAM_KEY_USER] = "user", [IAM_KEY_JOIN] = "join"
};

const char *iam_key_kind_name(enum iam_key_kind kind)
{
    return key_kinds[kind];
}

static bool key_kind_of(struct remit_str name, enum iam_key_kind *out)
{
    for (size_t i = IAM_KEY_ROOT; i < REMIT_COUNT(key_kinds); i++)
        if (remit_str_equal(name, remit_str_of(key_kinds[i]))) {
            *out = (enum iam_key_kind)i;
            return true;
        }
    return false;
}

int iam_access_key_read(struct control_store *store, struct remit_str id, struct remit_arena *arena,
                        struct iam_access_key *out, struct remit_err *err)
{
    auto_json struct remit_json *record = NULL;
    struct remit_str key = iam_access_key_path(id, arena);
    uint64_t revision = 0;

    TRY(remit_arena_check(arena, "an access key", err));
    if (id.len > 0 && key.len > 0) /* an id too long for a key is nobody's */
        TRY(control_record_get(store, key, arena, &record, &revision, err));
    if (record == NULL)
        return remit_fail(err, REMIT_ERR_NOT_FOUND, "NoSuchEntity",
                          "The Access Key with id %.*s cannot be found.",
                          (int)(id.len < 128 ? id.len : 128), id.ptr);
    *out = (struct iam_access_key){
        .id = remit_arena_str(arena, id),
        .user = iam_member(record, "user", arena),
        .ciphertext = iam_member(record, "ciphertext", arena),
        .active = remit_json_true(remit_json_get(record, "active")),
        .created_at = remit_json_int(remit_json_get(record, "createdAt")),
        .expires_at = remit_json_int(remit_json_get(record, "expiresAt")),
        .cluster = iam_member(record, "cluster", arena),
        .revision = revision,
    };
    if (!key_kind_of(remit_json_str(remit_json_get(record, "kind")), &out->kind))
        return corrupt(key, err);
    return remit_arena_check(arena, "an access key", err);
}
