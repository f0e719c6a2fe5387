/*
 * What would give a container more than its task: the host's devices, sockets, kernel or users.
 * Refused by name of the member [attacks R7], whoever asks; no operator setting opens it.
 */
#include "control/ops/definition_rules.h"

static int refused(const struct remit_json *container, const char *member, const char *why,
                   struct remit_err *err)
{
    return rule_broken(err,
                       "'%s' of container '" REMIT_STR_FMT
                       "' is refused by this endpoint: it would give the container %s.",
                       member, REMIT_STR_ARG(ecs_text(container, "name")), why);
}

/* ---- host paths ---- */

/*
 * Below these, and above them, nothing of the host is mounted: engine and agent sockets, the
 * kernel's own trees, what holds credentials. /var/run is a link to /run on today's systems.
 */
static const char *const closed_paths[] = {
    "/proc",
    "/sys",
    "/dev",
    "/run",
    "/var/run",
    "/boot",
    "/root",
    "/etc/shadow",
    "/etc/gshadow",
    "/etc/ssh",
    "/etc/sudoers",
    "/etc/sudoers.d",
    "/etc/docker",
    "/etc/remit",
    "/etc/cron.d",
    "/etc/systemd",
    "/var/lib/docker",
    "/var/lib/containerd",
    "/var/lib/remit",
    "/var/spool/cron",
};

/* `inner` is `outer` or lies below it; both without a slash at the end. */
static bool below(struct remit_str inner, struct remit_str outer)
{
    return remit_str_starts(inner, outer) &&
           (inner.len == outer.len || inner.ptr[outer.len] == '/');
}

/* Absolute, each part a name: no "..", ".", "//", so that what is compared is what is mounted. */
static bool plain_path(struct remit_str path)
{
    struct remit_str rest = path;
    struct remit_str part;
    bool more = true;

    if (path.len == 0 || path.ptr[0] != '/')
        return false;
    (void)remit_str_cut(&rest, '/', &part);
    while (more) {
        more = remit_str_cut(&rest, '/', &part);
        if (part.len == 0 || remit_str_equal(part, REMIT_STR(".")) ||
            remit_str_equal(part, REMIT_STR("..")))
            return false;
    }
    return true;
}

