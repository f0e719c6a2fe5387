#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/client.h"
#include "cli/daemon.h"
#include "cli/tasks.h"
#include "common/base/buf.h"
#include "common/os/clock.h"
#include "common/os/file.h"
#include "common/os/log.h"
#include "common/os/process.h"

#define PATH_TEXT     256
#define READY_MS      30000
#define STOP_GRACE_MS 15000
#define TASKS_STOP_S  60
#define TOKEN_LIFE_S  "300"

static const char *state_dir = "/var/lib/remit";
static const char *listen_on = "127.0.0.1:4599";
static const char *account = "123456789012";
static const char *region = "us-east-1";
static const char *registry;
static const char *engine = "/var/run/docker.sock";
static const char *cluster = "default";
static const char *store = "lmdb";
static const char *log_level = "info";
static bool no_agent, keep_tasks;
static const char *const stores[] = { "ram", "lmdb", NULL };
static const char *const levels[] = { "error", "warn", "info", "debug", NULL };

static const struct remit_option options[] = {
    { "--state", "DIR", "everything that is kept (/var/lib/remit)", .out = &state_dir },
    { "--listen", "ADDR:PORT", "loopback only; port 0 picks one (127.0.0.1:4599)",
      .out = &listen_on },
    { "--account", "ID", "twelve digits, fixed at the first start (123456789012)",
      .out = &account },
    { "--region", "NAME", "(us-east-1)", .out = &region },
    { "--registry", "HOST:PORT", "the OCI registry whose tokens control signs", .out = &registry },
    { "--engine", "SOCKET", "of the Docker Engine (/var/run/docker.sock)", .out = &engine },
    { "--cluster", "NAME", "that this machine joins (default)", .out = &cluster },
    { "--store", "ram|lmdb", "(lmdb)", REMIT_OPTION_WORD, &store, .words = stores },
    { "--no-agent", NULL, "control alone: container instances join from elsewhere",
      REMIT_OPTION_FLAG, &no_agent },
    { "--keep-tasks", NULL, "leave tasks running at the end; the next start adopts them",
      REMIT_OPTION_FLAG, &keep_tasks },
    { "--log-level", "LEVEL", "error, warn, info, debug (info)", REMIT_OPTION_WORD, &log_level,
      .words = levels },
};

/* What `remit up` holds: three daemons, in the order in which they start. */
enum { CONTROL, METADATA, AGENT, N_DAEMONS };
struct up {
    struct cli_daemon daemons[N_DAEMONS];
    char control_dir[PATH_TEXT], agent_dir[PATH_TEXT], metadata_dir[PATH_TEXT];
    char key_file[PATH_TEXT + 32], token_file[PATH_TEXT + 32];
    char url[256];
    bool fresh; /* this start made the root access key */
};

static const struct cli_daemon stopped = { .handle = -1 };

static void arguments(struct cli_daemon *d, const char *program, const char *const *pairs)
{
    size_t n = 0;

    *d = stopped;
    d->program = program;
    d->argv[n++] = program;
    for (; pairs[0] != NULL; pairs += 2) {
        if (pairs[1] == NULL) /* an option without its value is left out */
            continue;
        REMIT_REQUIRE(n + 2 < CLI_DAEMON_ARGS_MOST);
        d->argv[n++] = pairs[0];
        d->argv[n++] = pairs[1];
    }
}

static int folder(const char *name, char out[PATH_TEXT], struct remit_err *err)
{
    int n = snprintf(out, PATH_TEXT, "%s/%s", state_dir, name);

    /* the workers' sockets are below it, and a unix socket's path has 107 bytes */
    if (n < 0 || n > 60)
        return remit_fail(err, REMIT_ERR_LIMIT, "PathTooLong",
                          "--state is %zu bytes long, too much for the sockets below it",
                          strlen(state_dir));
    return remit_file_mkdir(out, 0700, err);
}

static int prepare(struct up *up, struct remit_err *err)
{
    if (state_dir[0] != '/')
        return remit_fail(err, REMIT_ERR_INVALID, "BadOption",
                          "--state is '%.128s', wanted an absolute path", state_dir);
    TRY(folder("control", up->control_dir, err));
    TRY(folder("agent", up->agent_dir, err));
    TRY(folder("metadata", up->metadata_dir, err));
    (void)snprintf(up->key_file, sizeof(up->key_file), "%s/root-access-key", up->control_dir);
    (void)snprintf(up->token_file, sizeof(up->token_file), "%s/join-token", up->agent_dir);
    up->fresh = access(up->key_file, F_OK) != 0;
    return 0;
}

static const char *authority(const struct up *up)
{
    const char *behind = strstr(up->url, "://");

    return behind != NULL ? behind + 3 : up->url;
}

