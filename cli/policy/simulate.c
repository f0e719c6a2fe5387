#include "cli/policy/simulate.h"

#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/policy/input.h"
#include "cli/policy/question.h"

#define OUTPUT_MOST  ((size_t)64 * 1024 * 1024)
#define CONTEXT_MOST ((size_t)16 * 1024 * 1024)
#define PATHS_MOST   4096 /* bytes of the file names of one level */

static struct remit_option_list identity, boundary, session, scps, rcps, context;
static const char *resource_policy, *endpoint_policy, *account;
static const char *principal, *action, *resource;
static const char *format = "text";
static const char *const formats[] = { "text", "json", NULL };
static const struct remit_option options[] = {
    { "--principal", "WHO",
      "ARN of a user, role session, federated user or root; a service's name; "
      "anonymous",
      .out = &principal, .required = true },
    { "--action", "ACTION", "ecs:RunTask", .out = &action, .required = true },
    { "--resource", "ARN", "what it acts on; '*' for an action without a resource",
      .out = &resource, .required = true },
    { "--resource-account", "ID", "who owns the resource (the account in its ARN, or the caller's)",
      .out = &account },
    { "--context", "KEY=VALUE", "a condition key; several values: 'KEY=[\"a\",\"b\"]'; repeated",
      REMIT_OPTION_LIST, &context },
    { "--identity-policy", "FILE", "as FILE alone; repeated", REMIT_OPTION_LIST, &identity },
    { "--boundary", "FILE", "permissions boundary", REMIT_OPTION_LIST, &boundary },
    { "--session-policy", "FILE", "repeated", REMIT_OPTION_LIST, &session },
    { "--resource-policy", "FILE", "of the resource; a role's trust policy; a key's policy",
      .out = &resource_policy },
    { "--endpoint-policy", "FILE", "of the VPC endpoint", .out = &endpoint_policy },
    { "--scp", "FILE,...", "a level of service control policies; repeated, the root's first",
      REMIT_OPTION_LIST, &scps },
    { "--rcp", "FILE,...", "a level of resource control policies; likewise", REMIT_OPTION_LIST,
      &rcps },
    { "--format", "FORMAT", "text, json (text)", REMIT_OPTION_WORD, &format, .words = formats },
};

/* ---- files ---- */

static int add_all(struct cli_documents *d, const char *const *paths, size_t n,
                   enum remit_policy_type type, struct remit_err *err)
{
    for (size_t i = 0; i < n; i++)
        TRY(cli_documents_add_file(d, paths[i], type, err));
    return 0;
}

static int add_level(struct cli_documents *d, const char *paths, enum remit_policy_type type,
                     struct remit_err *err)
{
    struct remit_str rest = remit_str_of(paths);
    struct remit_str one = { 0 };

    while (rest.len > 0) {
        char path[PATHS_MOST];

        (void)remit_str_cut(&rest, ',', &one);
        if (one.len == 0 || one.len >= sizeof(path))
            return remit_fail(err, REMIT_ERR_INVALID, "BadOption",
                              "a level is '%.200s', wanted file names with commas between", paths);
        memcpy(path, one.ptr, one.len);
        path[one.len] = '\0';
        TRY(cli_documents_add_file(d, path, type, err));
    }
    return 0;
}

static int add_levels(struct cli_policies *p, const char *option, size_t which,
                      const struct remit_option_list *levels, enum remit_policy_type type,
                      struct remit_err *err)
{
    if (levels->n > CLI_LEVELS_MOST)
        return remit_fail(err, REMIT_ERR_LIMIT, "BadOption",
                          "%s is given %zu times, the most is %d", option, levels->n,
                          CLI_LEVELS_MOST);
    for (size_t i = 0; i < levels->n; i++, p->n_levels[which]++)
        TRY(add_level(&p->levels[which][i], levels->values[i], type, err));
    return 0;
}

/* Which type a resource's policy is depends on what it says: it is read first. */
static int add_resource_policy(struct cli_documents *d, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(REMIT_POLICY_MAX);

    TRY(cli_read_file(resource_policy, &text, err));
    return cli_documents_add(d, resource_policy, remit_buf_view(&text),
                             cli_resource_policy_type(remit_str_of(action), remit_str_of(resource),
                                                      remit_buf_view(&text)),
                             err);
}

