/* The shapes of RegisterTaskDefinition, as in the service's model; bounds of ecs-control.md 5. */
#include "control/ops/definition.h"

#define STRINGS(member, most) ECS_LIST_FIELD(member, most, &control_element_string)
#define REQUIRED_TEXT(member, most)                                                                \
    {                                                                                              \
        .name = (member), .type = CONTROL_STRING, .required = true, .max = (most)                  \
    }
#define TEXT_MAP(member, most)                                                                     \
    {                                                                                              \
        .name = (member), .type = CONTROL_MAP, .max = (most), .element = &control_element_string   \
    }
#define ANY_INT(member) ECS_INT_FIELD(member, INT32_MIN, INT32_MAX)

static const struct control_field secret_fields[] = {
    REQUIRED_TEXT("name", 4096),
    REQUIRED_TEXT("valueFrom", 2048),
};
static const struct control_field secret_element = ECS_STRUCT_ELEMENT(secret_fields);

/* ---- what stands in a container definition ---- */

static const struct control_field repository_fields[] = {
    REQUIRED_TEXT("credentialsParameter", 2048),
};

static const char *const protocols[] = { "tcp", "udp", NULL };
static const char *const app_protocols[] = { "http", "http2", "grpc", NULL };
static const struct control_field port_fields[] = {
    ANY_INT("containerPort"),
    ECS_INT_FIELD("hostPort", 0, 65535),
    ECS_ENUM_FIELD("protocol", false, protocols),
    ECS_TEXT_FIELD("name", 64),
    ECS_ENUM_FIELD("appProtocol", false, app_protocols),
    ECS_TEXT_FIELD("containerPortRange", 16),
};
static const struct control_field port_element = ECS_STRUCT_ELEMENT(port_fields);

static const struct control_field exit_code_element = ECS_INT_FIELD("", -255, 255);
static const struct control_field restart_fields[] = {
    { .name = "enabled", .type = CONTROL_BOOLEAN, .required = true },
    ECS_LIST_FIELD("ignoredExitCodes", 50, &exit_code_element),
    ECS_INT_FIELD("restartAttemptPeriod", 60, 1800),
};

static const char *const file_types[] = { "s3", NULL };
static const struct control_field file_fields[] = {
    REQUIRED_TEXT("value", 2048),
    ECS_ENUM_FIELD("type", true, file_types),
};
const struct control_field ecs_element_environment_file = ECS_STRUCT_ELEMENT(file_fields);

static const struct control_field mount_fields[] = {
    ECS_TEXT_FIELD("sourceVolume", 255),
    ECS_TEXT_FIELD("containerPath", 4096),
    ECS_FLAG_FIELD("readOnly"),
};
static const struct control_field mount_element = ECS_STRUCT_ELEMENT(mount_fields);

static const struct control_field volumes_from_fields[] = {
    ECS_TEXT_FIELD("sourceContainer", 255),
    ECS_FLAG_FIELD("readOnly"),
};
static const struct control_field volumes_from_element = ECS_STRUCT_ELEMENT(volumes_from_fields);

static const char *const device_permissions[] = { "read", "write", "mknod", NULL };
static const struct control_field permission_element =
    ECS_ENUM_FIELD("", false, device_permissions);
static const struct control_field device_fields[] = {
    REQUIRED_TEXT("hostPath", 4096),
    ECS_TEXT_FIELD("containerPath", 4096),
    ECS_LIST_FIELD("permissions", 3, &permission_element),
};
static const struct control_field device_element = ECS_STRUCT_ELEMENT(device_fields);
static const struct control_field tmpfs_fields[] = {
    REQUIRED_TEXT("containerPath", 4096),
    { .name = "size", .type = CONTROL_INTEGER, .required = true, .min = 1, .max = INT32_MAX },
    STRINGS("mountOptions", 64),
};
static const struct control_field tmpfs_element = ECS_STRUCT_ELEMENT(tmpfs_fields);
static const struct control_field capability_fields[] = {
    STRINGS("add", 64),
    STRINGS("drop", 64),
};
static const struct control_field linux_fields[] = {
    ECS_STRUCT_FIELD("capabilities", capability_fields),
    ECS_LIST_FIELD("devices", 64, &device_element),
    ECS_FLAG_FIELD("initProcessEnabled"),
    ECS_INT_FIELD("sharedMemorySize", 0, INT32_MAX),
    ECS_LIST_FIELD("tmpfs", 64, &tmpfs_element),
    ECS_INT_FIELD("maxSwap", 0, INT32_MAX),
    ECS_INT_FIELD("swappiness", 0, 100),
};

