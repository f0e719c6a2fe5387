#include "metadata/worker/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "metadata/ids.h"

#define FILES_MOST 1152 /* 1,000 connections, those being closed, and our own */

/*
 * Connections are accepted from the two listening sockets that were inherited; descriptors that a
 * channel could bring are refused by its frames. connect(2) isn't here either.
 */
static const struct remit_sandbox_rule allow[] = {
    { .call = "accept4" },
    { .call = "recvfrom" },
    { .call = "recvmsg" },
    { .call = "sendmsg" },
    { .call = "shutdown" },
    { .call = "epoll_wait" },
    { .call = "epoll_pwait" },
    { .call = "epoll_ctl" },
    { .call = "poll" },
    { .call = "setsockopt" },
    { .call = "getsockopt", .bound = true, .arg = 1, .value = SOL_SOCKET },
    /* To one who is connected already: no address, which MSG_FASTOPEN would connect to. */
    { .call = "sendto", .bound = true, .arg = 4, .value = 0 },
};

/* What libraries try and can do without. */
static const struct remit_sandbox_rule refuse[] = {
    { .call = "openat" }, { .call = "newfstatat" }, { .call = "fstat" },
    { .call = "ioctl" },  { .call = "fcntl" },
};

static int limit_files(struct remit_err *err)
{
    struct rlimit files = { 0 };

    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "limits of descriptors");
    files.rlim_cur = files.rlim_max < FILES_MOST ? files.rlim_max : FILES_MOST;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "limit descriptors");
    return 0;
}

int worker_sandbox_enter(struct remit_err *err)
{
    uid_t uid = METADATA_UID_FIRST + (uid_t)getpid();
    const struct remit_sandbox sandbox = {
        .allow = allow,
        .n_allow = REMIT_COUNT(allow),
        .refuse = refuse,
        .n_refuse = REMIT_COUNT(refuse),
        .uid = uid,
        .gid = uid,
    };

    TRY(limit_files(err));
    tzset(); /* dates of answers: /etc/localtime can't be read later */
    return remit_sandbox_enter(&sandbox, err);
}