static int load(struct cli_policies *p, const char *const *files, size_t n_files,
                struct remit_err *err)
{
    TRY(add_all(&p->layers[REMIT_LAYER_IDENTITY], identity.values, identity.n,
                REMIT_POLICY_IDENTITY, err));
    TRY(add_all(&p->layers[REMIT_LAYER_IDENTITY], files, n_files, REMIT_POLICY_IDENTITY, err));
    TRY(add_all(&p->layers[REMIT_LAYER_BOUNDARY], boundary.values, boundary.n,
                REMIT_POLICY_BOUNDARY, err));
    TRY(add_all(&p->layers[REMIT_LAYER_SESSION], session.values, session.n, REMIT_POLICY_SESSION,
                err));
    if (resource_policy != NULL)
        TRY(add_resource_policy(&p->layers[REMIT_LAYER_RESOURCE], err));
    if (endpoint_policy != NULL)
        TRY(add_all(&p->layers[REMIT_LAYER_ENDPOINT], &endpoint_policy, 1, REMIT_POLICY_ENDPOINT,
                    err));
    TRY(add_levels(p, "--scp", 0, &scps, REMIT_POLICY_SCP, err));
    TRY(add_levels(p, "--rcp", 1, &rcps, REMIT_POLICY_RCP, err));
    return cli_policies_seal(p, err);
}

/* ---- the question ---- */

/* What the engine can't place is denied by it; here somebody has mistyped. */
static int check_principal(struct remit_err *err)
{
    struct remit_principal who;

    remit_principal_parse(remit_str_of(principal), REMIT_PRINCIPAL_AUTO, &who);
    if (who.kind != REMIT_PRINCIPAL_UNKNOWN)
        return 0;
    return remit_fail(
        err, REMIT_ERR_INVALID, "BadOption",
        "--principal is '%.200s', wanted the ARN of a user, role session, federated "
        "user or root, a service's name or anonymous%s",
        principal,
        strstr(principal, ":role/") != NULL
            ? " (a role acts as its session, arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION)"
            : "");
}

static int check_lengths(struct remit_err *err)
{
    if (strlen(action) > REMIT_REQUEST_ACTION_MAX)
        return remit_fail(err, REMIT_ERR_LIMIT, "BadOption",
                          "--action has %zu bytes, the most is %d", strlen(action),
                          REMIT_REQUEST_ACTION_MAX);
    if (strlen(resource) > REMIT_REQUEST_RESOURCE_MAX)
        return remit_fail(err, REMIT_ERR_LIMIT, "BadOption",
                          "--resource has %zu bytes, the most is %d", strlen(resource),
                          REMIT_REQUEST_RESOURCE_MAX);
    return 0;
}

static int answer(struct cli_policies *policies, const struct remit_request *request,
                  enum remit_decision *decision, struct remit_err *err)
{
    auto_buf struct remit_buf out = REMIT_BUF(OUTPUT_MOST);

    if (strcmp(format, "json") == 0)
        TRY(cli_simulate_json(policies, request, &out, err));
    else
        TRY(cli_simulate_text(policies, request, &out, err));
    *decision = remit_decide(&policies->bundle, request, NULL, NULL, NULL);
    if (fwrite(out.ptr, 1, out.len, stdout) == out.len && fflush(stdout) == 0)
        return 0;
    return remit_fail(err, REMIT_ERR_UNAVAILABLE, "WriteFailed", "writing the answer failed");
}

static int simulate(const char *const *files, size_t n_files, enum remit_decision *decision,
                    struct remit_err *err)
{
    auto_cli_policies struct cli_policies policies = { 0 };
    auto_arena struct remit_arena arena = REMIT_ARENA(CONTEXT_MOST);
    auto_context struct remit_context asked = { 0 };
    struct remit_request request = { .principal = remit_str_of(principal),
                                     .action = remit_str_of(action),
                                     .resource = remit_str_of(resource),
                                     .resource_account = remit_str_of(account),
                                     .context = &asked };

    TRY(check_principal(err));
    TRY(check_lengths(err));
    TRY(cli_context_from_options(&context, &arena, &asked, err));
    TRY(load(&policies, files, n_files, err));
    cli_request_settle_owner(&request);
    return answer(&policies, &request, decision, err);
}

static int run_simulate(int argc, char **argv)
{
    enum remit_decision decision = REMIT_IMPLICIT_DENY;
    const char *files[REMIT_OPTION_LIST_MOST];
    struct remit_err err = { 0 };
    int rest = 0;
    int code = 0;

    if (!cli_arguments(&cli_policy_simulate, options, REMIT_COUNT(options), REMIT_OPTION_LIST_MOST,
                       argc, argv, &rest, &code))
        return code;
    for (int i = 0; i < rest; i++)
        files[i] = argv[i];
    if (simulate(files, (size_t)rest, &decision, &err) != 0)
        return cli_report(&err, CLI_UNUSABLE);
    return decision == REMIT_ALLOW ? CLI_DONE : CLI_NO;
}

const struct cli_verb cli_policy_simulate = {
    .words = "policy simulate",
    .usage = "--principal WHO --action ACTION --resource ARN [FILE...]",
    .help = "one request, decided and explained",
    .run = run_simulate,
};
