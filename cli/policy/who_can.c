#include "cli/policy/who_can.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/client.h"
#include "cli/policy/named.h"

#define OUTPUT_MOST ((size_t)256 * 1024 * 1024)

static const char *account, *resource_account;
static const char *endpoint, *region, *ca_file, *key_file;
static const char *format = "text";
static struct remit_option_list context;
static const char *const formats[] = { "text", "json", NULL };
static const struct remit_option options[] = {
    { "--account", "ID", "whose policies they are (what DIR/account says)", .out = &account },
    { "--resource-account", "ID", "who owns the resource (the account in its ARN, or --account)",
      .out = &resource_account },
    { "--context", "KEY=VALUE", "a condition key that is known; repeated", REMIT_OPTION_LIST,
      &context },
    { "--endpoint-url", "URL", "ask a control, in place of a folder", .out = &endpoint },
    { "--region", "REGION", "region to sign for (AWS_REGION)", .out = &region },
    { "--ca", "FILE", "certificates to trust (PEM)", .out = &ca_file },
    { "--key", "FILE", "a root-access-key file instead of the environment", .out = &key_file },
    { "--format", "FORMAT", "text, json (text)", REMIT_OPTION_WORD, &format, .words = formats },
};

static const struct cli_who_can_format *find_format(void)
{
    return strcmp(format, cli_who_can_json.name) == 0 ? &cli_who_can_json : &cli_who_can_text;
}

static int ask_all(const struct cli_question *question, struct remit_buf *out, size_t *n,
                   struct remit_err *err)
{
    const struct cli_who_can_format *f = find_format();
    const struct cli_world *world = question->world;

    f->begin(out, question);
    for (size_t i = 0; i < world->n_principals; i++) {
        enum cli_ability ability = CLI_CANNOT;

        TRY(cli_ask(question, world->principals[i], &ability, err));
        if (ability != CLI_CANNOT)
            TRY(f->put(out, question, world->principals[i], ability, (*n)++ == 0, err));
    }
    f->end(out);
    return remit_buf_check(out, "the answer", err);
}

static int add_root(struct cli_world *world, struct remit_err *err)
{
    struct cli_principal *root = NULL;
    char arn[64];

    (void)snprintf(arn, sizeof(arn), "arn:aws:iam::%s:root", world->account);
    return cli_world_add_principal(world, CLI_ROOT, arn, "root", &root, err);
}

/* An ARN without an account (a bucket's) is of the account that the folder is about. */
static void find_owner(struct cli_question *question, char owner[13])
{
    struct remit_arn arn;

    question->resource_account = owner;
    (void)snprintf(owner, 13, "%s", question->world->account);
    if (resource_account != NULL)
        question->resource_account = resource_account;
    else if (remit_arn_parse(remit_str_of(question->resource), &arn) && arn.account.len > 0)
        (void)snprintf(owner, 13, REMIT_STR_FMT, REMIT_STR_ARG(arn.account));
}

static int load_from_control(struct cli_world *world, struct remit_err *err)
{
    auto_cli_client struct cli_client *client = NULL;
    const char *env_region = getenv("AWS_REGION");
    struct cli_client_spec spec = { .endpoint = endpoint,
                                    .ca_file = ca_file,
                                    .key_file = key_file };

    spec.region = region != NULL ? region : env_region != NULL ? env_region : "us-east-1";
    TRY(cli_client_open(&spec, &client, err));
    return cli_world_from_control(client, world, err);
}

static int load(const char *folder, struct cli_world *world, struct remit_err *err)
{
    return folder != NULL ? cli_world_from_folder(folder, account, world, err)
                          : load_from_control(world, err);
}

static int who_can(const char *action, const char *resource, const char *folder, size_t *n,
                   struct remit_err *err)
{
    auto_buf struct remit_buf out = REMIT_BUF(OUTPUT_MOST);
    auto_cli_world struct cli_world world = { 0 };
    char owner[13];
    struct cli_question question = {
        .world = &world, .action = action, .resource = resource, .context = &context
    };

    TRY(load(folder, &world, err));
    find_owner(&question, owner);
    TRY(cli_question_open(&question, err));
    TRY(add_root(&world, err));
    TRY(cli_world_add_named(&world, question.policy, err));
    TRY(ask_all(&question, &out, n, err));
    if (fwrite(out.ptr, 1, out.len, stdout) == out.len && fflush(stdout) == 0)
        return 0;
    return remit_fail(err, REMIT_ERR_UNAVAILABLE, "WriteFailed", "writing the answer failed");
}

static int run_who_can(int argc, char **argv)
{
    struct remit_err err = { 0 };
    size_t n = 0;
    int rest = 0;
    int code = 0;

    if (!cli_arguments(&cli_policy_who_can, options, REMIT_COUNT(options), 3, argc, argv, &rest,
                       &code))
        return code;
    if (rest != (endpoint != NULL ? 2 : 3)) {
        (void)fprintf(stderr, "remit: usage: remit %s %s\n", cli_policy_who_can.words,
                      cli_policy_who_can.usage);
        return CLI_UNUSABLE;
    }
    if (strlen(argv[0]) > REMIT_REQUEST_ACTION_MAX ||
        strlen(argv[1]) > REMIT_REQUEST_RESOURCE_MAX) {
        (void)fprintf(
            stderr, "remit: action and resource have %zu and %zu bytes, the most is %d and %d\n",
            strlen(argv[0]), strlen(argv[1]), REMIT_REQUEST_ACTION_MAX, REMIT_REQUEST_RESOURCE_MAX);
        return CLI_UNUSABLE;
    }
    if (who_can(argv[0], argv[1], rest > 2 ? argv[2] : NULL, &n, &err) != 0)
        return cli_report(&err, CLI_UNUSABLE);
    return n > 0 ? CLI_DONE : CLI_NO;
}

const struct cli_verb cli_policy_who_can = {
    .words = "policy who-can",
    .usage = "ACTION RESOURCE DIR|--endpoint-url URL",
    .help = "the principals that may do something, and what it depends on",
    .run = run_who_can,
};
