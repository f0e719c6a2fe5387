#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <remit/document.h>

#include "cli/arguments.h"
#include "cli/policy/input.h"
#include "common/os/file.h"

#define FORMATTED_MOST ((size_t)64 * 1024 * 1024) /* indentation makes a document longer */

static bool check_only, write_back;
static const struct remit_option options[] = {
    { "--check", NULL, "name the files that are not in canonical form; exit 1 if any",
      REMIT_OPTION_FLAG, &check_only },
    { "--write", NULL, "replace each file by its canonical form", REMIT_OPTION_FLAG, &write_back },
};

/* Through links: what is replaced is the file, not the name that led to it. */
static int replace(const char *path, const struct stat *about, struct remit_str text,
                   struct remit_err *err)
{
    char *real = realpath(path, NULL);
    int result = 0;

    if (real == NULL)
        return remit_fail(err, REMIT_ERR_NOT_FOUND, "NotFound", "%s is gone", path);
    result = remit_file_write(real, text, about->st_mode & 07777, err);
    free(real);
    return result;
}

static int cannot_write(struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_UNAVAILABLE, "WriteFailed",
                      "writing to standard output failed");
}

/* What is to be done with a document that was formatted. *no: it was not in that form. */
static int finish(const char *path, const struct stat *about, struct remit_str was,
                  struct remit_str is, bool *no, struct remit_err *err)
{
    bool same = remit_str_equal(was, is);

    if (check_only) {
        *no = *no || !same;
        return same || puts(path) >= 0 ? 0 : cannot_write(err);
    }
    if (write_back)
        return same ? 0 : replace(path, about, is, err);
    if (fwrite(is.ptr, 1, is.len, stdout) == is.len)
        return 0;
    return cannot_write(err);
}

static int format_file(const char *path, bool *no, struct remit_err *err)
{
    auto_buf struct remit_buf was = REMIT_BUF(REMIT_POLICY_MAX);
    auto_buf struct remit_buf is = REMIT_BUF(FORMATTED_MOST);
    struct stat about = { 0 };

    TRY(cli_read_file(path, &was, err));
    if (remit_policy_format(remit_buf_view(&was), &is, err) != 0)
        return cli_err_of_document(err, path, remit_buf_view(&was));
    if (write_back && (stat(path, &about) != 0 || !S_ISREG(about.st_mode)))
        return remit_fail(err, REMIT_ERR_INVALID, "NotAFile", "%s is no regular file to write to",
                          path);
    return finish(path, &about, remit_buf_view(&was), remit_buf_view(&is), no, err);
}

static int format_all(int n, char **paths)
{
    int code = CLI_DONE;
    bool no = false;

    for (int i = 0; i < n; i++) {
        struct remit_err err = { 0 };

        if (format_file(paths[i], &no, &err) == 0)
            continue;
        code = cli_report(&err, CLI_UNUSABLE);
    }
    if (fflush(stdout) != 0 || ferror(stdout)) {
        (void)fputs("remit: writing to standard output failed\n", stderr);
        return CLI_UNUSABLE;
    }
    return code != CLI_DONE ? code : no ? CLI_NO : CLI_DONE;
}

static int run_format(int argc, char **argv)
{
    static char stdin_name[] = "-";
    char *one[] = { stdin_name };
    int rest = 0;
    int code = 0;

    if (!cli_arguments(&cli_policy_format, options, REMIT_COUNT(options), argc, argc, argv, &rest,
                       &code))
        return code;
    if (check_only && write_back) {
        (void)fputs("remit: --check and --write exclude each other\n", stderr);
        return CLI_UNUSABLE;
    }
    return rest > 0 ? format_all(rest, argv) : format_all(1, one);
}

const struct cli_verb cli_policy_format = {
    .words = "policy format",
    .usage = "[--check|--write] [FILE...]",
    .help = "documents in their canonical form",
    .run = run_format,
};
