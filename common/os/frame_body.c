#include "common/os/frame_internal.h"

#include <stdarg.h>
#include <stdio.h>

#include "common/os/fd.h"

#define FRAME_MAGIC 0x31464d52U /* "RMF1" */
#define HEAD_BYTES  12          /* magic, type, descriptors, length */

static const size_t int_bytes[] = {
    [REMIT_FIELD_U8] = 1,  [REMIT_FIELD_U16] = 2, [REMIT_FIELD_U32] = 4,
    [REMIT_FIELD_U64] = 8, [REMIT_FIELD_I64] = 8,
};

int remit_frame_malformed(struct remit_err *err, const char *fmt, ...)
{
    char text[REMIT_ERR_TEXT_MAX];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return remit_fail(err, REMIT_ERR_INVALID, "MalformedFrame", "%s", text);
}

void remit_frame_fds_drop(struct remit_frame_fds *fds)
{
    for (size_t i = 0; i < fds->count; i++)
        remit_fd_drop(&fds->fd[i]);
    fds->count = 0;
}

static bool is_fd(enum remit_field_kind kind)
{
    return kind == REMIT_FIELD_FD || kind == REMIT_FIELD_FD_OR_NONE;
}

/* --- writing --- */

struct writer {
    const struct remit_frame_type *type;
    struct remit_buf *out;
    struct remit_frame_fds *fds;
};

static void put_int(struct remit_buf *out, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        remit_buf_put_byte(out, (char)(value >> (8 * i) & 255));
}

static uint64_t load_int(const void *at, size_t bytes)
{
    switch (bytes) {
    case 1:
        return *(const uint8_t *)at;
    case 2:
        return *(const uint16_t *)at;
    case 4:
        return *(const uint32_t *)at;
    default:
        return *(const uint64_t *)at;
    }
}

static int put_bytes(struct writer *w, const struct remit_field *field, struct remit_str bytes,
                     struct remit_err *err)
{
    if (bytes.len > field->max)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded",
                          "frame %s: %s of %zu bytes, the most is %zu", w->type->name, field->name,
                          bytes.len, field->max);
    put_int(w->out, bytes.len, 4);
    remit_buf_put(w->out, bytes);
    return 0;
}

static void put_fd(struct writer *w, const struct remit_field *field, int fd)
{
    if (field->kind == REMIT_FIELD_FD_OR_NONE)
        remit_buf_put_byte(w->out, fd >= 0);
    if (field->kind == REMIT_FIELD_FD_OR_NONE && fd < 0)
        return;
    REMIT_REQUIRE(fd >= 0 && w->fds->count < REMIT_FRAME_FDS_MAX);
    w->fds->fd[w->fds->count++] = fd;
}

static int put_fields(struct writer *w, const struct remit_field *fields, size_t n_fields,
                      const void *from, struct remit_err *err);

static int put_list(struct writer *w, const struct remit_field *field,
                    const struct remit_frame_list *list, struct remit_err *err)
{
    const struct remit_frame_element *element = field->element;

    if (list->count > field->max || list->count > UINT16_MAX)
        return remit_fail(err, REMIT_ERR_LIMIT, "LimitExceeded",
                          "frame %s: %zu of %s, the most is %zu", w->type->name, list->count,
                          field->name, field->max);
    put_int(w->out, list->count, 2);
    for (size_t i = 0; i < list->count; i++)
        TRY(put_fields(w, element->fields, element->n_fields,
                       (const char *)list->items + i * element->size, err));
    return 0;
}

static int put_field(struct writer *w, const struct remit_field *field, const void *at,
                     struct remit_err *err)
{
    switch (field->kind) {
    case REMIT_FIELD_STR:
        return put_bytes(w, field, *(const struct remit_str *)at, err);
    case REMIT_FIELD_SECRET:
        return put_bytes(w, field, remit_secret_view(at), err);
    case REMIT_FIELD_LIST:
        return put_list(w, field, at, err);
    case REMIT_FIELD_FD:
    case REMIT_FIELD_FD_OR_NONE:
        put_fd(w, field, *(const int *)at);
        return 0;
    case REMIT_FIELD_U8:
    case REMIT_FIELD_U16:
    case REMIT_FIELD_U32:
    case REMIT_FIELD_U64:
    case REMIT_FIELD_I64:
    default:
        put_int(w->out, load_int(at, int_bytes[field->kind]), int_bytes[field->kind]);
        return 0;
    }
}

static int put_fields(struct writer *w, const struct remit_field *fields, size_t n_fields,
                      const void *from, struct remit_err *err)
{
    for (size_t i = 0; i < n_fields; i++)
        TRY(put_field(w, &fields[i], (const char *)from + fields[i].offset, err));
    return 0;
}

static void patch(struct remit_buf *packet, size_t at, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        packet->ptr[at + i] = (char)(value >> (8 * i) & 255);
}

int remit_frame_encode(const struct remit_frame_type *type, const void *frame,
                       struct remit_buf *packet, struct remit_frame_fds *fds, struct remit_err *err)
{
    struct writer w = { type, packet, fds };

