#include "control/bootstrap.h"

#include "common/os/file.h"
#include "control/iam_write.h"
#include "control/store/keys.h"
#include "control/store/record.h"

#define BUNDLE_MAX ((size_t)64 * 1024)
#define PATH_BYTES ((size_t)4096)

/* /control/account: whose this store is, and that the root user has its key. */
static struct control_key account_key(void)
{
    return control_key_make("/control/account", NULL, 0);
}

static const char *path_of(const struct control_bootstrap *b, const char *name,
                           struct remit_buf *out)
{
    remit_buf_put_fmt(out, "%s/%s", b->state_dir, name);
    return remit_buf_cstr(out);
}

/* ---- the account ---- */

static int same(const struct remit_json *record, const char *name, struct remit_str wanted,
                struct remit_err *err)
{
    struct remit_str is = remit_json_str(remit_json_get(record, name));

    if (remit_str_equal(is, wanted))
        return 0;
    return remit_fail(err, REMIT_ERR_INVALID, "WrongAccount",
                      "the state folder belongs to %s '" REMIT_STR_FMT "', not '" REMIT_STR_FMT "'",
                      name, REMIT_STR_ARG(is), REMIT_STR_ARG(wanted));
}

/* The account's record, parsed; *out is NULL when there is none yet. */
static int read_account(struct control_store *store, struct remit_json **out, struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA((size_t)64 * 1024);
    struct control_key at = account_key();
    uint64_t revision = 0;

    return control_record_get(store, control_key_str(&at), &arena, out, &revision, err);
}

int control_account_check(struct control_store *store, const struct control_config *config,
                          struct remit_err *err)
{
    auto_json struct remit_json *record = NULL;

    TRY(read_account(store, &record, err));
    if (record == NULL)
        return 0;
    TRY(same(record, "account", config->account, err));
    TRY(same(record, "region", config->region, err));
    return same(record, "partition", config->partition, err);
}

static void put_account(const struct control_bootstrap *b, const char *access_key_id,
                        struct remit_buf *out)
{
    struct remit_jw w = REMIT_JW(out);

    control_record_begin(&w);
    remit_jw_put_str(&w, "account", b->config->account);
    remit_jw_put_str(&w, "region", b->config->region);
    remit_jw_put_str(&w, "partition", b->config->partition);
    remit_jw_put_cstr(&w, "rootAccessKeyId", access_key_id);
    remit_jw_end(&w);
}

/* ---- the root user's key ---- */

static int write_key_file(const struct control_bootstrap *b, const struct keeper_created *created,
                          struct remit_err *err)
{
    auto_buf struct remit_buf path = REMIT_BUF(PATH_BYTES);
    auto_buf struct remit_buf text = REMIT_BUF_SECRET(512);
    const char *name = path_of(b, "root-access-key", &path);

    TRY(remit_buf_check(&path, "the path of the root access key", err));
    remit_buf_put_fmt(&text,
                      "AWS_ACCESS_KEY_ID=%s\nAWS_SECRET_ACCESS_KEY=", created->access_key_id);
    remit_buf_put(&text, remit_secret_view(&created->secret_access_key));
    remit_buf_put_byte(&text, '\n');
    TRY(remit_buf_check(&text, "the root access key", err));
    return remit_file_write(name, remit_buf_view(&text), 0600, err);
}

static int store_key(const struct control_bootstrap *b, const struct keeper_created *created,
                     struct remit_arena *arena, struct remit_err *err)
{
    static const size_t txn_bytes = sizeof(struct control_store_txn);
    struct control_store_txn *txn = remit_arena_take(arena, txn_bytes);
    auto_buf struct remit_buf account = REMIT_BUF(4096);
    struct control_key at = account_key();
    struct iam_access_key key = {
        .kind = IAM_KEY_ROOT,
        .id = remit_str_of(created->access_key_id),
        .ciphertext = remit_str_of(created->ciphertext),
        .active = true,
        .created_at = (int64_t)b->now,
    };

    TRY(remit_arena_check(arena, "the root access key", err));
    put_account(b, created->access_key_id, &account);
    TRY(remit_buf_check(&account, "the account's record", err));
    control_store_expect(txn, control_key_str(&at), 0);
    control_store_put(txn, control_key_str(&at), remit_buf_view(&account));
    TRY(iam_access_key_put(txn, &key, arena, err));
    return control_store_commit(b->store, txn, NULL, err);
}

static int tell(const struct control_bootstrap *b, const struct keeper_created *created,
                struct remit_err *err)
{
    auto_control_audit_record struct control_audit_record record = { 0 };

    control_audit_begin(&record, "RootAccessKeyCreated", NULL, b->now);
    control_audit_put(&record, "accessKeyId", remit_str_of(created->access_key_id));
    return control_audit_commit(b->audit, &record, true, err);
}

static int make_root_key(const struct control_bootstrap *b, struct remit_arena *arena,
                         struct remit_err *err)
{
    auto_keeper_created struct keeper_created created = { 0 };

    TRY(keeper_client_create(b->keeper, KEEPER_KEY_ROOT, &created, err));
    TRY(tell(b, &created, err));
    TRY(write_key_file(b, &created, err));
    return store_key(b, &created, arena, err);
}

int control_bootstrap(const struct control_bootstrap *b, struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA((size_t)1024 * 1024);
    auto_json struct remit_json *record = NULL;

    TRY(read_account(b->store, &record, err));
    return record != NULL ? 0 : make_root_key(b, &arena, err);
}

/* ---- the registry's certificates ---- */

int control_bundle_refresh(const char *state_dir, struct keeper_client *keeper,
                           uint64_t *generation, struct remit_err *err)
{
    auto_buf struct remit_buf path = REMIT_BUF(PATH_BYTES);
    auto_buf struct remit_buf pem = REMIT_BUF(BUNDLE_MAX);
    uint64_t now = keeper_client_keys_generation(keeper);

    if (now == *generation)
        return 0;
    remit_buf_put_fmt(&path, "%s/registry-bundle.pem", state_dir);
    TRY(keeper_client_certificates(keeper, &pem, err));
    TRY(remit_buf_check(&pem, "the registry's certificates", err));
    if (remit_buf_cstr(&path) == NULL)
        return remit_buf_check(&path, "the path of the registry's certificates", err);
    TRY(remit_file_write(remit_buf_cstr(&path), remit_buf_view(&pem), 0644, err));
    *generation = now;
    return 0;
}
