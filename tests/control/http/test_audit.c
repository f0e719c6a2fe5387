#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/json.h"
#include "common/os/file.h"
#include "control/audit.h"
#include "control/http/server.h"

static char folder[64];
static char path[96];
static struct control_audit *audit;
static struct remit_err err;

static void open_log(void)
{
    (void)snprintf(folder, sizeof(folder), "/tmp/remit-audit.XXXXXX");
    cr_assert(ne(ptr, mkdtemp(folder), NULL));
    (void)snprintf(path, sizeof(path), "%s/audit.log", folder);
    cr_assert(eq(int, control_audit_open(path, &audit, &err), 0), "%s", err.text);
}

static void remove_log(void)
{
    control_audit_drop(&audit);
    (void)unlink(path);
    (void)rmdir(folder);
}

TestSuite(audit, .init = open_log, .fini = remove_log, .timeout = 30);

static int put_one(const char *name, struct remit_str value)
{
    auto_control_audit_record struct control_audit_record record = { 0 };

    control_audit_begin(&record, "test", "id-1", 1785000000.25);
    control_audit_put(&record, name, value);
    return control_audit_commit(audit, &record, true, &err);
}

static void read_log(struct remit_buf *out)
{
    remit_buf_init(out, 4 * 1024 * 1024);
    cr_assert(eq(int, remit_file_read(path, out, &err), 0), "%s", err.text);
}

/* The lines, each of which must be one JSON object; returns how many. */
static size_t lines_of(struct remit_buf *log, struct remit_json **lines, size_t most)
{
    struct remit_str rest = remit_buf_view(log);
    struct remit_str line;
    size_t n = 0;

    while (remit_str_cut(&rest, '\n', &line)) {
        cr_assert(lt(sz, n, most));
        cr_assert(eq(int, remit_json_parse(line, line.len, &lines[n], &err), 0), "%s", err.text);
        n++;
    }
    cr_assert(eq(sz, line.len, 0), "the log does not end in a newline");
    return n;
}

Test(audit, writes_one_object_a_line_with_number_time_and_kind)
{
    auto_buf struct remit_buf log;

    cr_assert(eq(int, put_one("a", REMIT_STR("b")), 0), "%s", err.text);
    read_log(&log);
    cr_assert_str_eq(remit_buf_cstr(&log),
                     "{\"seq\":1,\"time\":\"2026-07-25T17:20:00.250Z\",\"kind\":\"test\","
                     "\"requestId\":\"id-1\",\"a\":\"b\"}\n");
}

Test(audit, can_be_read_by_its_owner_only)
{
    struct stat about;

    cr_assert(eq(int, stat(path, &about), 0));
    cr_assert(eq(int, about.st_mode & 07777, 0600));
}

Test(audit, refuses_a_second_writer)
{
    struct control_audit *second = NULL;

    cr_assert(eq(int, control_audit_open(path, &second, &err), -1));
    cr_assert(eq(int, err.kind, REMIT_ERR_UNAVAILABLE));
    cr_assert(remit_err_is(&err, "AuditUnavailable"));
}

Test(audit, counts_on_after_a_restart)
{
    auto_buf struct remit_buf log;
    static struct remit_json *lines[4];

    cr_assert(eq(int, put_one("a", REMIT_STR("1")), 0));
    cr_assert(eq(int, put_one("a", REMIT_STR("2")), 0));
    control_audit_drop(&audit);
    cr_assert(eq(int, control_audit_open(path, &audit, &err), 0));
    cr_assert(eq(int, put_one("a", REMIT_STR("3")), 0));
    read_log(&log);
    cr_assert(eq(sz, lines_of(&log, lines, 4), 3));
    cr_assert(eq(i64, remit_json_int(remit_json_get(lines[2], "seq")), 3));
}

