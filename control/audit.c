#include "control/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "common/os/clock.h"
#include "common/os/fd.h"
#include "control/http/server.h"

#define SEQ_START "{\"seq\":"

struct control_audit {
    int fd;
    pthread_mutex_t lock;   /* over all below, and over the order of records in the file */
    pthread_cond_t settled; /* a sync ended */
    bool syncing;
    bool torn;           /* the file ends inside a record that could not be taken back */
    uint64_t seq;        /* of the last record written */
    uint64_t synced_seq; /* all up to this one are on the disk */
    uint64_t lost_seq;   /* all up to this one were in a sync that failed */
};

static int unavailable(struct remit_err *err, const char *what, int os)
{
    return remit_fail(err, REMIT_ERR_UNAVAILABLE, "AuditUnavailable", "the audit log: %s: %s", what,
                      strerrordesc_np(os));
}

/* ---- opening ---- */

/* The number of the last whole line in `tail`; false when there is none. */
static bool last_seq(struct remit_str tail, uint64_t *seq)
{
    struct remit_str line;
    bool found = false;
    bool whole = true;

    while (tail.len > 0 && whole) {
        struct remit_str digits;
        unsigned long long n = 0;

        whole = remit_str_cut(&tail, '\n', &line);
        if (!whole || !remit_str_starts(line, REMIT_STR(SEQ_START)))
            continue;
        line = remit_str_sub(line, sizeof(SEQ_START) - 1, line.len);
        if (!remit_str_cut(&line, ',', &digits) || !remit_str_to_u64(digits, UINT64_MAX, &n))
            continue;
        *seq = n;
        found = true;
    }
    return found;
}

/* Where the numbers go on. The tail holds at least one whole record, if there is any. */
static int resume(struct control_audit *audit, const char *path, struct remit_err *err)
{
    size_t most = 2 * CONTROL_AUDIT_RECORD_MAX;
    struct stat about;
    char *tail = NULL;
    ssize_t n = 0;
    bool found = true;

    if (fstat(audit->fd, &about) != 0)
        return unavailable(err, path, errno);
    if (!S_ISREG(about.st_mode))
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidPath", "%s is no regular file", path);
    if (about.st_size == 0)
        return 0;
    if ((off_t)most > about.st_size)
        most = (size_t)about.st_size;
    tail = malloc(most);
    n = tail != NULL ? pread(audit->fd, tail, most, about.st_size - (off_t)most) : -1;
    if (n > 0) {
        found = last_seq(remit_str_from(tail, (size_t)n), &audit->seq);
        audit->torn = tail[n - 1] != '\n';
    }
    free(tail);
    if (n < 0)
        return unavailable(err, path, errno);
    if (!found && !audit->torn)
        return remit_fail(err, REMIT_ERR_INTERNAL, "AuditUnavailable",
                          "%s does not end in an audit record: move it away and start again", path);
    audit->synced_seq = audit->seq;
    return 0;
}

static int open_file(struct control_audit *audit, const char *path, struct remit_err *err)
{
    audit->fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
    if (audit->fd < 0)
        return unavailable(err, path, errno);
    if (fchmod(audit->fd, 0600) != 0)
        return unavailable(err, path, errno);
    if (flock(audit->fd, LOCK_EX | LOCK_NB) != 0)
        return remit_fail(err, REMIT_ERR_UNAVAILABLE, "AuditUnavailable",
                          "%s is written by another remit-control", path);
    return resume(audit, path, err);
}

int control_audit_open(const char *path, struct control_audit **out, struct remit_err *err)
{
    struct control_audit *audit = calloc(1, sizeof(*audit));

    if (audit == NULL)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded", "no memory for the audit log");
    (void)pthread_mutex_init(&audit->lock, NULL);
    (void)pthread_cond_init(&audit->settled, NULL);
    if (open_file(audit, path, err) != 0) {
        control_audit_drop(&audit);
        return -1;
    }
    *out = audit;
    return 0;
}

