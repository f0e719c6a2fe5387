/*
 * remit-control - the network face: one HTTP port, one state folder, one keeper beside it.
 *
 * Everything is opened before the port listens; a bad argument ends it with 2 and a sentence, a
 * failure with 1. SIGTERM and SIGINT let the requests under way end.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/os/clock.h"
#include "common/os/fd.h"
#include "common/os/file.h"
#include "common/os/log.h"
#include "common/os/options.h"
#include "common/os/process.h"
#include "common/os/sandbox.h"
#include "control/bootstrap.h"
#include "control/http/server.h"
#include "control/store/store.h"

#define LISTEN_MAX   64
#define PEM_MAX      ((size_t)256 * 1024)
#define ENDPOINT_MAX 512
#define HEAD_MAX     (16 * 1024) /* a session token of 4 KiB, three times escaped, and more */
#define IDLE_S       60          /* longer than a poll waits */
#define CONNECTIONS  1000
#define LOOK_MS      2000 /* how often the registry's certificates are looked at */
#define DRAIN_MS     5000 /* for requests under way, at the end */

static const char *state_dir, *listen_on = "127.0.0.1:4599", *account, *region;
static const char *partition = "aws", *store_name = "lmdb", *registry = "", *endpoint = "";
static const char *tls_cert, *tls_key, *log_level = "info";
static long ready_fd = -1;
static const char *const stores[] = { "ram", "lmdb", NULL };
static const char *const levels[] = { "error", "warn", "info", "debug", NULL };

static const struct remit_option options[] = {
    { "--state", "DIR", "everything that is kept", .out = &state_dir, .required = true },
    { "--listen", "ADDR:PORT", "port 0 picks one; off loopback only with TLS (127.0.0.1:4599)",
      .out = &listen_on },
    { "--account", "ID", "twelve digits, fixed at the first start", .out = &account,
      .required = true },
    { "--region", "NAME", "fixed at the first start", .out = &region, .required = true },
    { "--partition", "NAME", "of ARNs, fixed at the first start (aws)", .out = &partition },
    { "--store", "ram|lmdb", "(lmdb)", REMIT_OPTION_WORD, &store_name, .words = stores },
    { "--registry", "HOST:PORT", "the OCI registry whose tokens are signed here",
      .out = &registry },
    { "--endpoint", "URL", "where clients reach this control", .out = &endpoint },
    { "--tls-cert", "FILE", "PEM, with --tls-key", .out = &tls_cert },
    { "--tls-key", "FILE", "PEM", .out = &tls_key },
    { "--ready-fd", "N", "gets one line, the URL, when serving", REMIT_OPTION_NUMBER, &ready_fd,
      .min = 3, .max = 65535 },
    { "--log-level", "LEVEL", "error, warn, info, debug (info)", REMIT_OPTION_WORD, &log_level,
      .words = levels },
};

struct daemon {
    struct control_config config;
    struct control_audit *audit;
    struct control_store *store;
    struct keeper_client *keeper;
    struct control_server server;
    struct remit_http_server *http;
    struct remit_buf cert, key; /* PEM */
    uint64_t bundle_generation;
    char address[LISTEN_MAX];
    uint16_t port;
    char url[ENDPOINT_MAX];
    int wake;
};

/* ---- arguments ---- */

static int bad(struct remit_err *err, const char *option, const char *value, const char *wanted)
{
    return remit_fail(err, REMIT_ERR_INVALID, "BadOption", "%s is '%.128s', wanted %s", option,
                      value, wanted);
}

static bool made_of(const char *text, size_t least, size_t most, const char *alphabet)
{
    size_t len = strlen(text);

    return len >= least && len <= most && strspn(text, alphabet) == len;
}

