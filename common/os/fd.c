#include "common/os/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

void remit_fd_drop(int *fd)
{
    int saved = errno;

    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
    errno = saved;
}

int remit_fd_steal(int *fd)
{
    int taken = *fd;

    *fd = -1;
    return taken;
}

/* Sets or clears one bit of what `get` reads and `set` writes (F_GETFL, F_SETFL and so on). */
static int flag(int fd, int get, int set, int bit, bool on, struct remit_err *err)
{
    int flags = fcntl(fd, get);

    if (flags == -1)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "flags of descriptor %d", fd);
    if (fcntl(fd, set, on ? flags | bit : flags & ~bit) == -1)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "flags of descriptor %d", fd);
    return 0;
}

int remit_fd_nonblock(int fd, bool nonblock, struct remit_err *err)
{
    return flag(fd, F_GETFL, F_SETFL, O_NONBLOCK, nonblock, err);
}

int remit_fd_cloexec(int fd, bool cloexec, struct remit_err *err)
{
    return flag(fd, F_GETFD, F_SETFD, FD_CLOEXEC, cloexec, err);
}

int remit_fd_write_all(int fd, struct remit_str bytes, struct remit_err *err)
{
    size_t done = 0;

    while (done < bytes.len) {
        ssize_t n = write(fd, bytes.ptr + done, bytes.len - done);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == ENOSPC || errno == EDQUOT))
            return remit_fail_os(err, REMIT_ERR_UNAVAILABLE, errno, "writing %zu bytes", bytes.len);
        if (n < 0)
            return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "writing %zu bytes", bytes.len);
        done += (size_t)n;
    }
    return 0;
}

int remit_fd_channel(int out[2], struct remit_err *err)
{
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, out) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "a pair of sockets");
    return 0;
}

int remit_fd_peer(int fd, uid_t *uid, gid_t *gid, pid_t *pid, struct remit_err *err)
{
    struct ucred peer = { 0 };
    socklen_t len = sizeof(peer);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "the peer of descriptor %d", fd);
    if (uid != NULL)
        *uid = peer.uid;
    if (gid != NULL)
        *gid = peer.gid;
    if (pid != NULL)
        *pid = peer.pid;
    return 0;
}
