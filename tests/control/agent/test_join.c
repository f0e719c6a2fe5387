/* Join tokens and the container instances that they admit. */
#include <pthread.h>

#include "control/iam_data.h"
#include "tests/control/agent/scene.h"
#include "tests/lib/rows.h"

TestSuite(agent_join, .init = scene_open, .fini = scene_close, .timeout = 100);

#define RESOURCES                                                                                  \
    "'totalResources':[{'name':'CPU','type':'INTEGER','integerValue':2048},"                       \
    "{'name':'MEMORY','type':'INTEGER','integerValue':4096},"                                      \
    "{'name':'PORTS','type':'STRINGSET','stringSetValue':['22','2375']}]"

static const char *new_token(void)
{
    auto_json struct remit_json *made =
        scene_must(&control_create_join_token, scene_root(), "{'cluster':'default'}");

    return remit_arena_str(&face.arena, remit_json_str(remit_json_get(made, "accessKeyId"))).ptr;
}

static struct iam_access_key read_token(const char *id, struct remit_err *err)
{
    struct iam_access_key key = { 0 };

    (void)!iam_access_key_read(face.store, remit_str_of(id), &face.arena, &key, err);
    return key;
}

/* ---- CreateJoinToken ---- */

Test(agent_join, token_is_made_for_one_cluster_and_expires)
{
    auto_json struct remit_json *made = scene_must(&control_create_join_token, scene_root(),
                                                   "{'cluster':'default','expiresInSeconds':60}");
    const char *id = remit_json_str(remit_json_get(made, "accessKeyId")).ptr;
    struct iam_access_key key = read_token(id, NULL);
    struct control_store_entry entry = { 0 };

    cr_expect(scene_is(made, "cluster", "default"));
    cr_expect(remit_json_real(remit_json_get(made, "expiresAt")) == FACE_NOW + 60);
    cr_expect(remit_json_str(remit_json_get(made, "secretAccessKey")).len == 40);
    cr_expect(key.kind == IAM_KEY_JOIN && key.active);
    cr_expect(remit_str_equal(key.cluster, REMIT_STR("default")));
    cr_expect(eq(i64, key.expires_at, FACE_NOW + 60));
    cr_assert(control_store_get(face.store, iam_access_key_path(remit_str_of(id), &face.arena),
                                &face.arena, &entry, NULL) == 0);
    cr_expect(entry.lease != 0, "its record goes by itself");
}

Test(agent_join, token_is_for_the_default_cluster_and_an_hour_unless_told)
{
    auto_json struct remit_json *made = scene_must(&control_create_join_token, scene_root(), "{}");

    cr_expect(scene_is(made, "cluster", "default"));
    cr_expect(remit_json_real(remit_json_get(made, "expiresAt")) == FACE_NOW + 3600);
}

static const struct refused_row {
    const char *name, *input;
    enum remit_err_kind kind;
    const char *code;
} refused_rows[] = {
    { "too short", "{'expiresInSeconds':59}", REMIT_ERR_INVALID, "InvalidParameterException" },
    { "too long", "{'expiresInSeconds':604801}", REMIT_ERR_INVALID, "InvalidParameterException" },
    { "no such cluster", "{'cluster':'nowhere'}", REMIT_ERR_NOT_FOUND, "ClusterNotFoundException" },
    { "wrong type", "{'cluster':7}", REMIT_ERR_INVALID, "SerializationException" },
};
ROWS(agent_join, token_that_can_not_be_is_refused, refused_rows)
{
    const struct refused_row *row = &refused_rows[*row_index];
    auto_result struct scene_result r =
        scene_call(&control_create_join_token, scene_root(), "%s", row->input);

    scene_refused(&r, row->kind, row->code);
}

Test(agent_join, only_the_root_user_makes_tokens)
{
    auto_result struct scene_result r =
        scene_call(&control_create_join_token, scene_agent(SCENE_OURS), "{}");

    scene_refused(&r, REMIT_ERR_DENIED, "AccessDenied");
}

/* ---- Join ---- */