/* "127.0.0.1:4599" or "[::1]:4599". */
static bool split_listen(struct daemon *d)
{
    const char *colon = strrchr(listen_on, ':');
    struct remit_str host = remit_str_of(listen_on);
    unsigned long long port = 0;

    if (colon == NULL || !remit_str_to_u64(remit_str_of(colon + 1), 65535, &port))
        return false;
    host.len = (size_t)(colon - listen_on);
    if (host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
        host = remit_str_sub(host, 1, host.len - 2);
    d->port = (uint16_t)port;
    return host.len > 0 && snprintf(d->address, sizeof(d->address), REMIT_STR_FMT,
                                    REMIT_STR_ARG(host)) < (int)sizeof(d->address);
}

static int check_arguments(struct daemon *d, struct remit_err *err)
{
    static const char words[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

    if (!made_of(account, 12, 12, "0123456789"))
        return bad(err, "--account", account, "twelve digits");
    if (!made_of(region, 1, 32, words))
        return bad(err, "--region", region, "a name like us-east-1");
    if (!made_of(partition, 1, 16, words))
        return bad(err, "--partition", partition, "a name like aws");
    if (!split_listen(d))
        return bad(err, "--listen", listen_on, "an address and a port, like 127.0.0.1:4599");
    if ((tls_cert == NULL) != (tls_key == NULL))
        return remit_fail(err, REMIT_ERR_INVALID, "BadOption",
                          "--tls-cert and --tls-key are given both or neither");
    if (tls_cert == NULL && !remit_http_is_loopback(d->address))
        return bad(err, "--listen", listen_on,
                   "a loopback address, or --tls-cert and --tls-key: signatures hide no answer");
    d->server.tls = tls_cert != NULL;
    return 0;
}

static void fill_config(struct daemon *d)
{
    d->config = (struct control_config){
        .account = remit_str_of(account),
        .region = remit_str_of(region),
        .partition = remit_str_of(partition),
        .registry = remit_str_of(registry),
    };
}

/* ---- opening ---- */

static int open_store(struct daemon *d, struct remit_err *err)
{
    auto_buf struct remit_buf path = REMIT_BUF(4096);

    remit_buf_put_fmt(&path, "%s/store", state_dir);
    if (remit_buf_cstr(&path) == NULL)
        return remit_buf_check(&path, "--state", err);
    TRY(remit_file_mkdir(remit_buf_cstr(&path), 0700, err));
    return control_store_open(store_name, remit_buf_cstr(&path), &d->store, err);
}

static int open_audit(struct daemon *d, struct remit_err *err)
{
    auto_buf struct remit_buf path = REMIT_BUF(4096);

    remit_buf_put_fmt(&path, "%s/audit.log", state_dir);
    if (remit_buf_cstr(&path) == NULL)
        return remit_buf_check(&path, "--state", err);
    return control_audit_open(remit_buf_cstr(&path), &d->audit, err);
}

static int open_keeper(struct daemon *d, struct remit_err *err)
{
    const struct keeper_client_spec spec = { .state_dir = state_dir,
                                             .account = d->config.account,
                                             .region = d->config.region };

    return keeper_client_open(&spec, &d->keeper, err);
}

static int read_pem(const char *path, struct remit_buf *out, struct remit_err *err)
{
    if (path == NULL)
        return 0;
    TRY(remit_file_read(path, out, err));
    return remit_buf_cstr(out) != NULL ? 0 : remit_buf_check(out, path, err);
}

static int open_state(struct daemon *d, struct remit_err *err)
{
    struct control_bootstrap b = { .state_dir = state_dir, .config = &d->config };

    TRY(remit_file_mkdir(state_dir, 0700, err));
    TRY(open_audit(d, err)); /* first: its lock tells a second control on this folder */
    TRY(open_store(d, err));
    TRY(control_account_check(d->store, &d->config, err));
    TRY(open_keeper(d, err));
    b.store = d->store;
    b.keeper = d->keeper;
    b.audit = d->audit;
    b.now = remit_clock_now_seconds();
    TRY(control_bootstrap(&b, err));
    return control_bundle_refresh(state_dir, d->keeper, &d->bundle_generation, err);
}

static void fill_url(struct daemon *d)
{
    bool six = strchr(d->address, ':') != NULL;

    (void)snprintf(d->url, sizeof(d->url), "%s://%s%s%s:%u", d->server.tls ? "https" : "http",
                   six ? "[" : "", d->address, six ? "]" : "", d->port);
    d->config.endpoint = remit_str_of(endpoint[0] != '\0' ? endpoint : d->url);
}

static int open_http(struct daemon *d, struct remit_err *err)
{
    struct remit_http_server_spec spec = {
        .listen_fd = -1,
        .blocking = true, /* an agent's poll waits inside its handler */
        .max_head_bytes = HEAD_MAX,
        .max_body_bytes = CONTROL_BODY_MAX,
        .idle_timeout_s = IDLE_S,
        .max_connections = CONNECTIONS,
        .secret_answers = true,
        .handler = control_serve,
        .self = &d->server,
    };
    bool tls = d->server.tls;

    TRY(read_pem(tls_cert, &d->cert, err));
    TRY(read_pem(tls_key, &d->key, err));
    TRY(control_server_init(&d->server, &d->config, d->store, d->keeper, d->audit, err));
    d->server.tls = tls;
    TRY(remit_http_listen(d->address, &d->port, &spec.listen_fd, err));
    fill_url(d);
    spec.tls_cert_pem = tls ? d->cert.ptr : NULL;
    spec.tls_key_pem = tls ? d->key.ptr : NULL;
    return remit_http_server_open(&spec, &d->http, err);
}

/* ---- serving ---- */

static int say_ready(struct daemon *d, struct remit_err *err)
{
    auto_fd int fd = (int)ready_fd;
    char line[ENDPOINT_MAX + 1];
    int len = snprintf(line, sizeof(line), "%s\n", d->url);

    remit_log(REMIT_LOG_INFO, "serving at %s", d->url);
    if (fd < 0)
        return 0;
    return remit_fd_write_all(fd, remit_str_from(line, (size_t)len), err);
}

static void wait_for_end(struct daemon *d)
{
    struct pollfd wake = { .fd = d->wake, .events = POLLIN };
    struct remit_err err = { 0 };

    while (!remit_process_stopping()) {
        if (control_bundle_refresh(state_dir, d->keeper, &d->bundle_generation, &err) != 0)
            remit_log_err(REMIT_LOG_ERROR, &err, "the registry's certificates are old");
        (void)poll(&wake, 1, LOOK_MS);
    }
    remit_log(REMIT_LOG_INFO, "ending");
    control_store_interrupt(d->store); /* polls end now */
    control_server_drain(&d->server, DRAIN_MS);
}

static int run(struct daemon *d, struct remit_err *err)
{
    fill_config(d);
    TRY(open_state(d, err));
    TRY(open_http(d, err));
    TRY(say_ready(d, err));
    wait_for_end(d);
    return 0;
}

static void clear(struct daemon *d)
{
    remit_http_server_drop(&d->http);
    control_server_clear(&d->server);
    keeper_client_drop(&d->keeper);
    control_store_drop(&d->store);
    control_audit_drop(&d->audit);
    remit_buf_drop(&d->cert);
    remit_buf_drop(&d->key);
}

/* Many connections, no core, no signal from a peer that hangs up, files for us alone. */
static int settle(struct daemon *d, struct remit_err *err)
{
    struct rlimit files;

    (void)umask(077);
    (void)signal(SIGPIPE, SIG_IGN);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
    TRY(remit_sandbox_no_dump(err));
    return remit_process_on_stop(&d->wake, err);
}

int main(int argc, char **argv)
{
    static struct daemon d = { .bundle_generation = UINT64_MAX };
    enum remit_log_level level = REMIT_LOG_INFO;
    struct remit_err err = { 0 };
    int rest = 0;
    int result = 0;

    remit_buf_init_secret(&d.cert, PEM_MAX);
    remit_buf_init_secret(&d.key, PEM_MAX);
    if (remit_options_parse(options, REMIT_COUNT(options), argc - 1, argv + 1, &rest, &err) != 0 ||
        (rest > 0 && bad(&err, "the command line", argv[1], "options alone") != 0) ||
        check_arguments(&d, &err) != 0) {
        (void)fprintf(stderr, "remit-control: %s\n", err.text);
        remit_options_print(stderr, options, REMIT_COUNT(options));
        return 2;
    }
    (void)remit_log_level_parse(log_level, &level);
    remit_log_open("remit-control", level);
    result = settle(&d, &err) == 0 && run(&d, &err) == 0 ? 0 : 1;
    if (result != 0)
        remit_log_err(REMIT_LOG_ERROR, &err, "remit-control ends");
    clear(&d);
    return result;
}
