/* ECS's records in the store: what is written comes back, and what is held comes back once. */
#include "control/ecs_data.h"

#include <criterion/criterion.h>

#include "control/store/keys.h"
#include "tests/lib/expect.h"
#include "tests/lib/rows.h"

#define ARN(tail) "arn:aws:ecs:us-east-1:123456789012:" tail

static struct control_store *store;
static struct remit_arena arena = REMIT_ARENA((size_t)16 << 20);
static uint16_t tcp[] = { 80, 443 }, taken[] = { 22 };

static void open_store(void)
{
    cr_assert(control_store_ram_open(&store, NULL) == 0);
}

static void close_store(void)
{
    control_store_drop(&store);
    remit_arena_drop(&arena);
}

TestSuite(ecs_data, .init = open_store, .fini = close_store, .timeout = 30);

#define OK(call)                                                                                   \
    do {                                                                                           \
        struct remit_err err = { 0 };                                                              \
                                                                                                   \
        cr_assert(0 == (call), "%s: %s", err.code, err.text);                                      \
    } while (0)

static struct ecs_instance an_instance(void)
{
    static struct ecs_attribute attributes[] = { { REMIT_STR_INIT("a"), REMIT_STR_INIT("1") },
                                                 { REMIT_STR_INIT("b"), REMIT_STR_INIT("") } };

    return (struct ecs_instance){
        .id = REMIT_STR("i"),
        .cluster = REMIT_STR("c"),
        .arn = REMIT_STR(ARN("container-instance/c/i")),
        .cluster_arn = REMIT_STR(ARN("cluster/c")),
        .status = ECS_ACTIVE,
        .registered = { .cpu = 1024, .memory = 1000, .tcp = { taken, 1 } },
        .used = { .cpu = 256, .memory = 300, .tcp = { tcp, 2 } },
        .attributes = attributes,
        .n_attributes = 2,
        .version_info = REMIT_STR("{\"agentVersion\":\"1\"}"),
        .registered_at = 1785000000.25,
    };
}

static struct ecs_task a_task(void)
{
    static struct ecs_container containers[] = { { .name = REMIT_STR_INIT("app"),
                                                   .arn = REMIT_STR_INIT(ARN("container/c/t/u")),
                                                   .essential = true,
                                                   .last_status = ECS_PENDING } };

    return (struct ecs_task){
        .id = REMIT_STR("t"),
        .cluster = REMIT_STR("c"),
        .arn = REMIT_STR(ARN("task/c/t")),
        .cluster_arn = REMIT_STR(ARN("cluster/c")),
        .family = REMIT_STR("web"),
        .definition_arn = REMIT_STR(ARN("task-definition/web:1")),
        .definition = 1,
        .instance = REMIT_STR("i"),
        .instance_arn = REMIT_STR(ARN("container-instance/c/i")),
        .last_status = ECS_PENDING,
        .desired_status = ECS_RUNNING,
        .group = REMIT_STR("family:web"),
        .held = { .cpu = 256, .memory = 300, .tcp = { tcp, 2 } },
        .containers = containers,
        .n_containers = 1,
    };
}

static void put_both(void)
{
    struct control_store_txn txn = { 0 };
    struct ecs_instance instance = an_instance();
    struct ecs_task task = a_task();

    OK(ecs_instance_put(&txn, &instance, &arena, &err));
    OK(ecs_task_put(&txn, &task, &arena, &err));
    OK(control_store_commit(store, &txn, NULL, &err));
}

static struct ecs_task read_task(void)
{
    struct ecs_task task;

    OK(ecs_task_read(store, REMIT_STR("c"), REMIT_STR("t"), &arena, &task, &err));
    return task;
}

static struct ecs_instance read_instance(void)
{
    struct ecs_instance instance;

    OK(ecs_instance_read(store, REMIT_STR("c"), REMIT_STR("i"), &arena, &instance, &err));
    return instance;
}