/* Port 0 is asked for once: a restarted control is found again where the first one was. */
static void pin_port(struct up *up)
{
    const char **argv = up->daemons[CONTROL].argv;

    for (size_t i = 0; argv[i] != NULL; i++)
        if (strcmp(argv[i], "--listen") == 0)
            argv[i + 1] = authority(up);
}

static int start_control(struct up *up, struct remit_err *err)
{
    const char *const pairs[] = {
        "--state",    up->control_dir, "--listen",    listen_on, "--account",
        account,      "--region",      region,        "--store", store,
        "--registry", registry,        "--log-level", log_level, NULL,
    };

    arguments(&up->daemons[CONTROL], "remit-control", pairs);
    TRY(cli_daemon_start(&up->daemons[CONTROL], READY_MS, err));
    (void)snprintf(up->url, sizeof(up->url), "%s", up->daemons[CONTROL].said);
    pin_port(up);
    return 0;
}

/* ---- letting this machine's agent in ---- */

static int root_client(const struct up *up, struct cli_client **out, struct remit_err *err)
{
    const struct cli_client_spec spec = { .endpoint = up->url,
                                          .region = region,
                                          .key_file = up->key_file };

    return cli_client_open(&spec, out, err);
}

static int write_token(const struct up *up, const struct remit_json *answer, struct remit_err *err)
{
    auto_buf struct remit_buf line = REMIT_BUF_SECRET(512);

    remit_buf_put(&line, remit_json_str(remit_json_get(answer, "accessKeyId")));
    remit_buf_put_byte(&line, ':');
    remit_buf_put(&line, remit_json_str(remit_json_get(answer, "secretAccessKey")));
    remit_buf_put_byte(&line, '\n');
    TRY(remit_buf_check(&line, "the join token", err));
    return remit_file_write(up->token_file, remit_buf_view(&line), 0600, err);
}

/* A token that is not needed, because the agent knows who it is, expires unused. */
static int admit_agent(const struct up *up, struct remit_err *err)
{
    auto_cli_client struct cli_client *client = NULL;
    auto_json struct remit_json *made = NULL;
    auto_json struct remit_json *token = NULL;
    auto_buf struct remit_buf body = REMIT_BUF(1024);
    struct remit_jw w = REMIT_JW(&body);

    TRY(root_client(up, &client, err));
    remit_jw_object(&w);
    remit_jw_put_cstr(&w, "clusterName", cluster);
    remit_jw_end(&w);
    TRY(cli_client_call(client, "ecs", "AmazonEC2ContainerServiceV20141113.CreateCluster",
                        remit_buf_view(&body), &made, err));
    remit_buf_clear(&body);
    w = (struct remit_jw)REMIT_JW(&body);
    remit_jw_object(&w);
    remit_jw_put_cstr(&w, "cluster", cluster);
    remit_jw_key(&w, "expiresInSeconds");
    remit_jw_raw(&w, REMIT_STR(TOKEN_LIFE_S));
    remit_jw_end(&w);
    TRY(cli_client_call(client, "ecs", "RemitAdminV1.CreateJoinToken", remit_buf_view(&body),
                        &token, err));
    return write_token(up, token, err);
}

static int start_metadata(struct up *up, struct remit_err *err)
{
    const char *const pairs[] = {
        "--dir", up->metadata_dir, "--control", authority(up), "--log-level", log_level, NULL,
    };

    arguments(&up->daemons[METADATA], "remit-metadata", pairs);
    return cli_daemon_start(&up->daemons[METADATA], READY_MS, err);
}

static int start_agent(struct up *up, struct remit_err *err)
{
    /* No task mounts what is below the state folder: the keeper's and the store's are there too. */
    const char *const pairs[] = {
        "--state",
        up->agent_dir,
        "--control",
        up->url,
        "--region",
        region,
        "--engine",
        engine,
        "--metadata",
        up->metadata_dir,
        "--log-level",
        log_level,
        "--join-token-file",
        up->token_file,
        "--protect",
        state_dir,
        NULL,
    };

    arguments(&up->daemons[AGENT], "remit-agent", pairs);
    return cli_daemon_start(&up->daemons[AGENT], READY_MS, err);
}

static int start_all(struct up *up, struct remit_err *err)
{
    TRY(start_control(up, err));
    if (no_agent)
        return 0;
    TRY(admit_agent(up, err));
    TRY(start_metadata(up, err));
    return start_agent(up, err);
}

/* ---- what the operator sees ---- */

