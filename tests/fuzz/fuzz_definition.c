/*
 * A task definition out of strangers' bytes, as RegisterTaskDefinition takes it. Invariants: what
 * is taken has a stored form within its limit that is taken again and stored the same; and nothing
 * that is taken gives a container the host.
 */
#include <stdint.h>
#include <stdlib.h>

#include "control/http/input.h"
#include "control/ops/definition.h"
#include "control/ops/ecs_rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct control_config config = { .account = REMIT_STR_INIT("123456789012"),
                                              .region = REMIT_STR_INIT("eu-west-1"),
                                              .partition = REMIT_STR_INIT("aws"),
                                              .registry = REMIT_STR_INIT("127.0.0.1:5000") };

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* In the order of the dispatcher and the handler. */
static bool taken(struct remit_str text, struct remit_arena *arena, struct remit_str *document)
{
    const struct control_operation *row = &control_register_task_definition;
    auto_json struct remit_json *input = NULL;
    struct remit_err err = { 0 };

    return remit_json_parse(text, CONTROL_BODY_MAX, &input, &err) == 0 &&
           control_input_types(row, input, &err) == 0 &&
           control_input_bounds(row, input, &err) == 0 &&
           ecs_definition_check(&config, input, &err) == 0 &&
           ecs_definition_check_honoured(input, &err) == 0 &&
           ecs_definition_document(&config, input, arena, document, &err) == 0;
}

static void must_be_harmless(struct remit_str document)
{
    auto_json struct remit_json *tree = NULL;
    const struct remit_json *containers = NULL;
    const struct remit_json *volumes = NULL;

    must(document.len <= 65536);
    must(remit_json_parse(document, document.len, &tree, NULL) == 0);
    containers = remit_json_get(tree, "containerDefinitions");
    volumes = remit_json_get(tree, "volumes");
    must(remit_json_count(containers) > 0);
    for (size_t i = 0; i < remit_json_count(containers); i++) {
        const struct remit_json *c = remit_json_at(containers, i);

        must(!remit_json_true(remit_json_get(c, "privileged")));
        must(ecs_container_of(tree, ecs_text(c, "name")) == c);
    }
    for (size_t i = 0; i < remit_json_count(volumes); i++) {
        struct remit_str path =
            ecs_text(remit_json_get(remit_json_at(volumes, i), "host"), "sourcePath");

        must(!remit_str_starts(path, REMIT_STR("/proc")) || (path.len > 5 && path.ptr[5] != '/'));
        must(path.len == 0 || (path.len > 1 && path.ptr[0] == '/' && path.ptr[1] != '/'));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(CONTROL_ARENA_MAX);
    struct remit_str first, again;

    if (!taken(remit_str_from((const char *)data, size), &arena, &first))
        return 0;
    must_be_harmless(first);
    must(taken(first, &arena, &again));
    must(remit_str_equal(first, again));
    return 0;
}
