/* remit-metadata: what it starts, what it refuses, and that workers outlive it. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/os/fd.h"
#include "common/os/process.h"
#include "tests/common/http_raw.h"
#include "tests/lib/expect.h"
#include "tests/metadata/fake_agent.h"

#define HOUR_MS (3600 * 1000)
#define EXPIRES 1893553445

static struct fake_agent agent;
static struct fake_worker worker = { .channel = -1 };
static struct raw_answer answer;

static void start_agent(void)
{
    fake_agent_start(&agent, "127.0.0.1:1");
}

static void stop_all(void)
{
    fake_end(&worker);
    fake_agent_stop(&agent);
}

TestSuite(metadata, .init = start_agent, .fini = stop_all, .timeout = 60);

static int get_with(const char *id, const char *token)
{
    char text[1024];
    int sock = raw_connect(worker.port);
    int len = snprintf(text, sizeof(text),
                       "GET /v2/credentials/%s HTTP/1.1\r\nHost: 169.254.170.2\r\n"
                       "Authorization: %s\r\n\r\n",
                       id, token);

    raw_send(sock, remit_str_from(text, (size_t)len));
    raw_read(sock, 1, 3000, &answer);
    close(sock);
    return answer.status;
}

static const char *attach_once(const char *name)
{
    uint16_t port = 0;
    int listener = fake_listen(&port);
    int ends[2];
    const char *code = NULL;

    cr_assert(remit_fd_channel(ends, NULL) == 0);
    code = fake_attach_fds(&agent, name, listener, ends[1], -1);
    close(listener);
    close(ends[0]);
    close(ends[1]);
    return code;
}

Test(metadata, names_are_checked)
{
    static const char *const bad[] = {
        "", "a/b", "..", "a.b", "a b", "\xc3\xa4",
    };

    for (size_t i = 0; i < REMIT_COUNT(bad); i++)
        EXPECT_TEXT(attach_once(bad[i]), "InvalidName");
}

Test(metadata, name_of_a_living_worker_is_refused)
{
    fake_attach(&agent, "t1", false, &worker);
    EXPECT_TEXT(attach_once("t1"), "AlreadyAttached");
    fake_end(&worker);
    usleep(100000);
    fake_attach(&agent, "t1", false, &worker);
}

Test(metadata, descriptors_are_checked)
{
    uint16_t port = 0;
    auto_fd int listener = fake_listen(&port);
    auto_fd int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
    auto_fd int unlistened = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto_fd int datagrams = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int ends[2];

    cr_assert(remit_fd_channel(ends, NULL) == 0);
    EXPECT_TEXT(fake_attach_fds(&agent, "t1", file, ends[1], -1), "InvalidListener");
    EXPECT_TEXT(fake_attach_fds(&agent, "t1", unlistened, ends[1], -1), "InvalidListener");
    EXPECT_TEXT(fake_attach_fds(&agent, "t1", datagrams, ends[1], -1), "InvalidListener");
    EXPECT_TEXT(fake_attach_fds(&agent, "t1", ends[1], ends[1], -1), "InvalidListener");
    EXPECT_TEXT(fake_attach_fds(&agent, "t1", listener, file, -1), "InvalidChannel");
    EXPECT_TEXT(fake_attach_fds(&agent, "t1", listener, listener, -1), "InvalidChannel");
    EXPECT_TEXT(fake_attach_fds(&agent, "t1", listener, ends[1], file), "InvalidListener");
    close(ends[0]);
    close(ends[1]);
}

Test(metadata, malformed_frame_costs_its_connection_alone)
{
    char byte = 0;

    cr_assert(send(agent.sock, "no frame", 8, 0) == 8);
    cr_expect(eq(int, (int)recv(agent.sock, &byte, 1, 0), 0));
    remit_fd_drop(&agent.sock);
    fake_agent_connect(&agent);
    fake_attach(&agent, "t1", false, &worker);
}

Test(metadata, several_agents_may_be_connected)
{
    struct fake_agent others[6];

    for (size_t i = 0; i < REMIT_COUNT(others); i++) {
        others[i] = agent;
        fake_agent_connect(&others[i]);
    }
    fake_attach(&others[5], "t1", false, &worker);
    for (size_t i = 0; i < REMIT_COUNT(others); i++)
        close(others[i].sock);
}

/* --- its end is nobody else's --- */

