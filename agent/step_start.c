#include <stdio.h>

#include "agent/agent.h"
#include "agent/image_ref.h"
#include "agent/secrets.h"
#include "common/os/clock.h"

#define CREDENTIALS_WAIT_MS ((int64_t)2 * 60 * 1000)
#define PULL_TRIES          3
#define PULL_AGAIN_MS       1500
#define ASK_AGAIN_MS        5000

/* ---- RESOLVING ----------------------------------------------------------------------------- */

static bool has_execution_role(const struct agent_task *task)
{
    return task->execution_role.len > 0;
}

/* Credentials come with the payload, and again after a restart: they are never on disk. */
static int need_credentials(struct agent_task *task, struct remit_err *err)
{
    bool missing = false;

    (void)pthread_mutex_lock(&task->agent->lock);
    missing = (agent_task_has_role(task) && !agent_credentials_held(&task->fresh)) ||
              (has_execution_role(task) && !agent_credentials_held(&task->execution));
    task->wants = missing;
    (void)pthread_mutex_unlock(&task->agent->lock);
    if (!missing)
        return 0;
    if (remit_clock_boot_ms() - task->phase_since_boot_ms > CREDENTIALS_WAIT_MS)
        return remit_fail(err, REMIT_ERR_DENIED, "ResourceInitializationError",
                          "control gives no credentials for the task's roles");
    agent_poll_now(task->agent);
    task->wait_ms = ASK_AGAIN_MS;
    return agent_step_wait(err, "credentials");
}

static int execution_credentials(struct agent_task *task, struct agent_credentials *out,
                                 struct remit_err *err)
{
    int result = 0;

    if (!has_execution_role(task))
        return remit_fail(err, REMIT_ERR_DENIED, "ResourceInitializationError",
                          "unable to find execution role credentials");
    (void)pthread_mutex_lock(&task->agent->lock);
    result = agent_credentials_copy(&task->execution, out, err);
    (void)pthread_mutex_unlock(&task->agent->lock);
    return result;
}

static const struct remit_json *own_registry_secret(const struct agent_container *c)
{
    return remit_json_get(remit_json_get(c->definition, "repositoryCredentials"),
                          "credentialsParameter");
}

static int image_of(const struct agent_container *c, struct agent_image_ref *out,
                    struct remit_err *err)
{
    struct remit_err why = { 0 };

    if (agent_image_ref_parse(remit_json_str(remit_json_get(c->definition, "image")), out, &why) ==
        0)
        return 0;
    return remit_fail(err, REMIT_ERR_INVALID, "CannotPullContainerError", "%s", why.text);
}

/* Names with a registry in them may be control's: who asks it for a token finds out. */
static bool wants_token(const struct agent_task *task)
{
    for (size_t i = 0; i < task->n_containers; i++) {
        struct agent_image_ref image = { 0 };

        if (image_of(&task->containers[i], &image, NULL) == 0 && image.registry.len > 0 &&
            own_registry_secret(&task->containers[i]) == NULL)
            return has_execution_role(task);
    }
    return false;
}

/* A role that may not ask can still pull what needs no authorization: the pull decides. */
static int resolve_registry(struct agent_task *task, struct remit_err *err)
{
    auto_credentials struct agent_credentials role = { 0 };
    struct remit_err why = { 0 };

    if (!wants_token(task))
        return 0;
    TRY(execution_credentials(task, &role, err));
    agent_registry_auth_drop(&task->registry);
    task->registry_denied = (struct remit_err){ 0 };
    if (agent_registry_fetch(task->control, &role, &task->registry, &why) == 0)
        return 0;
    if (why.kind != REMIT_ERR_UNAVAILABLE) {
        task->registry_denied = why;
        return 0;
    }
    *err = why;
    return -1;
}

static int fetch(struct agent_task *task, struct remit_str from, struct remit_secret *out,
                 struct remit_err *err)
{
    auto_credentials struct agent_credentials role = { 0 };
    struct agent_secret_ref ref;

