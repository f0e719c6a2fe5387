#include "control/ops/ecr.h"

static const struct control_field element_name = ECR_NAME("", false);

static const struct control_field input[] = {
    ECR_REGISTRY_ID,
    { .name = "repositoryNames",
      .type = CONTROL_LIST,
      .min = 1,
      .max = 100,
      .element = &element_name },
    { .name = "nextToken", .type = CONTROL_STRING, .max = CONTROL_PAGE_TOKEN_MAX },
    { .name = "maxResults", .type = CONTROL_INTEGER, .min = 1, .max = 1000 },
};

static int describe_repositories_resource(struct control_call *call, struct remit_err *err)
{
    const struct remit_json *names = control_in(call, "repositoryNames");

    if (remit_json_count(names) == 0)
        return ecr_resource_add(call, REMIT_STR("*"), err);
    for (size_t i = 0; i < remit_json_count(names); i++)
        TRY(ecr_resource_add(call, remit_json_str(remit_json_at(names, i)), err));
    return 0;
}

static int describe_named(struct control_call *call, const struct remit_json *names,
                          struct remit_err *err)
{
    control_begin_list(call, "repositories");
    for (size_t i = 0; i < remit_json_count(names); i++) {
        struct ecr_repository repository = { 0 };

        TRY(ecr_repository_read(call, remit_json_str(remit_json_at(names, i)), &repository, err));
        ecr_put_repository(call, NULL, &repository);
    }
    control_end(call);
    return 0;
}

struct listing {
    struct control_call *call;
    struct control_page page;
};

static int list_one(void *self, const struct control_store_entry *entry, struct remit_arena *arena,
                    struct remit_err *err)
{
    struct listing *l = self;
    struct ecr_repository repository = { 0 };

    TRY(ecr_repository_parse(entry, arena, &repository, err));
    if (!control_page_take(l->call, &l->page, entry->key, 1024))
        return 1;
    ecr_put_repository(l->call, NULL, &repository);
    return 0;
}

static int describe_all(struct control_call *call, struct remit_err *err)
{
    struct listing l = { .call = call };

    TRY(control_page_begin(call, control_in_str(call, "nextToken"),
                           control_in_int(call, "maxResults", 100), "InvalidParameterException",
                           &l.page, err));
    control_begin_list(call, "repositories");
    TRY(control_batches(call, ecr_repositories_prefix(), l.page.after, list_one, &l, err));
    control_end(call);
    control_page_put_token(call, &l.page, "nextToken");
    return remit_arena_check(call->arena, "the page", err);
}

static int describe_repositories(struct control_call *call, struct remit_err *err)
{
    const struct remit_json *names = control_in(call, "repositoryNames");

    if (remit_json_count(names) == 0)
        return describe_all(call, err);
    if (control_has(call, "nextToken") || control_has(call, "maxResults"))
        return remit_fail(err, REMIT_ERR_INVALID, "InvalidParameterException",
                          "Invalid parameter: 'nextToken' and 'maxResults' can't be used with "
                          "'repositoryNames'.");
    return describe_named(call, names, err);
}

const struct control_operation control_describe_repositories = {
    .service = &control_ecr,
    .name = "DescribeRepositories",
    .action = "ecr:DescribeRepositories",
    .reads_only = true,
    .input = input,
    .n_input = REMIT_COUNT(input),
    .resource = describe_repositories_resource,
    .handler = describe_repositories,
};
