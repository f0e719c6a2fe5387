#include <remit/arn.h>

#include "control/iam_write.h"
#include "control/store/keys.h"
#include "control/store/record.h"
#include "policies/managed.h"

/* What policies/ holds came with this program: one date for all of it (2026-01-01). */
#define AWS_POLICIES_AT 1767225600

static int missing(struct remit_str arn, struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_NOT_FOUND, "NoSuchEntity", "Policy %.*s was not found.",
                      (int)(arn.len < 256 ? arn.len : 256), arn.ptr);
}

/* ---- AWS's own style: policies/ ---- */

/* Unique ids of these are made from their place in the list, which is in order of name. */
static struct remit_str aws_id(size_t i, struct remit_arena *arena)
{
    return remit_arena_fmt(arena, "ANPAAWSMANAGEDPOL%04zu", i + 1);
}

static void fill_aws(size_t i, struct remit_str partition, struct remit_arena *arena,
                     struct iam_policy_record *out)
{
    struct remit_str place = remit_str_of(policies_managed[i].place);
    struct iam_policy_version *version = REMIT_NEW(arena, struct iam_policy_version);

    *out = (struct iam_policy_record){
        .aws = true,
        .name = iam_last_part(place),
        .id = aws_id(i, arena),
        .arn = remit_arena_fmt(arena, "arn:" REMIT_STR_FMT ":iam::aws:policy/" REMIT_STR_FMT,
                               REMIT_STR_ARG(partition), REMIT_STR_ARG(place)),
        .created_at = AWS_POLICIES_AT,
        .updated_at = AWS_POLICIES_AT,
        .default_version = REMIT_STR("v1"),
        .next_version = 2,
        .versions = version,
        .n_versions = version != NULL ? 1 : 0,
    };
    out->path = remit_arena_fmt(arena, "/" REMIT_STR_FMT,
                                REMIT_STR_ARG(remit_str_sub(place, 0, place.len - out->name.len)));
    if (version != NULL)
        *version = (struct iam_policy_version){
            .id = REMIT_STR("v1"),
            .document = remit_str_from(policies_managed[i].document, policies_managed[i].len),
            .created_at = AWS_POLICIES_AT,
        };
}

bool iam_policy_aws_at(size_t i, struct remit_str partition, struct remit_arena *arena,
                       struct iam_policy_record *out)
{
    if (i >= policies_managed_count)
        return false;
    fill_aws(i, partition, arena, out);
    return true;
}

static int read_aws(const struct remit_arn *arn, struct remit_str text, struct remit_arena *arena,
                    struct iam_policy_record *out, struct remit_err *err)
{
    struct remit_str place = remit_str_sub(arn->resource, strlen("policy/"), arn->resource.len);

    for (size_t i = 0; i < policies_managed_count; i++)
        if (remit_str_equal(place, remit_str_of(policies_managed[i].place))) {
            fill_aws(i, remit_arena_str(arena, arn->partition), arena, out);
            return remit_arena_check(arena, "a policy", err);
        }
    return missing(text, err);
}

/* ---- the account's own ---- */

static void read_versions(const struct remit_json *list, struct remit_arena *arena,
                          struct iam_policy_record *out)
{
    out->versions = REMIT_NEW_N(arena, struct iam_policy_version, remit_json_count(list));
    out->n_versions = out->versions != NULL ? remit_json_count(list) : 0;
    for (size_t i = 0; i < out->n_versions; i++) {
        const struct remit_json *item = remit_json_at(list, i);

        out->versions[i] = (struct iam_policy_version){
            .id = iam_member(item, "id", arena),
            .document = iam_member(item, "document", arena),
            .created_at = remit_json_int(remit_json_get(item, "createdAt")),
        };
    }
}

int iam_policy_parse(const struct control_store_entry *entry, struct remit_arena *arena,
                     struct iam_policy_record *out, struct remit_err *err)
{
    auto_json struct remit_json *record = NULL;

    TRY(control_record_parse(entry, &record, err));
    *out = (struct iam_policy_record){
        .name = iam_member(record, "name", arena),
        .path = iam_member(record, "path", arena),
        .id = iam_member(record, "id", arena),
        .arn = iam_member(record, "arn", arena),
        .description = iam_member(record, "description", arena),
        .created_at = remit_json_int(remit_json_get(record, "createdAt")),
        .updated_at = remit_json_int(remit_json_get(record, "updatedAt")),
        .default_version = iam_member(record, "default", arena),
        .next_version = (uint64_t)remit_json_int(remit_json_get(record, "next")),
        .revision = entry->revision,
    };
    read_versions(remit_json_get(record, "versions"), arena, out);
    out->tags = iam_tags_of(remit_json_get(record, "tags"), arena, &out->n_tags);
    TRY(remit_arena_check(arena, "a policy", err));
    if (iam_policy_version_of(out, out->default_version) == NULL)
        return remit_fail(err, REMIT_ERR_INTERNAL, "StoreCorrupt",
                          REMIT_STR_FMT ": no default version", REMIT_STR_ARG(entry->key));
    return 0;
}

