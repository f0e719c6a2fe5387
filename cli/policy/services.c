#include "cli/policy/services.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#include "common/base/buf.h"
#include "common/os/file.h"
#include "policies/services.h"

#define FILES_MOST 2048
#define PATH_MOST  4096

static int add_file(struct remit_services *services, const char *folder, const char *name,
                    struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(REMIT_SERVICE_TEXT_MAX);
    char path[PATH_MOST];
    int len = snprintf(path, sizeof(path), "%s/%s", folder, name);

    if (len >= (int)sizeof(path))
        return remit_fail(err, REMIT_ERR_INVALID, "BadOption", "--services %.100s: too long a path",
                          folder);
    TRY(remit_file_read(path, &text, err));
    if (remit_services_add(services, remit_buf_view(&text), err) != 0)
        return remit_err_prefix(err, "%s: ", path);
    return 0;
}

static int add_all(struct remit_services *services, const char *folder, DIR *dir,
                   struct remit_err *err)
{
    size_t n = 0;

    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        if (!remit_str_ends(remit_str_of(entry->d_name), REMIT_STR(".json")))
            continue;
        if (++n > FILES_MOST)
            return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded",
                              "%s: over %d service descriptions", folder, FILES_MOST);
        TRY(add_file(services, folder, entry->d_name, err));
    }
    return 0;
}

static int add_folder(struct remit_services *services, const char *folder, struct remit_err *err)
{
    DIR *dir = opendir(folder);
    int result = 0;

    if (dir == NULL)
        return remit_fail_os(err, REMIT_ERR_NOT_FOUND, errno, "--services %.200s", folder);
    result = add_all(services, folder, dir, err);
    (void)closedir(dir);
    return result;
}

int cli_services_load(const char *folder, struct remit_services **out, struct remit_err *err)
{
    auto_services struct remit_services *services = NULL;

    TRY(remit_services_new(&services, err));
    for (size_t i = 0; i < policies_service_count; i++)
        TRY(remit_services_add(
            services, remit_str_from(policies_service[i].document, policies_service[i].len), err));
    if (folder != NULL)
        TRY(add_folder(services, folder, err));
    *out = services;
    services = NULL;
    return 0;
}
