/*
 * process.h - inner rooms: started with fork and exec so that nothing of the parent's memory
 * comes along.
 *
 * The child gets exactly the descriptors named in `fds`, as 3, 4, 5 … in order, plus /dev/null
 * as 0 and 1 and the parent's standard error as 2 (all else is closed), the given
 * arguments, and an environment of only what `env` lists. Secrets never go by arguments or
 * environment: they go down a descriptor.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include <remit/err.h>

struct remit_process_spec {
    const char *path;        /* absolute, or found beside our own executable when without '/' */
    const char *const *argv; /* argv[0] included, NULL-terminated */
    const char *const *env;  /* NULL-terminated; NULL is empty */
    const int *fds;
    size_t n_fds;
    bool die_with_parent; /* PR_SET_PDEATHSIG SIGKILL: start it from a thread that stays */
    bool new_session;     /* setsid: survives the parent's terminal and group */
    bool keep_stdout;     /* 1 is the parent's */
};

/*
 * Returns when the new program runs: what exec(2) refuses is told here. Signal handlers, the
 * signal mask and ignored signals are reset in the child.
 * Errors: NOT_FOUND "ProcessNotFound" when there is no such program, else INTERNAL.
 */
int remit_process_start(const struct remit_process_spec *spec, pid_t *out,
                        struct remit_err *err) REMIT_MUST_USE;
/* SIGTERM, then SIGKILL after `grace_ms`; reaps. */
void remit_process_stop(pid_t pid, int grace_ms);
/*
 * Finds a sister program: our own folder, ../libexec/remit, then neighbours in the build tree.
 * *out is allocated; free() it.
 */
int remit_process_find(const char *name, char **out, struct remit_err *err) REMIT_MUST_USE;
/* The folder of our own executable, for finding sisters; valid for the process's life. */
const char *remit_process_dir(void);
/* Installs handlers that set a flag and wake a pipe: SIGINT and SIGTERM. Returns the pipe's end. */
int remit_process_on_stop(int *wake_fd, struct remit_err *err) REMIT_MUST_USE;
bool remit_process_stopping(void); /* that flag */
