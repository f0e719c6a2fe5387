/*
 * remit-worker - answers the containers of one network namespace.
 *
 * Started by remit-metadata with descriptors: the listening socket towards the containers, the
 * channel to the agent, the socket on which a restarted agent adopts, and (when there is one) the
 * relay's life, which ends with ours and ours with its. It holds one task's documents and
 * credentials (in host mode, those of its tasks), parses HTTP and frames and nothing else, and
 * outlives who started it.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "common/os/clock.h"
#include "common/os/log.h"
#include "common/os/options.h"
#include "metadata/worker/channel.h"
#include "metadata/worker/sandbox.h"

#define LISTENER_FD 3
#define CHANNEL_FD  4
#define ADOPT_FD    5
#define LIFE_FD     6 /* may be missing */

#define CONNECTIONS_MOST 1000
#define HEAD_MAX         8192
#define WIPE_MS          60000
#define BODY_MAX         4096 /* read, so that a POST is answered: with 405 */

static struct worker_service service; /* large, mostly untouched: reports that wait */

static int parse(int argc, char **argv, long *owner, const char **tasks,
                 enum remit_log_level *level, struct remit_err *err)
{
    static const char *const counts[] = { "one", "many", NULL };
    const char *name = "info";
    const struct remit_option options[] = {
        { .name = "--owner",
          .value = "UID",
          .kind = REMIT_OPTION_NUMBER,
          .out = owner,
          .min = 0,
          .max = UINT32_MAX,
          .required = true,
          .help = "who may adopt, beside root" },
        { .name = "--tasks",
          .value = "one|many",
          .kind = REMIT_OPTION_WORD,
          .out = tasks,
          .words = counts,
          .help = "many: of host network mode" },
        { .name = "--log-level",
          .value = "LEVEL",
          .out = &name,
          .help = "error, warn, info, debug" },
    };
    int n_rest = 0;

    TRY(remit_options_parse(options, REMIT_COUNT(options), argc - 1, argv + 1, &n_rest, err));
    if (n_rest > 0 || !remit_log_level_parse(name, level))
        return remit_fail(err, REMIT_ERR_INVALID, "BadOption", "'%s' can't be used here",
                          n_rest > 0 ? argv[1] : name);
    return 0;
}

static int open_server(struct remit_http_server **out, struct remit_err *err)
{
    const struct remit_http_server_spec spec = {
        .listen_fd = LISTENER_FD,
        .max_head_bytes = HEAD_MAX,
        .max_body_bytes = BODY_MAX,
        .max_answer_bytes = 4096, /* of those that are not prepared */
        .idle_timeout_s = 10,
        .max_connections = CONNECTIONS_MOST,
        .handler = worker_serve,
        .self = &service,
    };

    return remit_http_server_open(&spec, out, err);
}

/* How long nothing may happen: until a report is due, and expired credentials are wiped. */
static int wait_ms(const struct worker_channel *channel, int64_t now_ms)
{
    int wait = worker_reports_wait(&service.reports, now_ms, channel->sock >= 0);

    return wait < 0 || wait > WIPE_MS ? WIPE_MS : wait;
}

/* Until a detach ends it. */
static int serve(struct remit_http_server *server, struct worker_channel *channel,
                 struct remit_err *err)
{
    while (!channel->ended) {
        int64_t now = remit_clock_boot_ms();
        bool agent = false;

        worker_holdings_expire(&service.held, now);
        worker_channel_report(channel, now);
        TRY(remit_http_server_run(server, channel->poll, wait_ms(channel, now), &agent, err));
        if (agent)
            TRY(worker_channel_take(channel, err));
    }
    return 0;
}

static int run(int argc, char **argv, struct remit_err *err)
{
    auto_http_server struct remit_http_server *server = NULL;
    REMIT_AUTO(worker_channel_clear) struct worker_channel channel;
    enum remit_log_level level = REMIT_LOG_INFO;
    bool has_relay = fcntl(LIFE_FD, F_GETFD) >= 0; /* before descriptors of our own are made */
    const char *tasks = "one";
    long owner = 0;

    TRY(worker_channel_open(&channel, &service, CHANNEL_FD, ADOPT_FD, 0, err));
    if (has_relay)
        TRY(worker_channel_watch_relay(&channel, LIFE_FD, err));
    TRY(parse(argc, argv, &owner, &tasks, &level, err));
    remit_log_open("remit-worker", level);
    channel.owner = (uid_t)owner;
    service.held.most = tasks[0] == 'm' ? REMIT_WORKER_TASKS_MAX : 1;
    worker_reports_init(&service.reports);
    TRY(worker_answers_make(&service.answers, err));
    TRY(open_server(&server, err));
    TRY(worker_sandbox_enter(err));
    worker_channel_say_ready(&channel);
    return serve(server, &channel, err);
}

int main(int argc, char **argv)
{
    struct remit_err err = { 0 };
    int result = 0;

    remit_log_open("remit-worker", REMIT_LOG_INFO);
    (void)signal(SIGPIPE, SIG_IGN); /* the log's reader may be gone before us */
    result = run(argc, argv, &err);
    if (result != 0)
        remit_log_err(REMIT_LOG_ERROR, &err, "the worker ends");
    worker_holdings_clear(&service.held);
    _exit(result == 0 ? 0 : 1); /* in the sandbox: exit(3) may run what it forbids */
}
