/* A folder of policies, as `who-can` reads it: which of its files are what. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/policy/lint.h"
#include "common/os/file.h"

#define PATH_MOST  4096
#define DEPTH_MOST 8
#define ARN_MOST   4096

/* One way through the folder. */
struct walk {
    struct cli_lint_run *run;
    size_t top; /* how much of each path is the folder's own name, with its slash */
    struct remit_err *err;
};

static int join(char *out, const char *folder, const char *name, struct remit_err *err)
{
    if (snprintf(out, PATH_MOST, "%s/%s", folder, name) >= PATH_MOST)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded",
                          "%.100s: a path of over %d characters", folder, PATH_MOST);
    return 0;
}

static bool has_file(const char *folder, const char *name)
{
    char path[PATH_MOST];
    struct stat about;

    return join(path, folder, name, NULL) == 0 && stat(path, &about) == 0;
}

/* ---- roles ---- */

/* The folder of the role that the file belongs to, in `out`; false when it is no role's. */
static bool role_folder(const char *folder, char *out)
{
    char *slash = NULL;

    (void)snprintf(out, PATH_MOST, "%s", folder);
    if (has_file(out, "trust.json"))
        return true;
    slash = strrchr(out, '/');
    if (slash == NULL || strcmp(slash, "/policies") != 0)
        return false;
    *slash = '\0';
    return has_file(out, "trust.json");
}

/* What stands behind ":role/" in the file `arn`; false: there is no such file. */
static bool role_by_arn(const char *folder, char *out)
{
    auto_buf struct remit_buf text = REMIT_BUF(ARN_MOST);
    char path[PATH_MOST];
    struct remit_str arn;
    struct remit_arn parts;

    if (join(path, folder, "arn", NULL) != 0 || remit_file_read(path, &text, NULL) != 0)
        return false;
    arn = remit_str_trim(
        remit_str_sub(remit_buf_view(&text), 0, remit_str_find(remit_buf_view(&text), '\n')));
    if (!remit_arn_parse(arn, &parts) || !remit_str_starts(parts.resource, REMIT_STR("role/")))
        return false;
    (void)snprintf(out, PATH_MOST, REMIT_STR_FMT,
                   REMIT_STR_ARG(remit_str_sub(parts.resource, 5, parts.resource.len)));
    return true;
}

/* The role's path and name: by its ARN, or by its place. */
static void name_role(const struct walk *walk, const char *folder, char *out)
{
    const char *place = folder + (strlen(folder) < walk->top ? strlen(folder) : walk->top);

    if (role_by_arn(folder, out))
        return;
    if (strncmp(place, "roles/", 6) == 0)
        place += 6;
    (void)snprintf(out, PATH_MOST, "%s", place);
}

/* ---- what a file is by its place ---- */

static const struct place {
    const char *front; /* of its path in the folder */
    const char *file;  /* its name; NULL: any */
    enum remit_policy_type type;
    bool task;
} places[] = {
    { "task-definitions/", NULL, REMIT_POLICY_IDENTITY, true },
    { "scps/", NULL, REMIT_POLICY_SCP, false },
    { "rcps/", NULL, REMIT_POLICY_RCP, false },
    { "resources/", "policy.json", REMIT_POLICY_RESOURCE, false },
    { "users/", "boundary.json", REMIT_POLICY_BOUNDARY, false },
    { "users/", NULL, REMIT_POLICY_IDENTITY, false },
    { "groups/", NULL, REMIT_POLICY_IDENTITY, false },
};

static const struct place *place_of(const char *inside, const char *file)
{
    for (size_t i = 0; i < REMIT_COUNT(places); i++)
        if (strncmp(inside, places[i].front, strlen(places[i].front)) == 0 &&
            (places[i].file == NULL || strcmp(places[i].file, file) == 0))
            return &places[i];
    return NULL;
}

static int add_of_role(struct walk *walk, const char *path, const char *name, const char *folder)
{
    bool trust = strcmp(name, "trust.json") == 0;
    bool boundary = strcmp(name, "boundary.json") == 0;
    char role[PATH_MOST];
    struct cli_lint_file *file = NULL;

    TRY(cli_lint_add(walk->run, path,
                     trust      ? REMIT_POLICY_TRUST
                     : boundary ? REMIT_POLICY_BOUNDARY
                                : REMIT_POLICY_IDENTITY,
                     &file, walk->err));
    name_role(walk, folder, role);
    file->kind = trust ? REMIT_LINT_TRUST : boundary ? REMIT_LINT_BOUNDARY : REMIT_LINT_POLICY;
    file->role = strdup(role);
    if (file->role == NULL)
        return remit_fail(walk->err, REMIT_ERR_LIMIT, "LimitExceeded", "no memory for a role");
    return 0;
}

static int add_file(struct walk *walk, const char *folder, const char *path, const char *name)
{
    const struct place *place = place_of(path + walk->top, name);
    char role[PATH_MOST];
    struct cli_lint_file *file = NULL;

    if (place == NULL)
        return role_folder(folder, role) ? add_of_role(walk, path, name, role) : 0;
    TRY(cli_lint_add(walk->run, path, place->type, &file, walk->err));
    file->task = place->task;
    file->kind = place->task ? REMIT_LINT_TASK_DEFINITION : REMIT_LINT_POLICY;
    return 0;
}

/* ---- the walk ---- */

static int walk_folder(struct walk *walk, const char *folder, unsigned depth);

static int add_entry(struct walk *walk, const char *folder, const char *name, unsigned depth)
{
    char path[PATH_MOST];
    struct stat about;

    if (name[0] == '.')
        return 0;
    TRY(join(path, folder, name, walk->err));
    if (lstat(path, &about) != 0)
        return remit_fail_os(walk->err, REMIT_ERR_UNAVAILABLE, errno, "%.200s", path);
    if (S_ISDIR(about.st_mode))
        return walk_folder(walk, path, depth + 1);
    if (S_ISREG(about.st_mode) && remit_str_ends(remit_str_of(name), REMIT_STR(".json")))
        return add_file(walk, folder, path, name);
    return 0;
}

/* In order of names, so that two runs print the same. */
static int walk_folder(struct walk *walk, const char *folder, unsigned depth)
{
    struct dirent **entries = NULL;
    int n = 0;
    int result = 0;

    if (depth > DEPTH_MOST)
        return remit_fail(walk->err, REMIT_ERR_LIMIT, "LimitExceeded",
                          "%.200s: folders deeper than %d levels", folder, DEPTH_MOST);
    n = scandir(folder, &entries, NULL, alphasort);
    if (n < 0)
        return remit_fail_os(walk->err, REMIT_ERR_NOT_FOUND, errno, "%.200s", folder);
    for (int i = 0; i < n; i++) {
        if (result == 0)
            result = add_entry(walk, folder, entries[i]->d_name, depth);
        free(entries[i]);
    }
    free(entries);
    return result;
}

int cli_lint_add_folder(struct cli_lint_run *run, const char *folder, struct remit_err *err)
{
    struct walk walk = { .run = run, .top = strlen(folder) + 1, .err = err };
    size_t before = run->n_files;

    TRY(walk_folder(&walk, folder, 0));
    if (run->n_files == before)
        return remit_fail(err, REMIT_ERR_NOT_FOUND, "NoPolicies",
                          "%.200s: no policies in it (a role is a folder with a trust.json)",
                          folder);
    return 0;
}
