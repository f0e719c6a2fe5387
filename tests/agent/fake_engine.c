#include "tests/agent/fake_engine.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define TEXT_MAX ((size_t)1024 * 1024)

static struct {
    char folder[64];
    char path[96];
    int listener;
    const char *const *names;
    size_t n;
    char *heard;
    size_t heard_len;
} engine;

static char *read_exchange(const char *name, size_t *len)
{
    char path[4096];
    char *text = malloc(TEXT_MAX);
    FILE *file = NULL;

    (void)snprintf(path, sizeof(path), "%s/%s.http", EXCHANGES, name);
    file = fopen(path, "re");
    cr_assert(file != NULL && text != NULL, "%s", path);
    *len = fread(text, 1, TEXT_MAX - 1, file);
    text[*len] = '\0';
    fclose(file);
    return text;
}

/* One request into engine.heard; its length, 0 at the end of the connection. */
static size_t hear(int sock)
{
    size_t from = engine.heard_len;
    size_t want = 0;

    for (;;) {
        char *request = engine.heard + from;
        char *body = NULL;
        ssize_t n = read(sock, engine.heard + engine.heard_len, TEXT_MAX - 1 - engine.heard_len);

        if (n <= 0)
            return 0;
        engine.heard_len += (size_t)n;
        engine.heard[engine.heard_len] = '\0';
        body = strstr(request, "\r\n\r\n");
        if (body == NULL)
            continue;
        if (want == 0) {
            const char *length = strstr(request, "Content-Length: ");

            want = (size_t)(body - request) + 4 +
                   (length != NULL ? strtoul(length + 16, NULL, 10) : 0);
        }
        if (engine.heard_len - from >= want)
            return want;
    }
}

static void answer(int sock, const char *request, const char *name)
{
    static const char wrong[] = "HTTP/1.1 599 Not Recorded\r\nContent-Length: 0\r\n\r\n";
    size_t len = 0;
    char *text = read_exchange(name, &len);
    char *reply = strstr(text, "\n\n");
    size_t line = strcspn(text, "\n");

    cr_assert(reply != NULL);
    if (strncmp(text, request, line) != 0 || request[line] != ' ')
        (void)!write(sock, wrong, sizeof(wrong) - 1);
    else
        (void)!write(sock, reply + 2, len - (size_t)(reply + 2 - text));
    free(text);
}

static void *play(void *self)
{
    size_t at = 0;

    (void)self;
    while (at < engine.n) {
        int sock = accept(engine.listener, NULL, NULL);

        if (sock < 0)
            break;
        while (at < engine.n) {
            size_t from = engine.heard_len;

            if (hear(sock) == 0)
                break;
            answer(sock, engine.heard + from, engine.names[at++]);
            if (strncmp(engine.names[at - 1], "events", 6) == 0)
                break; /* its stream ends with the connection */
        }
        close(sock);
    }
    return NULL;
}

static void take_away(void)
{
    (void)unlink(engine.path);
    (void)rmdir(engine.folder);
}

const char *fake_engine_play(const char *const *names, size_t n)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    pthread_t thread;

    if (engine.folder[0] != '\0') /* the one before in this test has been heard */
        take_away();
    (void)snprintf(engine.folder, sizeof(engine.folder), "/tmp/remit-engine.XXXXXX");
    cr_assert(mkdtemp(engine.folder) != NULL);
    (void)snprintf(engine.path, sizeof(engine.path), "%s/sock", engine.folder);
    (void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", engine.path);
    engine.names = names;
    engine.n = n;
    engine.heard = calloc(1, TEXT_MAX);
    engine.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert(bind(engine.listener, (struct sockaddr *)&at, sizeof(at)) == 0);
    cr_assert(listen(engine.listener, 8) == 0);
    cr_assert(atexit(take_away) == 0);
    cr_assert(pthread_create(&thread, NULL, play, NULL) == 0);
    return engine.path;
}

const char *fake_engine_heard(void)
{
    return engine.heard;
}
