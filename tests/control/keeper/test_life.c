/*
 * The keeper as a process: killed, started again, looked at from outside, spoken to in wrong
 * frames.
 */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/os/fd.h"
#include "common/os/file.h"
#include "common/os/process.h"
#include "control/keeper/frames.h"
#include "tests/control/keeper/tools.h"
#include "tests/lib/rows.h"

TestSuite(keeper_life, .init = keeper_begin, .fini = keeper_end, .timeout = 60);

/* --- kills and restarts --- */

Test(keeper_life, a_killed_keeper_is_started_again_and_knows_all)
{
    auto_keeper_minted struct keeper_minted old = { .expires_at = 0 };
    auto_keeper_minted struct keeper_minted fresh = { .expires_at = 0 };
    auto_keeper_created struct keeper_created created = { .ciphertext = "" };
    auto_secret struct remit_secret key = { NULL, 0 };
    uint64_t generation = 0;
    pid_t pid = find_keeper();
    struct remit_err err = { 0 };

    must_mint(&old);
    must_create(KEEPER_KEY_USER, &created);
    cr_assert(keeper_client_rotate(client, &err) == 0);
    generation = keeper_client_keys_generation(client);
    kill_keeper();
    must_mint(&fresh);
    cr_expect(find_keeper() != pid);
    cr_expect(verifies(&old));
    cr_expect(verifies(&fresh));
    cr_expect(keeper_client_keys_generation(client) == generation, "its keys are the same");
    cr_expect(sign_as(remit_str_of(created.access_key_id), remit_str_of(created.ciphertext), &key,
                      &err) == 0,
              "%s", err.text);
}

Test(keeper_life, one_that_dies_again_and_again_is_left_alone_for_a_minute)
{
    struct remit_err err = { 0 };
    auto_keeper_created struct keeper_created created = { .ciphertext = "" };

    for (int i = 1; i < KEEPER_CLIENT_RESTARTS; i++) {
        kill_keeper();
        must_create(KEEPER_KEY_USER, &created);
        keeper_created_drop(&created);
    }
    kill_keeper();
    cr_expect(keeper_client_create(client, KEEPER_KEY_USER, &created, &err) == -1);
    cr_expect(err.kind == REMIT_ERR_UNAVAILABLE && remit_err_is(&err, "KeeperUnavailable"), "%s",
              err.text);
    cr_expect(find_keeper() == 0);
}

Test(keeper_life, one_that_hangs_is_ended_and_replaced, .timeout = 60)
{
    auto_keeper_created struct keeper_created created = { .ciphertext = "" };
    struct remit_err err = { 0 };
    pid_t pid = find_keeper();

    cr_assert(kill(pid, SIGSTOP) == 0);
    cr_expect(keeper_client_create(client, KEEPER_KEY_USER, &created, &err) == -1);
    cr_expect(err.kind == REMIT_ERR_UNAVAILABLE && remit_err_is(&err, "KeeperUnavailable"), "%s",
              err.text);
    must_create(KEEPER_KEY_USER, &created);
    cr_expect(find_keeper() != pid);
}

Test(keeper_life, two_keepers_do_not_share_a_folder)
{
    const struct keeper_client_spec spec = { .state_dir = folder,
                                             .account = REMIT_STR("111122223333"),
                                             .region = REMIT_STR("eu-central-1") };
    struct keeper_client *second = NULL;
    struct remit_err err = { 0 };

    cr_expect(keeper_client_open(&spec, &second, &err) == -1);
    cr_expect(err.kind == REMIT_ERR_UNAVAILABLE && remit_err_is(&err, "KeeperUnavailable"), "%s",
              err.text);
}

Test(keeper_life, its_end_is_the_clients_end)
{
    pid_t pid = find_keeper();

    keeper_client_drop(&client);
    cr_expect(find_keeper() == 0);
    cr_expect(kill(pid, 0) == -1 && errno == ESRCH);
}

