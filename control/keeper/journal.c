#include "control/keeper/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "common/os/fd.h"
#include "common/os/file.h"
#include "common/os/log.h"
#include "common/os/random.h"
#include "iam/crypto.h"

#define LENGTH_BYTES 4
#define FILE_MAX     ((size_t)256 << 20)

void keeper_journal_drop(struct keeper_journal *journal)
{
    remit_fd_drop(&journal->fd);
}

static struct remit_str aad_of(uint64_t number, char out[48])
{
    int len = snprintf(out, 48, "remit-keeper/1 %" PRIu64, number);

    return remit_str_from(out, (size_t)len);
}

static void put_length(struct remit_buf *file, size_t len)
{
    for (unsigned i = 0; i < LENGTH_BYTES; i++)
        remit_buf_put_byte(file, (char)(len >> (8 * i) & 255));
}

static size_t read_length(struct remit_str rest)
{
    size_t len = 0;

    for (unsigned i = 0; i < LENGTH_BYTES; i++)
        len |= (size_t)(unsigned char)rest.ptr[i] << (8 * i);
    return len;
}

int keeper_journal_put(const struct remit_secret *key, uint64_t number, struct remit_str record,
                       struct remit_buf *file, struct remit_err *err)
{
    unsigned char nonce[REMIT_SEAL_NONCE_BYTES];
    char aad[48];

    if (record.len > KEEPER_RECORD_MAX)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded",
                          "a record of %zu bytes, the most is %d", record.len, KEEPER_RECORD_MAX);
    remit_random_bytes(nonce, sizeof(nonce));
    put_length(file, record.len + REMIT_SEAL_OVERHEAD);
    return remit_crypto_seal(remit_secret_view(key), nonce, aad_of(number, aad), record, file, err);
}

static int damaged(struct remit_err *err, const char *path, uint64_t number)
{
    return remit_fail(err, REMIT_ERR_INTERNAL, "KeeperStateDamaged",
                      "%s: record %" PRIu64 " was altered, or sealed with another root or account",
                      path, number);
}

static bool is_zeroes(struct remit_str bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        if (bytes.ptr[i] != 0)
            return false;
    return true;
}

/*
 * One record off the front of *rest. *torn when it is the last one and was not written whole: a
 * file may grow before its blocks are filled, so its bytes may be there and be wrong, or zero.
 */
static int take(struct remit_str *rest, const char *path, const struct remit_secret *key,
                uint64_t number, struct remit_secret *out, bool *torn, struct remit_err *err)
{
    char aad[48];
    size_t len = 0;

    *torn = rest->len < LENGTH_BYTES || read_length(*rest) > rest->len - LENGTH_BYTES ||
            is_zeroes(*rest);
    if (*torn)
        return 0;
    len = read_length(*rest);
    *torn = remit_crypto_open(remit_secret_view(key), aad_of(number, aad),
                              remit_str_sub(*rest, LENGTH_BYTES, len), out, NULL) != 0;
    *rest = remit_str_sub(*rest, LENGTH_BYTES + len, rest->len);
    if (*torn && (rest->len > 0 || number == 0))
        return damaged(err, path, number);
    return 0;
}

int keeper_journal_read(const char *path, const struct remit_secret *key,
                        keeper_journal_apply *apply, void *self, struct remit_err *err)
{
    auto_buf struct remit_buf file = REMIT_BUF(FILE_MAX);
    struct remit_str rest;
    bool torn = false;

    if (access(path, F_OK) != 0 && errno == ENOENT)
        return 0;
    TRY(remit_file_read(path, &file, err));
    rest = remit_buf_view(&file);
    for (uint64_t number = 0; rest.len > 0 && !torn; number++) {
        auto_secret struct remit_secret record = { NULL, 0 };

        TRY(take(&rest, path, key, number, &record, &torn, err));
        if (torn)
            remit_log(REMIT_LOG_WARN, "%s: record %" PRIu64 " was not written whole: dropped", path,
                      number);
        else
            TRY(apply(self, remit_secret_view(&record), err));
    }
    return 0;
}

int keeper_journal_replace(const char *path, const struct remit_secret *key, struct remit_str file,
                           uint64_t records, struct keeper_journal *out, struct remit_err *err)
{
    TRY(remit_file_write(path, file, 0600, err));
    out->fd = open(path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
    if (out->fd < 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "opening %s", path);
    out->records = records;
    out->bytes = (int64_t)file.len;
    out->key = key;
    return 0;
}

/* After a failed write: half a record may not stay, or the next one would follow it. */
static void cut_back(struct keeper_journal *journal)
{
    if (ftruncate(journal->fd, journal->bytes) == 0)
        return;
    remit_fd_drop(&journal->fd);
    remit_log(REMIT_LOG_ERROR, "half a record stays in the keeper's journal: it takes no more");
}

int keeper_journal_append(struct keeper_journal *journal, struct remit_str record,
                          struct remit_err *err)
{
    auto_buf struct remit_buf file =
        REMIT_BUF(LENGTH_BYTES + KEEPER_RECORD_MAX + REMIT_SEAL_OVERHEAD);

    if (journal->fd < 0)
        return remit_fail(err, REMIT_ERR_UNAVAILABLE, "KeeperUnavailable",
                          "the keeper's journal takes no more records");
    TRY(keeper_journal_put(journal->key, journal->records, record, &file, err));
    if (remit_fd_write_all(journal->fd, remit_buf_view(&file), err) != 0) {
        cut_back(journal);
        return -1;
    }
    if (fdatasync(journal->fd) != 0) {
        (void)remit_fail_os(err, REMIT_ERR_UNAVAILABLE, errno, "writing out the keeper's journal");
        cut_back(journal);
        return -1;
    }
    journal->records++;
    journal->bytes += (int64_t)file.len;
    return 0;
}
