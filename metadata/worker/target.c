#include "metadata/worker/target.h"

#define ENDPOINT  "unable to get docker ID from v3 endpoint ID: "
#define TASK      "unable to get task arn from request: unable to get task Arn from v3 endpoint ID: "
#define CONTAINER "unable to get container ID from request: " ENDPOINT

static const struct worker_route nothing = { "", false, "", WORKER_NOTHING, 0, "", "" };

/*
 * [task-endpoints 4.2] texts; an unknown id is 404 under v3 too, where ECS says 500.
 * Tags are not kept: the WithTags paths answer the plain document.
 */
const struct worker_route worker_routes[] = {
    { "/v4/", true, "", WORKER_CONTAINER, REMIT_DOCUMENT_V4,
      "V4 container metadata handler: " CONTAINER, "failed to get container metadata" },
    { "/v4/", true, "/task", WORKER_TASK, REMIT_DOCUMENT_V4, "V4 task metadata handler: " TASK,
      "failed to get task metadata" },
    { "/v4/", true, "/taskWithTags", WORKER_TASK, REMIT_DOCUMENT_V4,
      "V4 task metadata handler: " TASK, "failed to get task metadata" },
    { "/v4/", true, "/stats", WORKER_CONTAINER, REMIT_DOCUMENT_STATS,
      "V4 container stats handler: " TASK, NULL },
    { "/v4/", true, "/task/stats", WORKER_TASK, REMIT_DOCUMENT_STATS,
      "V4 task stats handler: " TASK, NULL },
    { "/v3/", true, "", WORKER_CONTAINER, REMIT_DOCUMENT_V3,
      "V3 container metadata handler: " CONTAINER, "Unable to generate metadata for container" },
    { "/v3/", true, "/task", WORKER_TASK, REMIT_DOCUMENT_V3, "V3 task metadata handler: " TASK,
      "Unable to generate metadata for task" },
    { "/v3/", true, "/taskWithTags", WORKER_TASK, REMIT_DOCUMENT_V3,
      "V3 task metadata handler: " TASK, "Unable to generate metadata for task" },
    { "/v3/", true, "/stats", WORKER_CONTAINER, REMIT_DOCUMENT_STATS,
      "V3 container stats handler: " TASK, NULL },
    { "/v3/", true, "/task/stats", WORKER_TASK, REMIT_DOCUMENT_STATS,
      "V3 task stats handler: " TASK, NULL },
    { "/v2/metadata", false, "", WORKER_ONLY_TASK, REMIT_DOCUMENT_V3,
      "Unable to get task arn from request", "Unable to generate metadata for task" },
    { "/v2/metadata/", false, "", WORKER_ONLY_TASK, REMIT_DOCUMENT_V3,
      "Unable to get task arn from request", "Unable to generate metadata for task" },
    { "/v2/metadataWithTags", false, "", WORKER_ONLY_TASK, REMIT_DOCUMENT_V3,
      "Unable to get task arn from request", "Unable to generate metadata for task" },
    { "/v2/stats", false, "", WORKER_ONLY_TASK, REMIT_DOCUMENT_STATS,
      "Unable to get task arn from request", NULL },
    { "/v2/stats/", false, "", WORKER_ONLY_TASK, REMIT_DOCUMENT_STATS,
      "Unable to get task arn from request", NULL },
};
const size_t worker_routes_count = REMIT_COUNT(worker_routes);

static const struct worker_route credentials = {
    "/v2/credentials/", true, "", WORKER_CREDENTIALS, 0, "", ""
};

/* The value of the first "id" of a query; empty when there is none. */
static struct remit_str id_of_query(struct remit_str query)
{
    struct remit_str part;
    bool more = query.len > 0;

    while (more) {
        more = remit_str_cut(&query, '&', &part);
        if (remit_str_starts(part, REMIT_STR("id=")))
            return remit_str_sub(part, 3, part.len);
    }
    return remit_str_from("", 0);
}

/* Whether the path is the route's; *id is what stands between its two texts. */
static bool matches(const struct worker_route *route, struct remit_str path, struct remit_str *id)
{
    struct remit_str before = remit_str_of(route->before);
    struct remit_str after = remit_str_of(route->after);

    if (!route->id)
        return remit_str_equal(path, before);
    if (path.len < before.len + after.len || !remit_str_starts(path, before) ||
        !remit_str_ends(path, after))
        return false;
    *id = remit_str_sub(path, before.len, path.len - before.len - after.len);
    return remit_str_find(*id, '/') == id->len;
}

struct worker_target worker_target_of(struct remit_str path, struct remit_str query)
{
    struct worker_target target = { .route = &nothing, .id = { "", 0 } };
    struct remit_str before = remit_str_of(credentials.before);

    if (remit_str_starts(path, before)) { /* [task-endpoints 1.2] an id may be anything here */
        target.route = &credentials;
        target.id = remit_str_sub(path, before.len, path.len);
        return target;
    }
    if (remit_str_equal(path, REMIT_STR("/v1/credentials"))) {
        target.route = &credentials;
        target.id = id_of_query(query);
        target.v1 = true;
        return target;
    }
    for (size_t i = 0; i < worker_routes_count; i++) {
        if (matches(&worker_routes[i], path, &target.id)) {
            target.route = &worker_routes[i];
            return target;
        }
    }
    target.id = remit_str_from("", 0);
    return target;
}
