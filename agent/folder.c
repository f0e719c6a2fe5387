#include "agent/folder.h"

#include <dirent.h>
#include <errno.h>
#include <unistd.h>

static void dir_drop(DIR **dir)
{
    if (*dir != NULL)
        (void)closedir(*dir);
}

int agent_folder_each(const char *path, void (*each)(void *self, struct remit_str name), void *self,
                      struct remit_err *err)
{
    REMIT_AUTO(dir_drop) DIR *dir = opendir(path);
    const struct dirent *entry = NULL;

    if (dir == NULL && errno == ENOENT)
        return 0;
    if (dir == NULL)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "opening %s", path);
    while ((entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.')
            each(self, remit_str_of(entry->d_name));
    return 0;
}

int agent_folder_remove(const char *path, struct remit_err *err)
{
    REMIT_AUTO(dir_drop) DIR *dir = opendir(path);
    const struct dirent *entry = NULL;

    if (dir == NULL && errno == ENOENT)
        return 0;
    if (dir == NULL)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "opening %s", path);
    while ((entry = readdir(dir)) != NULL)
        (void)unlinkat(dirfd(dir), entry->d_name, 0);
    if (rmdir(path) != 0 && errno != ENOENT)
        return remit_fail_os(err, REMIT_ERR_INTERNAL, errno, "removing %s", path);
    return 0;
}
