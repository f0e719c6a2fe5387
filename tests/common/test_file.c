#include "common/os/file.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/os/fd.h"
#include "tests/lib/expect.h"

static char folder[] = "/tmp/remit-file-XXXXXX";
static char path[256];

static const char *in_folder(const char *name)
{
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void make_folder(void)
{
    cr_assert(mkdtemp(folder) != NULL);
}

static int count_entries(const char *where)
{
    DIR *dir = opendir(where);
    int count = -2; /* . and .. */

    while (readdir(dir) != NULL)
        count++;
    closedir(dir);
    return count;
}

static void remove_folder(void)
{
    static const char *const names[] = { "a", "b", "sub/a", "sub/deep", "sub" };

    for (size_t i = 0; i < REMIT_COUNT(names); i++)
        if (unlink(in_folder(names[i])) != 0)
            (void)rmdir(path);
    cr_expect(eq(int, rmdir(folder), 0), "something is left in %s", folder);
}

TestSuite(file, .init = make_folder, .fini = remove_folder, .timeout = 20);

Test(file, written_is_read_with_its_mode)
{
    auto_buf struct remit_buf out = REMIT_BUF(100);
    struct stat about;

    cr_assert(remit_file_write(in_folder("a"), REMIT_STR("bytes\0and"), 0640, NULL) == 0);
    cr_assert(stat(path, &about) == 0);
    cr_expect(eq(u32, about.st_mode & 07777, 0640), "whatever the umask");
    cr_assert(remit_file_read(path, &out, NULL) == 0);
    cr_expect(remit_str_equal(remit_buf_view(&out), REMIT_STR("bytes\0and")));
    cr_assert(remit_file_write(path, REMIT_STR("new"), 0600, NULL) == 0);
    remit_buf_clear(&out);
    cr_assert(remit_file_read(path, &out, NULL) == 0);
    EXPECT_STR(remit_buf_view(&out), "new");
    cr_expect(eq(int, count_entries(folder), 1), "no temporary file stays");
}

Test(file, open_reader_keeps_the_old_bytes)
{
    char bytes[8] = "";

    cr_assert(remit_file_write(in_folder("a"), REMIT_STR("old"), 0600, NULL) == 0);
    auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
    cr_assert(remit_file_write(path, REMIT_STR("new"), 0600, NULL) == 0);
    cr_assert(read(fd, bytes, sizeof(bytes)) == 3);
    EXPECT_TEXT(bytes, "old");
}

Test(file, larger_than_the_buffer_is_an_error)
{
    auto_buf struct remit_buf out = REMIT_BUF(3);
    auto_secret struct remit_secret secret = { 0 };
    struct remit_err err = { 0 };

    cr_assert(remit_file_write(in_folder("a"), REMIT_STR("abcd"), 0600, NULL) == 0);
    cr_expect(eq(int, remit_file_read(path, &out, &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_LIMIT));
    cr_expect(remit_err_is(&err, "FileTooLarge"));
    cr_expect(eq(int, remit_file_read_secret(path, 3, &secret, &err), -1));
    cr_expect(remit_err_is(&err, "FileTooLarge"));
    cr_assert(remit_file_read_secret(path, 4, &secret, &err) == 0);
    cr_expect(remit_secret_equal(&secret, REMIT_STR("abcd")));
}

Test(file, absent_is_not_found)
{
    auto_buf struct remit_buf out = REMIT_BUF(3);
    struct remit_err err = { 0 };

    cr_expect(eq(int, remit_file_read(in_folder("a"), &out, &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_NOT_FOUND));
    cr_expect(eq(int, err.os, ENOENT));
    cr_expect(eq(int, remit_file_write(in_folder("none/a"), REMIT_STR(""), 0600, &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_NOT_FOUND));
    cr_expect(eq(int, remit_file_remove(in_folder("a"), &err), 0));
}

Test(file, link_is_not_followed)
{
    auto_buf struct remit_buf out = REMIT_BUF(100);
    struct remit_err err = { 0 };
    struct stat about;

    cr_assert(remit_file_write(in_folder("b"), REMIT_STR("target"), 0600, NULL) == 0);
    cr_assert(symlink("b", in_folder("a")) == 0);
    cr_expect(eq(int, remit_file_read(path, &out, &err), -1));
    cr_expect(eq(int, err.os, ELOOP));
    cr_assert(remit_file_write(path, REMIT_STR("mine"), 0600, NULL) == 0);
    cr_assert(lstat(path, &about) == 0);
    cr_expect(eq(u32, about.st_mode & S_IFMT, S_IFREG), "the link itself was replaced");
    cr_assert(remit_file_read(in_folder("b"), &out, NULL) == 0);
    EXPECT_STR(remit_buf_view(&out), "target");
}

Test(file, full_disk_is_unavailable_and_the_old_file_stays)
{
    auto_buf struct remit_buf out = REMIT_BUF(100);
    struct remit_err err = { 0 };
    auto_fd int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

    cr_expect(eq(int, remit_fd_write_all(full, REMIT_STR("x"), &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_UNAVAILABLE));
    cr_expect(eq(int, err.os, ENOSPC));
    cr_assert(remit_file_write(in_folder("a"), REMIT_STR("old"), 0600, NULL) == 0);
    cr_assert(mkdir(in_folder("sub"), 0700) == 0);
    cr_expect(eq(int, remit_file_write(path, REMIT_STR("new"), 0600, &err), -1),
              "a folder can't be replaced");
    cr_expect(eq(int, count_entries(folder), 2), "no temporary file stays");
    cr_assert(remit_file_read(in_folder("a"), &out, NULL) == 0);
    EXPECT_STR(remit_buf_view(&out), "old");
}

Test(file, mkdir_makes_all_and_takes_what_is_there)
{
    struct remit_err err = { 0 };

    cr_expect(eq(int, remit_file_mkdir(in_folder("sub//deep/"), 0700, &err), 0), "%s", err.text);
    cr_expect(eq(int, remit_file_mkdir(in_folder("sub/deep"), 0700, &err), 0));
    cr_assert(remit_file_write(in_folder("a"), REMIT_STR(""), 0600, NULL) == 0);
    cr_expect(eq(int, remit_file_mkdir(in_folder("a"), 0700, &err), -1));
    cr_expect(eq(int, err.os, ENOTDIR));
    cr_expect(eq(int, remit_file_mkdir("", 0700, &err), -1));
    cr_expect(remit_err_is(&err, "InvalidPath"));
}

/* [attacks A4, R6] */
Test(file, beneath_leads_nowhere_else)
{
    static const char *const out[] = { "../b", "/etc/passwd", "./../b", "link" };
    auto_fd int dir = -1;
    struct remit_err err = { 0 };
    int fd = -1;

    cr_assert(remit_file_mkdir(in_folder("sub"), 0700, &err) == 0);
    cr_assert(remit_file_write(in_folder("b"), REMIT_STR("outside"), 0600, NULL) == 0);
    dir = open(in_folder("sub"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cr_assert(symlinkat("../b", dir, "link") == 0);
    for (size_t i = 0; i < REMIT_COUNT(out); i++) {
        cr_expect(eq(int, remit_file_open_beneath(dir, out[i], O_RDONLY, 0, &fd, &err), -1), "%s",
                  out[i]);
        cr_expect(eq(int, err.kind, REMIT_ERR_DENIED), "%s: %s", out[i], err.text);
    }
    cr_assert(unlinkat(dir, "link", 0) == 0);
    cr_expect(eq(int, remit_file_open_beneath(dir, "a", O_CREAT | O_WRONLY, 0600, &fd, &err), 0));
    close(fd);
    cr_expect(eq(int, remit_file_open_beneath(dir, "none", O_RDONLY, 0, &fd, &err), -1));
    cr_expect(eq(int, err.kind, REMIT_ERR_NOT_FOUND));
}
