#include "cli/policy/input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int cli_open_input(const char *path, int *out, struct remit_err *err)
{
    if (strcmp(path, "-") == 0)
        *out = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
    else
        *out = open(path, O_RDONLY | O_CLOEXEC);
    if (*out >= 0)
        return 0;
    return remit_fail_os(err, REMIT_ERR_NOT_FOUND, errno, "can't open %s", path);
}

int cli_read_all(int fd, struct remit_buf *out, struct remit_err *err)
{
    char bytes[65536];
    ssize_t n = 0;

    for (;;) {
        n = read(fd, bytes, sizeof(bytes));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return remit_fail_os(err, REMIT_ERR_UNAVAILABLE, errno, "can't be read");
        if (n == 0)
            return 0;
        remit_buf_put(out, remit_str_from(bytes, (size_t)n));
        if (!remit_buf_ok(out))
            return remit_fail(err, REMIT_ERR_LIMIT, "TooLarge", "is larger than %zu bytes",
                              out->max);
    }
}
