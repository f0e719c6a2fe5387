#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/policy/check.h"

#define OUTPUT_MOST ((size_t)64 * 1024 * 1024)

static const char *format = "text";
static const char *type = "identity";
static const char *resource_type;
static struct remit_option_list actions, resources;

static const char *const formats[] = { "text", "json", NULL };

#define OPTION_FORMAT                                                                              \
    {                                                                                              \
        "--format", "FORMAT", "text, json (text)", REMIT_OPTION_WORD, &format, .words = formats    \
    }
#define OPTION_TYPE                                                                                \
    {                                                                                              \
        "--type", "TYPE",                                                                          \
            "identity, resource, trust, boundary, session, scp, rcp, endpoint (identity)",         \
            REMIT_OPTION_WORD, &type, .words = cli_check_types                                     \
    }

static const struct remit_option no_new_access_options[] = { OPTION_TYPE, OPTION_FORMAT };
static const struct remit_option not_granted_options[] = {
    { "--action", "ACTION", "service:name, with wildcards; repeated", REMIT_OPTION_LIST, &actions },
    { "--resource", "ARN", "with wildcards; repeated (any)", REMIT_OPTION_LIST, &resources },
    OPTION_TYPE,
    OPTION_FORMAT,
};
static const struct remit_option no_public_access_options[] = {
    { "--resource-type", "TYPE", "AWS::S3::Bucket, AWS::IAM::AssumeRolePolicyDocument, ...",
      .out = &resource_type, .required = true },
    OPTION_FORMAT,
};

/* ---- what the verbs share ---- */

static int tell(const struct remit_proof *proof, const struct cli_checked *document)
{
    auto_buf struct remit_buf out = REMIT_BUF(OUTPUT_MOST);

    if (strcmp(format, "json") == 0) {
        cli_check_json(proof, document, false, &out);
        remit_buf_put_byte(&out, '\n');
    } else {
        cli_check_text(proof, document, &out);
    }
    return cli_check_print(&out, cli_check_code(proof));
}

/* False, with *code set, unless exactly `wanted` files stand in argv. */
static bool take_arguments(const struct cli_verb *verb, const struct remit_option *options,
                           size_t n_options, int wanted, int argc, char **argv, int *code)
{
    int rest = 0;

    if (!cli_arguments(verb, options, n_options, wanted, argc, argv, &rest, code))
        return false;
    if (rest == wanted)
        return true;
    (void)fprintf(stderr, "remit: usage: remit %s %s\n", verb->words, verb->usage);
    *code = CLI_UNUSABLE;
    return false;
}

/* ---- check-no-new-access ---- */

static int run_no_new_access(int argc, char **argv)
{
    auto_cli_checked struct cli_checked older = CLI_CHECKED(NULL);
    auto_cli_checked struct cli_checked newer = CLI_CHECKED(NULL);
    auto_proof struct remit_proof *proof = NULL;
    struct remit_err err = { 0 };
    int code = 0;

    if (!take_arguments(&cli_policy_check_no_new_access, no_new_access_options,
                        REMIT_COUNT(no_new_access_options), 2, argc, argv, &code))
        return code;
    older.path = argv[0];
    newer.path = argv[1];
    if (cli_checked_load(&older, cli_check_type(type), &err) != 0 ||
        cli_checked_load(&newer, cli_check_type(type), &err) != 0 ||
        remit_proof_no_new_access(older.policy, newer.policy, NULL, &proof, &err) != 0)
        return cli_report(&err, CLI_UNUSABLE);
    return tell(proof, &newer);
}

const struct cli_verb cli_policy_check_no_new_access = {
    .words = "policy check-no-new-access",
    .usage = "[--type TYPE] OLD NEW",
    .help = "whether NEW allows anything that OLD does not",
    .run = run_no_new_access,
};

/* ---- check-access-not-granted ---- */

static void texts_of(const struct remit_option_list *list, struct remit_str *out)
{
    for (size_t i = 0; i < list->n; i++)
        out[i] = remit_str_of(list->values[i]);
}

static int run_not_granted(int argc, char **argv)
{
    auto_cli_checked struct cli_checked document = CLI_CHECKED(NULL);
    auto_proof struct remit_proof *proof = NULL;
    struct remit_str asked_actions[REMIT_OPTION_LIST_MOST];
    struct remit_str asked_resources[REMIT_OPTION_LIST_MOST];
    struct remit_proof_access access = { .actions = asked_actions, .resources = asked_resources };
    struct remit_err err = { 0 };
    int code = 0;

    if (!take_arguments(&cli_policy_check_access_not_granted, not_granted_options,
                        REMIT_COUNT(not_granted_options), 1, argc, argv, &code))
        return code;
    if (actions.n + resources.n == 0) {
        (void)fputs("remit: --action or --resource has to be given\n", stderr);
        return CLI_UNUSABLE;
    }
    texts_of(&actions, asked_actions);
    texts_of(&resources, asked_resources);
    access.n_actions = actions.n;
    access.n_resources = resources.n;
    document.path = argv[0];
    if (cli_checked_load(&document, cli_check_type(type), &err) != 0 ||
        remit_proof_access_not_granted(document.policy, &access, 1, NULL, &proof, &err) != 0)
        return cli_report(&err, CLI_UNUSABLE);
    return tell(proof, &document);
}

const struct cli_verb cli_policy_check_access_not_granted = {
    .words = "policy check-access-not-granted",
    .usage = "--action ACTION... [--resource ARN...] POLICY",
    .help = "whether POLICY allows one of the actions on one of the resources",
    .run = run_not_granted,
};

/* ---- check-no-public-access ---- */

static int run_no_public_access(int argc, char **argv)
{
    auto_cli_checked struct cli_checked document = CLI_CHECKED(NULL);
    auto_proof struct remit_proof *proof = NULL;
    enum remit_policy_type wanted = REMIT_POLICY_RESOURCE;
    struct remit_err err = { 0 };
    int code = 0;

    if (!take_arguments(&cli_policy_check_no_public_access, no_public_access_options,
                        REMIT_COUNT(no_public_access_options), 1, argc, argv, &code))
        return code;
    if (!remit_proof_resource_type(remit_str_of(resource_type), &wanted)) {
        (void)fprintf(stderr, "remit: --resource-type %s is not known\n", resource_type);
        return CLI_UNUSABLE;
    }
    document.path = argv[0];
    if (cli_checked_load(&document, wanted, &err) != 0 ||
        remit_proof_no_public_access(document.policy, remit_str_of(resource_type), NULL, &proof,
                                     &err) != 0)
        return cli_report(&err, CLI_UNUSABLE);
    return tell(proof, &document);
}

const struct cli_verb cli_policy_check_no_public_access = {
    .words = "policy check-no-public-access",
    .usage = "--resource-type TYPE POLICY",
    .help = "whether a resource's POLICY allows anything to the public",
    .run = run_no_public_access,
};