Test(audit, gives_a_torn_record_a_line_of_its_own)
{
    FILE *file = NULL;
    auto_buf struct remit_buf log;

    cr_assert(eq(int, put_one("a", REMIT_STR("1")), 0));
    control_audit_drop(&audit);
    file = fopen(path, "a");
    cr_assert(ne(ptr, file, NULL));
    (void)fputs("{\"seq\":2,\"ti", file);
    (void)fclose(file);
    cr_assert(eq(int, control_audit_open(path, &audit, &err), 0), "%s", err.text);
    cr_assert(eq(int, put_one("a", REMIT_STR("2")), 0));
    read_log(&log);
    cr_assert(
        ne(ptr, strstr(remit_buf_cstr(&log), "\n{\"seq\":2,\"ti\n{\"seq\":2,\"time\""), NULL));
}

Test(audit, refuses_a_file_that_ends_in_something_else)
{
    FILE *file = NULL;

    control_audit_drop(&audit);
    file = fopen(path, "a");
    cr_assert(ne(ptr, file, NULL));
    (void)fputs("root:x:0:0\n", file);
    (void)fclose(file);
    cr_assert(eq(int, control_audit_open(path, &audit, &err), -1));
    cr_assert(eq(int, err.kind, REMIT_ERR_INTERNAL));
}

/* attacks.md H6: number of records and of members unchanged, nothing that a terminal obeys. */
static const char *const hostile[] = {
    "a\r\n{\"seq\":9,\"kind\":\"call\"}",
    "\",\"outcome\":\"allowed",
    "\x1b[2J\x1b]0;owned\a",
    "\xc2\x9b"
    "31m",
    "\xff\xfe\x80",
    "\xe2\x80\xae"
    "evil",
    "\x7f\x7f",
    "\xf0\x9f\x92\xa3",
    "\\u000a\\",
};

Test(audit, keeps_a_strangers_bytes_inside_their_value)
{
    auto_buf struct remit_buf log;
    static struct remit_json *lines[REMIT_COUNT(hostile) + 1];

    for (size_t i = 0; i < REMIT_COUNT(hostile); i++)
        cr_assert(eq(int, put_one("userAgent", remit_str_of(hostile[i])), 0));
    read_log(&log);
    for (size_t i = 0; i < log.len; i++)
        if ((unsigned char)log.ptr[i] >= 0x7f || (log.ptr[i] < ' ' && log.ptr[i] != '\n'))
            cr_fatal("byte %zu is 0x%02x", i, (unsigned char)log.ptr[i]);
    cr_assert(eq(sz, lines_of(&log, lines, REMIT_COUNT(lines)), REMIT_COUNT(hostile)));
    for (size_t i = 0; i < REMIT_COUNT(hostile); i++)
        cr_assert(eq(sz, remit_json_count(lines[i]), 5));
}

Test(audit, cuts_a_long_value_and_says_so)
{
    static char text[CONTROL_AUDIT_VALUE_MAX + 1];
    auto_buf struct remit_buf log;
    static struct remit_json *lines[2];
    struct remit_str value;

    memset(text, 'x', sizeof(text));
    cr_assert(eq(int, put_one("a", remit_str_from(text, sizeof(text))), 0));
    read_log(&log);
    cr_assert(eq(sz, lines_of(&log, lines, 2), 1));
    value = remit_json_str(remit_json_get(lines[0], "a"));
    cr_assert(eq(sz, value.len, CONTROL_AUDIT_VALUE_MAX));
    cr_assert(remit_str_ends(value, REMIT_STR("xxx...")));
}

Test(audit, writes_the_head_of_a_record_that_grew_too_large)
{
    auto_control_audit_record struct control_audit_record record = { 0 };
    auto_buf struct remit_buf log;
    static struct remit_json *lines[2];
    char name[16];

    control_audit_begin(&record, "call", "id-2", 1);
    for (int i = 0; i < 300; i++) {
        static char text[1000];

        memset(text, 1, sizeof(text));
        (void)snprintf(name, sizeof(name), "n%d", i);
        control_audit_put(&record, name, remit_str_from(text, sizeof(text)));
    }
    cr_assert(eq(int, control_audit_commit(audit, &record, false, &err), 0), "%s", err.text);
    read_log(&log);
    cr_assert(eq(sz, lines_of(&log, lines, 2), 1));
    cr_assert(remit_json_true(remit_json_get(lines[0], "tooLarge")));
    cr_assert(
        remit_str_equal(remit_json_str(remit_json_get(lines[0], "requestId")), REMIT_STR("id-2")));
}