Test(metadata, killed_and_started_again_it_leaves_workers_serving)
{
    pid_t pid = 0;
    uint16_t n_tasks = 0;
    uint64_t served = 0;

    fake_attach(&agent, "t1", false, &worker);
    pid = fake_child(&agent, "remit-worker");
    fake_send_task(worker.channel, "t1", FAKE_ID, 1);
    (void)fake_read_ready(worker.channel);
    fake_send_credentials(worker.channel, "t1", FAKE_BODY, EXPIRES, HOUR_MS);
    (void)fake_read_ready(worker.channel);

    cr_assert(kill(agent.pid, SIGKILL) == 0);
    cr_assert(waitpid(agent.pid, NULL, 0) == agent.pid);
    cr_expect(eq(int, get_with(FAKE_ID, FAKE_TOKEN), 200));
    fake_agent_restart(&agent);
    cr_expect(eq(int, kill(pid, 0), 0));
    EXPECT_TEXT(attach_once("t1"), "AlreadyAttached");
    close(worker.channel);
    worker.channel = fake_adopt(&agent, "t1", &n_tasks, &served);
    cr_expect(eq(int, n_tasks, 1));
    cr_expect(eq(u64, served, 1));
    cr_expect(eq(int, get_with(FAKE_ID, FAKE_TOKEN), 200));
}

static bool exists(const char *name)
{
    char path[160];
    struct stat about;

    (void)snprintf(path, sizeof(path), "%s/workers/%s.sock", agent.dir, name);
    return stat(path, &about) == 0;
}

Test(metadata, socket_of_a_dead_worker_is_removed)
{
    pid_t pid = 0;

    fake_attach(&agent, "t1", false, &worker);
    cr_expect(exists("t1"));
    pid = fake_child(&agent, "remit-worker");
    cr_assert(kill(pid, SIGKILL) == 0);
    for (int i = 0; i < 100 && exists("t1"); i++)
        usleep(10000);
    cr_expect(not(exists("t1")), "while it runs");

    remit_fd_drop(&worker.channel);
    fake_attach(&agent, "t1", false, &worker);
    pid = fake_child(&agent, "remit-worker");
    cr_assert(kill(agent.pid, SIGKILL) == 0);
    cr_assert(waitpid(agent.pid, NULL, 0) == agent.pid);
    cr_assert(kill(pid, SIGKILL) == 0);
    cr_assert(fake_gone(pid));
    cr_expect(exists("t1"));
    fake_agent_restart(&agent);
    cr_expect(not(exists("t1")), "at its start");
    remit_fd_drop(&worker.channel);
}

