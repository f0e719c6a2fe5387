#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/policy/input.h"
#include "cli/policy/world.h"

#define LINES_MOST 65536 /* bytes of a file that is no policy */

static int refuse(struct remit_err *err, const char *path, const char *why)
{
    return remit_fail(err, REMIT_ERR_INVALID, "BadFolder", "%s: %s", path, why);
}

/* ---- names in a folder ---- */

static int shown(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return entry->d_name[0] != '.' && entry->d_name[len - 1] != '~' &&
           strncmp(entry->d_name, "README", 6) != 0;
}

typedef int entry_fn(void *self, const char *path, const char *name, struct remit_err *err);

static int each_path(const char *folder, struct dirent **entries, int n, entry_fn *each, void *self,
                     struct remit_err *err)
{
    for (int i = 0; i < n; i++) {
        char path[PATH_MAX];
        int len = snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);

        if (len < 0 || (size_t)len >= sizeof(path))
            return refuse(err, folder, "a path in it is too long");
        TRY(each(self, path, entries[i]->d_name, err));
    }
    return 0;
}

/* In the order of their names. */
static int each_entry(const char *folder, entry_fn *each, void *self, struct remit_err *err)
{
    struct dirent **entries = NULL;
    int n = scandir(folder, &entries, shown, alphasort);
    int result = 0;

    if (n < 0)
        return remit_fail_os(err, REMIT_ERR_NOT_FOUND, errno, "can't read the folder %s", folder);
    result = each_path(folder, entries, n, each, self, err);
    for (int i = 0; i < n; i++)
        free(entries[i]);
    free(entries);
    return result;
}

static bool is_json(const char *name)
{
    return remit_str_ends(remit_str_of(name), REMIT_STR(".json"));
}

/* ---- files ---- */

static int read_lines(const char *path, struct remit_buf *out, struct remit_err *err)
{
    TRY(cli_read_file(path, out, err));
    for (size_t i = 0; i < out->len; i++)
        if ((unsigned char)out->ptr[i] < ' ' && out->ptr[i] != '\n')
            return refuse(err, path, "holds a control character");
    return remit_buf_cstr(out) != NULL ? 0 : refuse(err, path, "is too large");
}

/* The one line of a file; empty when there is no file. */
static int read_line(const char *folder, const char *name, struct remit_buf *out,
                     struct remit_err *err)
{
    char path[PATH_MAX];
    struct stat about;

    if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, name) >= sizeof(path))
        return refuse(err, folder, "a path in it is too long");
    if (stat(path, &about) != 0)
        return 0;
    TRY(read_lines(path, out, err));
    while (out->len > 0 && (out->ptr[out->len - 1] == '\n' || out->ptr[out->len - 1] == ' '))
        out->len--;
    if (memchr(out->ptr, '\n', out->len) != NULL)
        return refuse(err, path, "has more than one line");
    return 0;
}

/* A folder of documents into one layer. */
struct documents_of {
    struct cli_documents *documents;
    enum remit_policy_type type;
};

static int take_document(void *self, const char *path, const char *name, struct remit_err *err)
{
    const struct documents_of *to = self;

    if (!is_json(name))
        return refuse(err, path, "is no .json file");
    return cli_documents_add_file(to->documents, path, to->type, err);
}

static int take_documents(const char *folder, enum remit_policy_type type,
                          struct cli_documents *documents, struct remit_err *err)
{
    struct documents_of to = { documents, type };

    return each_entry(folder, take_document, &to, err);
}

/* ---- principals ---- */

struct loading {
    struct cli_world *world;
    const char *folder;
    enum cli_principal_kind kind;
    struct cli_principal *principal;
};

