/*
 * sandbox.h - a process that will face strangers opens what it needs, then enters its jail, and
 * only then reads a byte.
 *
 * remit_sandbox_enter(): not dumpable, no_new_privs, supplementary groups and ids dropped (when
 * root and uid != 0), capabilities emptied (save `keep_caps`), then a seccomp filter: calls in
 * remit_sandbox_base and in `allow` pass, calls in `refuse` answer EPERM (what a libc merely
 * tries), every other call ends the process. Rules may bind an argument. Enter it before the first
 * thread starts: a filter is its thread's, and what that starts inherits it.
 *
 * End a process in a filter with _exit(2): what exit(3) runs (a leak checker, say) may need more.
 *
 * Errors: INTERNAL with the errno, "SandboxFailed" for a rule that names no system call.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <remit/err.h>

struct remit_sandbox_rule {
    const char *call; /* "read"; unknown names are refused at build of the filter */
    bool bound;       /* argument `arg` must equal `value` under `mask` (0: all bits) */
    unsigned arg;
    uint64_t value;
    uint64_t mask;
};

struct remit_sandbox {
    const struct remit_sandbox_rule *allow;
    size_t n_allow;
    const struct remit_sandbox_rule *refuse;
    size_t n_refuse;
    uid_t uid; /* 0: keep */
    gid_t gid;
    const int *keep_caps; /* CAP_*; NULL drops all */
    size_t n_keep_caps;
    bool no_base; /* `allow` holds all there is */
};

int remit_sandbox_enter(const struct remit_sandbox *sandbox, struct remit_err *err) REMIT_MUST_USE;
/* The first half alone: PR_SET_DUMPABLE 0, no core. For rooms with secrets and no filter. */
int remit_sandbox_no_dump(struct remit_err *err) REMIT_MUST_USE;
/* What every C program with malloc, a log on fd 2, secrets and exit needs. */
extern const struct remit_sandbox_rule remit_sandbox_base[];
extern const size_t remit_sandbox_base_count;