int iam_policy_read(struct control_store *store, struct remit_str arn, struct remit_arena *arena,
                    struct iam_policy_record *out, struct remit_err *err)
{
    struct control_store_entry entry = { 0 };
    struct remit_str key;
    struct remit_arn parts;

    if (!remit_arn_parse(arn, &parts) || !remit_str_equal(parts.service, REMIT_STR("iam")) ||
        !remit_str_starts(parts.resource, REMIT_STR("policy/")))
        return missing(arn, err);
    if (remit_str_equal(parts.account, REMIT_STR("aws")))
        return read_aws(&parts, arn, arena, out, err);
    key = iam_policy_path(iam_last_part(parts.resource), arena);
    TRY(remit_arena_check(arena, "a policy", err));
    if (key.len == 0)
        return missing(arn, err);
    TRY(control_store_get(store, key, arena, &entry, err));
    if (entry.revision == 0)
        return missing(arn, err);
    TRY(iam_policy_parse(&entry, arena, out, err));
    return remit_str_equal(out->arn, arn) ? 0 : missing(arn, err);
}

const struct iam_policy_version *iam_policy_version_of(const struct iam_policy_record *policy,
                                                       struct remit_str id)
{
    for (size_t i = 0; i < policy->n_versions; i++)
        if (remit_str_equal(policy->versions[i].id, id))
            return &policy->versions[i];
    return NULL;
}

int iam_managed_document(struct control_store *store, struct remit_str arn,
                         struct remit_arena *arena, struct remit_str *out, struct remit_err *err)
{
    struct iam_policy_record policy = { 0 };
    const struct iam_policy_version *version = NULL;

    TRY(iam_policy_read(store, arn, arena, &policy, err));
    version = iam_policy_version_of(&policy, policy.default_version);
    if (version == NULL)
        return missing(arn, err);
    *out = version->document;
    return 0;
}

/* ---- how often each is used ---- */

/* By name, which is unique on either side; an ARN may be longer than a key. */
static struct remit_str usage_path(struct remit_str arn, struct remit_arena *arena)
{
    struct remit_arn parts = { 0 };
    bool aws = remit_arn_parse(arn, &parts) && remit_str_equal(parts.account, REMIT_STR("aws"));
    struct remit_str own = iam_policy_path(iam_last_part(arn), arena);
    struct control_key key =
        CONTROL_KEY("/iam/policy-usage/%/%", aws ? REMIT_STR("aws") : REMIT_STR("own"),
                    iam_last_part(aws ? arn : own));

    return remit_arena_str(arena, control_key_str(&key));
}

int iam_policy_usage_read(struct control_store *store, struct remit_str arn,
                          struct remit_arena *arena, struct iam_policy_usage *out,
                          struct remit_err *err)
{
    auto_json struct remit_json *record = NULL;
    uint64_t revision = 0;

    TRY(control_record_get(store, usage_path(arn, arena), arena, &record, &revision, err));
    *out = (struct iam_policy_usage){
        .arn = arn,
        .attached = remit_json_int(remit_json_get(record, "attached")),
        .boundaries = remit_json_int(remit_json_get(record, "boundaries")),
        .revision = revision,
    };
    return 0;
}

int iam_policy_usage_put(struct control_store_txn *txn, const struct iam_policy_usage *usage,
                         struct remit_arena *arena, struct remit_err *err)
{
    struct remit_str key = usage_path(usage->arn, arena);
    auto_buf struct remit_buf text = REMIT_BUF(256);
    struct remit_jw w = REMIT_JW(&text);

    control_record_begin(&w);
    remit_jw_put_int(&w, "attached", usage->attached);
    remit_jw_put_int(&w, "boundaries", usage->boundaries);
    remit_jw_end(&w);
    return control_record_put(txn, key, usage->revision, &text, arena, err);
}

int iam_policy_usage_remove(struct control_store_txn *txn, const struct iam_policy_usage *usage,
                            struct remit_arena *arena, struct remit_err *err)
{
    return control_record_remove(txn, usage_path(usage->arn, arena), usage->revision, arena, err);
}
