#include "control/keeper/state.h"

#include "common/base/json.h"
#include "common/os/fd.h"
#include "control/keeper/keys.h"
#include "control/keeper/root.h"
#include "control/keeper/secrets.h"

#define IDS_A_RECORD 800 /* of at most 64 characters: a record stays under KEEPER_RECORD_MAX */
#define FILE_MAX     ((size_t)256 << 20)

/* --- records: {"keys": all of them now, "retired": those that come to it} --- */

static int apply_retired(struct keeper *keeper, const struct remit_json *list,
                         struct remit_err *err)
{
    for (size_t i = 0; i < remit_json_count(list); i++)
        TRY(keeper_ids_add(&keeper->retired, remit_json_str(remit_json_at(list, i)), err));
    return 0;
}

static int apply(void *self, struct remit_str record, struct remit_err *err)
{
    struct keeper *keeper = self;
    auto_json struct remit_json *json = NULL;

    TRY(remit_json_parse(record, KEEPER_RECORD_MAX, &json, err));
    if (remit_json_get(json, "keys") != NULL)
        TRY(keeper_keys_read(remit_json_get(json, "keys"), &keeper->set, err));
    return apply_retired(keeper, remit_json_get(json, "retired"), err);
}

/* `set` and `ids` may each be NULL or none. */
static void write_record(struct remit_buf *out, const struct keeper_key_set *set,
                         const struct remit_str *ids, size_t n_ids)
{
    struct remit_jw w = REMIT_JW(out);

    remit_jw_object(&w);
    if (set != NULL) {
        remit_jw_key(&w, "keys");
        keeper_keys_write(&w, set);
    }
    if (n_ids > 0) {
        remit_jw_key(&w, "retired");
        remit_jw_array(&w);
        for (size_t i = 0; i < n_ids; i++)
            remit_jw_str(&w, ids[i]);
        remit_jw_end(&w);
    }
    remit_jw_end(&w);
}

/* On the disk first, then in memory. The set moves into the keeper. */
static int commit(struct keeper *keeper, struct keeper_key_set *set, const struct remit_str *ids,
                  size_t n_ids, struct remit_err *err)
{
    auto_buf struct remit_buf record = REMIT_BUF_SECRET(KEEPER_RECORD_MAX);

    write_record(&record, set, ids, n_ids);
    TRY(remit_buf_check(&record, "a record of the keeper", err));
    TRY(keeper_journal_append(&keeper->journal, remit_buf_view(&record), err));
    if (set != NULL)
        keeper_keys_move(&keeper->set, set);
    for (size_t i = 0; i < n_ids; i++)
        TRY(keeper_ids_add(&keeper->retired, ids[i], err));
    return 0;
}

/* --- opening --- */

static int derive_keys(struct keeper *keeper, const struct remit_secret *root,
                       struct remit_str account, struct remit_err *err)
{
    const struct {
        const char *purpose;
        struct remit_secret *out;
    } keys[] = {
        { "access keys", &keeper->seal_key },
        { "session secrets", &keeper->session_key },
        { "data keys", &keeper->data_key },
        { "journal", &keeper->journal_key },
    };

    for (size_t i = 0; i < REMIT_COUNT(keys); i++) {
        auto_buf struct remit_buf info = REMIT_BUF(256);

        remit_buf_put_fmt(&info, "remit-keeper/1 %s %.*s", keys[i].purpose, REMIT_STR_ARG(account));
        TRY(remit_buf_check(&info, "an account's number", err));
        TRY(remit_crypto_hkdf(remit_secret_view(root), REMIT_STR(""), remit_buf_view(&info),
                              REMIT_SEAL_KEY_BYTES, keys[i].out, err));
    }
    return 0;
}

static int put_record(struct keeper *keeper, struct remit_buf *record, uint64_t *number,
                      struct remit_buf *file, struct remit_err *err)
{
    TRY(remit_buf_check(record, "a record of the keeper", err));
    TRY(keeper_journal_put(&keeper->journal_key, *number, remit_buf_view(record), file, err));
    remit_buf_clear(record);
    (*number)++;
    return 0;
}

/* The journal anew, without what later records made void. */
static int compact(struct keeper *keeper, const char *path, struct remit_err *err)
{
    auto_buf struct remit_buf file = REMIT_BUF(FILE_MAX);
    auto_buf struct remit_buf record = REMIT_BUF_SECRET(KEEPER_RECORD_MAX);
    struct remit_str ids[IDS_A_RECORD];
    uint64_t number = 0;
    size_t n = 0;

    write_record(&record, &keeper->set, NULL, 0);
    TRY(put_record(keeper, &record, &number, &file, err));
    for (size_t i = 0; i < keeper->retired.count; i++) {
        ids[n++] = remit_str_of(keeper->retired.texts[i]);
        if (n < IDS_A_RECORD && i + 1 < keeper->retired.count)
            continue;
        write_record(&record, NULL, ids, n);
        TRY(put_record(keeper, &record, &number, &file, err));
        n = 0;
    }
    return keeper_journal_replace(path, &keeper->journal_key, remit_buf_view(&file), number,
                                  &keeper->journal, err);
}

