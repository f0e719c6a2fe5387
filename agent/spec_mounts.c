#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/spec.h"
#include "agent/state.h"
#include "common/os/file.h"

#define VOLUME_NAME_MAX 255
#define HOST_PATH_MAX   4096

/* ---- paths of the host --------------------------------------------------------------------- */

/* Whether one of the two is the other, or lies below it. */
static bool overlap(struct remit_str a, struct remit_str b)
{
    struct remit_str shorter = a.len < b.len ? a : b;
    struct remit_str longer = a.len < b.len ? b : a;

    if (shorter.len == 1) /* "/" */
        return true;
    return remit_str_starts(longer, shorter) &&
           (longer.len == shorter.len || longer.ptr[shorter.len] == '/');
}

/* Kernel interfaces that show other processes, or change the machine. */
static const char *const closed[] = { "/proc", "/sys", "/dev", "/boot" };

static int refuse_path(struct remit_str path, const char *why, struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_DENIED, "InvalidVolumeError", "host path '%.*s': %s",
                      (int)(path.len < 200 ? path.len : 200), path.ptr, why);
}

static void real_drop(char **text)
{
    free(*text);
}

/* A path of ours that does not exist yet is compared as it is written. */
static bool leads_to(struct remit_str path, const char *ours)
{
    REMIT_AUTO(real_drop) char *real = ours != NULL ? realpath(ours, NULL) : NULL;

    if (ours == NULL)
        return false;
    return overlap(path, remit_str_of(real != NULL ? real : ours));
}

static bool is_ours(const struct agent *agent, struct remit_str path)
{
    return leads_to(path, agent->config.state_dir) || leads_to(path, agent->config.metadata_dir) ||
           leads_to(path, agent->config.engine_socket) ||
           leads_to(path, agent->config.join_token_file) || leads_to(path, agent->config.protect) ||
           leads_to(path, "/var/run/docker.sock") || leads_to(path, "/run/containerd");
}

static bool has_dots(struct remit_str path)
{
    struct remit_str rest = path;
    struct remit_str part;
    bool more = true;

    while (more) {
        more = remit_str_cut(&rest, '/', &part);
        if (remit_str_equal(part, REMIT_STR("..")))
            return true;
    }
    return false;
}

int agent_spec_host_path(const struct agent *agent, struct remit_str path, struct remit_buf *out,
                         struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(HOST_PATH_MAX);
    REMIT_AUTO(real_drop) char *real = NULL;
    struct remit_str found;

    remit_buf_put(&text, path);
    if (path.len == 0 || path.ptr[0] != '/' || has_dots(path) || remit_buf_cstr(&text) == NULL ||
        strlen(remit_buf_cstr(&text)) != path.len)
        return refuse_path(path, "it is not absolute, or has '..' in it", err);
    for (size_t i = 0; i < REMIT_COUNT(closed); i++)
        if (overlap(path, remit_str_of(closed[i])))
            return refuse_path(path, "it shows the machine itself", err);
    if (is_ours(agent, path))
        return refuse_path(path, "it leads to the agent or to the Engine", err);
    /* As Docker does for a folder that is missing. */
    if (access(remit_buf_cstr(&text), F_OK) != 0)
        TRY(remit_file_mkdir(remit_buf_cstr(&text), 0755, err));
    real = realpath(remit_buf_cstr(&text), NULL);
    if (real == NULL)
        return remit_fail_os(err, REMIT_ERR_INVALID, errno, "host path %s", remit_buf_cstr(&text));
    found = remit_str_of(real);
    for (size_t i = 0; i < REMIT_COUNT(closed); i++)
        if (overlap(found, remit_str_of(closed[i])))
            return refuse_path(path, "it leads to the machine itself", err);
    if (is_ours(agent, found))
        return refuse_path(path, "it leads to the agent or to the Engine", err);
    remit_buf_clear(out);
    remit_buf_put(out, found);
    return remit_buf_check(out, "a host path", err);
}

/* ---- volumes of a task definition ---------------------------------------------------------- */