static const char *const conditions[] = { "START", "COMPLETE", "SUCCESS", "HEALTHY", NULL };
static const struct control_field dependency_fields[] = {
    REQUIRED_TEXT("containerName", 255),
    ECS_ENUM_FIELD("condition", true, conditions),
};
static const struct control_field dependency_element = ECS_STRUCT_ELEMENT(dependency_fields);

static const struct control_field host_fields[] = {
    REQUIRED_TEXT("hostname", 255),
    REQUIRED_TEXT("ipAddress", 64),
};
static const struct control_field host_element = ECS_STRUCT_ELEMENT(host_fields);

static const char *const ulimits[] = { "core",   "cpu",        "data",     "fsize",
                                       "locks",  "memlock",    "msgqueue", "nice",
                                       "nofile", "nproc",      "rss",      "rtprio",
                                       "rttime", "sigpending", "stack",    NULL };
static const struct control_field ulimit_fields[] = {
    ECS_ENUM_FIELD("name", true, ulimits),
    { .name = "softLimit", .type = CONTROL_INTEGER, .required = true, .min = -1, .max = INT32_MAX },
    { .name = "hardLimit", .type = CONTROL_INTEGER, .required = true, .min = -1, .max = INT32_MAX },
};
static const struct control_field ulimit_element = ECS_STRUCT_ELEMENT(ulimit_fields);

/* "none" is not in the model, but agents have always had it. [ecs-control 7.4] */
static const char *const log_drivers[] = { "json-file", "syslog", "journald",    "gelf", "fluentd",
                                           "awslogs",   "splunk", "awsfirelens", "none", NULL };
static const struct control_field log_fields[] = {
    ECS_ENUM_FIELD("logDriver", true, log_drivers),
    TEXT_MAP("options", 64),
    ECS_LIST_FIELD("secretOptions", 64, &secret_element),
};

static const struct control_field health_fields[] = {
    { .name = "command",
      .type = CONTROL_LIST,
      .required = true,
      .min = 1,
      .max = 256,
      .element = &control_element_string },
    ECS_INT_FIELD("interval", 5, 300),
    ECS_INT_FIELD("timeout", 2, 60),
    ECS_INT_FIELD("retries", 1, 10),
    ECS_INT_FIELD("startPeriod", 0, 300),
};

static const struct control_field system_control_fields[] = {
    ECS_TEXT_FIELD("namespace", 255),
    ECS_TEXT_FIELD("value", 1024),
};
static const struct control_field system_control_element =
    ECS_STRUCT_ELEMENT(system_control_fields);

static const char *const resource_types[] = { "GPU", "InferenceAccelerator", "NeuronDevice", NULL };
static const struct control_field requirement_fields[] = {
    REQUIRED_TEXT("value", 255),
    ECS_ENUM_FIELD("type", true, resource_types),
};
const struct control_field ecs_element_resource_requirement =
    ECS_STRUCT_ELEMENT(requirement_fields);

static const char *const firelens_types[] = { "fluentd", "fluentbit", NULL };
static const struct control_field firelens_fields[] = {
    ECS_ENUM_FIELD("type", true, firelens_types),
    TEXT_MAP("options", 64),
};

