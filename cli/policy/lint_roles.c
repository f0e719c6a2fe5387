/* A folder of roles: which of its files are what. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/policy/lint.h"

#define PATH_MOST  4096
#define DEPTH_MOST 8

static const struct {
    const char *file;
    enum remit_lint_kind kind;
    enum remit_policy_type type;
} kinds[] = {
    { "trust.json", REMIT_LINT_TRUST, REMIT_POLICY_TRUST },
    { "boundary.json", REMIT_LINT_BOUNDARY, REMIT_POLICY_BOUNDARY },
};

static int join(char *out, const char *folder, const char *name, struct remit_err *err)
{
    if (snprintf(out, PATH_MOST, "%s/%s", folder, name) >= PATH_MOST)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded",
                          "%.100s: a path of over %d characters", folder, PATH_MOST);
    return 0;
}

/* `top` is how much of the folder's path is not the role's name. */
static int add_file(struct cli_lint_run *run, const char *folder, const char *name, size_t top,
                    struct remit_err *err)
{
    bool task = strcmp(folder + top, "task-definitions") == 0;
    char path[PATH_MOST];
    struct cli_lint_file *file = NULL;

    TRY(join(path, folder, name, err));
    TRY(cli_lint_add(run, path, REMIT_POLICY_IDENTITY, &file, err));
    file->kind = task ? REMIT_LINT_TASK_DEFINITION : REMIT_LINT_POLICY;
    file->task = task;
    if (!task)
        file->role = remit_str_from(file->name + top, strlen(folder) - top);
    for (size_t i = 0; i < REMIT_COUNT(kinds) && !task; i++)
        if (strcmp(kinds[i].file, name) == 0) {
            file->kind = kinds[i].kind;
            file->type = kinds[i].type;
        }
    return 0;
}

static bool has_trust(const char *folder)
{
    char path[PATH_MOST];
    struct stat about;

    return join(path, folder, "trust.json", NULL) == 0 && stat(path, &about) == 0;
}

static int walk(struct cli_lint_run *run, const char *folder, size_t top, unsigned depth,
                struct remit_err *err);

static int add_entry(struct cli_lint_run *run, const char *folder, const char *name, size_t top,
                     unsigned depth, struct remit_err *err)
{
    char path[PATH_MOST];
    struct stat about;
    bool wanted = strlen(folder) > top &&
                  (strcmp(folder + top, "task-definitions") == 0 || has_trust(folder));

    if (name[0] == '.')
        return 0;
    TRY(join(path, folder, name, err));
    if (lstat(path, &about) != 0)
        return remit_fail_os(err, REMIT_ERR_UNAVAILABLE, errno, "%.200s", path);
    if (S_ISDIR(about.st_mode))
        return walk(run, path, top, depth + 1, err);
    if (wanted && S_ISREG(about.st_mode) && remit_str_ends(remit_str_of(name), REMIT_STR(".json")))
        return add_file(run, folder, name, top, err);
    return 0;
}

/* In order of names, so that two runs print the same. */
static int walk(struct cli_lint_run *run, const char *folder, size_t top, unsigned depth,
                struct remit_err *err)
{
    struct dirent **entries = NULL;
    int n = 0;
    int result = 0;

    if (depth > DEPTH_MOST)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded",
                          "%.200s: folders deeper than %d levels", folder, DEPTH_MOST);
    n = scandir(folder, &entries, NULL, alphasort);
    if (n < 0)
        return remit_fail_os(err, REMIT_ERR_NOT_FOUND, errno, "%.200s", folder);
    for (int i = 0; i < n; i++) {
        if (result == 0)
            result = add_entry(run, folder, entries[i]->d_name, top, depth, err);
        free(entries[i]);
    }
    free(entries);
    return result;
}

int cli_lint_add_roles(struct cli_lint_run *run, const char *folder, struct remit_err *err)
{
    size_t before = run->n_files;

    TRY(walk(run, folder, strlen(folder) + 1, 0, err));
    if (run->n_files == before)
        return remit_fail(err, REMIT_ERR_NOT_FOUND, "NoRoles",
                          "%.200s: no role in it (a folder with a trust.json)", folder);
    return 0;
}
