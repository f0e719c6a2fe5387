/*
 * fd.h - descriptors that close themselves, and moving them between owners and processes.
 *
 * Ownership: auto_fd closes at the end of the scope; remit_fd_steal() hands over.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <remit/err.h>
#include <remit/str.h>

void remit_fd_drop(int *fd); /* closes when not -1, keeps errno, sets -1 */
#define auto_fd REMIT_AUTO(remit_fd_drop)
int remit_fd_steal(int *fd);

int remit_fd_nonblock(int fd, bool nonblock, struct remit_err *err) REMIT_MUST_USE;
int remit_fd_cloexec(int fd, bool cloexec, struct remit_err *err) REMIT_MUST_USE;
/* All of it, across EINTR and short counts. */
int remit_fd_write_all(int fd, struct remit_str bytes, struct remit_err *err) REMIT_MUST_USE;
/* A connected pair of AF_UNIX SEQPACKET sockets, both close-on-exec. */
int remit_fd_channel(int out[2], struct remit_err *err) REMIT_MUST_USE;
/* The uid, gid and pid of the process at the other end of a unix socket. */
int remit_fd_peer(int fd, uid_t *uid, gid_t *gid, pid_t *pid, struct remit_err *err) REMIT_MUST_USE;