    TRY(agent_secret_ref_parse(from, &ref, err));
    TRY(execution_credentials(task, &role, err));
    return agent_secret_fetch(task->control, &role, &ref, out, err);
}

static int resolve_own_registry(struct agent_task *task, struct agent_container *c,
                                struct remit_err *err)
{
    const struct remit_json *from = own_registry_secret(c);
    auto_secret struct remit_secret text = { 0 };
    struct agent_image_ref image = { 0 };

    if (from == NULL)
        return 0;
    TRY(image_of(c, &image, err));
    TRY(fetch(task, remit_json_str(from), &text, err));
    agent_registry_auth_drop(&c->registry);
    return agent_registry_from_secret(remit_secret_view(&text), image.registry, &c->registry, err);
}

static int resolve_secrets(struct agent_task *task, struct agent_container *c,
                           struct remit_err *err)
{
    const struct remit_json *list = remit_json_get(c->definition, "secrets");
    size_t n = remit_json_count(list);

    if (c->secrets == NULL && n > 0)
        c->secrets = REMIT_NEW_N(&task->arena, struct agent_secret_value, n);
    TRY(remit_arena_check(&task->arena, "a task", err));
    for (size_t i = c->n_secrets; i < n; i++) { /* those before were fetched at an earlier try */
        const struct remit_json *entry = remit_json_at(list, i);

        c->secrets[i].name = remit_json_str(remit_json_get(entry, "name"));
        TRY(fetch(task, remit_json_str(remit_json_get(entry, "valueFrom")), &c->secrets[i].value,
                  err));
        c->n_secrets = i + 1;
    }
    return 0;
}

int agent_step_resolve(struct agent_task *task, struct remit_err *err)
{
    if (task->unusable.kind != REMIT_ERR_NONE) {
        *err = task->unusable;
        return -1;
    }
    TRY(need_credentials(task, err));
    TRY(resolve_registry(task, err));
    for (size_t i = 0; i < task->n_containers; i++)
        if (resolve_own_registry(task, &task->containers[i], err) != 0 ||
            resolve_secrets(task, &task->containers[i], err) != 0)
            return remit_err_prefix(err, "unable to pull secrets or registry auth");
    return 0;
}

/* ---- PULLING ------------------------------------------------------------------------------- */

static const char *engine_image_name(const struct agent_image_ref *image, struct remit_buf *out)
{
    remit_buf_clear(out);
    remit_buf_put(out, image->name);
    remit_buf_put_byte(out, image->digest.len > 0 ? '@' : ':');
    remit_buf_put(out, agent_image_ref_version(image));
    return remit_buf_cstr(out);
}

/* "name@sha256:…" among the image's digests. */
static struct remit_str digest_of(const struct remit_json *image, struct remit_str name)
{
    const struct remit_json *digests = remit_json_get(image, "RepoDigests");

    for (size_t i = 0; i < remit_json_count(digests); i++) {
        struct remit_str digest = remit_json_str(remit_json_at(digests, i));
        struct remit_str repo;

        if (remit_str_cut(&digest, '@', &repo) && remit_str_equal(repo, name))
            return digest;
    }
    return remit_str_from("", 0);
}

static int take_image(struct agent_task *task, size_t which, const struct agent_image_ref *image,
                      struct remit_err *err)
{
    struct agent_container *c = &task->containers[which];
    auto_buf struct remit_buf name = REMIT_BUF(1024);
    struct remit_str digest;
    struct remit_str id;

    remit_json_drop(&c->image);
    TRY(agent_engine_image(task->engine, engine_image_name(image, &name), &c->image, err));
    id = remit_json_str(remit_json_get(c->image, "Id"));
    digest = digest_of(c->image, image->name);
    (void)snprintf(c->image_id, sizeof(c->image_id), REMIT_STR_FMT, REMIT_STR_ARG(id));
    (void)snprintf(c->image_digest, sizeof(c->image_digest), REMIT_STR_FMT, REMIT_STR_ARG(digest));
    task->units[which].status = AGENT_PULLED;
    return 0;
}

