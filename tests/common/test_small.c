/* Descriptors, random bytes, log lines, command lines. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/json.h"
#include "common/os/fd.h"
#include "common/os/log.h"
#include "common/os/options.h"
#include "common/os/random.h"
#include "tests/lib/expect.h"

/* --- descriptors --- */

Test(fd, drop_closes_once_and_keeps_errno)
{
    int fd = open("/dev/null", O_RDONLY);
    int copy = fd;

    errno = EDOM;
    remit_fd_drop(&fd);
    cr_expect(eq(int, errno, EDOM));
    cr_expect(eq(int, fd, -1));
    cr_expect(fcntl(copy, F_GETFD) == -1);
    remit_fd_drop(&fd);
}

Test(fd, steal_leaves_none)
{
    int fd = 77;

    cr_expect(eq(int, remit_fd_steal(&fd), 77));
    cr_expect(eq(int, fd, -1));
}

Test(fd, flags_are_set_and_cleared)
{
    auto_fd int fd = open("/dev/null", O_RDONLY);

    cr_assert(remit_fd_nonblock(fd, true, NULL) == 0);
    cr_expect(eq(int, fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK));
    cr_assert(remit_fd_nonblock(fd, false, NULL) == 0);
    cr_expect(eq(int, fcntl(fd, F_GETFL) & O_NONBLOCK, 0));
    cr_assert(remit_fd_cloexec(fd, true, NULL) == 0);
    cr_expect(fcntl(fd, F_GETFD) & FD_CLOEXEC);
    struct remit_err err = { 0 };
    cr_expect(eq(int, remit_fd_nonblock(-1, true, &err), -1));
    cr_expect(eq(int, err.os, EBADF));
}

Test(fd, channel_knows_its_peer)
{
    int ends[2];
    uid_t uid = 99;
    pid_t pid = 0;

    cr_assert(remit_fd_channel(ends, NULL) == 0);
    cr_assert(remit_fd_peer(ends[0], &uid, NULL, &pid, NULL) == 0);
    cr_expect(eq(u32, uid, geteuid()));
    cr_expect(eq(int, pid, getpid()));
    close(ends[0]);
    close(ends[1]);
}

/* --- random --- */

Test(random, uuid_has_version_and_variant)
{
    char a[REMIT_UUID_TEXT];
    char b[REMIT_UUID_TEXT];

    (void)remit_random_uuid(a);
    (void)remit_random_uuid(b);
    cr_expect(eq(sz, strlen(a), 36));
    cr_expect(a[8] == '-' && a[13] == '-' && a[18] == '-' && a[23] == '-');
    cr_expect(a[14] == '4');
    cr_expect(strchr("89ab", a[19]) != NULL);
    cr_expect(strspn(a, "0123456789abcdef-") == 36);
    cr_expect(strcmp(a, b) != 0);
}

Test(random, text_is_drawn_evenly)
{
    auto_buf struct remit_buf out = REMIT_BUF(100000);
    int counts[3] = { 0 };

    remit_random_text(&out, "abc", 90000);
    cr_assert(eq(sz, out.len, 90000));
    for (size_t i = 0; i < out.len; i++)
        counts[out.ptr[i] - 'a']++;
    for (size_t i = 0; i < 3; i++) /* 141 is one standard deviation */
        cr_expect(counts[i] > 29000 && counts[i] < 31000, "%d", counts[i]);
}

/* --- log lines --- */

static char logged[65536];

