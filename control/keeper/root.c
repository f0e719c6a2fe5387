#include "control/keeper/root.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/encode.h"
#include "common/os/fd.h"
#include "common/os/file.h"
#include "common/os/random.h"

#define LOCK_TRIES   100
#define LOCK_WAIT_MS 50
#define HEX_CHARS    (2 * KEEPER_ROOT_BYTES)

int keeper_path(const char *folder, const char *name, struct remit_buf *out, struct remit_err *err)
{
    remit_buf_put_fmt(out, "%s/%s", folder, name);
    if (remit_buf_cstr(out) == NULL)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidPath",
                          "the path of the keeper's folder is over %d bytes", KEEPER_PATH_MAX);
    return 0;
}

/* --- the folder --- */

/* remit_file_write()'s temporaries: ".root.<salt>", ".journal.<salt>". */
static bool is_left_over(const char *name)
{
    return strncmp(name, ".root.", 6) == 0 || strncmp(name, ".journal.", 9) == 0;
}

static void clean(int folder)
{
    int copy = fcntl(folder, F_DUPFD_CLOEXEC, 0);
    DIR *dir = copy < 0 ? NULL : fdopendir(copy);
    const struct dirent *entry = NULL;

    if (dir == NULL)
        return; /* they only take room */
    while ((entry = readdir(dir)) != NULL)
        if (is_left_over(entry->d_name))
            (void)unlinkat(folder, entry->d_name, 0);
    closedir(dir);
}

/* The keeper before us may be about to see that its channel has closed. */
static int lock(int fd, const char *folder, struct remit_err *err)
{
    const struct timespec wait = { .tv_nsec = LOCK_WAIT_MS * 1000000L };

    for (int i = 0; i < LOCK_TRIES; i++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return 0;
        if (errno != EWOULDBLOCK)
            return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "locking %s", folder);
        (void)nanosleep(&wait, NULL);
    }
    return remit_fail(err, REMIT_ERR_UNAVAILABLE, "KeeperLocked", "another keeper has %s", folder);
}

int keeper_folder_lock(const char *folder, int *out, struct remit_err *err)
{
    auto_fd int fd = -1;

    TRY(remit_file_mkdir(folder, 0700, err));
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "opening %s", folder);
    TRY(lock(fd, folder, err));
    clean(fd);
    *out = remit_fd_steal(&fd);
    return 0;
}

/* --- the root --- */

static int damaged(struct remit_err *err, const char *path, const char *why)
{
    return remit_fail(err, REMIT_ERR_INTERNAL, "KeeperStateDamaged", "%s %s", path, why);
}

static int root_make(const char *path, struct remit_err *err)
{
    unsigned char root[KEEPER_ROOT_BYTES];
    auto_buf struct remit_buf text = REMIT_BUF_SECRET(HEX_CHARS + 1);

    remit_random_bytes(root, sizeof(root));
    remit_hex_put(&text, remit_str_from((const char *)root, sizeof(root)));
    remit_wipe(root, sizeof(root));
    remit_buf_put_byte(&text, '\n');
    return remit_file_write(path, remit_buf_view(&text), 0600, err);
}

static int root_decode(const char *path, struct remit_str line, struct remit_secret *out,
                       struct remit_err *err)
{
    auto_buf struct remit_buf bytes = REMIT_BUF_SECRET(KEEPER_ROOT_BYTES);

    if (line.len == HEX_CHARS + 1 && line.ptr[HEX_CHARS] == '\n')
        line.len = HEX_CHARS;
    if (line.len != HEX_CHARS || remit_hex_decode(line, &bytes, NULL) != 0)
        return damaged(err, path, "is not 64 hex digits");
    return remit_secret_copy(remit_buf_view(&bytes), out, err);
}

int keeper_root_read(const char *folder, struct remit_secret *out, struct remit_err *err)
{
    auto_buf struct remit_buf path = REMIT_BUF(KEEPER_PATH_MAX);
    auto_buf struct remit_buf journal = REMIT_BUF(KEEPER_PATH_MAX);
    auto_secret struct remit_secret text = { NULL, 0 };
    struct stat about;

    TRY(keeper_path(folder, "root", &path, err));
    TRY(keeper_path(folder, "journal", &journal, err));
    if (lstat(path.ptr, &about) != 0 && errno == ENOENT) {
        if (lstat(journal.ptr, &about) == 0)
            return damaged(err, path.ptr, "is gone, and without it its journal can't be read");
        TRY(root_make(path.ptr, err));
    }
    if (lstat(path.ptr, &about) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "looking at %s", path.ptr);
    if ((about.st_mode & 077) != 0)
        return damaged(err, path.ptr, "may be read by others: chmod 600");
    TRY(remit_file_read_secret(path.ptr, HEX_CHARS + 2, &text, err));
    return root_decode(path.ptr, remit_secret_view(&text), out, err);
}
