#include "tests/metadata/fake_agent.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/os/clock.h"
#include "common/os/fd.h"
#include "common/os/http_server.h"
#include "common/os/process.h"

#define WAIT_MS 5000

static struct remit_err err; /* of the helper that failed */

static bool readable(int fd, int wait_ms)
{
    struct pollfd ready = { .fd = fd, .events = POLLIN };

    return poll(&ready, 1, wait_ms) > 0;
}

static void start(struct fake_agent *agent)
{
    int ends[2];
    char line[16] = "";

    cr_assert(pipe(ends) == 0);
    const char *const argv[] = { "remit-metadata", "--dir",      agent->dir, "--control",
                                 agent->control,   "--ready-fd", "3",        "--log-level",
                                 "error",          NULL };
    const struct remit_process_spec spec = {
        .path = REMIT_METADATA, .argv = argv, .fds = &ends[1], .n_fds = 1
    };
    cr_assert(remit_process_start(&spec, &agent->pid, &err) == 0, "%s", err.text);
    close(ends[1]);
    cr_assert(readable(ends[0], WAIT_MS));
    cr_assert(read(ends[0], line, sizeof(line)) == 6);
    close(ends[0]);
    agent->sock = -1;
    fake_agent_connect(agent);
}

void fake_agent_start(struct fake_agent *agent, const char *control)
{
    *agent = (struct fake_agent){ .sock = -1 };
    (void)snprintf(agent->dir, sizeof(agent->dir), "/tmp/remit-metadata-XXXXXX");
    (void)snprintf(agent->control, sizeof(agent->control), "%s", control);
    cr_assert(mkdtemp(agent->dir) != NULL);
    start(agent);
}

void fake_agent_restart(struct fake_agent *agent)
{
    remit_fd_drop(&agent->sock);
    start(agent);
}

static int connect_to(const char *path)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    cr_assert(sock >= 0);
    (void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
    if (connect(sock, (struct sockaddr *)&at, sizeof(at)) == 0)
        return sock;
    close(sock);
    return -1;
}

void fake_agent_connect(struct fake_agent *agent)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "%s/metadata.sock", agent->dir);
    agent->sock = connect_to(path);
    cr_assert(agent->sock >= 0);
}

void fake_agent_stop(struct fake_agent *agent)
{
    char command[3][128];

    remit_fd_drop(&agent->sock);
    remit_process_stop(agent->pid, 2000);
    (void)snprintf(command[0], 128, "%s/metadata.sock", agent->dir);
    (void)snprintf(command[1], 128, "%s/workers", agent->dir);
    (void)unlink(command[0]);
    for (int i = 0; i < 8; i++) { /* sockets of workers that a test killed */
        (void)snprintf(command[2], 128, "%s/workers/t%d.sock", agent->dir, i);
        (void)unlink(command[2]);
    }
    (void)snprintf(command[2], 128, "%s/workers/host.sock", agent->dir);
    (void)unlink(command[2]);
    (void)rmdir(command[1]);
    (void)rmdir(agent->dir);
}

int fake_listen(uint16_t *port)
{
    int sock = -1;

    *port = 0;
    cr_assert(remit_http_listen("127.0.0.1", port, &sock, &err) == 0, "%s", err.text);
    return sock;
}

const char *fake_attach_fds(struct fake_agent *agent, const char *name, int listener, int channel,
                            int relay_listener)
{
    static const struct remit_frame_type *const types[] = { &remit_frame_attached };
    static char code[65];
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    struct remit_metadata_attach plain = { remit_str_of(name), listener, channel };
    struct remit_metadata_attach_relay relayed = { remit_str_of(name), listener, channel,
                                                   relay_listener };
    const struct remit_frame_type *which = NULL;
    void *frame = NULL;

    if (relay_listener < 0)
        cr_assert(remit_frame_write(agent->sock, &remit_frame_attach, &plain, &err) == 0, "%s",
                  err.text);
    else
        cr_assert(remit_frame_write(agent->sock, &remit_frame_attach_relay, &relayed, &err) == 0,
                  "%s", err.text);
    cr_assert(readable(agent->sock, WAIT_MS));
    cr_assert(remit_frame_read(agent->sock, types, 1, &arena, &which, &frame, &err) == 0, "%s",
              err.text);
    const struct remit_metadata_attached *attached = frame;
    cr_assert(remit_str_equal(attached->name, remit_str_of(name)));
    (void)snprintf(code, sizeof(code), "%.*s", REMIT_STR_ARG(attached->code));
    cr_expect((code[0] == '\0') == (attached->text.len == 0), "a code comes with a sentence");
    return code;
}

