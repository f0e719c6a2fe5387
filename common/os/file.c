#include "common/os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/os/fd.h"
#include "common/os/random.h"

#define NAME_MAX_BYTES 256

static enum remit_err_kind kind_of(int os)
{
    switch (os) {
    case ENOENT:
    case ENOTDIR:
        return REMIT_ERR_NOT_FOUND;
    case ENOSPC:
    case EDQUOT:
        return REMIT_ERR_UNAVAILABLE;
    default:
        return REMIT_ERR_INTERNAL;
    }
}

static int fail(struct remit_err *err, const char *doing, const char *path)
{
    return remit_fail_os(err, kind_of(errno), errno, "%s %s", doing, path);
}

static int open_for_reading(const char *path, int *out, struct remit_err *err)
{
    *out = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
    return *out < 0 ? fail(err, "opening", path) : 0;
}

/* Across EINTR; 0 at the end of the file. */
static int read_some(int fd, const char *path, void *out, size_t len, size_t *n,
                     struct remit_err *err)
{
    ssize_t got = -1;

    do
        got = read(fd, out, len);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return fail(err, "reading", path);
    *n = (size_t)got;
    return 0;
}

static int too_large(struct remit_err *err, const char *path, size_t max)
{
    return remit_fail(err, REMIT_ERR_LIMIT, "FileTooLarge", "%s: more than %zu bytes", path, max);
}

int remit_file_read(const char *path, struct remit_buf *out, struct remit_err *err)
{
    auto_fd int fd = -1;
    char piece[8192];
    size_t n = 0;

    TRY(open_for_reading(path, &fd, err));
    do {
        TRY(read_some(fd, path, piece, sizeof(piece), &n, err));
        remit_buf_put(out, remit_str_from(piece, n));
        if (out->secret)
            remit_wipe(piece, n);
        if (!remit_buf_ok(out))
            return too_large(err, path, out->max);
    } while (n > 0);
    return 0;
}

int remit_file_read_secret(const char *path, size_t max, struct remit_secret *out,
                           struct remit_err *err)
{
    auto_fd int fd = -1;
    auto_secret struct remit_secret room = { 0 };
    size_t len = 0;
    size_t n = 0;

    if (max >= REMIT_SECRET_MAX)
        max = REMIT_SECRET_MAX - 1;
    TRY(open_for_reading(path, &fd, err));
    TRY(remit_secret_new(max + 1, &room, err)); /* the byte more shows a longer file */
    do {
        TRY(read_some(fd, path, remit_secret_bytes(&room) + len, max + 1 - len, &n, err));
        len += n;
    } while (n > 0 && len <= max);
    if (len > max)
        return too_large(err, path, max);
    return remit_secret_copy(remit_str_sub(remit_secret_view(&room), 0, len), out, err);
}

/* The folder of `path`, opened, and the name in it. */
static int open_folder(const char *path, int *folder, const char **name, struct remit_err *err)
{
    const char *slash = strrchr(path, '/');
    auto_buf struct remit_buf text = REMIT_BUF(4096);

    *name = slash == NULL ? path : slash + 1;
    if (slash == NULL)
        remit_buf_put_cstr(&text, ".");
    else if (slash == path)
        remit_buf_put_cstr(&text, "/");
    else
        remit_buf_put(&text, remit_str_from(path, (size_t)(slash - path)));
    if (remit_buf_cstr(&text) == NULL || **name == '\0')
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidPath", "%s names no file", path);
    *folder = open(remit_buf_cstr(&text), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return *folder < 0 ? fail(err, "opening the folder of", path) : 0;
}

static int write_temporary(int folder, const char *name, const char *path, struct remit_str bytes,
                           mode_t mode, struct remit_err *err)
{
    auto_fd int fd =
        openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0)
        return fail(err, "creating a file beside", path);
    if (fchmod(fd, mode) != 0)
        return fail(err, "setting the mode of", path);
    if (remit_fd_write_all(fd, bytes, err) != 0)
        return remit_err_prefix(err, "%s", path);
    if (fsync(fd) != 0)
        return fail(err, "writing out", path);
    return 0;
}

static int replace(int folder, const char *temporary, const char *name, const char *path,
                   struct remit_err *err)
{
    if (renameat(folder, temporary, folder, name) != 0)
        return fail(err, "replacing", path);
    if (fsync(folder) != 0)
        return fail(err, "writing out the folder of", path);
    return 0;
}

int remit_file_write(const char *path, struct remit_str bytes, mode_t mode, struct remit_err *err)
{
    auto_fd int folder = -1;
    const char *name = NULL;
    char temporary[NAME_MAX_BYTES];
    unsigned char salt[8];
    int len = 0;

    TRY(open_folder(path, &folder, &name, err));
    remit_random_bytes(salt, sizeof(salt));
    len = snprintf(temporary, sizeof(temporary), ".%.200s.%02x%02x%02x%02x%02x%02x%02x%02x", name,
                   salt[0], salt[1], salt[2], salt[3], salt[4], salt[5], salt[6], salt[7]);
    REMIT_REQUIRE(len > 0 && (size_t)len < sizeof(temporary));
    if (write_temporary(folder, temporary, path, bytes, mode, err) == 0 &&
        replace(folder, temporary, name, path, err) == 0)
        return 0;
    (void)unlinkat(folder, temporary, 0);
    return -1;
}

static int make_one(const char *path, mode_t mode, struct remit_err *err)
{
    struct stat about;

    if (mkdir(path, mode) == 0)
        return 0;
    if (errno != EEXIST)
        return fail(err, "making", path);
    if (stat(path, &about) != 0)
        return fail(err, "looking at", path);
    if (!S_ISDIR(about.st_mode))
        return remit_fail_os(err, REMIT_ERR_INVALID, ENOTDIR, "making %s", path);
    return 0;
}

int remit_file_mkdir(const char *path, mode_t mode, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(4096);

    for (size_t i = 0; path[i] != '\0'; i++) {
        if (path[i] == '/' && i > 0 && path[i - 1] != '/') {
            if (remit_buf_cstr(&text) == NULL)
                break;
            TRY(make_one(remit_buf_cstr(&text), mode, err));
        }
        remit_buf_put_byte(&text, path[i]);
    }
    if (remit_buf_cstr(&text) == NULL || text.len == 0)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidPath", "%.64s names no folder", path);
    return make_one(remit_buf_cstr(&text), mode, err);
}

int remit_file_remove(const char *path, struct remit_err *err)
{
    auto_fd int folder = -1;
    const char *name = NULL;

    if (unlink(path) != 0)
        return errno == ENOENT ? 0 : fail(err, "removing", path);
    TRY(open_folder(path, &folder, &name, err));
    if (fsync(folder) != 0)
        return fail(err, "writing out the folder of", path);
    return 0;
}

int remit_file_open_beneath(int dir, const char *path, int flags, mode_t mode, int *out,
                            struct remit_err *err)
{
    bool creates = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
    struct open_how how = {
        .flags = (uint64_t)(unsigned)flags | O_CLOEXEC | O_NOFOLLOW,
        .mode = creates ? mode : 0,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS,
    };
    long fd = -1;

    do
        fd = syscall(SYS_openat2, dir, path, &how, sizeof(how));
    while (fd < 0 && errno == EINTR);
    if (fd < 0 && (errno == EXDEV || errno == ELOOP)) /* out of the folder, or over a link */
        return remit_fail_os(err, REMIT_ERR_DENIED, errno, "opening %s", path);
    if (fd < 0)
        return fail(err, "opening", path);
    *out = (int)fd;
    return 0;
}