    put_int(packet, FRAME_MAGIC, 4);
    put_int(packet, type->type, 2);
    put_int(packet, 0, 2 + 4); /* descriptors and length: known behind the body */
    TRY(put_fields(&w, type->fields, type->n_fields, frame, err));
    TRY(remit_buf_check(packet, type->name, err));
    patch(packet, 6, fds->count, 2);
    patch(packet, 8, packet->len - HEAD_BYTES, 4);
    return 0;
}

/* --- reading --- */

struct reader {
    const struct remit_frame_type *type;
    struct remit_str rest;
    struct remit_frame_fds *fds;
    size_t next_fd;
    struct remit_arena *arena;
};

static int take_int(struct reader *r, const char *name, size_t bytes, uint64_t *out,
                    struct remit_err *err)
{
    uint64_t value = 0;

    if (r->rest.len < bytes)
        return remit_frame_malformed(err, "frame %s: ends in %s", r->type->name, name);
    for (size_t i = 0; i < bytes; i++)
        value |= (uint64_t)(unsigned char)r->rest.ptr[i] << (8 * i);
    r->rest = remit_str_sub(r->rest, bytes, r->rest.len);
    *out = value;
    return 0;
}

static void store_int(void *at, uint64_t value, size_t bytes)
{
    switch (bytes) {
    case 1:
        *(uint8_t *)at = (uint8_t)value;
        return;
    case 2:
        *(uint16_t *)at = (uint16_t)value;
        return;
    case 4:
        *(uint32_t *)at = (uint32_t)value;
        return;
    default:
        *(uint64_t *)at = value;
    }
}

static int take_bytes(struct reader *r, const struct remit_field *field, struct remit_str *out,
                      struct remit_err *err)
{
    uint64_t len = 0;

    TRY(take_int(r, field->name, 4, &len, err));
    if (len > field->max)
        return remit_frame_malformed(err, "frame %s: %s of %u bytes, the most is %zu",
                                     r->type->name, field->name, (unsigned)len, field->max);
    if (len > r->rest.len)
        return remit_frame_malformed(err, "frame %s: ends in %s", r->type->name, field->name);
    *out = remit_str_sub(r->rest, 0, len);
    r->rest = remit_str_sub(r->rest, len, r->rest.len);
    return 0;
}

static int take_str(struct reader *r, const struct remit_field *field, struct remit_str *at,
                    struct remit_err *err)
{
    struct remit_str bytes;

    TRY(take_bytes(r, field, &bytes, err));
    *at = remit_arena_str(r->arena, bytes);
    return remit_arena_check(r->arena, r->type->name, err);
}

static int take_secret(struct reader *r, const struct remit_field *field, struct remit_secret *at,
                       struct remit_err *err)
{
    struct remit_str bytes;

    TRY(take_bytes(r, field, &bytes, err));
    return remit_secret_copy(bytes, at, err);
}

static int take_fd(struct reader *r, const struct remit_field *field, int *at,
                   struct remit_err *err)
{
    uint64_t there = 1;

    if (field->kind == REMIT_FIELD_FD_OR_NONE)
        TRY(take_int(r, field->name, 1, &there, err));
    if (there > 1)
        return remit_frame_malformed(err, "frame %s: %s is neither there nor not", r->type->name,
                                     field->name);
    if (there == 0)
        return 0;
    if (r->next_fd >= r->fds->count)
        return remit_frame_malformed(err, "frame %s: no descriptor for %s", r->type->name,
                                     field->name);
    *at = remit_fd_steal(&r->fds->fd[r->next_fd++]);
    return 0;
}

static int take_fields(struct reader *r, const struct remit_field *fields, size_t n_fields,
                       void *into, struct remit_err *err);

static int take_list(struct reader *r, const struct remit_field *field,
                     struct remit_frame_list *list, struct remit_err *err)
{
    const struct remit_frame_element *element = field->element;
    uint64_t count = 0;

    TRY(take_int(r, field->name, 2, &count, err));
    if (count > field->max)
        return remit_frame_malformed(err, "frame %s: %u of %s, the most is %zu", r->type->name,
                                     (unsigned)count, field->name, field->max);
    list->items = remit_arena_take_n(r->arena, count, element->size);
    TRY(remit_arena_check(r->arena, r->type->name, err));
    list->count = count; /* all are zeroed: clearing after a failure half way is safe */
    for (size_t i = 0; i < count; i++)
        TRY(take_fields(r, element->fields, element->n_fields,
                        (char *)list->items + i * element->size, err));
    return 0;
}

static int take_field(struct reader *r, const struct remit_field *field, void *at,
                      struct remit_err *err)
{
    uint64_t value = 0;