Test(agent_join, token_admits_an_instance)
{
    const char *token = new_token();
    auto_json struct remit_json *joined =
        scene_must(&control_join, scene_join_token(token, "default"),
                   "{'hostName':'box','versionInfo':{'agentVersion':'1','unknown':'x'}," RESOURCES
                   ",'attributes':[{'name':'ecs.os-type','value':'linux'}]}");
    struct remit_token_claims session = scene_session(joined, "credentials");
    struct remit_str arn = remit_json_str(remit_json_get(joined, "containerInstanceArn"));
    const char *id = arn.ptr + arn.len - ECS_ID_LEN;
    struct ecs_instance instance = scene_instance_read(id);
    struct remit_err err = { 0 };

    cr_expect(scene_is(joined, "clusterArn", SCENE_ECS("cluster/default")));
    cr_expect(scene_is(joined, "accountId", FACE_ACCOUNT));
    cr_expect(scene_is(joined, "region", "eu-west-1"));
    cr_expect(SAYS(session.purpose, "instance"));
    cr_expect(remit_str_equal(session.container_instance, arn));
    cr_expect(remit_str_equal(instance.arn, arn));
    cr_expect(eq(int, (int)instance.status, ECS_ACTIVE));
    cr_expect(eq(i64, instance.registered.cpu, 2048));
    cr_expect(eq(i64, instance.registered.memory, 4096));
    cr_expect(ecs_ports_has(&instance.registered.tcp, 2375));
    cr_expect(remit_str_equal(instance.host, REMIT_STR("box")));
    cr_expect(remit_str_equal(instance.version_info, REMIT_STR("{\"agentVersion\":\"1\"}")));
    cr_expect(ecs_instance_attribute(&instance, REMIT_STR("ecs.os-type")) != NULL);
    cr_expect(ecs_instance_attribute(&instance, REMIT_STR("ecs.availability-zone")) != NULL);
    (void)read_token(token, &err);
    cr_expect(remit_err_is(&err, "NoSuchEntity"), "the token is gone");
}

Test(agent_join, used_token_admits_nobody)
{
    const char *token = new_token();
    auto_json struct remit_json *joined =
        scene_must(&control_join, scene_join_token(token, "default"), "{" RESOURCES "}");
    auto_result struct scene_result r =
        scene_call(&control_join, scene_join_token(token, "default"), "{" RESOURCES "}");

    cr_expect(joined != NULL);
    scene_refused(&r, REMIT_ERR_UNAUTHENTICATED, "InvalidClientTokenId");
}

static void expect_token_left(const char *token)
{
    struct remit_err err = { 0 };

    cr_expect(eq(int, (int)read_token(token, &err).kind, IAM_KEY_JOIN), "%s", err.text);
}

Test(agent_join, failing_to_join_costs_no_token)
{
    const char *token = new_token();
    auto_result struct scene_result none =
        scene_call(&control_join, scene_join_token(token, "default"), "{}");

    scene_refused(&none, REMIT_ERR_INVALID, "InvalidParameterException");
    fake_keeper_away(true);
    auto_result struct scene_result away =
        scene_call(&control_join, scene_join_token(token, "default"), "{" RESOURCES "}");
    scene_refused(&away, REMIT_ERR_UNAVAILABLE, "KeeperUnavailable");
    fake_keeper_away(false);
    scene_cluster("default", ECS_INACTIVE);
    auto_result struct scene_result inactive =
        scene_call(&control_join, scene_join_token(token, "default"), "{" RESOURCES "}");
    scene_refused(&inactive, REMIT_ERR_INVALID, "ClientException");
    expect_token_left(token);
}

Test(agent_join, token_is_no_way_to_anything_else)
{
    const char *token = new_token();
    auto_result struct scene_result r =
        scene_call(&control_poll, scene_join_token(token, "default"),
                   "{'containerInstanceArn':'" SCENE_INSTANCE_ARN(SCENE_OURS) "','bootId':"
                                                                              "'" SCENE_BOOT "'}");

    scene_refused(&r, REMIT_ERR_DENIED, "AccessDenied");
    expect_token_left(token);
}

static const char *const bad_resources[] = {
    "'totalResources':[]",
    "'totalResources':[{'name':'CPU','integerValue':-1}]",
    "'totalResources':[{'name':'CPU','integerValue':1},{'name':'CPU','integerValue':1}]",
    "'totalResources':[{'name':'PORTS','stringSetValue':['65536']}]",
    RESOURCES ",'attributes':[{'name':'a'},{'name':'a'}]",
};
ROWS(agent_join, impossible_resources_are_refused, bad_resources)
{
    const char *token = new_token();
    auto_result struct scene_result r = scene_call(
        &control_join, scene_join_token(token, "default"), "{%s}", bad_resources[*row_index]);

    scene_refused(&r, REMIT_ERR_INVALID, "InvalidParameterException");
    expect_token_left(token);
}

/* ---- C12 ---- */

#define TRIES 1000

static pthread_barrier_t barrier;
static const char *tokens[TRIES];
static _Atomic int joined_with[TRIES];
static _Atomic int lost;

static void *redeem(void *unused)
{
    (void)unused;
    for (int i = 0; i < TRIES; i++) {
        struct scene_result r;

        (void)pthread_barrier_wait(&barrier);
        r = scene_call(&control_join, scene_join_token(tokens[i], "default"), "{" RESOURCES "}");
        if (r.result == 0)
            joined_with[i]++;
        else if (remit_err_is(&r.err, "InvalidClientTokenId"))
            lost++;
        scene_drop(&r);
    }
    return NULL;
}

