#include "control/ecs_record.h"

#include "control/store/record.h"

/* ---- writing ---- */

static void write_ports(struct remit_jw *w, const char *name, const struct ecs_ports *ports)
{
    if (ports->n == 0)
        return;
    remit_jw_key(w, name);
    remit_jw_array(w);
    for (size_t i = 0; i < ports->n; i++)
        remit_jw_int(w, ports->items[i]);
    remit_jw_end(w);
}

static void write_amount(struct remit_jw *w, const char *name, const struct ecs_amount *amount)
{
    remit_jw_key(w, name);
    remit_jw_object(w);
    remit_jw_put_int(w, "cpu", amount->cpu);
    remit_jw_put_int(w, "memory", amount->memory);
    write_ports(w, "tcp", &amount->tcp);
    write_ports(w, "udp", &amount->udp);
    remit_jw_end(w);
}

static void write_text(struct remit_jw *w, const struct ecs_member *m, struct remit_str value)
{
    if (value.len == 0)
        return;
    remit_jw_key(w, m->name);
    if (m->kind == ECS_JSON)
        remit_jw_raw(w, value);
    else
        remit_jw_str(w, value);
}

static void write_number(struct remit_jw *w, const char *name, int64_t value)
{
    if (value != 0)
        remit_jw_put_int(w, name, value);
}

static void write_time(struct remit_jw *w, const char *name, double at)
{
    if (at <= 0)
        return;
    remit_jw_key(w, name);
    remit_jw_real(w, at);
}

static void members_write(struct remit_jw *w, const struct ecs_members *members, const void *from);

static void write_list(struct remit_jw *w, const struct ecs_member *m, const void *from)
{
    const char *items = *(const char *const *)((const char *)from + m->at);
    size_t n = *(const size_t *)((const char *)from + m->count_at);

    if (n == 0)
        return;
    remit_jw_key(w, m->name);
    remit_jw_array(w);
    for (size_t i = 0; i < n; i++) {
        remit_jw_object(w);
        members_write(w, m->element, items + i * m->element->size);
        remit_jw_end(w);
    }
    remit_jw_end(w);
}

static void write_member(struct remit_jw *w, const struct ecs_member *m, const void *from)
{
    const void *field = (const char *)from + m->at;

    switch (m->kind) {
    case ECS_TEXT:
    case ECS_JSON:
        write_text(w, m, *(const struct remit_str *)field);
        break;
    case ECS_INT:
        write_number(w, m->name, *(const int64_t *)field);
        break;
    case ECS_COUNT:
        write_number(w, m->name, *(const unsigned *)field);
        break;
    case ECS_TIME:
        write_time(w, m->name, *(const double *)field);
        break;
    case ECS_FLAG:
        if (*(const bool *)field)
            remit_jw_put_bool(w, m->name, true);
        break;
    case ECS_STATUS:
        remit_jw_put_cstr(w, m->name, ecs_status_name(*(const enum ecs_status *)field));
        break;
    case ECS_AMOUNT:
        write_amount(w, m->name, field);
        break;
    case ECS_LIST:
        write_list(w, m, from);
        break;
    }
}

static void members_write(struct remit_jw *w, const struct ecs_members *members, const void *from)
{
    for (size_t i = 0; i < members->n; i++)
        write_member(w, &members->items[i], from);
}

/* ---- reading ---- */

static bool read_ports(const struct remit_json *list, struct remit_arena *arena,
                       struct ecs_ports *out)
{
    size_t n = remit_json_count(list);

    *out = (struct ecs_ports){ .items = REMIT_NEW_N(arena, uint16_t, n) };
    for (size_t i = 0; i < n && out->items != NULL; i++) {
        int64_t port = remit_json_int(remit_json_at(list, i));

        if (port < 1 || port > 65535 || (i > 0 && port <= out->items[i - 1]))
            return false;
        out->items[out->n++] = (uint16_t)port;
    }
    return out->items != NULL;
}

static bool read_amount(const struct remit_json *object, struct remit_arena *arena,
                        struct ecs_amount *out)
{
    out->cpu = remit_json_int(remit_json_get(object, "cpu"));
    out->memory = remit_json_int(remit_json_get(object, "memory"));
    return out->cpu >= 0 && out->memory >= 0 &&
           read_ports(remit_json_get(object, "tcp"), arena, &out->tcp) &&
           read_ports(remit_json_get(object, "udp"), arena, &out->udp);
}

static bool read_json(const struct remit_json *value, struct remit_arena *arena,
                      struct remit_str *out)
{
    auto_buf struct remit_buf text = REMIT_BUF(CONTROL_STORE_VALUE_MAX);

    remit_json_dump(value, &text);
    *out = remit_arena_str(arena, remit_buf_view(&text));
    return remit_buf_ok(&text) && out->ptr != NULL;
}

static bool fits(enum ecs_member_kind kind, enum remit_json_type is)
{
    switch (kind) {
    case ECS_TEXT:
    case ECS_STATUS:
        return is == REMIT_JSON_STRING;
    case ECS_JSON:
        return is == REMIT_JSON_ARRAY || is == REMIT_JSON_OBJECT;
    case ECS_INT:
    case ECS_COUNT:
        return is == REMIT_JSON_INT;
    case ECS_TIME:
        return is == REMIT_JSON_INT || is == REMIT_JSON_REAL;
    case ECS_FLAG:
        return is == REMIT_JSON_BOOL;
    case ECS_AMOUNT:
        return is == REMIT_JSON_OBJECT;
    case ECS_LIST:
        return is == REMIT_JSON_ARRAY;
    }
    return false;
}

