#include "control/store/lmdb.h"

#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/statvfs.h>

#include "common/os/fd.h"

#define MAP_DEFAULT  ((size_t)16 << 30) /* bytes of address space */
#define MAP_UNIT     ((size_t)1 << 16)  /* a multiple of every page size */
#define READERS_MOST 1024               /* transactions at once, not threads */
#define BLOCKS_LEFT  16                 /* fewer free ones are a full disk */

struct control_lmdb {
    MDB_env *env;
    MDB_dbi tables[CONTROL_LMDB_TABLES];
    int lock; /* the directory */
};

struct control_lmdb_txn {
    struct control_lmdb *db;
    MDB_txn *txn;
};

static const struct table {
    const char *name;
    unsigned flags;
} tables[CONTROL_LMDB_TABLES] = {
    [CONTROL_LMDB_DATA] = { "data", 0 },
    [CONTROL_LMDB_LEASES] = { "leases", 0 },
    [CONTROL_LMDB_LEASED] = { "leased", MDB_DUPSORT },
    [CONTROL_LMDB_META] = { "meta", 0 },
};

static const struct refusal {
    int rc;
    enum remit_err_kind kind;
    const char *code;
} refusals[] = {
    { MDB_MAP_FULL, REMIT_ERR_LIMIT, "StoreFull" },
    { MDB_TXN_FULL, REMIT_ERR_LIMIT, "StoreFull" },
    { ENOSPC, REMIT_ERR_LIMIT, "StoreFull" },
    { EDQUOT, REMIT_ERR_LIMIT, "StoreFull" },
    { MDB_CORRUPTED, REMIT_ERR_INTERNAL, "StoreCorrupt" },
    { MDB_PAGE_NOTFOUND, REMIT_ERR_INTERNAL, "StoreCorrupt" },
    { MDB_INVALID, REMIT_ERR_INTERNAL, "StoreCorrupt" },
    { MDB_VERSION_MISMATCH, REMIT_ERR_INTERNAL, "StoreCorrupt" },
    { MDB_INCOMPATIBLE, REMIT_ERR_INTERNAL, "StoreCorrupt" },
    { MDB_BAD_VALSIZE, REMIT_ERR_INTERNAL, "StoreCorrupt" },
};

/* 0 for an rc of 0. */
static int result(int rc, const char *doing, struct remit_err *err)
{
    enum remit_err_kind kind = REMIT_ERR_UNAVAILABLE;
    const char *code = "StoreUnavailable";

    if (rc == 0)
        return 0;
    for (size_t i = 0; i < REMIT_COUNT(refusals); i++) {
        if (refusals[i].rc != rc)
            continue;
        kind = refusals[i].kind;
        code = refusals[i].code;
    }
    (void)remit_fail(err, kind, code, "%s: %s", doing, mdb_strerror(rc));
    if (err != NULL)
        err->os = rc > 0 ? rc : 0;
    return -1;
}

static MDB_val val(struct remit_str s)
{
    return (MDB_val){ s.len, (void *)(uintptr_t)s.ptr };
}

static struct remit_str str(MDB_val v)
{
    return remit_str_from(v.mv_data, v.mv_size);
}

/* ---- opening ---- */

/* flock goes with the descriptor: a second opener of this process is refused, too. */
static int lock_directory(const char *directory, int *out, struct remit_err *err)
{
    auto_fd int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return result(errno, "opening the store's folder", err);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        return errno != EWOULDBLOCK
                   ? result(errno, "locking the store's folder", err)
                   : remit_fail(err, REMIT_ERR_UNAVAILABLE, "StoreUnavailable",
                                "the store in %s is open already: one process at a time",
                                directory);
    *out = remit_fd_steal(&fd);
    return 0;
}

static int open_env(struct control_lmdb *db, const char *directory, size_t max_bytes,
                    struct remit_err *err)
{
    size_t size = max_bytes > 0 ? max_bytes : MAP_DEFAULT;
    int rc = mdb_env_create(&db->env);

    if (rc == 0)
        rc = mdb_env_set_maxdbs(db->env, CONTROL_LMDB_TABLES);
    if (rc == 0)
        rc = mdb_env_set_maxreaders(db->env, READERS_MOST);
    if (rc == 0)
        rc = mdb_env_set_mapsize(db->env, (size + MAP_UNIT - 1) / MAP_UNIT * MAP_UNIT);
    if (rc == 0)
        rc = mdb_env_open(db->env, directory, MDB_NOTLS, 0600);
    return result(rc, "opening the store", err);
}

/* Tables that are there are opened without a write, so that a store on a full disk still opens. */
static int open_tables(struct control_lmdb *db, struct remit_err *err)
{
    MDB_txn *txn = NULL;
    int rc = mdb_txn_begin(db->env, NULL, 0, &txn);

    for (size_t i = 0; rc == 0 && i < CONTROL_LMDB_TABLES; i++)
        rc = mdb_dbi_open(txn, tables[i].name, tables[i].flags | MDB_CREATE, &db->tables[i]);
    if (rc == 0)
        rc = mdb_txn_commit(txn);
    else if (txn != NULL)
        mdb_txn_abort(txn);
    return result(rc, "opening the store", err);
}

int control_lmdb_open(const char *directory, size_t max_bytes, struct control_lmdb **out,
                      struct remit_err *err)
{
    struct control_lmdb *db = calloc(1, sizeof(*db));