/* Its exit status with these arguments. */
static int run_with(const char *const *argv)
{
    const struct remit_process_spec spec = { .path = REMIT_METADATA, .argv = argv };
    struct remit_err err = { 0 };
    pid_t pid = -1;
    int status = -1;

    cr_assert(remit_process_start(&spec, &pid, &err) == 0, "%s", err.text);
    cr_assert(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Test(metadata, command_line_is_checked)
{
    const char *const no_dir[] = { "remit-metadata", "--control", "127.0.0.1:1", NULL };
    const char *const no_port[] = { "remit-metadata", "--dir",     agent.dir,
                                    "--control",      "127.0.0.1", NULL };
    const char *const odd[] = { "remit-metadata", "--dir",        agent.dir, "--control",
                                "127.0.0.1:1",    "--frobnicate", NULL };
    const char *const second[] = { "remit-metadata", "--dir",       agent.dir,
                                   "--control",      "127.0.0.1:1", NULL };

    cr_expect(eq(int, run_with(no_dir), 2));
    cr_expect(eq(int, run_with(no_port), 2));
    cr_expect(eq(int, run_with(odd), 2));
    cr_expect(eq(int, run_with(second), 1), "the folder is served already");
    fake_attach(&agent, "t1", false, &worker);
}

Test(metadata, stops_cleanly_and_workers_stay)
{
    int status = -1;

    fake_attach(&agent, "t1", false, &worker);
    cr_assert(kill(agent.pid, SIGTERM) == 0);
    cr_assert(waitpid(agent.pid, &status, 0) == agent.pid);
    cr_expect(eq(int, status, 0));
    fake_send_task(worker.channel, "t1", FAKE_ID, 1);
    EXPECT_TEXT(fake_read_ready(worker.channel).task_id, "t1");
    fake_agent_restart(&agent);
}

/* --- host mode: many tasks, one worker --- */

/* One container a task: "app", with the token "token-of-task-<n>". */
static void send_host_task(int n, const char *token)
{
    char id[8], endpoint[32], credentials_id[32];
    struct remit_err err = { 0 };
    struct remit_metadata_container container = { .name = REMIT_STR("app") };
    struct remit_metadata_task task = { .containers = { &container, 1 } };
    struct remit_metadata_credentials credentials = { .expires_at = EXPIRES,
                                                      .valid_until_boot_ms = INT64_MAX };

    (void)snprintf(id, sizeof(id), "h%d", n);
    (void)snprintf(endpoint, sizeof(endpoint), "endpoint-%d", n);
    (void)snprintf(credentials_id, sizeof(credentials_id), "credentials-%d", n);
    container.endpoint_id = remit_str_of(endpoint);
    task.task_id = remit_str_of(id);
    task.credentials_id = remit_str_of(credentials_id);
    cr_assert(remit_secret_copy(remit_str_of(token), &container.token, &err) == 0);
    cr_assert(remit_frame_write(worker.channel, &remit_frame_task, &task, &err) == 0);
    remit_secret_drop(&container.token);
    credentials.task_id = task.task_id;
    credentials.credentials_id = task.credentials_id;
    cr_assert(remit_secret_copy(task.task_id, &credentials.body, &err) == 0);
    cr_assert(remit_frame_write(worker.channel, &remit_frame_credentials, &credentials, &err) == 0);
    remit_secret_drop(&credentials.body);
}

Test(metadata, host_worker_gives_each_token_its_own_tasks_credentials)
{
    char token[32], id[32], expected[16];

    fake_attach(&agent, "host", false, &worker);
    for (int n = 0; n < 20; n++) {
        (void)snprintf(token, sizeof(token), "token-of-host-task-%d", n);
        send_host_task(n, token);
        EXPECT_TEXT(fake_read_ready(worker.channel).code, "");
        EXPECT_TEXT(fake_read_ready(worker.channel).code, "");
    }
    for (int n = 0; n < 20; n++) {
        (void)snprintf(token, sizeof(token), "token-of-host-task-%d", n);
        (void)snprintf(id, sizeof(id), "credentials-%d", n);
        (void)snprintf(expected, sizeof(expected), "\r\n\r\nh%d", n);
        cr_expect(eq(int, get_with(id, token), 200));
        cr_expect(strstr(answer.bytes, expected) != NULL);
        (void)snprintf(id, sizeof(id), "credentials-%d", (n + 1) % 20);
        cr_expect(eq(int, get_with(id, token), 400), "another task's id");
        cr_expect(strstr(answer.bytes, "InvalidIdInRequest") != NULL);
    }
    fake_send_detach(worker.channel, "h7", 0);
    (void)fake_read_ready(worker.channel);
    cr_expect(eq(int, get_with("credentials-7", "token-of-host-task-7"), 403));
    cr_expect(eq(int, get_with("credentials-8", "token-of-host-task-8"), 200));
}

Test(metadata, what_proves_one_task_is_refused_for_another)
{
    fake_attach(&agent, "host", false, &worker);
    send_host_task(1, "token-of-host-task-1");
    EXPECT_TEXT(fake_read_ready(worker.channel).code, "");
    EXPECT_TEXT(fake_read_ready(worker.channel).code, "");
    send_host_task(2, "token-of-host-task-1");
    EXPECT_TEXT(fake_read_ready(worker.channel).code, "InvalidTask");
    EXPECT_TEXT(fake_read_ready(worker.channel).code, "UnknownTask");
    send_host_task(2, "short");
    EXPECT_TEXT(fake_read_ready(worker.channel).code, "InvalidTask");
    EXPECT_TEXT(fake_read_ready(worker.channel).code, "UnknownTask");
    send_host_task(2, "with a blank, and long enough");
    EXPECT_TEXT(fake_read_ready(worker.channel).code, "InvalidTask");
}

/* More than any client asks; the next task is not held up. */
Test(metadata, host_worker_slows_down_a_task_that_floods)
{
    int slowed = 0;
    int sock = -1;
    static char text[64 * 1024];
    size_t len = 0;

    fake_attach(&agent, "host", false, &worker);
    send_host_task(1, "token-of-host-task-1");
    send_host_task(2, "token-of-host-task-2");
    for (int i = 0; i < 4; i++)
        EXPECT_TEXT(fake_read_ready(worker.channel).code, "");
    while (len < sizeof(text) - 200)
        len +=
            (size_t)snprintf(text + len, sizeof(text) - len,
                             "GET /v2/credentials/credentials-1 HTTP/1.1\r\n"
                             "Host: 169.254.170.2\r\nAuthorization: token-of-host-task-1\r\n\r\n");
    sock = raw_connect(worker.port);
    for (int i = 0; i < 10 && slowed == 0; i++) { /* some 550 requests each */
        raw_send(sock, remit_str_from(text, len));
        for (;;) {
            raw_read(sock, 0, 50, &answer);
            if (answer.len == 0)
                break;
            slowed += memmem(answer.bytes, answer.len, "\"SlowDown\"", 10) != NULL;
        }
    }
    cr_expect(slowed > 0);
    cr_expect(eq(int, get_with("credentials-2", "token-of-host-task-2"), 200));
    close(sock);
}
