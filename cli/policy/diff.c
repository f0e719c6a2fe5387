#include <stdio.h>
#include <string.h>

#include "cli/arguments.h"
#include "cli/policy/check.h"
#include "common/base/json.h"

#define OUTPUT_MOST ((size_t)64 * 1024 * 1024)

static const char *format = "text";
static const char *type = "identity";

static const char *const formats[] = { "text", "json", NULL };
static const struct remit_option options[] = {
    { "--type", "TYPE",
      "identity, resource, trust, boundary, session, scp, rcp, endpoint (identity)",
      REMIT_OPTION_WORD, &type, .words = cli_check_types },
    { "--format", "FORMAT", "text, json (text)", REMIT_OPTION_WORD, &format, .words = formats },
};

/* What the new policy allows over the old one, and the old one over the new one. */
struct both {
    struct cli_checked *older;
    struct cli_checked *newer;
    struct remit_proof *gained;
    struct remit_proof *lost;
};

static int ask(struct both *b, struct remit_err *err)
{
    TRY(remit_proof_no_new_access(b->older->policy, b->newer->policy, NULL, &b->gained, err));
    return remit_proof_no_new_access(b->newer->policy, b->older->policy, NULL, &b->lost, err);
}

static const char *word_of(const struct remit_proof *proof)
{
    return proof->answer == REMIT_PROOF_ACCESS      ? "yes"
           : proof->answer == REMIT_PROOF_NO_ACCESS ? "no"
                                                    : "unknown";
}

static void put_text(const struct both *b, struct remit_buf *out)
{
    remit_buf_put_fmt(out, "gained: %s, lost: %s\n", word_of(b->gained), word_of(b->lost));
    if (b->gained->answer == REMIT_PROOF_UNKNOWN)
        remit_buf_put_fmt(out, "gained: " REMIT_STR_FMT "\n", REMIT_STR_ARG(b->gained->message));
    if (b->lost->answer == REMIT_PROOF_UNKNOWN)
        remit_buf_put_fmt(out, "lost: " REMIT_STR_FMT "\n", REMIT_STR_ARG(b->lost->message));
    cli_check_grants(b->gained, b->newer, '+', out);
    cli_check_grants(b->lost, b->older, '-', out);
}

static void put_json(const struct both *b, struct remit_buf *out)
{
    remit_buf_put_cstr(out, "{\"gained\":");
    cli_check_json(b->gained, b->newer, true, out);
    remit_buf_put_cstr(out, ",\"lost\":");
    cli_check_json(b->lost, b->older, true, out);
    remit_buf_put_cstr(out, "}\n");
}

static int code_of(const struct both *b)
{
    if (b->gained->answer == REMIT_PROOF_ACCESS || b->lost->answer == REMIT_PROOF_ACCESS)
        return CLI_NO;
    return b->gained->answer == REMIT_PROOF_UNKNOWN || b->lost->answer == REMIT_PROOF_UNKNOWN
               ? CLI_UNKNOWN
               : CLI_DONE;
}

static int tell(const struct both *b)
{
    auto_buf struct remit_buf out = REMIT_BUF(OUTPUT_MOST);

    if (strcmp(format, "json") == 0)
        put_json(b, &out);
    else
        put_text(b, &out);
    return cli_check_print(&out, code_of(b));
}

static int run_diff(int argc, char **argv)
{
    auto_cli_checked struct cli_checked older = CLI_CHECKED(NULL);
    auto_cli_checked struct cli_checked newer = CLI_CHECKED(NULL);
    struct both b = { .older = &older, .newer = &newer };
    struct remit_err err = { 0 };
    int rest = 0;
    int code = 0;

    if (!cli_arguments(&cli_policy_diff, options, REMIT_COUNT(options), 2, argc, argv, &rest,
                       &code))
        return code;
    if (rest != 2) {
        (void)fprintf(stderr, "remit: usage: remit %s %s\n", cli_policy_diff.words,
                      cli_policy_diff.usage);
        return CLI_UNUSABLE;
    }
    older.path = argv[0];
    newer.path = argv[1];
    if (cli_checked_load(&older, cli_check_type(type), &err) != 0 ||
        cli_checked_load(&newer, cli_check_type(type), &err) != 0 || ask(&b, &err) != 0)
        code = cli_report(&err, CLI_UNUSABLE);
    else
        code = tell(&b);
    remit_proof_drop(&b.gained);
    remit_proof_drop(&b.lost);
    return code;
}

const struct cli_verb cli_policy_diff = {
    .words = "policy diff",
    .usage = "[--type TYPE] OLD NEW",
    .help = "what NEW allows that OLD does not, and the other way round",
    .run = run_diff,
};
