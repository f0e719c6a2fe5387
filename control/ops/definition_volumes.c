/* Volumes and who mounts them. [ecs-control 8.2] */
#include "control/ops/definition_rules.h"

static const struct remit_json *volume_of(const struct remit_json *def, struct remit_str name)
{
    const struct remit_json *list = remit_json_get(def, "volumes");

    for (size_t i = 0; i < remit_json_count(list); i++)
        if (remit_str_equal(ecs_text(remit_json_at(list, i), "name"), name))
            return remit_json_at(list, i);
    return NULL;
}

static bool mounted(const struct remit_json *def, struct remit_str name)
{
    const struct remit_json *containers = rule_containers(def);

    for (size_t i = 0; i < remit_json_count(containers); i++) {
        const struct remit_json *mounts =
            remit_json_get(remit_json_at(containers, i), "mountPoints");

        for (size_t j = 0; j < remit_json_count(mounts); j++)
            if (remit_str_equal(ecs_text(remit_json_at(mounts, j), "sourceVolume"), name))
                return true;
    }
    return false;
}

static int check_efs(const struct remit_json *efs, struct remit_err *err)
{
    const struct remit_json *authorization = remit_json_get(efs, "authorizationConfig");
    struct remit_str root = ecs_text(efs, "rootDirectory");
    bool encrypted = ecs_is(efs, "transitEncryption", "ENABLED");

    if (ecs_text(authorization, "accessPointId").len > 0 && root.len > 0 &&
        !remit_str_equal(root, REMIT_STR("/")))
        return rule_broken(err, "Invalid 'efsVolumeConfiguration': rootDirectory must be omitted "
                                "or set to / when an access point is specified.");
    if (ecs_is(authorization, "iam", "ENABLED") && !encrypted)
        return rule_broken(err, "Invalid 'efsVolumeConfiguration': transitEncryption must be "
                                "ENABLED when iam is ENABLED.");
    if (ecs_there(efs, "transitEncryptionPort") && !encrypted)
        return rule_broken(err, "Invalid 'efsVolumeConfiguration': transitEncryption must be "
                                "ENABLED when transitEncryptionPort is specified.");
    return 0;
}

/* How many of the ways to say where the data lives a volume uses. */
static int kinds(const struct remit_json *volume)
{
    return ecs_there(volume, "host") + ecs_there(volume, "dockerVolumeConfiguration") +
           ecs_there(volume, "efsVolumeConfiguration") +
           ecs_there(volume, "s3filesVolumeConfiguration") +
           ecs_there(volume, "fsxWindowsFileServerVolumeConfiguration") +
           remit_json_true(remit_json_get(volume, "configuredAtLaunch"));
}

static int check_volume(const struct remit_json *def, const struct remit_json *volume,
                        struct remit_err *err)
{
    struct remit_str name = ecs_text(volume, "name");
    const struct remit_json *docker = remit_json_get(volume, "dockerVolumeConfiguration");
    bool later = remit_json_true(remit_json_get(volume, "configuredAtLaunch"));

    if (name.len == 0 || !control_pattern_ecs_name.fits(name))
        return rule_broken(err, "Volume name should not be empty and must be of letters, digits, "
                                "hyphens and underscores.");
    if (volume_of(def, name) != volume)
        return rule_broken(err, "Volume names must be unique: '" REMIT_STR_FMT "'",
                           REMIT_STR_ARG(name));
    if (kinds(volume) > 1)
        return rule_broken(err, "Volume '" REMIT_STR_FMT "' must have only one configuration.",
                           REMIT_STR_ARG(name));
    if (ecs_there(docker, "autoprovision") && !ecs_is(docker, "scope", "shared"))
        return rule_broken(
            err, "Volume '" REMIT_STR_FMT "': autoprovision is only supported with scope shared.",
            REMIT_STR_ARG(name));
    if (later && !mounted(def, name))
        return rule_broken(
            err, "Volumes [" REMIT_STR_FMT "] are not referenced by any of the containers",
            REMIT_STR_ARG(name));
    return check_efs(remit_json_get(volume, "efsVolumeConfiguration"), err);
}

int rule_volumes(const struct remit_json *def, struct remit_err *err)
{
    const struct remit_json *list = remit_json_get(def, "volumes");
    unsigned later = 0;

    for (size_t i = 0; i < remit_json_count(list); i++) {
        const struct remit_json *volume = remit_json_at(list, i);

        TRY(check_volume(def, volume, err));
        later += remit_json_true(remit_json_get(volume, "configuredAtLaunch"));
    }
    return later <= 1 ? 0
                      : rule_broken(err, "Only one volume can be configuredAtLaunch in a task "
                                         "definition.");
}

int rule_mounts(const struct remit_json *def, const struct remit_json *container,
                struct remit_err *err)
{
    const struct remit_json *list = remit_json_get(container, "mountPoints");

    for (size_t i = 0; i < remit_json_count(list); i++) {
        struct remit_str source = ecs_text(remit_json_at(list, i), "sourceVolume");
        struct remit_str path = ecs_text(remit_json_at(list, i), "containerPath");

        if (volume_of(def, source) == NULL)
            return rule_broken(err, "Unknown volume '" REMIT_STR_FMT "'.", REMIT_STR_ARG(source));
        if (path.len == 0 || path.ptr[0] != '/')
            return rule_broken(err,
                               "Invalid 'containerPath' setting for container '" REMIT_STR_FMT
                               "': must be an absolute path.",
                               REMIT_STR_ARG(ecs_text(container, "name")));
    }
    return 0;
}

int rule_volumes_from(const struct remit_json *def, const struct remit_json *container,
                      struct remit_err *err)
{
    const struct remit_json *list = remit_json_get(container, "volumesFrom");

    for (size_t i = 0; i < remit_json_count(list); i++) {
        struct remit_str source = ecs_text(remit_json_at(list, i), "sourceContainer");

        if (ecs_container_of(def, source) == NULL ||
            remit_str_equal(source, ecs_text(container, "name")))
            return rule_broken(
                err, "Invalid 'volumesFrom' setting. Unknown container: '" REMIT_STR_FMT "'",
                REMIT_STR_ARG(source));
    }
    return 0;
}