void control_audit_drop(struct control_audit **audit)
{
    if (*audit == NULL)
        return;
    remit_fd_drop(&(*audit)->fd);
    (void)pthread_cond_destroy(&(*audit)->settled);
    (void)pthread_mutex_destroy(&(*audit)->lock);
    free(*audit);
    *audit = NULL;
}

/* ---- writing ---- */

/* Takes back what a write that did not fit has left; the lock is held. */
static void take_back(struct control_audit *audit, ssize_t part)
{
    struct stat about;

    if (part <= 0)
        return;
    audit->torn = fstat(audit->fd, &about) != 0 || about.st_size < part ||
                  ftruncate(audit->fd, about.st_size - part) != 0;
}

/* One record, one system call; the lock is held. `rest` is the record behind its opening brace. */
static int append(struct control_audit *audit, struct remit_str rest, struct remit_err *err)
{
    char head[48];
    /* A torn record keeps a line of its own: the next one starts on a fresh line. */
    int len = snprintf(head, sizeof(head), "%s" SEQ_START "%llu,", audit->torn ? "\n" : "",
                       (unsigned long long)audit->seq + 1);
    struct iovec parts[2] = {
        { .iov_base = head, .iov_len = (size_t)len },
        { .iov_base = (void *)(uintptr_t)rest.ptr, .iov_len = rest.len },
    };
    ssize_t n = -1;
    int os = ENOSPC; /* of a short write */

    do
        n = writev(audit->fd, parts, 2);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        os = errno;
    if (n < 0 || (size_t)n < (size_t)len + rest.len) {
        take_back(audit, n);
        return unavailable(err, "a record was not written", os);
    }
    audit->torn = false;
    audit->seq++;
    return 0;
}

/* Waits until record `seq` is on the disk; the lock is held, but not while the disk works. */
static int sync_to(struct control_audit *audit, uint64_t seq, struct remit_err *err)
{
    while (audit->synced_seq < seq && audit->lost_seq < seq) {
        uint64_t covers = audit->seq;
        int result = 0;

        if (audit->syncing) {
            (void)pthread_cond_wait(&audit->settled, &audit->lock);
            continue;
        }
        audit->syncing = true;
        (void)pthread_mutex_unlock(&audit->lock);
        result = fdatasync(audit->fd);
        (void)pthread_mutex_lock(&audit->lock);
        audit->syncing = false;
        if (result == 0)
            audit->synced_seq = covers;
        else
            audit->lost_seq = covers;
        (void)pthread_cond_broadcast(&audit->settled);
    }
    return audit->synced_seq >= seq ? 0 : unavailable(err, "a record was not written out", EIO);
}

static int write_record(struct control_audit *audit, struct remit_str rest, bool durable,
                        struct remit_err *err)
{
    int result = 0;

    (void)pthread_mutex_lock(&audit->lock);
    result = append(audit, rest, err);
    if (result == 0 && durable)
        result = sync_to(audit, audit->seq, err);
    (void)pthread_mutex_unlock(&audit->lock);
    return result;
}

/* ---- records ---- */

static void put_head(struct control_audit_record *record)
{
    char text[REMIT_TIME_TEXT];
    int64_t at = (int64_t)record->now;

    record->w = (struct remit_jw)REMIT_JW(&record->text);
    remit_jw_object(&record->w);
    remit_jw_key(&record->w, "time");
    remit_jw_fmt(&record->w, "%.19s.%03dZ", remit_time_iso(at, text),
                 (int)((record->now - (double)at) * 1000));
    remit_jw_put_cstr(&record->w, "kind", record->kind);
    if (record->request_id != NULL)
        remit_jw_put_cstr(&record->w, "requestId", record->request_id);
}

void control_audit_begin(struct control_audit_record *record, const char *kind,
                         const char *request_id, double now)
{
    *record = (struct control_audit_record){ .kind = kind, .request_id = request_id, .now = now };
    remit_buf_init(&record->text, CONTROL_AUDIT_RECORD_MAX);
    put_head(record);
}

