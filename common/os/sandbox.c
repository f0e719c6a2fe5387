#include "common/os/sandbox.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <seccomp.h>

#define LAST_CAP_MOST 63

const struct remit_sandbox_rule remit_sandbox_base[] = {
    { .call = "read" },
    { .call = "write" },
    { .call = "writev" },
    { .call = "close" },
    { .call = "brk" },
    { .call = "munmap" },
    { .call = "mremap" },
    { .call = "madvise" },
    { .call = "mlock" }, /* secrets that come later lock their pages */
    /* No memory that can be run. */
    { .call = "mmap", .bound = true, .arg = 2, .value = 0, .mask = PROT_EXEC },
    { .call = "mprotect", .bound = true, .arg = 2, .value = 0, .mask = PROT_EXEC },
    { .call = "futex" },
    { .call = "sched_yield" },
    { .call = "clock_gettime" },
    { .call = "gettimeofday" },
    { .call = "clock_nanosleep" },
    { .call = "restart_syscall" },
    { .call = "getpid" },
    { .call = "gettid" },
    { .call = "getrandom" },
    { .call = "rt_sigreturn" },
    { .call = "rt_sigprocmask" },
    { .call = "sigaltstack" },
    { .call = "exit" },
    { .call = "exit_group" },
};
const size_t remit_sandbox_base_count = REMIT_COUNT(remit_sandbox_base);

/* What a sanitizer's runtime does inside of any process, in builds that carry one. */
static const struct remit_sandbox_rule sanitizer_calls[] = {
    { .call = "sigaltstack" }, /* AddressSanitizer, before each call that does not return */
};
#ifndef __has_feature
#define __has_feature(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
static const size_t n_sanitizer_calls = REMIT_COUNT(sanitizer_calls);
#else
static const size_t n_sanitizer_calls = 0;
#endif

int remit_sandbox_no_dump(struct remit_err *err)
{
    const struct rlimit none = { 0, 0 };

    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "forbid core dumps");
    return 0;
}

/* --- ids and capabilities --- */

static bool kept(const struct remit_sandbox *sandbox, int cap)
{
    for (size_t i = 0; i < sandbox->n_keep_caps; i++)
        if (sandbox->keep_caps != NULL && sandbox->keep_caps[i] == cap)
            return true;
    return false;
}

/* What exec could give back. A process without CAP_SETPCAP can't, and has nothing to give. */
static int drop_bounding(const struct remit_sandbox *sandbox, struct remit_err *err)
{
    for (int cap = 0; cap <= LAST_CAP_MOST; cap++) {
        if (kept(sandbox, cap) || prctl(PR_CAPBSET_READ, cap, 0, 0, 0) != 1)
            continue;
        if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) != 0 && errno != EPERM)
            return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "drop capability %d", cap);
    }
    return 0;
}

static int drop_ids(const struct remit_sandbox *sandbox, struct remit_err *err)
{
    if (sandbox->uid == 0 || geteuid() != 0)
        return 0;
    if (sandbox->n_keep_caps > 0 && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "keep capabilities");
    if (setgroups(0, NULL) != 0 || setresgid(sandbox->gid, sandbox->gid, sandbox->gid) != 0 ||
        setresuid(sandbox->uid, sandbox->uid, sandbox->uid) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "become uid %u, gid %u", sandbox->uid,
                             sandbox->gid);
    if (setresuid(0, 0, 0) == 0 && sandbox->n_keep_caps == 0)
        return remit_fail(err, REMIT_ERR_INTERNAL, "SandboxFailed", "could become root again");
    return 0;
}

static int set_caps(const struct remit_sandbox *sandbox, struct remit_err *err)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct data[2] = { { 0 } };

    for (size_t i = 0; i < sandbox->n_keep_caps; i++) {
        int cap = sandbox->keep_caps[i];

        data[CAP_TO_INDEX(cap)].effective |= CAP_TO_MASK(cap);
        data[CAP_TO_INDEX(cap)].permitted |= CAP_TO_MASK(cap);
    }
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0 ||
        syscall(SYS_capset, &header, data) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "set capabilities");
    return 0;
}

/* --- the filter --- */

static void filter_drop(scmp_filter_ctx *filter)
{
    if (*filter != NULL)
        seccomp_release(*filter);
}

static int add_rule(scmp_filter_ctx filter, uint32_t action, const struct remit_sandbox_rule *rule,
                    struct remit_err *err)
{
    int number = seccomp_syscall_resolve_name(rule->call);
    uint64_t mask = rule->mask != 0 ? rule->mask : UINT64_MAX;
    int result = 0;

    if (number == __NR_SCMP_ERROR)
        return remit_fail(err, REMIT_ERR_INTERNAL, "SandboxFailed", "no system call '%s'",
                          rule->call);
    if (rule->bound)
        result = seccomp_rule_add(filter, action, number, 1,
                                  SCMP_CMP(rule->arg, SCMP_CMP_MASKED_EQ, mask, rule->value));
    else
        result = seccomp_rule_add(filter, action, number, 0);
    if (result != 0 && result != -EEXIST)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, -result, "a filter rule for %s", rule->call);
    return 0;
}

static int add_rules(scmp_filter_ctx filter, uint32_t action,
                     const struct remit_sandbox_rule *rules, size_t count, struct remit_err *err)
{
    for (size_t i = 0; i < count; i++)
        TRY(add_rule(filter, action, &rules[i], err));
    return 0;
}

static int load_filter(const struct remit_sandbox *sandbox, struct remit_err *err)
{
    REMIT_AUTO(filter_drop) scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    int result = 0;

    if (filter == NULL)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, ENOMEM, "a filter of system calls");
    if (!sandbox->no_base)
        TRY(add_rules(filter, SCMP_ACT_ALLOW, remit_sandbox_base, remit_sandbox_base_count, err));
    TRY(add_rules(filter, SCMP_ACT_ALLOW, sandbox->allow, sandbox->n_allow, err));
    TRY(add_rules(filter, SCMP_ACT_ALLOW, sanitizer_calls, n_sanitizer_calls, err));
    TRY(add_rules(filter, SCMP_ACT_ERRNO(EPERM), sandbox->refuse, sandbox->n_refuse, err));
    /* One comparison tree, not a chain: every call of a busy room goes through it. */
    (void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    result = seccomp_load(filter);
    if (result != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, -result, "load a filter of system calls");
    if (sandbox->no_base)
        filter = NULL; /* kept: freeing it may take calls that are gone now */
    return 0;
}

int remit_sandbox_enter(const struct remit_sandbox *sandbox, struct remit_err *err)
{
    TRY(drop_bounding(sandbox, err));
    TRY(drop_ids(sandbox, err));
    TRY(set_caps(sandbox, err));
    TRY(remit_sandbox_no_dump(err)); /* after the ids: changing them sets it anew */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "give up new privileges");
    return load_filter(sandbox, err);
}