    if (db == NULL)
        return result(ENOMEM, "opening the store", err);
    db->lock = -1;
    if (lock_directory(directory, &db->lock, err) != 0 ||
        open_env(db, directory, max_bytes, err) != 0 || open_tables(db, err) != 0) {
        control_lmdb_close(&db);
        return -1;
    }
    *out = db;
    return 0;
}

void control_lmdb_close(struct control_lmdb **db)
{
    if (*db == NULL)
        return;
    if ((*db)->env != NULL)
        mdb_env_close((*db)->env);
    remit_fd_drop(&(*db)->lock);
    free(*db);
    *db = NULL;
}

/* ---- transactions ---- */

static int begin(struct control_lmdb *db, unsigned flags, struct control_lmdb_txn **out,
                 struct remit_err *err)
{
    struct control_lmdb_txn *txn = calloc(1, sizeof(*txn));
    int rc = txn == NULL ? ENOMEM : mdb_txn_begin(db->env, NULL, flags, &txn->txn);

    if (rc != 0) {
        free(txn);
        return result(rc, "a transaction of the store", err);
    }
    txn->db = db;
    *out = txn;
    return 0;
}

int control_lmdb_read(struct control_lmdb *db, struct control_lmdb_txn **out, struct remit_err *err)
{
    return begin(db, MDB_RDONLY, out, err);
}

int control_lmdb_write(struct control_lmdb *db, struct control_lmdb_txn **out,
                       struct remit_err *err)
{
    return begin(db, 0, out, err);
}

/* A write that came out short is told by LMDB as EIO: on a disk without room it was that. */
static bool disk_is_full(const struct control_lmdb *db)
{
    struct statvfs disk;

    return fstatvfs(db->lock, &disk) == 0 && disk.f_bavail < BLOCKS_LEFT;
}

int control_lmdb_commit(struct control_lmdb_txn **txn, struct remit_err *err)
{
    int rc = mdb_txn_commit((*txn)->txn);

    if (rc == EIO && disk_is_full((*txn)->db))
        rc = ENOSPC;
    free(*txn);
    *txn = NULL;
    return result(rc, "writing the store", err);
}

void control_lmdb_txn_drop(struct control_lmdb_txn **txn)
{
    if (*txn == NULL)
        return;
    mdb_txn_abort((*txn)->txn);
    free(*txn);
    *txn = NULL;
}

/* ---- rows ---- */

int control_lmdb_get(struct control_lmdb_txn *txn, enum control_lmdb_table table,
                     struct remit_str key, struct remit_str *out, struct remit_err *err)
{
    MDB_val name = val(key);
    MDB_val stored = { 0 };
    int rc = mdb_get(txn->txn, txn->db->tables[table], &name, &stored);

    *out = rc == 0 ? str(stored) : remit_str_from(NULL, 0);
    return result(rc == MDB_NOTFOUND ? 0 : rc, "reading the store", err);
}

static void fill(char *room, struct remit_str head, struct remit_str tail)
{
    memcpy(room, head.ptr, head.len);
    if (tail.len > 0)
        memcpy(room + head.len, tail.ptr, tail.len);
}

int control_lmdb_put(struct control_lmdb_txn *txn, enum control_lmdb_table table,
                     struct remit_str key, struct remit_str head, struct remit_str tail,
                     struct remit_err *err)
{
    bool several = (tables[table].flags & MDB_DUPSORT) != 0; /* these can't reserve: heads only */
    MDB_val name = val(key);
    MDB_val room = several ? val(head) : (MDB_val){ head.len + tail.len, NULL };
    int rc = 0;

    REMIT_REQUIRE(!several || tail.len == 0);
    rc = mdb_put(txn->txn, txn->db->tables[table], &name, &room, several ? 0 : MDB_RESERVE);
    if (rc == 0 && !several)
        fill(room.mv_data, head, tail);
    return result(rc, "writing the store", err);
}

int control_lmdb_del(struct control_lmdb_txn *txn, enum control_lmdb_table table,
                     struct remit_str key, struct remit_str value, struct remit_err *err)
{
    MDB_val name = val(key);
    MDB_val row = val(value);
    int rc = mdb_del(txn->txn, txn->db->tables[table], &name, value.len > 0 ? &row : NULL);

    return result(rc == MDB_NOTFOUND ? 0 : rc, "writing the store", err);
}

static void cursor_drop(MDB_cursor **cursor)
{
    if (*cursor != NULL)
        mdb_cursor_close(*cursor);
}
#define auto_cursor REMIT_AUTO(cursor_drop)

int control_lmdb_each(struct control_lmdb_txn *txn, enum control_lmdb_table table,
                      struct remit_str from, control_lmdb_visit *visit, void *self,
                      struct remit_err *err)
{
    auto_cursor MDB_cursor *cursor = NULL;
    MDB_val key = val(from);
    MDB_val row = { 0 };
    int rc = mdb_cursor_open(txn->txn, txn->db->tables[table], &cursor);

    if (rc == 0)
        rc = mdb_cursor_get(cursor, &key, &row, from.len > 0 ? MDB_SET_RANGE : MDB_FIRST);
    for (; rc == 0; rc = mdb_cursor_get(cursor, &key, &row, MDB_NEXT)) {
        int seen = visit(self, str(key), str(row), err);

        if (seen != 0)
            return seen < 0 ? -1 : 0;
    }
    return result(rc == MDB_NOTFOUND ? 0 : rc, "scanning the store", err);
}