/* In a function of its own: the room for it is zeroed at each entry. */
__attribute__((noinline)) static void put_cut(struct remit_jw *w, struct remit_str value)
{
    char cut[CONTROL_AUDIT_VALUE_MAX];

    memcpy(cut, value.ptr, sizeof(cut) - 3);
    memcpy(cut + sizeof(cut) - 3, "...", 3);
    remit_jw_str(w, remit_str_from(cut, sizeof(cut)));
}

void control_audit_put(struct control_audit_record *record, const char *name,
                       struct remit_str value)
{
    if (value.ptr == NULL)
        return;
    if (name != NULL)
        remit_jw_key(&record->w, name);
    if (value.len > CONTROL_AUDIT_VALUE_MAX)
        put_cut(&record->w, value);
    else
        remit_jw_str(&record->w, value);
}

static void finish(struct control_audit_record *record)
{
    remit_jw_end(&record->w);
    remit_buf_put_byte(&record->text, '\n');
}

/* The code point of the UTF-8 sequence at *i, which the JSON writer has checked; moves *i on. */
static unsigned take_point(struct remit_str s, size_t *i)
{
    unsigned char first = (unsigned char)s.ptr[*i];
    unsigned n = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0 ? 1 : 0;
    unsigned point = n == 0 ? first : first & (0x3fu >> n);

    (*i)++;
    for (; n > 0 && *i < s.len; n--, (*i)++)
        point = point << 6 | ((unsigned char)s.ptr[*i] & 0x3fu);
    return point;
}

/* DEL, C1 controls, bidirectional marks and all else outside ASCII becomes \uXXXX. */
static void put_ascii(struct remit_buf *out, struct remit_str text)
{
    for (size_t i = 0; i < text.len;) {
        unsigned point = take_point(text, &i);

        if (point < 0x7f)
            remit_buf_put_byte(out, (char)point);
        else if (point < 0x10000)
            remit_buf_put_fmt(out, "\\u%04x", point);
        else
            remit_buf_put_fmt(out, "\\u%04x\\u%04x", 0xd800 + ((point - 0x10000) >> 10),
                              0xdc00 + ((point - 0x10000) & 0x3ff));
    }
}

static bool is_ascii(struct remit_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] >= 0x7f)
            return false;
    return true;
}

/* One that outgrew its maximum keeps its head: who asks by request id still finds it. */
static void shrink(struct control_audit_record *record)
{
    remit_buf_clear(&record->text);
    put_head(record);
    remit_jw_put_bool(&record->w, "tooLarge", true);
    finish(record);
}

int control_audit_commit(struct control_audit *audit, struct control_audit_record *record,
                         bool durable, struct remit_err *err)
{
    auto_buf struct remit_buf ascii = REMIT_BUF(6 * CONTROL_AUDIT_RECORD_MAX);
    struct remit_str text;

    if (audit == NULL)
        return 0;
    finish(record);
    if (!remit_buf_ok(&record->text))
        shrink(record);
    text = remit_buf_view(&record->text);
    if (!is_ascii(text)) {
        put_ascii(&ascii, text);
        TRY(remit_buf_check(&ascii, "an audit record", err));
        text = remit_buf_view(&ascii);
    }
    return write_record(audit, remit_str_sub(text, 1, text.len), durable, err);
}

void control_audit_record_drop(struct control_audit_record *record)
{
    remit_buf_drop(&record->text);
}

/* ---- events ---- */

int control_audit_event(struct control_call *call, const char *kind,
                        const struct control_audit_field *fields, size_t n_fields,
                        struct remit_err *err)
{
    auto_control_audit_record struct control_audit_record record = { 0 };

    if (call->server == NULL)
        return 0;
    control_audit_begin(&record, kind, call->request_id, call->now);
    if (call->caller.arn.len > 0)
        control_audit_put(&record, "caller", call->caller.arn);
    for (size_t i = 0; i < n_fields; i++) {
        if (fields[i].text.ptr != NULL)
            control_audit_put(&record, fields[i].name, fields[i].text);
        else if (fields[i].number != 0)
            remit_jw_put_int(&record.w, fields[i].name, fields[i].number);
    }
    return control_audit_commit(call->server->audit, &record, !call->operation->reads_only, err);
}
