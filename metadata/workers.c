#include "metadata/workers.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/os/fd.h"
#include "common/os/file.h"
#include "common/os/frames_metadata.h"
#include "common/os/log.h"

#define BACKLOG 64

static int address_of(const char *path, struct sockaddr_un *out, struct remit_err *err)
{
    size_t len = strlen(path);

    *out = (struct sockaddr_un){ .sun_family = AF_UNIX };
    if (len >= sizeof(out->sun_path))
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidPath",
                          "%s: a socket's path has %zu bytes at most", path,
                          sizeof(out->sun_path) - 1);
    memcpy(out->sun_path, path, len);
    return 0;
}

static int new_socket(int *out, struct remit_err *err)
{
    *out = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*out < 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "a local socket");
    return 0;
}

/* Whether somebody listens there. A full backlog is somebody, too. */
static int is_served(const char *path, bool *served, struct remit_err *err)
{
    auto_fd int sock = -1;
    struct sockaddr_un at;

    TRY(address_of(path, &at, err));
    TRY(new_socket(&sock, err));
    *served = connect(sock, (struct sockaddr *)&at, sizeof(at)) == 0 || errno == EAGAIN;
    if (*served || errno == ECONNREFUSED || errno == ENOENT)
        return 0;
    return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "connecting to %s", path);
}

int metadata_socket_listen(const char *path, int *out, struct remit_err *err)
{
    auto_fd int sock = -1;
    struct sockaddr_un at;
    bool served = false;

    TRY(is_served(path, &served, err));
    if (served)
        return remit_fail(err, REMIT_ERR_CONFLICT, "AlreadyServed", "%s is served by another",
                          path);
    TRY(remit_file_remove(path, err));
    TRY(address_of(path, &at, err));
    TRY(new_socket(&sock, err));
    if (bind(sock, (struct sockaddr *)&at, sizeof(at)) != 0 || chmod(path, 0600) != 0 ||
        listen(sock, BACKLOG) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "listening at %s", path);
    *out = remit_fd_steal(&sock);
    return 0;
}

static int path_of(const struct metadata_workers *workers, struct remit_str name,
                   struct remit_buf *out, struct remit_err *err)
{
    remit_buf_put_fmt(out, "%s/workers/" REMIT_STR_FMT ".sock", workers->dir, REMIT_STR_ARG(name));
    if (remit_buf_cstr(out) == NULL)
        return remit_buf_check(out, "a socket's path", err);
    return 0;
}

static bool is_name(struct remit_str name)
{
    static const char more[] = "-_";

    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

        if (!letter && (c == '\0' || strchr(more, c) == NULL))
            return false;
    }
    return name.len > 0 && name.len <= REMIT_WORKER_NAME_MAX;
}

int metadata_workers_listen(const struct metadata_workers *workers, struct remit_str name, int *out,
                            struct remit_err *err)
{
    auto_buf struct remit_buf path = REMIT_BUF(4096);

    if (!is_name(name))
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidName",
                          "a worker's name is 1 to %d of [A-Za-z0-9_-]", REMIT_WORKER_NAME_MAX);
    TRY(path_of(workers, name, &path, err));
    if (metadata_socket_listen(remit_buf_cstr(&path), out, err) == 0)
        return 0;
    if (remit_err_is(err, "AlreadyServed"))
        return remit_fail(err, REMIT_ERR_CONFLICT, "AlreadyAttached",
                          "a worker " REMIT_STR_FMT " lives", REMIT_STR_ARG(name));
    return -1;
}

void metadata_workers_forget(const struct metadata_workers *workers, struct remit_str name)
{
    auto_buf struct remit_buf path = REMIT_BUF(4096);
    struct remit_err err = { 0 };
    bool served = true;

    if (path_of(workers, name, &path, &err) != 0 ||
        is_served(remit_buf_cstr(&path), &served, &err) != 0 ||
        (!served && remit_file_remove(remit_buf_cstr(&path), &err) != 0))
        remit_log_err(REMIT_LOG_WARN, &err, "a dead worker's socket stays");
}

static void sweep(const struct metadata_workers *workers, DIR *dir)
{
    const struct dirent *entry = NULL;

    while ((entry = readdir(dir)) != NULL) {
        struct remit_str file = remit_str_of(entry->d_name);

        if (remit_str_ends(file, REMIT_STR(".sock")))
            metadata_workers_forget(workers, remit_str_sub(file, 0, file.len - 5));
    }
}

int metadata_workers_open(struct metadata_workers *workers, const char *dir, struct remit_err *err)
{
    auto_buf struct remit_buf path = REMIT_BUF(4096);
    DIR *folder = NULL;

    workers->dir = dir;
    remit_buf_put_fmt(&path, "%s/workers", dir);
    if (remit_buf_cstr(&path) == NULL)
        return remit_buf_check(&path, "a folder's path", err);
    TRY(remit_file_mkdir(remit_buf_cstr(&path), 0700, err));
    folder = opendir(remit_buf_cstr(&path));
    if (folder == NULL)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "reading %s", remit_buf_cstr(&path));
    sweep(workers, folder);
    (void)closedir(folder);
    return 0;
}
