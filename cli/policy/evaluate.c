#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/arguments.h"
#include "cli/policy/answer.h"
#include "cli/policy/input.h"
#include "cli/policy/lines.h"
#include "common/os/fd.h"

#define ANSWER_MOST ((size_t)64 * 1024 * 1024)

static char stdin_name[] = "-";
static bool batch;
static const struct remit_option options[] = {
    { "--batch", NULL, "a case a line, an answer a line", REMIT_OPTION_FLAG, &batch },
};

/* A run under way. */
struct run {
    struct cli_layers *cache;
    struct cli_case one;
    struct remit_buf answer;
    size_t n_bad;
};

static void run_drop(struct run *r)
{
    cli_layers_drop(&r->cache);
    cli_case_drop(&r->one);
    remit_buf_drop(&r->answer);
}
#define auto_run REMIT_AUTO(run_drop)

/* ---- many cases ---- */

static int answer_one(struct run *r, struct remit_str text, size_t line, struct remit_err *err)
{
    auto_cli_bundle struct cli_bundle bundle = { 0 };

    TRY(cli_case_read(text, &r->one, err));
    TRY(cli_bundle_load(r->cache, &r->one, &bundle, err));
    return cli_answer(&bundle, &r->one, line, &r->answer, err);
}

static void put_error(struct run *r, const struct remit_err *err)
{
    struct remit_jw w = REMIT_JW(&r->answer);

    r->n_bad++;
    remit_buf_clear(&r->answer);
    remit_jw_object(&w);
    remit_jw_key(&w, "id");
    remit_jw_raw(&w, r->one.id);
    remit_jw_put_cstr(&w, "error", err->text);
    remit_jw_end(&w);
}

static int put_answer(struct run *r, struct remit_err *err)
{
    remit_buf_put_byte(&r->answer, '\n');
    TRY(remit_buf_check(&r->answer, "an answer", err));
    if (fwrite_unlocked(r->answer.ptr, 1, r->answer.len, stdout) != r->answer.len)
        return remit_fail_os(err, REMIT_ERR_UNAVAILABLE, errno, "writing an answer");
    return 0;
}

/* Which line of the stream it was; a case that is no JSON has told its column. */
static void say_line(struct remit_err *err, size_t line)
{
    static const char first[] = "line 1 ";
    const struct remit_err was = *err;

    if (remit_err_is(err, "MalformedJson") && strncmp(was.text, first, sizeof(first) - 1) == 0)
        (void)remit_fail(err, was.kind, was.code, "line %zu %s", line,
                         was.text + sizeof(first) - 1);
    else
        (void)remit_err_prefix(err, "line %zu", line);
}

static int on_line(struct run *r, const struct cli_lines *lines, enum cli_line what,
                   struct remit_str line, struct remit_err *err)
{
    struct remit_err bad = { 0 };

    if (remit_json_span(line).len == 0)
        return 0;
    remit_buf_clear(&r->answer);
    if (what == CLI_LINE_TOO_LONG) {
        r->one.id = REMIT_STR("null");
        (void)remit_fail(&bad, REMIT_ERR_LIMIT, "BadCase", "a case of more than %zu bytes",
                         lines->most);
    }
    if (what == CLI_LINE_TOO_LONG || answer_one(r, line, lines->number, &bad) != 0) {
        say_line(&bad, lines->number);
        put_error(r, &bad);
    }
    return put_answer(r, err);
}

/* What has been answered goes out before the next case is waited for. */
static void flush(void *self)
{
    (void)self;
    (void)fflush(stdout);
}

static int run_lines(struct run *r, int fd, struct remit_err *err)
{
    auto_cli_lines struct cli_lines lines = { .fd = fd, .most = CLI_CASE_MOST, .wait = flush };
    enum cli_line what = CLI_LINE_END;
    struct remit_str line = { 0 };

    for (;;) {
        TRY(cli_lines_next(&lines, &what, &line, err));
        if (what == CLI_LINE_END)
            break;
        TRY(on_line(r, &lines, what, line, err));
    }
    if (fflush(stdout) != 0 || ferror(stdout))
        return remit_fail_os(err, REMIT_ERR_UNAVAILABLE, errno, "writing the answers");
    return 0;
}