/*
 * An image that an operator made on this machine and no registry knows. One that was pulled has
 * digests, and is pulled again: another task's right to it is not this one's.
 */
static bool made_here(struct agent_task *task, size_t which, const struct agent_image_ref *image)
{
    struct agent_container *c = &task->containers[which];

    return image->registry.len == 0 && c->registry.header.len == 0 &&
           take_image(task, which, image, &(struct remit_err){ 0 }) == 0 &&
           remit_json_count(remit_json_get(c->image, "RepoDigests")) == 0;
}

static struct remit_str authorization(const struct agent_task *task, size_t which,
                                      const struct agent_image_ref *image)
{
    const struct agent_container *c = &task->containers[which];

    if (c->registry.header.len > 0)
        return remit_secret_view(&c->registry.header);
    if (agent_registry_fits(&task->registry, image))
        return remit_secret_view(&task->registry.header);
    return remit_str_from(NULL, 0);
}

/* Says whose right was missing: the registry's words name the action, these name the role. */
static int pull_failed(const struct agent_task *task, const struct agent_image_ref *image,
                       const struct remit_err *why, struct remit_err *err)
{
    if (task->registry_denied.kind != REMIT_ERR_NONE && image->registry.len > 0)
        return remit_fail(
            err, why->kind, "ResourceInitializationError",
            "unable to pull secrets or registry auth: %.200s; without it, " REMIT_STR_FMT ": %s",
            task->registry_denied.text, REMIT_STR_ARG(image->text), why->text);
    if (has_execution_role(task))
        return remit_fail(err, why->kind, "CannotPullContainerError",
                          "pull image " REMIT_STR_FMT " with execution role " REMIT_STR_FMT ": %s",
                          REMIT_STR_ARG(image->text), REMIT_STR_ARG(task->execution_role),
                          why->text);
    return remit_fail(err, why->kind, "CannotPullContainerError",
                      "pull image " REMIT_STR_FMT ": %s", REMIT_STR_ARG(image->text), why->text);
}

static int pull(struct agent_task *task, size_t which, const struct agent_image_ref *image,
                struct remit_err *err)
{
    struct remit_err why = { 0 };

    for (int i = 0; i < PULL_TRIES; i++) {
        if (agent_engine_pull(task->engine, image, authorization(task, which, image), &why) == 0)
            return 0;
        if (!remit_err_is(&why, "PullFailed"))
            break;
        agent_task_sleep(task, agent_jitter((int64_t)PULL_AGAIN_MS << i));
    }
    if (agent_phase_retries(&why)) {
        *err = why;
        return -1;
    }
    return pull_failed(task, image, &why, err);
}

static int pull_one(struct agent_task *task, size_t which, struct remit_err *err)
{
    struct agent_container *c = &task->containers[which];
    struct agent_image_ref image;

    if (c->image != NULL) /* at an earlier try */
        return 0;
    TRY(image_of(c, &image, err));
    if (made_here(task, which, &image))
        return 0;
    remit_json_drop(&c->image);
    if (pull(task, which, &image, err) == 0 && take_image(task, which, &image, err) == 0)
        return 0;
    if (!agent_phase_retries(err))
        agent_reason(err, "CannotPullContainerError", c->reason);
    return -1;
}

int agent_step_pull(struct agent_task *task, struct remit_err *err)
{
    if (task->pull_started_at <= 0)
        task->pull_started_at = remit_clock_now_seconds();
    for (size_t i = 0; i < task->n_containers; i++)
        TRY(pull_one(task, i, err));
    task->pull_stopped_at = remit_clock_now_seconds();
    return 0;
}
