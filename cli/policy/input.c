#include "cli/policy/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <remit/document.h>

#include "common/os/fd.h"

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

int cli_read_file(const char *path, struct remit_buf *out, struct remit_err *err)
{
    auto_fd int fd = -1;

    TRY(cli_open_input(path, &fd, err));
    return cli_read_all(fd, out, err) == 0 ? 0 : remit_err_prefix(err, "%s", path);
}

/* ---- places in errors ---- */

/* The pointer ends at a colon and a space, which may stand in a key as well. */
static bool find_place(struct remit_str document, struct remit_str text, struct remit_place *out)
{
    for (size_t i = 0; i + 1 < text.len; i++) {
        struct remit_place value = { 0 };

        if (text.ptr[i] != ':' || text.ptr[i + 1] != ' ' ||
            !remit_policy_locate(document, remit_str_sub(text, 0, i), &value, out))
            continue;
        if (out->len == 0)
            *out = value;
        return true;
    }
    return false;
}

int cli_err_of_document(struct remit_err *err, const char *path, struct remit_str document)
{
    struct remit_place place = { 0 };
    int behind = 0;

    if (sscanf(err->text, "line %zu column %zu: %n", &place.line, &place.column, &behind) == 2 &&
        behind > 0)
        memmove(err->text, err->text + behind, strlen(err->text + behind) + 1);
    else if (!find_place(document, remit_str_of(err->text), &place))
        return remit_err_prefix(err, "%s", path);
    if (strncmp(err->text, ": ", 2) == 0) /* the pointer to the whole document is empty */
        memmove(err->text, err->text + 2, strlen(err->text + 2) + 1);
    return remit_err_prefix(err, "%s:%zu:%zu", path, place.line, place.column);
}
