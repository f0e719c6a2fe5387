#include "control/ops/ecr.h"

const struct control_operation *const control_ecr_operations[] = {
    &control_create_repository,
    &control_describe_repositories,
    &control_get_authorization_token,
    NULL,
};

static bool fits_registry_id(struct remit_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    return s.len == 12;
}

const struct control_pattern ecr_pattern_name = {
    "(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*", ecr_name_fits
};
const struct control_pattern ecr_pattern_registry_id = { "[0-9]{12}", fits_registry_id };

int ecr_resource_add(struct control_call *call, struct remit_str name, struct remit_err *err)
{
    struct remit_str registry = control_in_str(call, "registryId");
    struct ecr_repository repository = { 0 };

    if (registry.len > 0 && !remit_str_equal(registry, call->config->account))
        return control_resource_add(call,
                                    remit_arena_fmt(call->arena,
                                                    "arn:" REMIT_STR_FMT ":ecr:" REMIT_STR_FMT
                                                    ":" REMIT_STR_FMT ":repository/" REMIT_STR_FMT,
                                                    REMIT_STR_ARG(call->config->partition),
                                                    REMIT_STR_ARG(call->config->region),
                                                    REMIT_STR_ARG(registry), REMIT_STR_ARG(name)),
                                    err);
    TRY(control_resource_add(call, ecr_arn(call, name), err));
    if (ecr_repository_read(call, name, &repository, err) != 0)
        return remit_err_is(err, "RepositoryNotFoundException") ? 0 : -1;
    for (size_t i = 0; i < repository.n_tags; i++)
        TRY(control_resource_tag(call, repository.tags[i].key, repository.tags[i].value, err));
    return 0;
}

void ecr_put_repository(struct control_call *call, const char *name,
                        const struct ecr_repository *repository)
{
    control_begin_structure(call, name);
    control_put_str(call, "repositoryArn", ecr_arn(call, repository->name));
    control_put_str(call, "registryId", call->config->account);
    control_put_str(call, "repositoryName", repository->name);
    control_put_fmt(call, "repositoryUri", REMIT_STR_FMT "/" REMIT_STR_FMT,
                    REMIT_STR_ARG(call->config->registry), REMIT_STR_ARG(repository->name));
    control_put_time(call, "createdAt", repository->created_at);
    control_put_cstr(call, "imageTagMutability", "MUTABLE");
    control_begin_structure(call, "imageScanningConfiguration");
    control_put_bool(call, "scanOnPush", false);
    control_end(call);
    control_begin_structure(call, "encryptionConfiguration");
    control_put_cstr(call, "encryptionType", "AES256");
    control_end(call);
    control_end(call);
}