Test(keeper_life, an_account_has_secrets_of_its_own)
{
    const struct keeper_client_spec spec = { .state_dir = folder,
                                             .account = REMIT_STR("444455556666"),
                                             .region = REMIT_STR("eu-central-1") };
    struct keeper_client *other = NULL;
    struct remit_err err = { 0 };

    keeper_client_drop(&client);
    cr_expect(keeper_client_open(&spec, &other, &err) == -1);
    cr_expect(err.kind == REMIT_ERR_UNAVAILABLE && remit_err_is(&err, "KeeperUnavailable"), "%s",
              err.text);
}

/* --- what can be seen from outside --- */

static mode_t mode_of(const char *name)
{
    char path[128];
    struct stat about;

    (void)snprintf(path, sizeof(path), "%s/keeper%s", folder, name);
    cr_assert(stat(path, &about) == 0, "%s", path);
    return about.st_mode & 0777;
}

Test(keeper_life, its_files_are_its_own)
{
    cr_expect(eq(int, (int)mode_of(""), 0700));
    cr_expect(eq(int, (int)mode_of("/root"), 0600));
    cr_expect(eq(int, (int)mode_of("/journal"), 0600));
}

static bool holds(const char *text, size_t len, struct remit_str what)
{
    return memmem(text, len, what.ptr, what.len) != NULL;
}

/* attacks.md C10, C11: nothing of a secret in its arguments, environment or files. */
Test(keeper_life, no_secret_stands_where_others_look)
{
    auto_keeper_created struct keeper_created created = { .ciphertext = "" };
    auto_secret struct remit_secret root = { NULL, 0 };
    auto_buf struct remit_buf journal = REMIT_BUF(1 << 20);
    struct remit_str secret;
    char path[128];
    char text[65536];
    size_t len = 0;
    struct remit_err err = { 0 };

    must_create(KEEPER_KEY_USER, &created);
    secret = remit_secret_view(&created.secret_access_key);
    (void)snprintf(path, sizeof(path), "%s/keeper/root", folder);
    cr_assert(remit_file_read_secret(path, 128, &root, &err) == 0);
    len = read_proc(find_keeper(), "cmdline", text, sizeof(text));
    cr_expect(len > 0 && !holds(text, len, secret) &&
              !holds(text, len, remit_str_sub(remit_secret_view(&root), 0, 16)));
    cr_expect(eq(sz, read_proc(find_keeper(), "environ", text, sizeof(text)), 0), "it is empty");
    (void)snprintf(path, sizeof(path), "%s/keeper/journal", folder);
    cr_assert(remit_file_read(path, &journal, &err) == 0);
    cr_expect(holds(journal.ptr, journal.len, REMIT_STR("PRIVATE KEY")) == false);
    cr_expect(holds(journal.ptr, journal.len, secret) == false);
}

Test(keeper_life, it_is_in_its_sandbox)
{
    auto_keeper_created struct keeper_created created = { .ciphertext = "" };
    char status[8192];
    char limits[8192];

    must_create(KEEPER_KEY_USER, &created); /* it answers: it has entered */
    cr_assert(read_proc(find_keeper(), "status", status, sizeof(status)) > 0);
    cr_expect(strstr(status, "Seccomp:\t2\n") != NULL);
    cr_expect(strstr(status, "NoNewPrivs:\t1\n") != NULL);
    cr_expect(strstr(status, "CapEff:\t0000000000000000\n") != NULL);
    cr_expect(strstr(status, "CapBnd:\t0000000000000000\n") != NULL || geteuid() != 0);
    cr_assert(read_proc(find_keeper(), "limits", limits, sizeof(limits)) > 0);
    cr_expect(strstr(limits, "Max core file size        0                    0") != NULL);
}

/* The channel, stderr, the null device twice, the locked folder and the journal: no more. */
Test(keeper_life, it_has_no_descriptor_but_its_own)
{
    char path[64];
    int count = 0;
    DIR *dir = NULL;
    const struct dirent *entry = NULL;

    (void)snprintf(path, sizeof(path), "/proc/%d/fd", (int)find_keeper());
    dir = opendir(path);
    if (dir == NULL)
        cr_skip_test("needs root to look into a process that is not dumpable");
    while ((entry = readdir(dir)) != NULL)
        count += entry->d_name[0] != '.';
    closedir(dir);
    cr_expect(eq(int, count, 6));
}