static int run_batch(int fd)
{
    auto_run struct run r = { .answer = REMIT_BUF(ANSWER_MOST) };
    struct remit_err err = { 0 };

    if (cli_layers_new(&r.cache, &err) != 0 || run_lines(&r, fd, &err) != 0)
        return cli_report(&err, CLI_UNUSABLE);
    return r.n_bad > 0 ? CLI_NO : CLI_DONE;
}

/* ---- one case, for people ---- */

static void print_matched(void *self, const struct remit_trace *step, size_t line, size_t column)
{
    char pointer[64];

    (void)remit_trace_pointer(step, pointer, sizeof(pointer));
    (void)printf("%s:%zu:%zu: %s of %s", (const char *)self, line, column,
                 step->deny ? "Deny" : "Allow", cli_case_member(step->layer));
    if (step->layer == REMIT_LAYER_SCP || step->layer == REMIT_LAYER_RCP)
        (void)printf(" level %u", step->level);
    (void)printf(" policy %u %s\n", step->policy_index, pointer);
}

static int print_explanation(struct cli_bundle *bundle, const struct cli_case *one,
                             const char *path, struct remit_err *err)
{
    struct cli_case_place place = { bundle, one, path };
    size_t len = remit_explain_at(&bundle->bundle, &one->request, cli_case_place, &place, NULL, 0);
    char *text = malloc(len + 1);

    if (text == NULL)
        return remit_fail(err, REMIT_ERR_INTERNAL, "OutOfMemory",
                          "no memory for an explanation of %zu bytes", len);
    (void)remit_explain_at(&bundle->bundle, &one->request, cli_case_place, &place, text, len + 1);
    (void)fputs(text, stdout);
    free(text);
    return 0;
}

static int explain_one(struct run *r, struct remit_str text, char *path,
                       struct remit_verdict *verdict, struct remit_err *err)
{
    auto_cli_bundle struct cli_bundle bundle = { 0 };

    TRY(cli_case_read(text, &r->one, err));
    TRY(cli_bundle_load(r->cache, &r->one, &bundle, err));
    TRY(print_explanation(&bundle, &r->one, path, err));
    TRY(cli_decide(&bundle, &r->one, 1, print_matched, path, verdict, err));
    if (fflush(stdout) != 0)
        return remit_fail_os(err, REMIT_ERR_UNAVAILABLE, errno, "writing the answer");
    return 0;
}

static int run_single(int fd, char *path)
{
    auto_run struct run r = { .answer = REMIT_BUF(CLI_CASE_MOST) };
    struct remit_verdict verdict = { 0 };
    struct remit_err err = { 0 };

    if (cli_layers_new(&r.cache, &err) != 0)
        return cli_report(&err, CLI_UNUSABLE);
    if (cli_read_all(fd, &r.answer, &err) != 0 ||
        explain_one(&r, remit_buf_view(&r.answer), path, &verdict, &err) != 0) {
        (void)remit_err_prefix(&err, "%s", path);
        return cli_report(&err, CLI_UNUSABLE);
    }
    return verdict.decision == REMIT_ALLOW ? CLI_DONE : CLI_NO;
}

static int run_evaluate(int argc, char **argv)
{
    auto_fd int fd = -1;
    struct remit_err err = { 0 };
    int rest = 0;
    int code = 0;

    if (!cli_arguments(&cli_policy_evaluate, options, REMIT_COUNT(options), 1, argc, argv, &rest,
                       &code))
        return code;
    if (cli_open_input(rest > 0 ? argv[0] : "-", &fd, &err) != 0)
        return cli_report(&err, CLI_UNUSABLE);
    return batch ? run_batch(fd) : run_single(fd, rest > 0 ? argv[0] : stdin_name);
}

const struct cli_verb cli_policy_evaluate = {
    .words = "policy evaluate",
    .usage = "[--batch] [FILE]",
    .help = "decide cases, each with policies of every layer and a request",
    .run = run_evaluate,
};