static const char *const consistencies[] = { "enabled", "disabled", NULL };
static const struct control_field container_fields[] = {
    ECS_TEXT_FIELD("name", 255),
    ECS_TEXT_FIELD("image", 255),
    ECS_STRUCT_FIELD("repositoryCredentials", repository_fields),
    ECS_INT_FIELD("cpu", 0, 196608),
    ECS_INT_FIELD("memory", 0, INT32_MAX),
    ECS_INT_FIELD("memoryReservation", 0, INT32_MAX),
    STRINGS("links", 64),
    ECS_LIST_FIELD("portMappings", 100, &port_element),
    ECS_FLAG_FIELD("essential"),
    ECS_STRUCT_FIELD("restartPolicy", restart_fields),
    STRINGS("entryPoint", 1024),
    STRINGS("command", 1024),
    ECS_LIST_FIELD("environment", 1024, &ecs_element_pair),
    ECS_LIST_FIELD("environmentFiles", 10, &ecs_element_environment_file),
    ECS_LIST_FIELD("mountPoints", 256, &mount_element),
    ECS_LIST_FIELD("volumesFrom", 10, &volumes_from_element),
    ECS_STRUCT_FIELD("linuxParameters", linux_fields),
    ECS_LIST_FIELD("secrets", 256, &secret_element),
    ECS_LIST_FIELD("dependsOn", 10, &dependency_element),
    ANY_INT("startTimeout"),
    ANY_INT("stopTimeout"),
    ECS_ENUM_FIELD("versionConsistency", false, consistencies),
    ECS_TEXT_FIELD("hostname", 255),
    ECS_TEXT_FIELD("user", 255),
    ECS_TEXT_FIELD("workingDirectory", 4096),
    ECS_FLAG_FIELD("disableNetworking"),
    ECS_FLAG_FIELD("privileged"),
    ECS_FLAG_FIELD("readonlyRootFilesystem"),
    STRINGS("dnsServers", 16),
    STRINGS("dnsSearchDomains", 16),
    ECS_LIST_FIELD("extraHosts", 256, &host_element),
    STRINGS("dockerSecurityOptions", 16),
    ECS_FLAG_FIELD("interactive"),
    ECS_FLAG_FIELD("pseudoTerminal"),
    TEXT_MAP("dockerLabels", 256),
    ECS_LIST_FIELD("ulimits", 32, &ulimit_element),
    ECS_STRUCT_FIELD("logConfiguration", log_fields),
    ECS_STRUCT_FIELD("healthCheck", health_fields),
    ECS_LIST_FIELD("systemControls", 64, &system_control_element),
    ECS_LIST_FIELD("resourceRequirements", 16, &ecs_element_resource_requirement),
    ECS_STRUCT_FIELD("firelensConfiguration", firelens_fields),
    STRINGS("credentialSpecs", 16),
};
const struct control_field ecs_element_container_definition = ECS_STRUCT_ELEMENT(container_fields);

/* ---- volumes ---- */