static const struct remit_json *volume_at(const struct agent_task *task, size_t which)
{
    return remit_json_at(remit_json_get(task->definition, "volumes"), which);
}

static struct remit_str volume_name(const struct remit_json *volume)
{
    return remit_json_str(remit_json_get(volume, "name"));
}

static const struct remit_json *volume_find(const struct agent_task *task, struct remit_str name,
                                            size_t *which)
{
    size_t n = remit_json_count(remit_json_get(task->definition, "volumes"));

    for (*which = 0; *which < n; (*which)++)
        if (remit_str_equal(volume_name(volume_at(task, *which)), name))
            return volume_at(task, *which);
    return NULL;
}

/* The Engine wants a letter or a digit first. */
static bool is_word(struct remit_str s)
{
    return agent_is_name(s, VOLUME_NAME_MAX) && s.ptr[0] != '-' && s.ptr[0] != '_';
}

static bool is_shared(const struct remit_json *volume)
{
    const struct remit_json *docker = remit_json_get(volume, "dockerVolumeConfiguration");

    return remit_str_equal(remit_json_str(remit_json_get(docker, "scope")), REMIT_STR("shared"));
}

static struct remit_str host_path(const struct remit_json *volume)
{
    return remit_json_str(remit_json_get(remit_json_get(volume, "host"), "sourcePath"));
}

static int refuse_volume(const struct remit_json *volume, const char *why, struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidVolumeError", "volume '%.*s': %s",
                      (int)(volume_name(volume).len < 64 ? volume_name(volume).len : 64),
                      volume_name(volume).ptr, why);
}

static int check_volume(const struct remit_json *volume, struct remit_err *err)
{
    static const char *const others[] = { "efsVolumeConfiguration", "s3filesVolumeConfiguration",
                                          "fsxWindowsFileServerVolumeConfiguration" };
    const struct remit_json *docker = remit_json_get(volume, "dockerVolumeConfiguration");
    struct remit_str driver = remit_json_str(remit_json_get(docker, "driver"));

    if (!is_word(volume_name(volume)))
        return refuse_volume(volume, "its name is not letters, digits, '-' and '_'", err);
    for (size_t i = 0; i < REMIT_COUNT(others); i++)
        if (remit_json_get(volume, others[i]) != NULL)
            return refuse_volume(volume, "this agent has host and Docker volumes only", err);
    if (remit_json_true(remit_json_get(volume, "configuredAtLaunch")))
        return refuse_volume(volume, "this agent attaches no volume at launch", err);
    if (driver.len > 0 && !remit_str_equal(driver, REMIT_STR("local")))
        return refuse_volume(volume, "this agent has the driver 'local' only", err);
    /* Options of that driver are a mount(2) by the host's root: any path, any device. */
    if (remit_json_count(remit_json_get(docker, "driverOpts")) > 0)
        return refuse_volume(volume, "driver options may mount anything of the host", err);
    return 0;
}

/* The volume's name in the Engine. */
static const char *engine_volume(const struct agent_task *task, const struct remit_json *volume,
                                 struct remit_buf *out)
{
    if (!is_shared(volume))
        return agent_task_volume_name(task, volume_name(volume), out);
    remit_buf_clear(out);
    remit_buf_put(out, volume_name(volume));
    return remit_buf_cstr(out);
}

const char *agent_spec_own_volume(const struct agent_task *task, size_t which,
                                  struct remit_buf *out)
{
    const struct remit_json *volume = volume_at(task, which);

    if (!is_word(volume_name(volume)) || host_path(volume).len > 0 || is_shared(volume))
        return NULL;
    return engine_volume(task, volume, out);
}

static void put_label(struct remit_jw *w, struct remit_str key, const struct remit_json *value)
{
    remit_jw_key_str(w, key);
    remit_jw_str(w, remit_json_str(value));
}

static void put_volume_labels(const struct agent_task *task, const struct remit_json *volume,
                              struct remit_jw *w)
{
    const struct remit_json *docker = remit_json_get(volume, "dockerVolumeConfiguration");
    const struct remit_json *labels = remit_json_get(docker, "labels");

