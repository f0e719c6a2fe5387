/*
 * Plays the agent for one worker, on a loopback listener, so that a load generator can ask it for
 * credentials as a container does. Prints "PORT PATH TOKEN FILE": the body that is served is left
 * in FILE for the peers. Ends with its standard input.
 *
 *   credentials_stage METADATA-DIR BODY-FILE
 */
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/base/arena.h"
#include "common/base/buf.h"
#include "common/os/clock.h"
#include "common/os/fd.h"
#include "common/os/file.h"
#include "common/os/frames_metadata.h"
#include "common/os/http_server.h"

#define TASK     "0123456789abcdef0123456789abcdef"
#define ID       "3b1c1d0e-7f0a-4b52-9a2e-6f7c0a9d5e11"
#define ENDPOINT "9f6a1a52-2d4f-4c57-8b6e-0c5d4a3b2e1f"
#define TOKEN    "benchmark-authorization-token-0123456789"
#define LIFE_S   3600

static int connect_to(const char *dir, int *out, struct remit_err *err)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    auto_fd int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    (void)snprintf(at.sun_path, sizeof(at.sun_path), "%.90s/metadata.sock", dir);
    if (sock < 0 || connect(sock, (struct sockaddr *)&at, sizeof(at)) != 0)
        return remit_fail(err, REMIT_ERR_UNAVAILABLE, "PeerGone", "no %s", at.sun_path);
    *out = remit_fd_steal(&sock);
    return 0;
}

/* A body of the size that a real session has: its token is the larger part. */
static void make_body(struct remit_buf *body, int64_t expires_at)
{
    char text[REMIT_TIME_TEXT];

    remit_buf_put_cstr(body,
                       "{\"RoleArn\":\"arn:aws:iam::123456789012:role/app-task\",\"AccessKeyId\":"
                       "\"ASIAAAAAAAAAAAAAAAAA\",\"SecretAccessKey\":"
                       "\"0123456789012345678901234567890123456789\",\"Token\":\"");
    for (int i = 0; i < 900; i++)
        remit_buf_put_byte(body, (char)('a' + i % 26));
    remit_buf_put_fmt(body, "\",\"Expiration\":\"%s\"}", remit_time_iso(expires_at, text));
}

static int attach(int metadata, int listener, int *channel, struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(65536);
    static const struct remit_frame_type *const answers[] = { &remit_frame_attached };
    const struct remit_frame_type *which = NULL;
    struct remit_metadata_attached *attached = NULL;
    struct remit_metadata_attach frame = { .name = REMIT_STR(TASK), .listener = listener };
    auto_fd int theirs = -1;
    auto_fd int ours = -1;
    int ends[2];

    TRY(remit_fd_channel(ends, err));
    ours = ends[0];
    theirs = ends[1];
    frame.channel = theirs;
    TRY(remit_frame_write(metadata, &remit_frame_attach, &frame, err));
    TRY(remit_frame_read(metadata, answers, 1, &arena, &which, (void **)&attached, err));
    if (attached->code.len > 0)
        return remit_fail(err, REMIT_ERR_UNAVAILABLE, "NotAttached",
                          REMIT_STR_FMT ": " REMIT_STR_FMT, REMIT_STR_ARG(attached->code),
                          REMIT_STR_ARG(attached->text));
    *channel = remit_fd_steal(&ours);
    return 0;
}

static int send_task(int channel, struct remit_err *err)
{
    struct remit_metadata_container container = { .endpoint_id = REMIT_STR(ENDPOINT),
                                                  .name = REMIT_STR("app") };
    struct remit_metadata_task task = {
        .task_id = REMIT_STR(TASK),
        .task_arn = REMIT_STR("arn:aws:ecs:us-east-1:123456789012:task/default/" TASK),
        .credentials_id = REMIT_STR(ID),
        .containers = { &container, 1 },
    };

    TRY(remit_secret_copy(REMIT_STR(TOKEN), &container.token, err));
    return remit_frame_write(channel, &remit_frame_task, &task, err);
}

static int send_credentials(int channel, const char *file, struct remit_err *err)
{
    auto_buf struct remit_buf body = REMIT_BUF(REMIT_CREDENTIALS_BODY_MAX);
    struct remit_metadata_credentials frame = {
        .task_id = REMIT_STR(TASK),
        .credentials_id = REMIT_STR(ID),
        .expires_at = remit_clock_now_at() + LIFE_S,
        .valid_until_boot_ms = remit_clock_boot_ms() + LIFE_S * 1000,
    };

    make_body(&body, frame.expires_at);
    TRY(remit_secret_copy(remit_buf_view(&body), &frame.body, err));
    TRY(remit_frame_write(channel, &remit_frame_credentials, &frame, err));
    return remit_file_write(file, remit_buf_view(&body), 0644, err);
}

/* Reads what the worker says until it holds the credentials. */
static int wait_ready(int channel, struct remit_err *err)
{
    for (;;) {
        auto_arena struct remit_arena arena = REMIT_ARENA(262144);
        const struct remit_frame_type *which = NULL;
        void *frame = NULL;

        TRY(remit_frame_read(channel, remit_frames_to_agent, remit_frames_to_agent_count, &arena,
                             &which, &frame, err));
        if (which == &remit_frame_ready && ((struct remit_metadata_ready *)frame)->expires_at != 0)
            return 0;
    }
}

/* The worker's reports must be read, or its channel fills. */
static void serve_until_stdin_ends(int channel)
{
    for (;;) {
        auto_arena struct remit_arena arena = REMIT_ARENA(262144);
        struct pollfd wait[] = { { .fd = 0, .events = POLLIN },
                                 { .fd = channel, .events = POLLIN } };
        const struct remit_frame_type *which = NULL;
        struct remit_err err = { 0 };
        void *frame = NULL;

        (void)poll(wait, 2, -1);
        if (wait[0].revents != 0)
            return;
        if (remit_frame_read(channel, remit_frames_to_agent, remit_frames_to_agent_count, &arena,
                             &which, &frame, &err) != 0)
            return;
    }
}

static int run(const char *dir, const char *file, struct remit_err *err)
{
    struct remit_metadata_detach end = { .task_id = REMIT_STR(TASK), .end = 1 };
    auto_fd int metadata = -1;
    auto_fd int listener = -1;
    auto_fd int channel = -1;
    uint16_t port = 0;

    TRY(connect_to(dir, &metadata, err));
    TRY(remit_http_listen("127.0.0.1", &port, &listener, err));
    TRY(attach(metadata, listener, &channel, err));
    remit_fd_drop(&listener);
    TRY(send_task(channel, err));
    TRY(send_credentials(channel, file, err));
    TRY(wait_ready(channel, err));
    (void)printf("%u /v2/credentials/%s %s %s\n", port, ID, TOKEN, file);
    (void)fflush(stdout);
    serve_until_stdin_ends(channel);
    return remit_frame_write(channel, &remit_frame_detach, &end, err);
}

int main(int argc, char **argv)
{
    struct remit_err err = { 0 };

    if (argc != 3) {
        (void)fputs("usage: credentials_stage METADATA-DIR BODY-FILE\n", stderr);
        return 2;
    }
    if (run(argv[1], argv[2], &err) == 0)
        return 0;
    (void)fprintf(stderr, "credentials_stage: %s\n", err.text);
    return 1;
}