void fake_attach(struct fake_agent *agent, const char *name, bool relay, struct fake_worker *out)
{
    int ends[2];
    int relay_listener = -1;

    *out = (struct fake_worker){ .channel = -1 };
    (void)snprintf(out->name, sizeof(out->name), "%s", name);
    int listener = fake_listen(&out->port);
    if (relay)
        relay_listener = fake_listen(&out->relay_port);
    cr_assert(remit_fd_channel(ends, &err) == 0);
    const char *code = fake_attach_fds(agent, name, listener, ends[1], relay_listener);
    cr_assert(strcmp(code, "") == 0, "attached: %s", code);
    close(listener);
    close(ends[1]);
    if (relay_listener >= 0)
        close(relay_listener);
    out->channel = ends[0];
    struct fake_ready ready = fake_read_ready(out->channel);
    cr_assert(strcmp(ready.task_id, "") == 0 && strcmp(ready.code, "") == 0);
}

void fake_end(struct fake_worker *worker)
{
    if (worker->channel < 0)
        return;
    fake_send_detach(worker->channel, "", 1);
    while (readable(worker->channel, WAIT_MS)) {
        char byte = 0;

        if (recv(worker->channel, &byte, 1, 0) <= 0)
            break;
    }
    remit_fd_drop(&worker->channel);
}

/* --- frames --- */

static void must_write(int channel, const struct remit_frame_type *type, const void *frame)
{
    cr_assert(remit_frame_write(channel, type, frame, &err) == 0, "%s: %s", type->name, err.text);
}

void fake_send_task(int channel, const char *task_id, const char *credentials_id, size_t n)
{
    struct remit_metadata_container containers[2] = {
        { .endpoint_id = REMIT_STR(FAKE_EID), .name = REMIT_STR("app") },
        { .endpoint_id = REMIT_STR(FAKE_EID2), .name = REMIT_STR("sidecar") },
    };
    struct remit_metadata_task task = {
        .task_id = remit_str_of(task_id),
        .task_arn = REMIT_STR("arn:aws:ecs:us-east-1:111122223333:task/default/t"),
        .credentials_id = remit_str_of(credentials_id),
        .containers = { containers, n },
    };

    cr_assert(remit_secret_copy(REMIT_STR(FAKE_TOKEN), &containers[0].token, &err) == 0);
    cr_assert(remit_secret_copy(REMIT_STR(FAKE_OTHER), &containers[1].token, &err) == 0);
    must_write(channel, &remit_frame_task, &task);
    remit_secret_drop(&containers[0].token);
    remit_secret_drop(&containers[1].token);
}

void fake_send_credentials(int channel, const char *task_id, const char *body, int64_t expires_at,
                           int64_t lives_ms)
{
    struct remit_metadata_credentials credentials = {
        .task_id = remit_str_of(task_id),
        .credentials_id = REMIT_STR(FAKE_ID),
        .expires_at = expires_at,
        .valid_until_boot_ms = remit_clock_boot_ms() + lives_ms,
    };

    cr_assert(remit_secret_copy(remit_str_of(body), &credentials.body, &err) == 0);
    must_write(channel, &remit_frame_credentials, &credentials);
    remit_secret_drop(&credentials.body);
}

void fake_send_document(int channel, const char *task_id, const char *endpoint_id, uint8_t kind,
                        const char *body)
{
    struct remit_metadata_document document = {
        .task_id = remit_str_of(task_id),
        .endpoint_id = remit_str_of(endpoint_id),
        .kind = kind,
        .body = remit_str_of(body),
    };

    must_write(channel, &remit_frame_document, &document);
}

void fake_send_detach(int channel, const char *task_id, uint8_t end)
{
    struct remit_metadata_detach detach = { remit_str_of(task_id), end };

    must_write(channel, &remit_frame_detach, &detach);
}