/* An active key and the next one, whatever there was. */
static int complete(struct keeper_key_set *set, int64_t now_at, struct remit_err *err)
{
    struct keeper_key *next = NULL;

    keeper_keys_remove_ended(set, now_at);
    next = keeper_keys_in_state(set, KEEPER_KEY_NEXT);
    if (keeper_keys_in_state(set, KEEPER_KEY_ACTIVE) == NULL && next != NULL)
        next->state = KEEPER_KEY_ACTIVE;
    if (keeper_keys_in_state(set, KEEPER_KEY_ACTIVE) == NULL)
        TRY(keeper_keys_make(set, KEEPER_KEY_ACTIVE, now_at, err));
    if (keeper_keys_in_state(set, KEEPER_KEY_NEXT) == NULL)
        TRY(keeper_keys_make(set, KEEPER_KEY_NEXT, now_at, err));
    return 0;
}

int keeper_open(struct keeper *keeper, const char *folder, struct remit_str account, int64_t now_at,
                struct remit_err *err)
{
    auto_buf struct remit_buf path = REMIT_BUF(KEEPER_PATH_MAX);
    auto_secret struct remit_secret root = { NULL, 0 };

    *keeper = (struct keeper){ .folder = -1, .journal = { .fd = -1 } };
    TRY(keeper_folder_lock(folder, &keeper->folder, err));
    TRY(keeper_root_read(folder, &root, err));
    TRY(derive_keys(keeper, &root, account, err));
    TRY(keeper_path(folder, "journal", &path, err));
    TRY(keeper_journal_read(path.ptr, &keeper->journal_key, apply, keeper, err));
    TRY(complete(&keeper->set, now_at, err));
    return compact(keeper, path.ptr, err);
}

void keeper_drop(struct keeper *keeper)
{
    remit_secret_drop(&keeper->seal_key);
    remit_secret_drop(&keeper->session_key);
    remit_secret_drop(&keeper->data_key);
    remit_secret_drop(&keeper->journal_key);
    keeper_keys_drop(&keeper->set);
    keeper_ids_drop(&keeper->retired);
    keeper_journal_drop(&keeper->journal);
    remit_fd_drop(&keeper->folder);
}

/* --- changing --- */

static void key_set_drop(struct keeper_key_set *set)
{
    keeper_keys_drop(set);
}
#define auto_key_set REMIT_AUTO(key_set_drop)

const struct keeper_key *keeper_active_key(const struct keeper *keeper)
{
    size_t i = 0;

    while (i < keeper->set.count && keeper->set.keys[i].state != KEEPER_KEY_ACTIVE)
        i++;
    REMIT_REQUIRE(i < keeper->set.count); /* complete() saw to it */
    return &keeper->set.keys[i];
}

int keeper_rotate(struct keeper *keeper, int64_t now_at, struct remit_err *err)
{
    auto_key_set struct keeper_key_set set = { .count = 0 };
    struct keeper_key *active = NULL;
    int64_t last = now_at + REMIT_TOKEN_LIFE_MAX_S + REMIT_TOKEN_AHEAD_S;

    TRY(keeper_keys_copy(&keeper->set, &set, err));
    active = keeper_keys_in_state(&set, KEEPER_KEY_ACTIVE);
    REMIT_REQUIRE(active != NULL);
    active->state = KEEPER_KEY_OLD;
    active->ends_at = last > keeper->last_expires_at ? last : keeper->last_expires_at;
    remit_secret_drop(&active->private_pem); /* it only verifies from now on */
    TRY(complete(&set, now_at, err));
    return commit(keeper, &set, NULL, 0, err);
}

static int retire_key(struct keeper *keeper, struct remit_str kid, int64_t now_at,
                      struct remit_err *err)
{
    auto_key_set struct keeper_key_set set = { .count = 0 };

    TRY(keeper_keys_copy(&keeper->set, &set, err));
    keeper_keys_remove(&set, keeper_keys_find(&set, kid));
    TRY(complete(&set, now_at, err));
    return commit(keeper, &set, &kid, 1, err);
}

int keeper_retire(struct keeper *keeper, struct remit_str id, int64_t now_at, bool *keys_changed,
                  struct remit_err *err)
{
    *keys_changed = keeper_keys_find(&keeper->set, id) != NULL;
    if (*keys_changed)
        return retire_key(keeper, id, now_at, err);
    if (keeper_ids_has(&keeper->retired, id))
        return 0;
    if (!keeper_is_access_key_id(id))
        return remit_fail(err, REMIT_ERR_INVALID, "ValidationError",
                          "'%.*s' is neither an access key id nor a token signing key's id",
                          REMIT_STR_ARG(remit_str_sub(id, 0, KEEPER_ID_TEXT)));
    return commit(keeper, NULL, &id, 1, err);
}
