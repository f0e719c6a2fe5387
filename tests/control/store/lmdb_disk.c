/* What only a store in a file has: reopening, a full disk, damage, being killed, a second opener.
 */
#include "tests/control/store/backend_lmdb.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/os/clock.h"
#include "common/os/fd.h"

TestSuite(store_lmdb, .init = backend_open, .fini = backend_close, .timeout = 120);

static const char *path_of(const char *file)
{
    static char path[96];

    (void)snprintf(path, sizeof(path), "%s/%s", directory, file);
    return path;
}

static int try_open(const char *where, struct remit_err *err)
{
    auto_control_store struct control_store *second = NULL;

    return control_store_lmdb_open(where, 0, &second, err);
}

/* ---- reopening ---- */

Test(store_lmdb, everything_is_there_after_reopening)
{
    must_put(S("/a"), S("one"));
    must_put(S("/b"), S("two"));
    must_remove(S("/b"));
    backend_reopen(0);
    cr_expect(remit_str_equal(must_get(S("/a")).value, S("one")));
    cr_expect(eq(u64, must_get(S("/a")).revision, 1));
    cr_expect(not(is_there(S("/b"))));
    cr_expect(eq(u64, control_store_revision(store), 3));
    cr_expect(eq(u64, must_put(S("/c"), S("three")), 4));
}

Test(store_lmdb, history_starts_anew_when_reopened)
{
    struct control_store_events e = { 0 };
    struct remit_err err = { 0 };

    must_put(S("/a"), S("1"));
    backend_reopen(0);
    expect_error(control_store_watch(store, S("/a"), 0, 0, arena_here(), &e, &err), &err,
                 REMIT_ERR_CONFLICT, "StoreCompacted");
    must_put(S("/a"), S("2"));
    cr_assert(control_store_watch(store, S("/a"), 1, 0, arena_here(), &e, &err) == 0);
    cr_expect(eq(sz, e.n, 1));
}

Test(store_lmdb, lease_goes_on_after_reopening_and_counts_from_there)
{
    uint64_t lease = must_lease(400);
    struct remit_err err = { 0 };
    int64_t opened = 0;

    must_put_leased(S("/l/a"), S("1"), lease);
    control_store_drop(&store);
    pause_ms(500);
    opened = remit_clock_boot_ms();
    backend_reopen(0);
    cr_expect(is_there(S("/l/a")));
    cr_expect(eq(int, control_store_renew(store, lease, &err), 0));
    cr_expect(until_gone(S("/l/a"), 10000));
    cr_expect(remit_clock_boot_ms() - opened >= 400);
}

Test(store_lmdb, ended_lease_does_not_come_back)
{
    uint64_t lease = must_lease(60000);
    struct remit_err err = { 0 };

    must_put_leased(S("/l/a"), S("1"), lease);
    cr_assert(control_store_revoke(store, lease, &err) == 0);
    backend_reopen(0);
    cr_expect(not(is_there(S("/l/a"))));
    expect_error(control_store_renew(store, lease, &err), &err, REMIT_ERR_NOT_FOUND,
                 "LeaseNotFound");
}

Test(store_lmdb, files_are_the_owners_alone)
{
    static const char *const files[] = { "data.mdb", "lock.mdb" };

    for (size_t i = 0; i < REMIT_COUNT(files); i++) {
        struct stat about;

        cr_assert(stat(path_of(files[i]), &about) == 0);
        cr_expect(eq(int, (int)(about.st_mode & 07777), 0600), "%s", files[i]);
    }
}

/* ---- one process at a time ---- */

Test(store_lmdb, second_opener_is_refused_from_here_and_from_elsewhere)
{
    struct remit_err err = { 0 };
    int status = 0;
    pid_t child = 0;

    expect_error(try_open(directory, &err), &err, REMIT_ERR_UNAVAILABLE, "StoreUnavailable");
    must_put(S("/a"), S("the first one goes on"));
    child = fork();
    cr_assert(child >= 0);
    if (child == 0)
        _exit(try_open(directory, &err) == -1 && remit_err_is(&err, "StoreUnavailable") ? 0 : 1);
    cr_assert(waitpid(child, &status, 0) == child);
    cr_expect(eq(int, status, 0));
    control_store_drop(&store);
    cr_expect(eq(int, try_open(directory, &err), 0), "free again: %s", err.text);
}