static void copy(char *out, size_t size, struct remit_str s)
{
    cr_assert(s.len < size);
    memcpy(out, s.ptr, s.len);
    out[s.len] = '\0';
}

/* Reads frames until one of `wanted`; the frame lives in the arena. */
static void *read_until(int channel, const struct remit_frame_type *wanted, int wait_ms,
                        struct remit_arena *arena)
{
    const struct remit_frame_type *which = NULL;
    void *frame = NULL;

    while (readable(channel, wait_ms)) {
        cr_assert(remit_frame_read(channel, remit_frames_to_agent, remit_frames_to_agent_count,
                                   arena, &which, &frame, &err) == 0,
                  "waiting for %s: %s", wanted->name, err.text);
        if (which == wanted)
            return frame;
    }
    return NULL;
}

struct fake_ready fake_read_ready(int channel)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(1 << 20);
    const struct remit_metadata_ready *frame =
        read_until(channel, &remit_frame_ready, WAIT_MS, &arena);
    struct fake_ready ready = { .expires_at = 0 };

    cr_assert(frame != NULL, "no ready came");
    copy(ready.task_id, sizeof(ready.task_id), frame->task_id);
    copy(ready.code, sizeof(ready.code), frame->code);
    ready.expires_at = frame->expires_at;
    return ready;
}

bool fake_read_served(int channel, int wait_ms, struct fake_served *out)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(1 << 20);
    const struct remit_metadata_served *frame =
        read_until(channel, &remit_frame_served, wait_ms, &arena);

    if (frame == NULL)
        return false;
    *out = (struct fake_served){ frame->count, frame->lost, frame->status, "", "", "", "", "",
                                 "",           "" };
    copy(out->reason, sizeof(out->reason), frame->reason);
    copy(out->task_id, sizeof(out->task_id), frame->task_id);
    copy(out->endpoint_id, sizeof(out->endpoint_id), frame->endpoint_id);
    copy(out->container, sizeof(out->container), frame->container);
    copy(out->peer, sizeof(out->peer), frame->peer);
    copy(out->user_agent, sizeof(out->user_agent), frame->user_agent);
    copy(out->presented_id, sizeof(out->presented_id), frame->presented_id);
    return true;
}

int fake_connect_worker(const struct fake_agent *agent, const char *name)
{
    char path[160];

    (void)snprintf(path, sizeof(path), "%s/workers/%s.sock", agent->dir, name);
    return connect_to(path);
}

int fake_adopt(const struct fake_agent *agent, const char *name, uint16_t *n_tasks,
               uint64_t *served)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(1 << 20);
    struct remit_metadata_adopt adopt = { .version = 1 };
    int sock = fake_connect_worker(agent, name);

    cr_assert(sock >= 0, "nobody at %s", name);
    must_write(sock, &remit_frame_adopt, &adopt);
    const struct remit_metadata_adopted *frame =
        read_until(sock, &remit_frame_adopted, WAIT_MS, &arena);
    cr_assert(frame != NULL, "no adopted came");
    *n_tasks = frame->n_tasks;
    *served = frame->served;
    return sock;
}

static bool is_program(int pid, const char *program)
{
    char path[64];
    char name[32] = "";

    (void)snprintf(path, sizeof(path), "/proc/%d/comm", pid);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return false;
    if (fgets(name, sizeof(name), file) == NULL)
        name[0] = '\0';
    (void)fclose(file);
    name[strcspn(name, "\n")] = '\0';
    return strcmp(name, program) == 0;
}

pid_t fake_child(const struct fake_agent *agent, const char *program)
{
    char path[64];
    int pid = 0;
    int found = -1;

    (void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", agent->pid, agent->pid);
    FILE *file = fopen(path, "r");
    cr_assert(file != NULL);
    while (fscanf(file, "%d", &pid) == 1)
        if (is_program(pid, program))
            found = pid;
    (void)fclose(file);
    cr_assert(found > 0, "no %s", program);
    return found;
}

bool fake_gone(pid_t pid)
{
    for (int i = 0; i < 200; i++) {
        if (kill(pid, 0) != 0 && errno == ESRCH)
            return true;
        usleep(10000);
    }
    return false;
}