Test(ecs_data, an_instance_comes_back_as_it_was_put)
{
    struct ecs_instance back;

    put_both();
    back = read_instance();
    EXPECT_STR(back.arn, ARN("container-instance/c/i"));
    cr_expect(back.status == ECS_ACTIVE && back.version == 1 && back.revision > 0);
    cr_expect(back.registered.cpu == 1024 && back.registered.tcp.items[0] == 22);
    cr_expect(back.used.memory == 300 && back.used.tcp.n == 2 && back.used.tcp.items[1] == 443);
    cr_expect(back.n_attributes == 2);
    EXPECT_STR(back.attributes[0].value, "1");
    EXPECT_STR(back.attributes[1].value, "");
    EXPECT_STR(back.version_info, "{\"agentVersion\":\"1\"}");
    cr_expect(back.registered_at == 1785000000.25);
}

Test(ecs_data, what_is_not_there_is_zero)
{
    struct ecs_cluster cluster;
    struct ecs_definition definition;

    cr_expect(read_task().revision == 0 && read_task().desired_status == ECS_NONE);
    cr_expect(read_instance().revision == 0);
    OK(ecs_cluster_read(store, REMIT_STR(""), &arena, &cluster, &err));
    cr_expect(cluster.revision == 0);
    OK(ecs_definition_read(store, REMIT_STR("web"), 0, &arena, &definition, &err));
    cr_expect(definition.revision == 0);
}

static const struct {
    const char *name, *record;
} corrupt[] = {
    { "no JSON", "{" },
    { "another version", "{\"v\":2,\"id\":\"i\"}" },
    { "without what must be there", "{\"v\":1,\"id\":\"i\"}" },
    { "a status that is none",
      "{\"v\":1,\"id\":\"i\",\"cluster\":\"c\",\"arn\":\"a\",\"clusterArn\":\"a\",\"status\":"
      "\"ALIVE\"}" },
    { "a number for a text", "{\"v\":1,\"id\":1}" },
    { "ports out of order",
      "{\"v\":1,\"id\":\"i\",\"cluster\":\"c\",\"arn\":\"a\",\"clusterArn\":\"a\",\"status\":"
      "\"ACTIVE\",\"used\":{\"cpu\":0,\"memory\":0,\"tcp\":[2,1]}}" },
    { "an attribute without a name",
      "{\"v\":1,\"id\":\"i\",\"cluster\":\"c\",\"arn\":\"a\",\"clusterArn\":\"a\",\"status\":"
      "\"ACTIVE\",\"attributes\":[{}]}" },
};
ROWS(ecs_data, a_record_that_can_not_be_read_is_no_record, corrupt)
{
    struct control_key key = control_key_instance(REMIT_STR("c"), REMIT_STR("i"));
    struct control_store_txn txn = { 0 };
    struct ecs_instance instance;
    struct remit_err why = { 0 };

    control_store_put(&txn, control_key_str(&key), remit_str_of(corrupt[*row_index].record));
    OK(control_store_commit(store, &txn, NULL, &err));
    cr_expect(ecs_instance_read(store, REMIT_STR("c"), REMIT_STR("i"), &arena, &instance, &why) ==
              -1);
    cr_expect(why.kind == REMIT_ERR_INTERNAL);
    EXPECT_TEXT(why.code, "StoreCorrupt");
}

/* ---- saving tasks ---- */

static bool placed(void)
{
    struct control_key key = control_key_placed(REMIT_STR("c"), REMIT_STR("i"), REMIT_STR("t"));
    struct control_store_entry entry = { 0 };

    OK(control_store_get(store, control_key_str(&key), &arena, &entry, &err));
    return entry.revision != 0;
}

Test(ecs_data, a_task_that_becomes_stopped_gives_back_once_and_is_no_longer_placed)
{
    struct ecs_task task;

    put_both();
    cr_expect(placed());
    task = read_task();
    task.last_status = ECS_STOPPED;
    OK(ecs_task_save(store, &task, &arena, &err));
    cr_expect(!placed());
    cr_expect(read_instance().used.cpu == 0 && read_instance().used.memory == 0);
    cr_expect(read_instance().used.tcp.n == 0);
    cr_expect(read_task().desired_status == ECS_STOPPED, "its sessions would live on");
    OK(ecs_task_save(store, &task, &arena, &err)); /* the same struct again */
    task = read_task();
    OK(ecs_task_save(store, &task, &arena, &err));
    cr_expect(read_instance().version == 2, "it was given back again");
}