Test(store_lmdb, missing_folder_is_told_with_its_errno)
{
    struct remit_err err = { 0 };

    expect_error(try_open("/nonexistent/remit", &err), &err, REMIT_ERR_UNAVAILABLE,
                 "StoreUnavailable");
    cr_expect(eq(int, err.os, ENOENT));
}

/* ---- full ---- */

static int try_put(struct remit_str key, struct remit_str value, struct remit_err *err)
{
    struct control_store_txn txn = { 0 };

    control_store_put(&txn, S("/beside"), S("of the same commit"));
    control_store_put(&txn, key, value);
    return control_store_commit(store, &txn, NULL, err);
}

static struct remit_str big_value(void)
{
    char *bytes = remit_arena_take(arena_here(), 100000);

    cr_assert(bytes != NULL);
    memset(bytes, 'v', 100000);
    return remit_str_from(bytes, 100000);
}

/* Puts until there is no room; what was there stays readable, what was refused is not there. */
static void fill_and_look(int most)
{
    struct remit_str value = big_value();
    struct remit_err err = { 0 };
    uint64_t revision = 0;
    int fitted = 0;

    must_put(S("/kept"), S("kept"));
    while (fitted < most &&
           try_put(remit_arena_fmt(arena_here(), "/fill/%d", fitted), value, &err) == 0)
        fitted++;
    cr_assert(fitted > 0 && fitted < most, "%d fitted", fitted);
    expect_error(-1, &err, REMIT_ERR_LIMIT, "StoreFull");
    revision = control_store_revision(store);
    cr_expect(eq(u64, revision, (uint64_t)fitted + 1));
    cr_expect(not(is_there(remit_arena_fmt(arena_here(), "/fill/%d", fitted))));
    cr_expect(eq(u64, must_get(S("/beside")).revision, revision), "its whole commit is not there");
    cr_expect(remit_str_equal(must_get(S("/kept")).value, S("kept")));
    cr_expect(eq(int, try_put(S("/again"), value, &err), -1));
    for (int i = 0; i < fitted; i++)
        cr_expect(
            remit_str_equal(must_get(remit_arena_fmt(arena_here(), "/fill/%d", i)).value, value));
}

Test(store_lmdb, full_map_refuses_whole_commits_and_reads_go_on)
{
    backend_reopen((size_t)2 << 20);
    fill_and_look(30);
    backend_reopen((size_t)4 << 20);
    cr_expect(remit_str_equal(must_get(S("/kept")).value, S("kept")));
    must_put(S("/more"), big_value());
}