static int check_path(struct remit_str volume, struct remit_str path, struct remit_err *err)
{
    if (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    if (path.len == 1 && path.ptr[0] == '/')
        return rule_broken(err,
                           "The sourcePath '/' of volume '" REMIT_STR_FMT
                           "' is refused by this endpoint: it is the whole host.",
                           REMIT_STR_ARG(volume));
    if (!plain_path(path))
        return rule_broken(err,
                           "Invalid sourcePath '" REMIT_STR_FMT "' of volume '" REMIT_STR_FMT
                           "': must be an absolute path without '.', '..' and empty parts.",
                           REMIT_STR_ARG(remit_str_sub(path, 0, 128)), REMIT_STR_ARG(volume));
    for (size_t i = 0; i < REMIT_COUNT(closed_paths); i++) {
        struct remit_str closed = remit_str_of(closed_paths[i]);

        if (below(path, closed) || below(closed, path))
            return rule_broken(err,
                               "The sourcePath '" REMIT_STR_FMT "' of volume '" REMIT_STR_FMT
                               "' is refused by this endpoint: %s is not for tasks.",
                               REMIT_STR_ARG(remit_str_sub(path, 0, 128)), REMIT_STR_ARG(volume),
                               closed_paths[i]);
    }
    return 0;
}

/* The local driver's options are a mount by the host's root: any path, any device. */
static int check_docker(const struct remit_json *docker, struct remit_str volume,
                        struct remit_err *err)
{
    struct remit_str driver = ecs_text(docker, "driver");

    if (driver.len > 0 && !remit_str_equal(driver, REMIT_STR("local")))
        return rule_broken(err,
                           "The driver '" REMIT_STR_FMT "' of volume '" REMIT_STR_FMT
                           "' is not supported by this endpoint: must be local.",
                           REMIT_STR_ARG(remit_str_sub(driver, 0, 64)), REMIT_STR_ARG(volume));
    if (remit_json_count(remit_json_get(docker, "driverOpts")) > 0)
        return rule_broken(err,
                           "The driverOpts of volume '" REMIT_STR_FMT
                           "' are refused by this endpoint: they may mount anything of the host.",
                           REMIT_STR_ARG(volume));
    return 0;
}

/* The host's own programs and settings: to be read at most. */
static const char *const read_only_paths[] = {
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/opt", "/var/lib",
};

static struct remit_str source_path_of(const struct remit_json *def, struct remit_str volume)
{
    const struct remit_json *list = remit_json_get(def, "volumes");

    for (size_t i = 0; i < remit_json_count(list); i++)
        if (remit_str_equal(ecs_text(remit_json_at(list, i), "name"), volume))
            return ecs_text(remit_json_get(remit_json_at(list, i), "host"), "sourcePath");
    return REMIT_STR("");
}

int rule_host_mounts(const struct remit_json *def, const struct remit_json *container,
                     struct remit_err *err)
{
    const struct remit_json *list = remit_json_get(container, "mountPoints");

    for (size_t i = 0; i < remit_json_count(list); i++) {
        const struct remit_json *mount = remit_json_at(list, i);
        struct remit_str path = source_path_of(def, ecs_text(mount, "sourceVolume"));

        if (remit_json_true(remit_json_get(mount, "readOnly")))
            continue;
        for (size_t j = 0; j < REMIT_COUNT(read_only_paths); j++)
            if (below(path, remit_str_of(read_only_paths[j])))
                return rule_broken(err,
                                   "The mountPoint of '" REMIT_STR_FMT
                                   "' in container '" REMIT_STR_FMT
                                   "' must be readOnly: it is below %s of the host.",
                                   REMIT_STR_ARG(remit_str_sub(path, 0, 128)),
                                   REMIT_STR_ARG(ecs_text(container, "name")), read_only_paths[j]);
    }
    return 0;
}

int rule_host_volumes(const struct remit_json *def, struct remit_err *err)
{
    const struct remit_json *list = remit_json_get(def, "volumes");

    for (size_t i = 0; i < remit_json_count(list); i++) {
        const struct remit_json *volume = remit_json_at(list, i);
        const struct remit_json *host = remit_json_get(volume, "host");

        if (ecs_text(host, "sourcePath").len > 0)
            TRY(check_path(ecs_text(volume, "name"), ecs_text(host, "sourcePath"), err));
        TRY(check_docker(remit_json_get(volume, "dockerVolumeConfiguration"),
                         ecs_text(volume, "name"), err));
    }
    return 0;
}

/* ---- privileges ---- */

static int check_security_options(const struct remit_json *container, struct remit_err *err)
{
    const struct remit_json *list = remit_json_get(container, "dockerSecurityOptions");

    for (size_t i = 0; i < remit_json_count(list); i++) {
        struct remit_str option = remit_json_str(remit_json_at(list, i));

        if (!remit_str_equal(option, REMIT_STR("no-new-privileges")) &&
            !remit_str_equal(option, REMIT_STR("no-new-privileges:true")))
            return refused(container, "dockerSecurityOptions",
                           "another confinement than its own (only no-new-privileges is taken)",
                           err);
    }
    return 0;
}

int rule_privileges(const struct remit_json *def, const struct remit_json *container,
                    struct remit_err *err)
{
    const struct remit_json *linux_part = remit_json_get(container, "linuxParameters");
    const struct remit_json *added =
        remit_json_get(remit_json_get(linux_part, "capabilities"), "add");

    (void)def;
    if (remit_json_true(remit_json_get(container, "privileged")))
        return refused(container, "privileged", "the host", err);
    if (remit_json_count(added) > 0)
        return refused(container, "linuxParameters.capabilities.add",
                       "power over the host's kernel", err);
    if (remit_json_count(remit_json_get(linux_part, "devices")) > 0)
        return refused(container, "linuxParameters.devices", "the host's devices", err);
    return check_security_options(container, err);
}

int rule_host_namespaces(const struct remit_json *def, struct remit_err *err)
{
    static const char *const members[] = { "pidMode", "ipcMode" };

    for (size_t i = 0; i < REMIT_COUNT(members); i++)
        if (ecs_is(def, members[i], "host"))
            return rule_broken(err,
                               "'%s' host is refused by this endpoint: it would give the "
                               "containers the host's processes or memory.",
                               members[i]);
    return 0;
}