Test(ecs_data, a_save_that_lost_the_race_changes_nothing)
{
    struct ecs_task one, two;
    struct remit_err why = { 0 };

    put_both();
    one = read_task();
    two = read_task();
    one.last_status = ECS_RUNNING;
    OK(ecs_task_save(store, &one, &arena, &err));
    two.last_status = ECS_STOPPED;
    cr_expect(ecs_task_save(store, &two, &arena, &why) == -1);
    cr_expect(why.kind == REMIT_ERR_CONFLICT);
    EXPECT_TEXT(why.code, "StoreConflict");
    cr_expect(read_task().last_status == ECS_RUNNING && placed());
    cr_expect(read_instance().used.cpu == 256);
}

Test(ecs_data, a_status_never_goes_back)
{
    struct ecs_task task;
    struct remit_err why = { 0 };

    put_both();
    task = read_task();
    task.last_status = ECS_RUNNING;
    OK(ecs_task_save(store, &task, &arena, &err));
    task.last_status = ECS_PENDING;
    cr_expect(ecs_task_save(store, &task, &arena, &why) == -1);
    cr_expect(why.kind == REMIT_ERR_INTERNAL);
    task = read_task();
    task.desired_status = ECS_STOPPED;
    OK(ecs_task_save(store, &task, &arena, &err));
    task.desired_status = ECS_RUNNING;
    cr_expect(ecs_task_save(store, &task, &arena, &why) == -1);
}

/* ---- names ---- */

static const struct {
    const char *text, *cluster, *id;
    bool refused;
} refs[] = {
    { "t", "", "t", false },
    { ARN("task/c/t"), "c", "t", false },
    { ARN("task/t"), "", "t", false },
    { "arn:aws:ecs:us-east-1:210987654321:task/c/t", "c", "", false },
    { "arn:aws:ecs:eu-west-1:123456789012:task/c/t", "c", "", false },
    { "arn:aws-cn:ecs:us-east-1:123456789012:task/c/t", "c", "", false },
    { ARN("cluster/c"), "", "", true },
    { "arn:aws:s3:::task/c/t", "", "", true },
    { "arn:nonsense", "", "", true },
    { ARN("task"), "", "", true },
    { ARN("task/c/t/u"), "c", "t/u", false }, /* nothing has such an id */
};
ROWS(ecs_data, a_name_or_an_arn, refs)
{
    const struct control_config config = { .account = REMIT_STR("123456789012"),
                                           .region = REMIT_STR("us-east-1"),
                                           .partition = REMIT_STR("aws") };
    struct remit_err why = { 0 };
    struct ecs_ref ref;

    cr_expect((ecs_ref_parse(&config, "task", remit_str_of(refs[*row_index].text), &ref, &why) !=
               0) == refs[*row_index].refused);
    if (refs[*row_index].refused) {
        EXPECT_TEXT(why.code, "InvalidParameterException");
        cr_expect(strncmp(why.text, "Invalid identifier: 'arn:", 24) == 0, "%s", why.text);
        return;
    }
    EXPECT_STR(ref.cluster, refs[*row_index].cluster);
    EXPECT_STR(ref.id, refs[*row_index].id);
}

Test(ecs_data, ports_join_and_part)
{
    uint16_t some[] = { 443, 80, 443, 22 };
    struct ecs_ports a = { tcp, 2 };
    struct ecs_ports b = { some, 4 };
    struct ecs_ports both, rest;

    ecs_ports_settle(&b);
    cr_expect(b.n == 3 && b.items[0] == 22 && b.items[2] == 443);
    both = ecs_ports_union(&a, &b, &arena);
    cr_expect(both.n == 3);
    rest = ecs_ports_minus(&both, &a, &arena);
    cr_expect(rest.n == 1 && rest.items[0] == 22);
}