static const char *const scopes[] = { "task", "shared", NULL };
static const char *const switches[] = { "ENABLED", "DISABLED", NULL };
static const struct control_field host_volume_fields[] = {
    ECS_TEXT_FIELD("sourcePath", 4096),
};
static const struct control_field docker_volume_fields[] = {
    ECS_ENUM_FIELD("scope", false, scopes),
    ECS_FLAG_FIELD("autoprovision"),
    ECS_TEXT_FIELD("driver", 255),
    TEXT_MAP("driverOpts", 64),
    TEXT_MAP("labels", 64),
};
static const struct control_field efs_authorization_fields[] = {
    ECS_TEXT_FIELD("accessPointId", 255),
    ECS_ENUM_FIELD("iam", false, switches),
};
static const struct control_field efs_fields[] = {
    REQUIRED_TEXT("fileSystemId", 255),
    ECS_TEXT_FIELD("rootDirectory", 4096),
    ECS_ENUM_FIELD("transitEncryption", false, switches),
    ECS_INT_FIELD("transitEncryptionPort", 1, 65535),
    ECS_STRUCT_FIELD("authorizationConfig", efs_authorization_fields),
};
static const struct control_field s3_fields[] = {
    REQUIRED_TEXT("fileSystemArn", 2048),
    ECS_TEXT_FIELD("rootDirectory", 4096),
    ECS_INT_FIELD("transitEncryptionPort", 1, 65535),
    ECS_TEXT_FIELD("accessPointArn", 2048),
};
static const struct control_field fsx_authorization_fields[] = {
    REQUIRED_TEXT("credentialsParameter", 2048),
    REQUIRED_TEXT("domain", 255),
};
static const struct control_field fsx_fields[] = {
    REQUIRED_TEXT("fileSystemId", 255),
    REQUIRED_TEXT("rootDirectory", 4096),
    { .name = "authorizationConfig",
      .type = CONTROL_STRUCTURE,
      .required = true,
      .fields = fsx_authorization_fields,
      .n_fields = REMIT_COUNT(fsx_authorization_fields) },
};
static const struct control_field volume_fields[] = {
    ECS_TEXT_FIELD("name", 255),
    ECS_STRUCT_FIELD("host", host_volume_fields),
    ECS_STRUCT_FIELD("dockerVolumeConfiguration", docker_volume_fields),
    ECS_STRUCT_FIELD("efsVolumeConfiguration", efs_fields),
    ECS_STRUCT_FIELD("s3filesVolumeConfiguration", s3_fields),
    ECS_STRUCT_FIELD("fsxWindowsFileServerVolumeConfiguration", fsx_fields),
    ECS_FLAG_FIELD("configuredAtLaunch"),
};
const struct control_field ecs_element_volume = ECS_STRUCT_ELEMENT(volume_fields);

/* ---- beside containers and volumes ---- */

static const char *const constraint_types[] = { "memberOf", NULL };
static const struct control_field constraint_fields[] = {
    ECS_ENUM_FIELD("type", false, constraint_types),
    ECS_TEXT_FIELD("expression", 2000),
};
const struct control_field ecs_element_definition_constraint =
    ECS_STRUCT_ELEMENT(constraint_fields);
const struct control_field ecs_element_compatibility = ECS_ENUM_FIELD("", false, ecs_launch_types);

static const char *const proxy_types[] = { "APPMESH", NULL };
const struct control_field ecs_proxy_fields[3] = {
    ECS_ENUM_FIELD("type", false, proxy_types),
    REQUIRED_TEXT("containerName", 255),
    ECS_LIST_FIELD("properties", 64, &ecs_element_pair),
};

static const char *const architectures[] = { "X86_64", "ARM64", NULL };
static const char *const os_families[] = { "WINDOWS_SERVER_2019_FULL",
                                           "WINDOWS_SERVER_2019_CORE",
                                           "WINDOWS_SERVER_2016_FULL",
                                           "WINDOWS_SERVER_2004_CORE",
                                           "WINDOWS_SERVER_2022_CORE",
                                           "WINDOWS_SERVER_2022_FULL",
                                           "WINDOWS_SERVER_2025_CORE",
                                           "WINDOWS_SERVER_2025_FULL",
                                           "WINDOWS_SERVER_20H2_CORE",
                                           "LINUX",
                                           NULL };
const struct control_field ecs_platform_fields[2] = {
    ECS_ENUM_FIELD("cpuArchitecture", false, architectures),
    ECS_ENUM_FIELD("operatingSystemFamily", false, os_families),
};
const struct control_field ecs_ephemeral_fields[1] = {
    { .name = "sizeInGiB", .type = CONTROL_INTEGER, .required = true, .min = 21, .max = 200 },
};

static const struct control_field accelerator_fields[] = {
    ECS_TEXT_FIELD("deviceName", 255),
    ECS_TEXT_FIELD("deviceType", 255),
};
const struct control_field ecs_element_accelerator = ECS_STRUCT_ELEMENT(accelerator_fields);
