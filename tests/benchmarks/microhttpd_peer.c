/*
 * The peer of `credentials`: libmicrohttpd alone, one thread as in a worker, answering every
 * request with the bytes of a file and doing nothing else. Prints its port; ends with its standard
 * input.
 *
 *   microhttpd_peer BODY-FILE
 */
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct MHD_Response *answer;

static enum MHD_Result serve(void *self, struct MHD_Connection *connection, const char *url,
                             const char *method, const char *version, const char *body,
                             size_t *body_len, void **state)
{
    static int seen;

    (void)self, (void)url, (void)method, (void)version, (void)body, (void)body_len;
    if (*state == NULL) { /* only the head is there: an answer now would close the connection */
        *state = &seen;
        return MHD_YES;
    }
    return MHD_queue_response(connection, MHD_HTTP_OK, answer);
}

static struct MHD_Response *load(const char *path)
{
    static char bytes[65536];
    FILE *file = fopen(path, "r");
    size_t len = file != NULL ? fread(bytes, 1, sizeof(bytes), file) : 0;
    struct MHD_Response *made = MHD_create_response_from_buffer(len, bytes, MHD_RESPMEM_PERSISTENT);

    if (file != NULL)
        (void)fclose(file);
    if (len == 0 || made == NULL ||
        MHD_add_response_header(made, "Content-Type", "application/json") != MHD_YES)
        exit(1);
    return made;
}

int main(int argc, char **argv)
{
    struct MHD_Daemon *daemon = NULL;
    char byte = 0;

    if (argc != 2)
        return 2;
    answer = load(argv[1]);
    daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, serve, NULL,
                              MHD_OPTION_CONNECTION_LIMIT, 1000u, MHD_OPTION_END);
    if (daemon == NULL)
        return 1;
    (void)printf("%u\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    (void)fflush(stdout);
    while (read(0, &byte, 1) > 0)
        continue;
    MHD_stop_daemon(daemon);
    return 0;
}
