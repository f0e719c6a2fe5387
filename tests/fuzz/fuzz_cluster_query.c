/*
 * An expression of the cluster query language out of strangers' bytes, asked of one instance.
 * Invariants: what compiles once compiles again, answers the same, and `not(…)` around it answers
 * the opposite.
 */
#include <stdint.h>
#include <stdlib.h>

#include "common/base/buf.h"
#include "control/cluster_query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct ecs_attribute attributes[] = {
    { REMIT_STR_INIT("ecs.instance-type"), REMIT_STR_INIT("t2.small") },
    { REMIT_STR_INIT("a"), REMIT_STR_INIT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab") },
};
static const struct remit_str groups[] = { REMIT_STR_INIT("family:web") };
static const struct ecs_instance instance = {
    .id = REMIT_STR_INIT("0"),
    .ec2_id = REMIT_STR_INIT("i-1"),
    .attributes = attributes,
    .n_attributes = REMIT_COUNT(attributes),
    .version_info = REMIT_STR_INIT("{\"agentVersion\":\"1.2.3\"}"),
    .registered_at = 1529360908,
};
static const struct cluster_facts facts = {
    .instance = &instance, .connected = true, .running = 2, .groups = groups, .n_groups = 1
};

static void must(bool holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto_arena struct remit_arena arena = REMIT_ARENA((size_t)16 << 20);
    auto_buf struct remit_buf negated = REMIT_BUF(4096);
    struct remit_str text = remit_str_from((const char *)data, size);
    const struct cluster_query *query = NULL;
    const struct cluster_query *opposite = NULL;

    if (cluster_query_compile(text, &arena, &query, NULL) != 0)
        return 0;
    must(cluster_query_matches(query, &facts) == cluster_query_matches(query, &facts));
    remit_buf_put_cstr(&negated, "not(");
    remit_buf_put(&negated, text);
    remit_buf_put_cstr(&negated, " )");
    if (cluster_query_compile(remit_buf_view(&negated), &arena, &opposite, NULL) == 0)
        must(cluster_query_matches(opposite, &facts) != cluster_query_matches(query, &facts));
    return 0;
}
