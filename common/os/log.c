#include "common/os/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/base/json.h"
#include "common/os/clock.h"

#define MESSAGE_MAX 2048
/* Each byte of a message may become six ("\u001b"), and an error brings REMIT_ERR_TEXT_MAX. */
#define LINE_MAX_BYTES (6 * (MESSAGE_MAX + REMIT_ERR_TEXT_MAX) + 1024)

static const char *const level_names[] = {
    [REMIT_LOG_ERROR] = "error",
    [REMIT_LOG_WARN] = "warn",
    [REMIT_LOG_INFO] = "info",
    [REMIT_LOG_DEBUG] = "debug",
};

static const char *room_name = "remit";
static enum remit_log_level most_level = REMIT_LOG_INFO;

void remit_log_open(const char *room, enum remit_log_level most)
{
    room_name = room;
    most_level = most;
}

bool remit_log_level_parse(const char *name, enum remit_log_level *out)
{
    for (size_t i = 0; i < REMIT_COUNT(level_names); i++) {
        if (strcmp(name, level_names[i]) == 0) {
            *out = (enum remit_log_level)i;
            return true;
        }
    }
    return false;
}

static void put_time(struct remit_jw *w)
{
    char text[REMIT_TIME_TEXT];
    struct timespec now = { 0 };

    (void)clock_gettime(CLOCK_REALTIME, &now);
    remit_time_iso(now.tv_sec, text);
    remit_jw_key(w, "time");
    remit_jw_fmt(w, "%.19s.%03dZ", text, (int)(now.tv_nsec / 1000000));
}

static void put_err(struct remit_jw *w, const struct remit_err *err)
{
    remit_jw_put_cstr(w, "error", remit_err_class(err->kind)->name);
    if (err->code != NULL)
        remit_jw_put_cstr(w, "code", err->code);
    remit_jw_put_cstr(w, "text", err->text);
    if (err->os != 0)
        remit_jw_put_int(w, "errno", err->os);
}

/* One write(2) a line: lines of several threads and processes don't mix. */
static void put_line(enum remit_log_level level, const struct remit_err *err, const char *message)
{
    auto_buf struct remit_buf line = REMIT_BUF(LINE_MAX_BYTES);
    struct remit_jw w = REMIT_JW(&line);
    struct remit_str text;

    remit_jw_object(&w);
    put_time(&w);
    remit_jw_put_cstr(&w, "level", level_names[level]);
    remit_jw_put_cstr(&w, "room", room_name);
    remit_jw_put_int(&w, "pid", getpid());
    remit_jw_put_cstr(&w, "message", message);
    if (err != NULL)
        put_err(&w, err);
    remit_jw_end(&w);
    remit_buf_put_byte(&line, '\n');
    text = remit_buf_view(&line);
    if (!remit_buf_ok(&line)) /* no memory for a line: say at least that */
        text = REMIT_STR("{\"level\":\"error\",\"message\":\"a log line was lost\"}\n");
    while (write(STDERR_FILENO, text.ptr, text.len) < 0 && errno == EINTR)
        continue;
}

static void put(enum remit_log_level level, const struct remit_err *err, const char *fmt,
                va_list ap) REMIT_PRINTF(3, 0);

static void put(enum remit_log_level level, const struct remit_err *err, const char *fmt,
                va_list ap)
{
    char message[MESSAGE_MAX];
    int saved = errno;

    (void)vsnprintf(message, sizeof(message), fmt, ap);
    put_line(level, err, message);
    errno = saved;
}

void remit_log(enum remit_log_level level, const char *fmt, ...)
{
    va_list ap;

    if (level > most_level)
        return;
    va_start(ap, fmt);
    put(level, NULL, fmt, ap);
    va_end(ap);
}

void remit_log_err(enum remit_log_level level, const struct remit_err *err, const char *fmt, ...)
{
    va_list ap;

    if (level > most_level)
        return;
    va_start(ap, fmt);
    put(level, err, fmt, ap);
    va_end(ap);
}