static int take_groups(const struct loading *l, const char *path, struct remit_err *err)
{
    auto_buf struct remit_buf lines = REMIT_BUF(LINES_MOST);
    struct remit_str rest, name;

    TRY(read_lines(path, &lines, err));
    rest = remit_buf_view(&lines);
    while (rest.len > 0) {
        char folder[PATH_MAX];

        (void)remit_str_cut(&rest, '\n', &name);
        name = remit_str_trim(name);
        if (name.len == 0)
            continue;
        if (remit_str_find(name, '/') != name.len)
            return refuse(err, path, "a group's name holds no /");
        if ((size_t)snprintf(folder, sizeof(folder), "%s/groups/" REMIT_STR_FMT "/policies",
                             l->folder, REMIT_STR_ARG(name)) >= sizeof(folder))
            return refuse(err, path, "a path in it is too long");
        TRY(take_documents(folder, REMIT_POLICY_IDENTITY,
                           &l->principal->own.layers[REMIT_LAYER_IDENTITY], err));
    }
    return 0;
}

static int take_of_principal(void *self, const char *path, const char *name, struct remit_err *err)
{
    const struct loading *l = self;
    struct cli_principal *p = l->principal;

    if (strcmp(name, "policies") == 0)
        return take_documents(path, REMIT_POLICY_IDENTITY, &p->own.layers[REMIT_LAYER_IDENTITY],
                              err);
    if (strcmp(name, "boundary.json") == 0)
        return cli_documents_add_file(&p->own.layers[REMIT_LAYER_BOUNDARY], path,
                                      REMIT_POLICY_BOUNDARY, err);
    if (strcmp(name, "trust.json") == 0 && p->kind == CLI_ROLE)
        return cli_documents_add_file(&p->trust, path, REMIT_POLICY_TRUST, err);
    if (strcmp(name, "groups") == 0 && p->kind == CLI_USER)
        return take_groups(l, path, err);
    if (strcmp(name, "arn") == 0)
        return 0;
    return refuse(err, path,
                  p->kind == CLI_ROLE
                      ? "a role has arn, trust.json, boundary.json and policies/, no other"
                      : "a user has arn, groups, boundary.json and policies/, no other");
}

static int take_principal(void *self, const char *path, const char *name, struct remit_err *err)
{
    auto_buf struct remit_buf arn = REMIT_BUF(4096);
    struct loading *l = self;
    const char *kind = cli_principal_kind_name(l->kind);
    struct remit_arn parts;

    TRY(read_line(path, "arn", &arn, err));
    if (arn.len == 0)
        remit_buf_put_fmt(&arn, "arn:aws:iam::%s:%s/%s", l->world->account, kind, name);
    if (!remit_arn_parse(remit_buf_view(&arn), &parts) ||
        !remit_str_starts(parts.resource, remit_str_of(kind)) ||
        !remit_str_equal(parts.account, remit_str_of(l->world->account)))
        return remit_fail(err, REMIT_ERR_INVALID, "BadFolder",
                          "%s/arn: is %.200s, wanted arn:aws:iam::%s:%s/...", path,
                          remit_buf_cstr(&arn), l->world->account, kind);
    TRY(cli_world_add_principal(l->world, l->kind, remit_buf_cstr(&arn), name, &l->principal, err));
    TRY(each_entry(path, take_of_principal, l, err));
    return cli_policies_seal(&l->principal->own, err);
}

/* ---- resources and levels ---- */

static int take_of_resource(void *self, const char *path, const char *name, struct remit_err *err)
{
    auto_buf struct remit_buf lines = REMIT_BUF(LINES_MOST);
    struct cli_resource *resource = self;

    if (strcmp(name, "policy.json") == 0)
        return cli_documents_add_file(&resource->policy, path, REMIT_POLICY_RESOURCE, err);
    if (strcmp(name, "arn") != 0)
        return refuse(err, path, "a resource has arn and policy.json, no other");
    TRY(read_lines(path, &lines, err));
    resource->arns = strdup(remit_buf_cstr(&lines));
    return resource->arns != NULL ? 0 : refuse(err, path, "no memory");
}

