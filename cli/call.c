#include <stdio.h>
#include <stdlib.h>

#include "cli/arguments.h"
#include "cli/client.h"
#include "common/base/json.h"

static const char *endpoint, *region, *ca_file, *key_file;
static const struct remit_option options[] = {
    { "--endpoint", "URL", "control's address (AWS_ENDPOINT_URL)", .out = &endpoint },
    { "--region", "REGION", "region to sign for (AWS_REGION)", .out = &region },
    { "--ca", "FILE", "certificates to trust (PEM)", .out = &ca_file },
    { "--key", "FILE", "a root-access-key file instead of the environment", .out = &key_file },
};

/* Where every client option comes from when it is not given. */
static void defaults(struct cli_client_spec *spec)
{
    const char *env_endpoint = getenv("AWS_ENDPOINT_URL");
    const char *env_region = getenv("AWS_REGION");

    spec->endpoint = endpoint != NULL       ? endpoint
                     : env_endpoint != NULL ? env_endpoint
                                            : "http://127.0.0.1:4599";
    spec->region = region != NULL ? region : env_region != NULL ? env_region : "us-east-1";
    spec->ca_file = ca_file;
    spec->key_file = key_file;
}

static int print(const struct remit_json *answer)
{
    auto_buf struct remit_buf text = REMIT_BUF_SECRET((size_t)16 * 1024 * 1024);

    remit_json_dump(answer, &text);
    if (!remit_buf_ok(&text) || fwrite(text.ptr, 1, text.len, stdout) != text.len)
        return CLI_UNUSABLE;
    return fputc('\n', stdout) == EOF || fflush(stdout) != 0 ? CLI_UNUSABLE : CLI_DONE;
}

static int call(const char *service, const char *target, struct remit_str body)
{
    auto_cli_client struct cli_client *client = NULL;
    auto_json struct remit_json *answer = NULL;
    struct cli_client_spec spec = { 0 };
    struct remit_err err = { 0 };

    defaults(&spec);
    if (cli_client_open(&spec, &client, &err) != 0)
        return cli_report(&err, CLI_UNUSABLE);
    if (cli_client_call(client, service, target, body, &answer, &err) != 0)
        return cli_report(&err, CLI_NO);
    return print(answer);
}

static int run_call(int argc, char **argv)
{
    int rest = 0;
    int code = 0;

    if (!cli_arguments(&cli_call, options, REMIT_COUNT(options), 3, argc, argv, &rest, &code))
        return code;
    if (rest < 2) {
        (void)fprintf(stderr, "remit: usage: remit %s %s\n", cli_call.words, cli_call.usage);
        return CLI_UNUSABLE;
    }
    return call(argv[0], argv[1], rest > 2 ? remit_str_of(argv[2]) : REMIT_STR("{}"));
}

const struct cli_verb cli_call = {
    .words = "call",
    .usage = "SERVICE TARGET [JSON]",
    .help = "a signed JSON 1.1 call: remit call ecs RemitAdminV1.CreateJoinToken '{}'",
    .run = run_call,
};

/* ---- join-token create ---- */

static const char *cluster = "default";
static long lifetime_s = 3600;
static const struct remit_option token_options[] = {
    { "--cluster", "NAME", "cluster that the token admits to (default)", .out = &cluster },
    { "--lifetime", "SECONDS", "60 to 604800 (3600)", REMIT_OPTION_NUMBER, &lifetime_s, .min = 60,
      .max = 604800 },
    { "--endpoint", "URL", "control's address (AWS_ENDPOINT_URL)", .out = &endpoint },
    { "--region", "REGION", "region to sign for (AWS_REGION)", .out = &region },
    { "--ca", "FILE", "certificates to trust (PEM)", .out = &ca_file },
    { "--key", "FILE", "a root-access-key file instead of the environment", .out = &key_file },
};

static int print_token(const struct remit_json *answer)
{
    struct remit_str id = remit_json_str(remit_json_get(answer, "accessKeyId"));
    struct remit_str secret = remit_json_str(remit_json_get(answer, "secretAccessKey"));

    (void)printf(REMIT_STR_FMT ":" REMIT_STR_FMT "\n", REMIT_STR_ARG(id), REMIT_STR_ARG(secret));
    return fflush(stdout) != 0 ? CLI_UNUSABLE : CLI_DONE;
}

static int run_join_token(int argc, char **argv)
{
    auto_buf struct remit_buf body = REMIT_BUF(4096);
    auto_cli_client struct cli_client *client = NULL;
    auto_json struct remit_json *answer = NULL;
    struct remit_jw w = REMIT_JW(&body);
    struct cli_client_spec spec = { 0 };
    struct remit_err err = { 0 };
    int rest = 0;
    int code = 0;

    if (!cli_arguments(&cli_join_token_create, token_options, REMIT_COUNT(token_options), 0, argc,
                       argv, &rest, &code))
        return code;
    remit_jw_object(&w);
    remit_jw_put_cstr(&w, "cluster", cluster);
    remit_jw_put_int(&w, "expiresInSeconds", lifetime_s);
    remit_jw_end(&w);
    defaults(&spec);
    if (cli_client_open(&spec, &client, &err) != 0)
        return cli_report(&err, CLI_UNUSABLE);
    if (cli_client_call(client, "ecs", "RemitAdminV1.CreateJoinToken", remit_buf_view(&body),
                        &answer, &err) != 0)
        return cli_report(&err, CLI_NO);
    return print_token(answer);
}

const struct cli_verb cli_join_token_create = {
    .words = "join-token create",
    .usage = "[--cluster NAME] [--lifetime SECONDS]",
    .help = "a token, good once, that admits a container instance",
    .run = run_join_token,
};
