#include "control/ops/ecr.h"
#include "control/ops/iam.h"

static const char *const mutabilities[] = { "MUTABLE", "IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION",
                                            "MUTABLE_WITH_EXCLUSION", NULL };
static const char *const encryptions[] = { "AES256", "KMS", "KMS_DSSE", NULL };

static const struct control_field scanning_fields[] = {
    { .name = "scanOnPush", .type = CONTROL_BOOLEAN },
};
static const struct control_field encryption_fields[] = {
    { .name = "encryptionType", .type = CONTROL_STRING, .required = true, .values = encryptions },
    { .name = "kmsKey", .type = CONTROL_STRING, .min = 1, .max = 2048 },
};

static const struct control_field input[] = {
    ECR_REGISTRY_ID,
    ECR_NAME("repositoryName", true),
    { .name = "tags", .type = CONTROL_LIST, .max = 50, .element = &control_element_tag_upper },
    { .name = "imageTagMutability", .type = CONTROL_STRING, .values = mutabilities },
    { .name = "imageScanningConfiguration",
      .type = CONTROL_STRUCTURE,
      .fields = scanning_fields,
      .n_fields = REMIT_COUNT(scanning_fields) },
    { .name = "encryptionConfiguration",
      .type = CONTROL_STRUCTURE,
      .fields = encryption_fields,
      .n_fields = REMIT_COUNT(encryption_fields) },
};

static int create_repository_resource(struct control_call *call, struct remit_err *err)
{
    struct remit_str name = control_in_str(call, "repositoryName");

    TRY(ecr_resource_add(call, name, err));
    return remit_json_count(control_in(call, "tags")) > 0
               ? control_also_needs(call, "ecr:TagResource", ecr_arn(call, name), err)
               : 0;
}

static int create_repository_context(struct control_call *call, struct remit_err *err)
{
    return control_context_tags(call, control_in(call, "tags"), err);
}

static int not_available(struct remit_err *err, const char *what)
{
    return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException", "Invalid parameter: %s.",
                      what);
}

/* The registry can't keep these promises, so they are not made. */
static int check_extras(struct control_call *call, struct remit_err *err)
{
    struct remit_str mutability = control_in_str(call, "imageTagMutability");
    const struct remit_json *scanning = control_in(call, "imageScanningConfiguration");
    struct remit_str encryption = remit_json_str(
        remit_json_get(control_in(call, "encryptionConfiguration"), "encryptionType"));

    if (mutability.len > 0 && !remit_str_equal(mutability, REMIT_STR("MUTABLE")))
        return not_available(err, "'imageTagMutability' can be MUTABLE only; the registry does not "
                                  "hold tags fast");
    if (remit_json_true(remit_json_get(scanning, "scanOnPush")))
        return not_available(err, "'scanOnPush' can be false only; images are not scanned");
    if (encryption.len > 0 && !remit_str_equal(encryption, REMIT_STR("AES256")))
        return not_available(err, "'encryptionType' can be AES256 only; there is no KMS");
    return 0;
}

static int already_exists(struct control_call *call, struct remit_err *err)
{
    return remit_fail(err, REMIT_ERR_CONFLICT, "RepositoryAlreadyExistsException",
                      "The repository with name '" REMIT_STR_FMT
                      "' already exists in the registry with id '" REMIT_STR_FMT "'",
                      REMIT_STR_ARG(control_in_str(call, "repositoryName")),
                      REMIT_STR_ARG(call->config->account));
}

static int create_repository(struct control_call *call, struct remit_err *err)
{
    struct control_store_txn txn = { 0 };
    struct ecr_repository repository = { .name = control_in_str(call, "repositoryName"),
                                         .created_at = call->now };

    TRY(check_extras(call, err));
    TRY(iam_tags_take(call, "tags", "InvalidTagParameterException", &repository.tags,
                      &repository.n_tags, err));
    TRY(ecr_repository_put(&txn, &repository, call->arena, err));
    if (control_store_commit(call->store, &txn, NULL, err) != 0)
        return remit_err_is(err, "StoreConflict") ? already_exists(call, err) : -1;
    ecr_put_repository(call, "repository", &repository);
    return 0;
}

const struct control_operation control_create_repository = {
    .service = &control_ecr,
    .name = "CreateRepository",
    .action = "ecr:CreateRepository",
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = create_repository_resource,
    .context = create_repository_context,
    .handler = create_repository,
};
