/* What containers wait for, and how long. [ecs-control 8.2] */
#include "control/ops/definition_rules.h"

#define CONTAINERS_MOST 10 /* of one task definition */
#define TIMEOUT_LEAST   2  /* seconds */

static int check_dependency(const struct remit_json *def, const struct remit_json *dependency,
                            struct remit_err *err)
{
    struct remit_str name = ecs_text(dependency, "containerName");
    const struct remit_json *on = ecs_container_of(def, name);

    if (on == NULL) /* the plus sign is the service's own */
        return rule_broken(
            err, "Cannot depend on container + '" REMIT_STR_FMT "' because it does not exist",
            REMIT_STR_ARG(name));
    if ((ecs_is(dependency, "condition", "COMPLETE") ||
         ecs_is(dependency, "condition", "SUCCESS")) &&
        ecs_essential(on))
        return rule_broken(err, "A dependency container with SUCCESS or COMPLETE condition cannot "
                                "be an essential container");
    if (ecs_is(dependency, "condition", "HEALTHY") && !ecs_there(on, "healthCheck"))
        return rule_broken(err, "A dependency container with HEALTHY condition must have health "
                                "check configured");
    return 0;
}

int rule_depends_on(const struct remit_json *def, const struct remit_json *container,
                    struct remit_err *err)
{
    const struct remit_json *list = remit_json_get(container, "dependsOn");

    for (size_t i = 0; i < remit_json_count(list); i++)
        TRY(check_dependency(def, remit_json_at(list, i), err));
    return 0;
}

/* ---- cycles ---- */

static size_t index_of(const struct remit_json *def, struct remit_str name)
{
    const struct remit_json *list = rule_containers(def);
    size_t i = 0;

    while (i < remit_json_count(list) &&
           !remit_str_equal(ecs_text(remit_json_at(list, i), "name"), name))
        i++;
    return i;
}

/* All that the container waits for has its place already. */
static bool ready(const struct remit_json *def, const struct remit_json *container,
                  const bool placed[CONTAINERS_MOST])
{
    const struct remit_json *list = remit_json_get(container, "dependsOn");

    for (size_t i = 0; i < remit_json_count(list); i++)
        if (!placed[index_of(def, ecs_text(remit_json_at(list, i), "containerName"))])
            return false;
    return true;
}

/* As long as one more container can be placed behind those it waits for, there is no cycle. */
int rule_cycle(const struct remit_json *def, struct remit_err *err)
{
    const struct remit_json *list = rule_containers(def);
    bool placed[CONTAINERS_MOST] = { false };
    size_t n = remit_json_count(list) < CONTAINERS_MOST ? remit_json_count(list) : CONTAINERS_MOST;
    size_t left = n;

    for (bool moved = true; moved && left > 0;) {
        moved = false;
        for (size_t i = 0; i < n; i++) {
            if (placed[i] || !ready(def, remit_json_at(list, i), placed))
                continue;
            placed[i] = moved = true;
            left--;
        }
    }
    return left == 0 ? 0 : rule_broken(err, "Container dependsOn contains a cycle.");
}

/* ---- timeouts ---- */

static int check_timeout(const struct remit_json *container, const char *member, const char *word,
                         struct remit_err *err)
{
    if (ecs_there(container, member) && rule_int(container, member) < TIMEOUT_LEAST)
        return rule_broken(err,
                           "Granular %s timeout on container '" REMIT_STR_FMT
                           "' must be at least %d seconds.",
                           word, REMIT_STR_ARG(ecs_text(container, "name")), TIMEOUT_LEAST);
    return 0;
}

int rule_timeouts(const struct remit_json *def, const struct remit_json *container,
                  struct remit_err *err)
{
    (void)def;
    TRY(check_timeout(container, "startTimeout", "start", err));
    return check_timeout(container, "stopTimeout", "stop", err);
}