/* What is wrong is told as the name of the member, NULL when nothing is. */
static const char *members_read(const struct remit_json *object, const struct ecs_members *members,
                                struct remit_arena *arena, void *into);

static bool read_list(const struct ecs_member *m, const struct remit_json *list,
                      struct remit_arena *arena, void *into)
{
    size_t n = remit_json_count(list);
    char *items = remit_arena_take_n(arena, n, m->element->size);

    for (size_t i = 0; i < n && items != NULL; i++)
        if (members_read(remit_json_at(list, i), m->element, arena, items + i * m->element->size))
            return false;
    *(void **)((char *)into + m->at) = items;
    *(size_t *)((char *)into + m->count_at) = n;
    return items != NULL;
}

static bool read_member(const struct ecs_member *m, const struct remit_json *value,
                        struct remit_arena *arena, void *into)
{
    void *field = (char *)into + m->at;

    switch (m->kind) {
    case ECS_TEXT:
        *(struct remit_str *)field = remit_arena_str(arena, remit_json_str(value));
        return ((struct remit_str *)field)->ptr != NULL;
    case ECS_JSON:
        return read_json(value, arena, field);
    case ECS_INT:
        *(int64_t *)field = remit_json_int(value);
        return true;
    case ECS_COUNT:
        *(unsigned *)field = (unsigned)remit_json_int(value);
        return remit_json_int(value) >= 0 && remit_json_int(value) <= UINT32_MAX;
    case ECS_TIME:
        *(double *)field = remit_json_real(value);
        return true;
    case ECS_FLAG:
        *(bool *)field = remit_json_true(value);
        return true;
    case ECS_STATUS:
        *(enum ecs_status *)field = ecs_status_of(remit_json_str(value));
        return *(enum ecs_status *)field != ECS_NONE || remit_json_str(value).len == 0;
    case ECS_AMOUNT:
        return read_amount(value, arena, field);
    case ECS_LIST:
        return read_list(m, value, arena, into);
    }
    return false;
}

static bool is_empty(const struct ecs_member *m, const void *field)
{
    return m->kind == ECS_STATUS ? *(const enum ecs_status *)field == ECS_NONE
                                 : ((const struct remit_str *)field)->len == 0;
}

static const char *members_read(const struct remit_json *object, const struct ecs_members *members,
                                struct remit_arena *arena, void *into)
{
    for (size_t i = 0; i < members->n; i++) {
        const struct ecs_member *m = &members->items[i];
        const struct remit_json *value = remit_json_get(object, m->name);

        if (remit_json_type(value) != REMIT_JSON_NONE &&
            (!fits(m->kind, remit_json_type(value)) || !read_member(m, value, arena, into)))
            return m->name;
        if (m->must && is_empty(m, (const char *)into + m->at))
            return m->name;
    }
    return NULL;
}

int ecs_record_parse(const struct control_store_entry *entry, const struct ecs_members *members,
                     struct remit_arena *arena, void *into, struct remit_err *err)
{
    auto_json struct remit_json *record = NULL;
    const char *wrong = NULL;

    TRY(control_record_parse(entry, &record, err));
    wrong = members_read(record, members, arena, into);
    TRY(remit_arena_check(arena, "a record", err));
    return wrong == NULL
               ? 0
               : remit_fail(err, REMIT_ERR_INTERNAL, "StoreCorrupt",
                            REMIT_STR_FMT ": wrong member '%s'", REMIT_STR_ARG(entry->key), wrong);
}

int ecs_record_read(struct control_store *store, const struct control_key *key,
                    const struct ecs_members *members, struct remit_arena *arena, void *into,
                    uint64_t *revision, struct remit_err *err)
{
    struct control_store_entry entry = { 0 };

    TRY(control_store_get(store, control_key_str(key), arena, &entry, err));
    *revision = entry.revision;
    return entry.revision == 0 ? 0 : ecs_record_parse(&entry, members, arena, into, err);
}

/* ---- to the store ---- */

static void record_write(const struct ecs_members *members, const void *from, struct remit_buf *out)
{
    struct remit_jw w = REMIT_JW(out);

    control_record_begin(&w);
    members_write(&w, members, from);
    remit_jw_end(&w);
}

int ecs_record_text(const struct ecs_members *members, const void *from, struct remit_arena *arena,
                    struct remit_str *out, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(CONTROL_STORE_VALUE_MAX);

    record_write(members, from, &text);
    TRY(remit_buf_check(&text, "a record", err));
    *out = remit_arena_str(arena, remit_buf_view(&text));
    return remit_arena_check(arena, "a record", err);
}

int ecs_record_put(struct control_store_txn *txn, const struct control_key *key,
                   const struct ecs_members *members, const void *from, uint64_t revision,
                   struct remit_arena *arena, struct remit_err *err)
{
    auto_buf struct remit_buf text = REMIT_BUF(CONTROL_STORE_VALUE_MAX);

    record_write(members, from, &text);
    return control_record_put(txn, remit_arena_str(arena, control_key_str(key)), revision, &text,
                              arena, err);
}