static void log_all(void)
{
    struct remit_err err = { 0 };

    remit_log_open("remit-test", REMIT_LOG_INFO);
    (void)remit_fail_os(&err, REMIT_ERR_INTERNAL, ENOENT, "opening \"%s\"", "x\n");
    remit_log(REMIT_LOG_INFO, "plain %d", 7);
    remit_log(REMIT_LOG_DEBUG, "not shown");
    remit_log(REMIT_LOG_WARN, "%s", "a\nb\r\"\x1b[31m{\"level\":\"error\"}\xff");
    remit_log_err(REMIT_LOG_ERROR, &err, "it failed");
    char longer[5000];
    memset(longer, '"', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    remit_log(REMIT_LOG_INFO, "%s", longer);
}

/* [attacks H6] one record a line, whatever is in it. */
Test(log, each_line_is_one_object)
{
    int ends[2];
    int kept = dup(2);
    struct remit_str rest;
    struct remit_str line;
    int count = 0;

    cr_assert(pipe(ends) == 0);
    cr_assert(dup2(ends[1], 2) == 2);
    log_all();
    (void)dup2(kept, 2);
    close(ends[1]);
    ssize_t n = read(ends[0], logged, sizeof(logged));
    cr_assert(n > 0);
    rest = remit_str_from(logged, (size_t)n);
    while (rest.len > 0) {
        auto_json struct remit_json *tree = NULL;
        struct remit_err err = { 0 };

        (void)remit_str_cut(&rest, '\n', &line);
        cr_assert(remit_json_parse(line, 65536, &tree, &err) == 0, "%s", err.text);
        EXPECT_STR(remit_json_str(remit_json_get(tree, "room")), "remit-test");
        if (count == 2) {
            EXPECT_STR(remit_json_str(remit_json_get(tree, "level")), "error");
            cr_expect(remit_json_int(remit_json_get(tree, "errno")) == ENOENT);
        }
        count++;
    }
    cr_expect(eq(int, count, 4));
}

Test(log, levels_have_names)
{
    enum remit_log_level level = REMIT_LOG_ERROR;

    cr_expect(remit_log_level_parse("debug", &level));
    cr_expect(eq(int, level, REMIT_LOG_DEBUG));
    cr_expect(not(remit_log_level_parse("loud", &level)));
}

/* --- command lines --- */

static const char *text;
static const char *word;
static bool flag;
static long number;

static int parse(char **argv, int *n_rest, struct remit_err *err)
{
    static const char *const words[] = { "one", "two", NULL };
    const struct remit_option options[] = {
        { .name = "--text", .value = "TEXT", .out = &text, .required = true, .help = "a text" },
        { .name = "--flag", .kind = REMIT_OPTION_FLAG, .out = &flag, .help = "a flag" },
        { .name = "--number",
          .value = "N",
          .kind = REMIT_OPTION_NUMBER,
          .out = &number,
          .min = 1,
          .max = 10,
          .help = "a number" },
        { .name = "--word",
          .value = "one|two",
          .kind = REMIT_OPTION_WORD,
          .out = &word,
          .words = words,
          .help = "a word" },
    };
    int argc = 0;

    while (argv[argc] != NULL)
        argc++;
    return remit_options_parse(options, REMIT_COUNT(options), argc, argv, n_rest, err);
}

#define ARGS(...) ((char *[]){ __VA_ARGS__, NULL })
static char *arg(const char *s)
{
    return strdup(s); /* what main gets may be written to */
}

Test(options, both_spellings_and_the_rest)
{
    char **argv = ARGS(arg("a"), arg("--text"), arg("t"), arg("--number=7"), arg("b"),
                       arg("--flag"), arg("--word"), arg("two"), arg("--"), arg("--text"));
    struct remit_err err = { 0 };
    int rest = 0;

    cr_assert(parse(argv, &rest, &err) == 0, "%s", err.text);
    EXPECT_TEXT(text, "t");
    EXPECT_TEXT(word, "two");
    cr_expect(flag);
    cr_expect(number == 7);
    cr_expect(eq(int, rest, 3));
    EXPECT_TEXT(argv[0], "a");
    EXPECT_TEXT(argv[1], "b");
    EXPECT_TEXT(argv[2], "--text");
}

static void refused(char **argv, const char *says)
{
    struct remit_err err = { 0 };
    int rest = 0;

    cr_expect(eq(int, parse(argv, &rest, &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_INVALID));
    cr_expect(remit_err_is(&err, "BadOption"));
    EXPECT_TEXT(err.text, says);
}

Test(options, mistakes_are_named)
{
    refused(ARGS(arg("--flag")), "--text TEXT is missing");
    refused(ARGS(arg("--text")), "--text lacks its value, TEXT");
    refused(ARGS(arg("--text=")), "--text is empty, wanted TEXT");
    refused(ARGS(arg("--txt=a")), "there is no option '--txt=a'");
    refused(ARGS(arg("--flag=1")), "--flag takes no value");
    refused(ARGS(arg("--number=11")), "--number is '11', wanted a number from 1 to 10");
    refused(ARGS(arg("--number=7x")), "--number is '7x', wanted a number from 1 to 10");
    refused(ARGS(arg("--word=three")), "--word is 'three', wanted one|two");
}