static void print_key(const struct up *up)
{
    auto_buf struct remit_buf text = REMIT_BUF_SECRET(4096);
    struct remit_err err = { 0 };
    struct remit_str rest, line;

    if (!up->fresh) {
        (void)printf("# the root access key is in %s\n", up->key_file);
        return;
    }
    if (remit_file_read(up->key_file, &text, &err) != 0) {
        (void)cli_report(&err, 0);
        return;
    }
    (void)printf("# the account's root access key, shown this once; it is also in %s (0600)\n",
                 up->key_file);
    rest = remit_buf_view(&text);
    while (rest.len > 0) {
        (void)remit_str_cut(&rest, '\n', &line);
        if (line.len > 0)
            (void)printf("export " REMIT_STR_FMT "\n", REMIT_STR_ARG(line));
    }
}

static void print_environment(const struct up *up)
{
    (void)printf("export AWS_ENDPOINT_URL=%s\nexport AWS_REGION=%s\nexport AWS_DEFAULT_REGION=%s\n",
                 up->url, region, region);
    print_key(up);
    (void)printf("# ready: account %s, cluster %s, state in %s\n", account, cluster, state_dir);
    (void)fflush(stdout);
}

/* ---- watching ---- */

static void ended(struct cli_daemon *d)
{
    char how[64];

    cli_daemon_reap(d, how);
    remit_log(REMIT_LOG_ERROR, "%s ended %s", d->program, how);
}

static void restart(struct cli_daemon *d)
{
    struct remit_err err = { 0 };

    if (cli_daemon_start(d, READY_MS, &err) == 0)
        return;
    if (!remit_process_stopping())
        remit_log_err(REMIT_LOG_ERROR, &err, "it will be started again");
    cli_daemon_again(d);
}

/* How long nothing has to be started; -1: until something ends. */
static int until_due(const struct up *up)
{
    int64_t now = remit_clock_boot_ms();
    int64_t wait = -1;

    for (int i = 0; i < N_DAEMONS; i++) {
        int64_t left = up->daemons[i].due - now;

        if (up->daemons[i].due == 0)
            continue;
        left = left > 0 ? left : 0;
        wait = wait < 0 || left < wait ? left : wait;
    }
    return (int)wait;
}

/* Until the operator stops it. */
static int watch(struct up *up, int wake, struct remit_err *err)
{
    while (!remit_process_stopping()) {
        struct pollfd wait[1 + N_DAEMONS] = { { .fd = wake, .events = POLLIN } };

        for (int i = 0; i < N_DAEMONS; i++)
            wait[1 + i] = (struct pollfd){ .fd = up->daemons[i].handle, .events = POLLIN };
        if (poll(wait, REMIT_COUNT(wait), until_due(up)) < 0 && errno != EINTR)
            return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "waiting for the daemons");
        for (int i = 0; i < N_DAEMONS && !remit_process_stopping(); i++) {
            struct cli_daemon *d = &up->daemons[i];

            if (wait[1 + i].revents != 0)
                ended(d);
            if (d->due != 0 && d->due <= remit_clock_boot_ms())
                restart(d);
        }
    }
    return 0;
}

static void stop_tasks(const struct up *up)
{
    auto_cli_client struct cli_client *client = NULL;
    struct remit_err err = { 0 };

    if (no_agent || keep_tasks || up->daemons[AGENT].pid == 0)
        return;
    if (root_client(up, &client, &err) == 0 &&
        cli_tasks_stop(client, cluster, TASKS_STOP_S, &err) == 0)
        return;
    remit_log_err(REMIT_LOG_WARN, &err, "tasks were left running; the next start adopts them");
}

static void stop_all(struct up *up)
{
    stop_tasks(up);
    for (int i = N_DAEMONS - 1; i >= 0; i--)
        cli_daemon_stop(&up->daemons[i], STOP_GRACE_MS);
}

static int run_up(int argc, char **argv)
{
    struct up up = { .daemons = { stopped, stopped, stopped } };
    struct remit_err err = { 0 };
    int wake = -1;
    int rest = 0;
    int code = 0;

    if (!cli_arguments(&cli_up, options, REMIT_COUNT(options), 0, argc, argv, &rest, &code))
        return code;
    if (prepare(&up, &err) != 0 || remit_process_on_stop(&wake, &err) != 0)
        return cli_report(&err, CLI_UNUSABLE);
    if (start_all(&up, &err) == 0) {
        print_environment(&up);
        (void)watch(&up, wake, &err);
    }
    stop_all(&up);
    return err.kind == REMIT_ERR_NONE ? CLI_DONE : cli_report(&err, CLI_NO);
}

const struct cli_verb cli_up = {
    .words = "up",
    .usage = "[--state DIR] [--registry HOST:PORT] …",
    .help = "the whole suite on this machine",
    .run = run_up,
};