    switch (field->kind) {
    case REMIT_FIELD_STR:
        return take_str(r, field, at, err);
    case REMIT_FIELD_SECRET:
        return take_secret(r, field, at, err);
    case REMIT_FIELD_LIST:
        return take_list(r, field, at, err);
    case REMIT_FIELD_FD:
    case REMIT_FIELD_FD_OR_NONE:
        return take_fd(r, field, at, err);
    case REMIT_FIELD_U8:
    case REMIT_FIELD_U16:
    case REMIT_FIELD_U32:
    case REMIT_FIELD_U64:
    case REMIT_FIELD_I64:
    default:
        TRY(take_int(r, field->name, int_bytes[field->kind], &value, err));
        store_int(at, value, int_bytes[field->kind]);
        return 0;
    }
}

static int take_fields(struct reader *r, const struct remit_field *fields, size_t n_fields,
                       void *into, struct remit_err *err)
{
    for (size_t i = 0; i < n_fields; i++)
        TRY(take_field(r, &fields[i], (char *)into + fields[i].offset, err));
    return 0;
}

/* Checks the head, finds the row and leaves the body in r->rest. */
static int take_head(struct reader *r, const struct remit_frame_type *const *types, size_t n_types,
                     struct remit_err *err)
{
    static const struct remit_frame_type head = { .name = "head" };
    uint64_t magic = 0;
    uint64_t type = 0;
    uint64_t n_fds = 0;
    uint64_t len = 0;

    r->type = &head;
    TRY(take_int(r, "magic", 4, &magic, err));
    TRY(take_int(r, "type", 2, &type, err));
    TRY(take_int(r, "number of descriptors", 2, &n_fds, err));
    TRY(take_int(r, "length", 4, &len, err));
    if (magic != FRAME_MAGIC)
        return remit_frame_malformed(err, "magic %08x", (unsigned)magic);
    if (n_fds != r->fds->count)
        return remit_frame_malformed(err, "%u descriptors said, %zu came", (unsigned)n_fds,
                                     r->fds->count);
    if (len != r->rest.len)
        return remit_frame_malformed(err, "a body of %u bytes said, %zu came", (unsigned)len,
                                     r->rest.len);
    for (size_t i = 0; i < n_types; i++) {
        r->type = types[i];
        if (types[i]->type == type)
            return 0;
    }
    return remit_frame_malformed(err, "type %u is not one for here", (unsigned)type);
}

static int take_body(struct reader *r, void *frame, struct remit_err *err)
{
    TRY(take_fields(r, r->type->fields, r->type->n_fields, frame, err));
    if (r->rest.len != 0)
        return remit_frame_malformed(err, "frame %s: %zu bytes left over", r->type->name,
                                     r->rest.len);
    if (r->next_fd != r->fds->count)
        return remit_frame_malformed(err, "frame %s: %zu descriptors left over", r->type->name,
                                     r->fds->count - r->next_fd);
    return 0;
}

static void set_fds_none(const struct remit_frame_type *type, void *frame)
{
    for (size_t i = 0; i < type->n_fields; i++)
        if (is_fd(type->fields[i].kind))
            *(int *)(void *)((char *)frame + type->fields[i].offset) = -1;
}

int remit_frame_decode_with(struct remit_str packet, struct remit_frame_fds *fds,
                            const struct remit_frame_type *const *types, size_t n_types,
                            struct remit_arena *arena, const struct remit_frame_type **which,
                            void **frame, struct remit_err *err)
{
    struct reader r = { .rest = packet, .fds = fds, .arena = arena };
    void *into = NULL;

    TRY(take_head(&r, types, n_types, err));
    into = remit_arena_take(arena, r.type->size);
    TRY(remit_arena_check(arena, r.type->name, err));
    set_fds_none(r.type, into);
    if (take_body(&r, into, err) != 0) {
        remit_frame_clear(r.type, into);
        return -1;
    }
    *which = r.type;
    *frame = into;
    return 0;
}

int remit_frame_decode(struct remit_str packet, const struct remit_frame_type *const *types,
                       size_t n_types, struct remit_arena *arena,
                       const struct remit_frame_type **which, void **frame, struct remit_err *err)
{
    struct remit_frame_fds none = { .count = 0 };

    return remit_frame_decode_with(packet, &none, types, n_types, arena, which, frame, err);
}

static void clear_fields(const struct remit_field *fields, size_t n_fields, void *from)
{
    for (size_t i = 0; i < n_fields; i++) {
        void *at = (char *)from + fields[i].offset;

        if (fields[i].kind == REMIT_FIELD_SECRET)
            remit_secret_drop(at);
        if (is_fd(fields[i].kind))
            remit_fd_drop(at);
        if (fields[i].kind != REMIT_FIELD_LIST)
            continue;
        for (size_t k = 0; k < ((struct remit_frame_list *)at)->count; k++)
            clear_fields(fields[i].element->fields, fields[i].element->n_fields,
                         (char *)((struct remit_frame_list *)at)->items +
                             k * fields[i].element->size);
    }
}

void remit_frame_clear(const struct remit_frame_type *type, void *frame)
{
    clear_fields(type->fields, type->n_fields, frame);
}