/* A disk of our own in a mount namespace of our own. */
static void mount_small_disk(void)
{
    if (geteuid() != 0)
        cr_skip_test("needs root to mount a small disk");
    cr_assert(unshare(CLONE_NEWNS) == 0);
    cr_assert(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
    control_store_drop(&store);
    cr_assert(unlink(path_of("data.mdb")) == 0 && unlink(path_of("lock.mdb")) == 0);
    cr_assert(mount("none", directory, "tmpfs", 0, "size=2m") == 0);
    backend_reopen(0);
}

Test(store_lmdb, full_disk_refuses_whole_commits_and_reads_go_on)
{
    mount_small_disk();
    fill_and_look(30);
    backend_reopen(0);
    cr_expect(remit_str_equal(must_get(S("/kept")).value, S("kept")), "a full store opens");
    cr_assert(mount("none", directory, "tmpfs", MS_REMOUNT, "size=8m") == 0);
    must_put(S("/more"), big_value());
    control_store_drop(&store);
    cr_assert(umount2(directory, MNT_DETACH) == 0);
}

static _Atomic int small_refused;

static void *small_commits(void *unused)
{
    (void)unused;
    for (int i = 0; i < 50; i++) {
        struct control_store_txn txn = { 0 };
        struct remit_err err = { 0 };

        control_store_put(&txn, S("/small"), S("1"));
        if (control_store_commit(store, &txn, NULL, &err) != 0)
            small_refused++;
    }
    return NULL;
}

Test(store_lmdb, one_commit_too_large_for_the_room_left_fails_alone)
{
    struct control_store_txn large = { 0 };
    struct remit_str value = big_value();
    struct remit_err err = { 0 };
    pthread_t threads[4];

    backend_reopen((size_t)2 << 20);
    for (int i = 0; i < 40; i++)
        control_store_put(&large, remit_arena_fmt(arena_here(), "/large/%d", i), value);
    for (size_t i = 0; i < REMIT_COUNT(threads); i++)
        cr_assert(pthread_create(&threads[i], NULL, small_commits, NULL) == 0);
    for (int i = 0; i < 20; i++)
        expect_error(control_store_commit(store, &large, NULL, &err), &err, REMIT_ERR_LIMIT,
                     "StoreFull");
    for (size_t i = 0; i < REMIT_COUNT(threads); i++)
        (void)pthread_join(threads[i], NULL);
    cr_expect(eq(int, small_refused, 0));
    cr_expect(eq(u64, control_store_revision(store), 200));
}

/* ---- damage ---- */

/* Flips a bit in each copy: pages that are no longer in use hold older ones. */
static void damage(const char *needle)
{
    static char bytes[1 << 20];
    auto_fd int fd = open(path_of("data.mdb"), O_RDWR | O_CLOEXEC);
    ssize_t n = pread(fd, bytes, sizeof(bytes), 0);
    char *at = bytes;
    int copies = 0;

    cr_assert(n > 0);
    while ((at = memmem(at, (size_t)(bytes + n - at), needle, strlen(needle))) != NULL) {
        at[3] ^= 1;
        cr_assert(pwrite(fd, at, 4, at - bytes) == 4);
        copies++;
    }
    cr_assert(copies > 0);
}

Test(store_lmdb, flipped_bit_is_found_not_handed_out)
{
    const struct control_store_entry *entries = NULL;
    struct control_store_entry entry = { 0 };
    struct remit_err err = { 0 };
    size_t n = 0;

    must_put(S("/a"), S("unmistakable value"));
    must_put(S("/b"), S("fine"));
    control_store_drop(&store);
    damage("unmistakable value");
    backend_reopen(0);
    expect_error(control_store_get(store, S("/a"), arena_here(), &entry, &err), &err,
                 REMIT_ERR_INTERNAL, "StoreCorrupt");
    expect_error(control_store_list(store, S("/"), S(""), 0, arena_here(), &entries, &n, &err),
                 &err, REMIT_ERR_INTERNAL, "StoreCorrupt");
    cr_expect(remit_str_equal(must_get(S("/b")).value, S("fine")));
}

Test(store_lmdb, foreign_file_is_not_taken_for_a_store)
{
    struct remit_err err = { 0 };

    control_store_drop(&store);
    {
        auto_fd int fd = open(path_of("data.mdb"), O_WRONLY | O_TRUNC | O_CLOEXEC);
        char junk[8192];

        memset(junk, 'j', sizeof(junk));
        cr_assert(write(fd, junk, sizeof(junk)) == (ssize_t)sizeof(junk));
    }
    expect_error(try_open(directory, &err), &err, REMIT_ERR_INTERNAL, "StoreCorrupt");
}

Test(store_lmdb, another_format_is_refused)
{
    struct remit_err err = { 0 };

    must_put(S("/a"), S("1"));
    control_store_drop(&store);
    damage("remit store 1");
    expect_error(try_open(directory, &err), &err, REMIT_ERR_INTERNAL, "StoreCorrupt");
}

/* ---- killed at any moment ---- */

#define KILLED_THREADS 4

/* Two keys a commit; an acknowledged one is reported by number. */
struct report {
    uint32_t thread, i;
    uint64_t revision;
};
struct writer {
    uint32_t thread, start;
    int out;
};

static void *write_and_report(void *self)
{
    const struct writer *w = self;

    for (uint32_t i = w->start;; i++) {
        struct control_store_txn txn = { 0 };
        struct report report = { w->thread, i, 0 };
        char a[48];
        char b[48];

        (void)snprintf(a, sizeof(a), "/k/%u/%08u/a", w->thread, i);
        (void)snprintf(b, sizeof(b), "/k/%u/%08u/b", w->thread, i);
        control_store_expect(&txn, remit_str_of(a), 0);
        control_store_put(&txn, remit_str_of(a), remit_str_of(a));
        control_store_put(&txn, remit_str_of(b), remit_str_of(b));
        if (control_store_commit(store, &txn, &report.revision, NULL) != 0 ||
            write(w->out, &report, sizeof(report)) != (ssize_t)sizeof(report))
            _exit(1);
    }
    return NULL;
}

static void child_runs(uint32_t start, int out)
{
    struct writer writers[KILLED_THREADS];
    pthread_t thread;

    if (control_store_lmdb_open(directory, 0, &store, NULL) != 0)
        _exit(2);
    for (uint32_t t = 0; t < KILLED_THREADS; t++) {
        writers[t] = (struct writer){ t, start, out };
        if (pthread_create(&thread, NULL, write_and_report, &writers[t]) != 0)
            _exit(3);
    }
    (void)pthread_join(thread, NULL);
    _exit(4);
}

static void expect_whole(const struct report *r)
{
    struct remit_str a = remit_arena_fmt(arena_here(), "/k/%u/%08u/a", r->thread, r->i);
    struct remit_str b = remit_arena_fmt(arena_here(), "/k/%u/%08u/b", r->thread, r->i);

    cr_assert(remit_str_equal(must_get(a).value, a), "acknowledged and lost: " REMIT_STR_FMT,
              REMIT_STR_ARG(a));
    cr_assert(eq(u64, must_get(a).revision, r->revision));
    cr_assert(eq(u64, must_get(b).revision, r->revision));
}

static int count_pair(void *self, const struct control_store_entry *entry, struct remit_err *err)
{
    uint64_t *odd = self;

    (void)err;
    *odd = remit_str_ends(entry->key, S("/a")) ? *odd + entry->revision : *odd - entry->revision;
    return 0;
}

/* Returns how many commits were acknowledged. */
static size_t kill_once(uint32_t start, int after_ms)
{
    int ends[2];
    size_t n = 0;
    struct report report;
    struct remit_err err = { 0 };
    uint64_t odd = 0;
    pid_t child = 0;

    control_store_drop(&store);
    cr_assert(pipe2(ends, O_CLOEXEC) == 0);
    child = fork();
    cr_assert(child >= 0);
    if (child == 0)
        child_runs(start, ends[1]);
    (void)close(ends[1]);
    pause_ms(after_ms);
    cr_assert(kill(child, SIGKILL) == 0);
    cr_assert(waitpid(child, NULL, 0) == child);
    backend_reopen(0);
    while (read(ends[0], &report, sizeof(report)) == (ssize_t)sizeof(report)) {
        expect_whole(&report);
        cr_assert(report.revision <= control_store_revision(store));
        n++;
    }
    (void)close(ends[0]);
    cr_assert(control_store_scan(store, S("/k/"), S(""), count_pair, &odd, NULL, &err) == 0, "%s",
              err.text);
    cr_assert(eq(u64, odd, 0), "half of a commit is there");
    return n;
}

Test(store_lmdb, every_acknowledged_commit_survives_kill_9)
{
    size_t acknowledged = 0;

    for (uint32_t round = 0; round < 25; round++)
        acknowledged += kill_once(round * 100000, 2 + rand() % 60);
    cr_expect(acknowledged > 100, "%zu", acknowledged);
}