static void *write_many(void *self)
{
    (void)self;
    for (int i = 0; i < 50; i++) {
        auto_control_audit_record struct control_audit_record record = { 0 };
        struct remit_err why;

        control_audit_begin(&record, "test", NULL, 1);
        cr_assert(eq(int, control_audit_commit(audit, &record, i % 5 == 0, &why), 0));
    }
    return NULL;
}

Test(audit, numbers_the_records_of_many_threads_without_a_gap)
{
    static struct remit_json *lines[201];
    auto_buf struct remit_buf log;
    pthread_t threads[4];

    for (size_t i = 0; i < REMIT_COUNT(threads); i++)
        cr_assert(eq(int, pthread_create(&threads[i], NULL, write_many, NULL), 0));
    for (size_t i = 0; i < REMIT_COUNT(threads); i++)
        (void)pthread_join(threads[i], NULL);
    read_log(&log);
    cr_assert(eq(sz, lines_of(&log, lines, 201), 200));
    for (size_t i = 0; i < 200; i++)
        cr_assert(eq(i64, remit_json_int(remit_json_get(lines[i], "seq")), (int64_t)i + 1));
}

/* attacks.md S2. The log is moved to a disk of one page for this. */
Test(audit_disk, takes_a_record_back_when_there_is_no_room, .timeout = 30)
{
    char value[1000];
    auto_buf struct remit_buf log;
    static struct remit_json *lines[64];
    size_t n = 0;

    (void)snprintf(folder, sizeof(folder), "/tmp/remit-audit.XXXXXX");
    cr_assert(ne(ptr, mkdtemp(folder), NULL));
    if (mount("tmpfs", folder, "tmpfs", 0, "size=16k") != 0) {
        (void)rmdir(folder);
        cr_skip("needs to mount a tmpfs");
    }
    (void)snprintf(path, sizeof(path), "%s/audit.log", folder);
    cr_assert(eq(int, control_audit_open(path, &audit, &err), 0), "%s", err.text);
    memset(value, 'x', sizeof(value));
    while (n < 64 && put_one("a", remit_str_from(value, sizeof(value))) == 0)
        n++;
    cr_expect(eq(int, err.kind, REMIT_ERR_UNAVAILABLE));
    cr_expect(remit_err_is(&err, "AuditUnavailable"));
    read_log(&log);
    cr_expect(eq(sz, lines_of(&log, lines, 64), n));
    cr_expect(eq(int, truncate(path, 0), 0)); /* room again: it recovers by itself */
    cr_expect(eq(int, put_one("a", REMIT_STR("b")), 0), "%s", err.text);
    control_audit_drop(&audit);
    cr_expect(eq(int, umount2(folder, MNT_DETACH), 0));
    (void)rmdir(folder);
}

Test(audit, tells_an_event_with_the_calls_id_and_caller)
{
    static const struct control_operation op = { .name = "Poll" };
    struct control_server server = { .audit = audit };
    struct control_call call = {
        .request_id = "r-7", .now = 1, .server = &server, .operation = &op
    };
    const struct control_audit_field fields[] = {
        { .name = "taskArn", .text = REMIT_STR("arn:t") },
        { .name = "count", .number = 3 },
        { .name = "peer" },
    };
    auto_buf struct remit_buf log;

    call.caller.arn = REMIT_STR("arn:i");
    cr_assert(eq(int, control_audit_event(&call, "CredentialsRefused", fields, 3, &err), 0));
    read_log(&log);
    cr_assert(ne(ptr,
                 strstr(remit_buf_cstr(&log),
                        "\"kind\":\"CredentialsRefused\",\"requestId\":\"r-7\","
                        "\"caller\":\"arn:i\",\"taskArn\":\"arn:t\",\"count\":3}\n"),
                 NULL));
}

Test(audit, is_silent_for_a_call_without_a_server)
{
    struct control_call call = { .now = 1 };

    cr_assert(eq(int, control_audit_event(&call, "InstanceJoined", NULL, 0, &err), 0));
}