static int count_one(void *self, const struct control_store_entry *entry, struct remit_err *err)
{
    (void)entry;
    (void)err;
    ++*(int *)self;
    return 0;
}

Test(agent_join, of_two_concurrent_uses_exactly_one_succeeds)
{
    struct control_key prefix = control_key_instances(REMIT_STR("default"));
    pthread_t threads[2];
    int instances = 0;

    face.server.audit = NULL; /* two thousand syncs would only slow it down */
    for (int i = 0; i < TRIES; i++)
        tokens[i] = new_token();
    (void)pthread_barrier_init(&barrier, NULL, 2);
    for (int i = 0; i < 2; i++)
        cr_assert(pthread_create(&threads[i], NULL, redeem, NULL) == 0);
    for (int i = 0; i < 2; i++)
        (void)pthread_join(threads[i], NULL);
    for (int i = 0; i < TRIES; i++)
        cr_assert(eq(int, joined_with[i], 1), "try %d", i);
    cr_expect(eq(int, lost, TRIES));
    cr_assert(control_store_scan(face.store, control_key_str(&prefix), REMIT_STR(""), count_one,
                                 &instances, NULL, NULL) == 0);
    cr_expect(eq(int, instances, TRIES + 2), "and no instance came of a lost race");
}

/* ---- RenewInstance ---- */

#define OURS "'containerInstanceArn':'" SCENE_INSTANCE_ARN(SCENE_OURS) "'"

Test(agent_join, renewing_gives_a_new_session_and_connects)
{
    auto_json struct remit_json *renewed =
        scene_must(&control_renew_instance, scene_agent(SCENE_OURS), "{" OURS "}");
    struct remit_token_claims session = scene_session(renewed, "credentials");
    struct ecs_instance instance = scene_instance_read(SCENE_OURS);
    bool connected = false;

    cr_expect(SAYS(session.container_instance, SCENE_INSTANCE_ARN(SCENE_OURS)));
    cr_expect(SAYS(session.purpose, "instance"));
    cr_expect(eq(i64, instance.version, 1), "nothing was given, nothing is written");
    cr_assert(ecs_instance_connected(face.store, &instance, &face.arena, &connected, NULL) == 0);
    cr_expect(connected);
}

Test(agent_join, renewing_takes_what_is_given_and_keeps_the_rest)
{
    auto_json struct remit_json *renewed =
        scene_must(&control_renew_instance, scene_agent(SCENE_OURS),
                   "{" OURS ",'versionInfo':{'agentVersion':'2'},"
                   "'totalResources':[{'name':'CPU','integerValue':512}],"
                   "'attributes':[{'name':'new','value':'1'}]}");
    struct ecs_instance instance = scene_instance_read(SCENE_OURS);

    cr_expect(renewed != NULL);
    cr_expect(eq(i64, instance.registered.cpu, 512));
    cr_expect(remit_str_equal(instance.version_info, REMIT_STR("{\"agentVersion\":\"2\"}")));
    cr_expect(ecs_instance_attribute(&instance, REMIT_STR("new")) != NULL);
    cr_expect(ecs_instance_attribute(&instance, REMIT_STR("ecs.os-type")) != NULL);
}

Test(agent_join, deregistered_instance_gets_no_session)
{
    unsigned before = fake_keeper_minted();

    scene_instance_status(SCENE_OURS, ECS_INACTIVE);
    auto_result struct scene_result r =
        scene_call(&control_renew_instance, scene_agent(SCENE_OURS), "{" OURS "}");
    scene_refused(&r, REMIT_ERR_INVALID, "InactiveInstanceException");
    cr_expect(eq(int, (int)fake_keeper_minted(), (int)before));
}

Test(agent_join, instance_may_name_only_itself_in_words_that_tell_nothing)
{
    auto_result struct scene_result other =
        scene_call(&control_renew_instance, scene_agent(SCENE_OURS),
                   "{'containerInstanceArn':'" SCENE_INSTANCE_ARN(SCENE_OTHER) "'}");
    auto_result struct scene_result none = scene_call(
        &control_renew_instance, scene_agent(SCENE_OURS),
        "{'containerInstanceArn':'" SCENE_INSTANCE_ARN("33333333333333333333333333333333") "'}");
    size_t told = strlen(other.err.text) - strlen(SCENE_INSTANCE_ARN(SCENE_OTHER));

    scene_refused(&other, REMIT_ERR_DENIED, "AccessDeniedException");
    scene_refused(&none, REMIT_ERR_DENIED, "AccessDeniedException");
    cr_expect(strncmp(other.err.text, none.err.text, told) == 0, "%s\n%s", other.err.text,
              none.err.text);
}