/* --- wrong frames: the keeper is started by hand --- */

static pid_t start_by_hand(int *channel)
{
    char state[128];
    const char *const argv[] = { "remit-keeper", "--state", state, "--account", "1", NULL };
    int ends[2] = { -1, -1 };
    struct remit_process_spec spec = { .path = "remit-keeper", .argv = argv, .n_fds = 1 };
    pid_t pid = 0;
    struct remit_err err = { 0 };

    keeper_client_drop(&client);
    folder_remove(folder);
    (void)snprintf(state, sizeof(state), "%s", folder);
    cr_assert(remit_fd_channel(ends, &err) == 0);
    spec.fds = &ends[1];
    cr_assert(remit_process_start(&spec, &pid, &err) == 0, "%s", err.text);
    close(ends[1]);
    *channel = ends[0];
    return pid;
}

static int exit_status(pid_t pid)
{
    int status = 0;

    cr_assert(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void read_hello(int channel)
{
    static const struct remit_frame_type *const types[] = { &keeper_frame_keys };
    auto_arena struct remit_arena arena = REMIT_ARENA(1 << 20);
    const struct remit_frame_type *which = NULL;
    void *frame = NULL;
    struct remit_err err = { 0 };

    cr_assert(remit_frame_read(channel, types, 1, &arena, &which, &frame, &err) == 0, "%s",
              err.text);
    cr_expect(eq(sz, ((struct keeper_keys *)frame)->keys.count, 2), "an active key and the next");
}

static const struct {
    const char *name;
    const char *bytes;
    size_t len;
} wrong[] = {
    { "one byte", "x", 1 },
    { "another magic", "RMF2\x01\x03\0\0\x01\0\0\0\x01", 13 },
    { "another type", "RMF1\x00\x03\0\0\x01\0\0\0\x01", 13 },
    { "an answer", "RMF1\x16\x03\0\0\x01\0\0\0\x01", 13 },
    { "a body cut short", "RMF1\x01\x03\0\0\0\0\0\0", 12 },
    { "a byte left over", "RMF1\x01\x03\0\0\x02\0\0\0\x01\x01", 14 },
    { "another length", "RMF1\x01\x03\0\0\x09\0\0\0\x01", 13 },
    { "a descriptor promised", "RMF1\x01\x03\x01\0\x01\0\0\0\x01", 13 },
    { "a string longer than its field", "RMF1\x06\x03\0\0\x04\0\0\0\xff\xff\0\0", 16 },
};
ROWS(keeper_life, a_frame_that_is_none_ends_it, wrong)
{
    auto_fd int channel = -1;
    pid_t pid = start_by_hand(&channel);

    read_hello(channel);
    cr_assert(send(channel, wrong[*row_index].bytes, wrong[*row_index].len, MSG_NOSIGNAL) ==
              (ssize_t)wrong[*row_index].len);
    cr_expect(eq(int, exit_status(pid), 1), "%s", wrong[*row_index].name);
}

Test(keeper_life, a_right_frame_is_answered_by_hand_too)
{
    static const struct remit_frame_type *const types[] = { &keeper_frame_created };
    const struct keeper_create create = { .kind = KEEPER_KEY_JOIN };
    auto_arena struct remit_arena arena = REMIT_ARENA(1 << 20);
    const struct remit_frame_type *which = NULL;
    void *frame = NULL;
    auto_fd int channel = -1;
    pid_t pid = start_by_hand(&channel);
    struct remit_err err = { 0 };

    read_hello(channel);
    cr_assert(remit_frame_write(channel, &keeper_frame_create, &create, &err) == 0);
    cr_assert(remit_frame_read(channel, types, 1, &arena, &which, &frame, &err) == 0, "%s",
              err.text);
    remit_frame_clear(which, frame);
    remit_fd_drop(&channel);
    cr_expect(eq(int, exit_status(pid), 0), "the channel's end is its own");
}