static int take_resource(void *self, const char *path, const char *name, struct remit_err *err)
{
    const struct loading *l = self;
    struct cli_resource *resource = NULL;

    (void)name;
    TRY(cli_world_add_resource(l->world, &resource, err));
    TRY(each_entry(path, take_of_resource, resource, err));
    return resource->arns != NULL ? 0 : refuse(err, path, "has no file arn");
}

/* A level is a file or a folder of files. */
static int take_level(struct cli_policies *limits, size_t which, const char *path, const char *name,
                      struct remit_err *err)
{
    enum remit_policy_type type = which == 0 ? REMIT_POLICY_SCP : REMIT_POLICY_RCP;
    struct cli_documents *level = NULL;

    if (limits->n_levels[which] == CLI_LEVELS_MOST)
        return remit_fail(err, REMIT_ERR_LIMIT, "BadFolder", "%s: more than %d levels", path,
                          CLI_LEVELS_MOST);
    level = &limits->levels[which][limits->n_levels[which]++];
    return is_json(name) ? cli_documents_add_file(level, path, type, err)
                         : take_documents(path, type, level, err);
}

static int take_scps(void *self, const char *path, const char *name, struct remit_err *err)
{
    const struct loading *l = self;

    return take_level(&l->world->limits, 0, path, name, err);
}

static int take_rcps(void *self, const char *path, const char *name, struct remit_err *err)
{
    const struct loading *l = self;

    return take_level(&l->world->limits, 1, path, name, err);
}

/* ---- the whole ---- */

static int take_nothing(void *self, const char *path, const char *name, struct remit_err *err)
{
    (void)self;
    (void)path;
    (void)name;
    (void)err;
    return 0;
}

static const struct part {
    const char *name;
    entry_fn *each;
    enum cli_principal_kind kind;
} parts[] = {
    { "groups", take_nothing, CLI_USER },     { "rcps", take_rcps, CLI_ROLE },
    { "resources", take_resource, CLI_ROLE }, { "roles", take_principal, CLI_ROLE },
    { "scps", take_scps, CLI_ROLE },          { "users", take_principal, CLI_USER },
};

static int take_part(void *self, const char *path, const char *name, struct remit_err *err)
{
    struct loading *l = self;

    /* lint reads the second: one folder serves both */
    if (strcmp(name, "account") == 0 || strcmp(name, "task-definitions") == 0)
        return 0;
    for (size_t i = 0; i < REMIT_COUNT(parts); i++)
        if (strcmp(name, parts[i].name) == 0) {
            l->kind = parts[i].kind;
            return each_entry(path, parts[i].each, l, err);
        }
    return refuse(err, path, "is none of account, roles, users, groups, resources, scps, rcps");
}

static int read_account(const char *folder, const char *account, struct cli_world *out,
                        struct remit_err *err)
{
    auto_buf struct remit_buf line = REMIT_BUF(LINES_MOST);
    unsigned long long number = 0;

    if (account != NULL)
        remit_buf_put_cstr(&line, account);
    else
        TRY(read_line(folder, "account", &line, err));
    if (line.len == 0)
        return remit_fail(err, REMIT_ERR_INVALID, "BadFolder",
                          "no --account, and no file %s/account that says it", folder);
    if (line.len != 12 || !remit_str_to_u64(remit_buf_view(&line), 999999999999u, &number))
        return remit_fail(err, REMIT_ERR_INVALID, "BadFolder",
                          "the account is '%.64s', wanted 12 digits", remit_buf_cstr(&line));
    memcpy(out->account, line.ptr, 12);
    return 0;
}

int cli_world_from_folder(const char *folder, const char *account, struct cli_world *out,
                          struct remit_err *err)
{
    struct loading l = { .world = out, .folder = folder };

    TRY(read_account(folder, account, out, err));
    TRY(each_entry(folder, take_part, &l, err));
    return cli_policies_seal(&out->limits, err);
}