    remit_jw_key(w, "Labels");
    remit_jw_object(w);
    for (void *m = remit_json_first(labels); m != NULL; m = remit_json_next(labels, m))
        if (!remit_str_starts(remit_json_key(m), REMIT_STR("com.remit.")))
            put_label(w, remit_json_key(m), remit_json_value(m));
    if (!is_shared(volume)) {
        remit_jw_put_cstr(w, AGENT_LABEL_OWNER, task->agent->config.state_dir);
        remit_jw_put_str(w, AGENT_LABEL_TASK, task->arn);
    }
    remit_jw_end(w);
}

int agent_spec_volume(const struct agent_task *task, size_t which, bool *needed,
                      struct remit_buf *out, struct remit_err *err)
{
    const struct remit_json *volume = volume_at(task, which);
    auto_buf struct remit_buf name = REMIT_BUF(HOST_PATH_MAX);
    struct remit_jw w = REMIT_JW(out);

    TRY(check_volume(volume, err));
    *needed = host_path(volume).len == 0;
    if (!*needed)
        return 0;
    remit_buf_clear(out);
    remit_jw_object(&w);
    remit_jw_put_cstr(&w, "Name", engine_volume(task, volume, &name));
    remit_jw_put_cstr(&w, "Driver", "local");
    put_volume_labels(task, volume, &w);
    remit_jw_end(&w);
    return remit_buf_check(out, "a volume's description", err);
}

/* ---- mounts of a container ----------------------------------------------------------------- */

static void put_mount(struct remit_jw *w, const char *type, struct remit_str source,
                      struct remit_str target, bool read_only)
{
    remit_jw_object(w);
    remit_jw_put_cstr(w, "Type", type);
    remit_jw_put_str(w, "Source", source);
    remit_jw_put_str(w, "Target", target);
    remit_jw_put_bool(w, "ReadOnly", read_only);
    remit_jw_end(w);
}

static int put_point(const struct agent_task *task, const struct remit_json *point,
                     struct remit_jw *w, struct remit_err *err)
{
    struct remit_str name = remit_json_str(remit_json_get(point, "sourceVolume"));
    struct remit_str target = remit_json_str(remit_json_get(point, "containerPath"));
    bool read_only = remit_json_true(remit_json_get(point, "readOnly"));
    auto_buf struct remit_buf source = REMIT_BUF(HOST_PATH_MAX);
    const struct remit_json *volume = NULL;
    size_t which = 0;

    volume = volume_find(task, name, &which);
    if (volume == NULL)
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidVolumeError",
                          "Unknown volume '" REMIT_STR_FMT "'.", REMIT_STR_ARG(name));
    TRY(check_volume(volume, err));
    if (host_path(volume).len > 0) {
        TRY(agent_spec_host_path(task->agent, host_path(volume), &source, err));
        put_mount(w, "bind", remit_buf_view(&source), target, read_only);
    } else {
        put_mount(w, "volume", remit_str_of(engine_volume(task, volume, &source)), target,
                  read_only);
    }
    return 0;
}

/* The second proof, where SDKs look for it; it can't be changed from inside. */
static void put_token(const struct agent_task *task, size_t which, struct remit_jw *w)
{
    auto_buf struct remit_buf path = REMIT_BUF(AGENT_PATH_MAX);

    if (agent_task_has_role(task))
        put_mount(w, "bind", remit_str_of(agent_state_token_path(task, which, &path)),
                  REMIT_STR(AGENT_TOKEN_PATH), true);
}

int agent_spec_mounts(const struct agent_task *task, size_t which, struct remit_jw *w,
                      struct remit_err *err)
{
    const struct remit_json *points =
        remit_json_get(task->containers[which].definition, "mountPoints");

    remit_jw_key(w, "Mounts");
    remit_jw_array(w);
    for (size_t i = 0; i < remit_json_count(points); i++)
        TRY(put_point(task, remit_json_at(points, i), w, err));
    put_token(task, which, w);
    remit_jw_end(w);
    return 0;
}
