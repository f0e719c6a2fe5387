#include "agent/opener/frames.h"

#include <remit/err.h>

static const struct remit_field listen_fields[] = {
    REMIT_FIELD(struct opener_listen, netns, REMIT_FIELD_FD, 0),
    REMIT_FIELD(struct opener_listen, place, REMIT_FIELD_U8, 0),
};
static const struct remit_field listening_fields[] = {
    REMIT_FIELD(struct opener_listening, web, REMIT_FIELD_FD, 0),
    REMIT_FIELD(struct opener_listening, relay, REMIT_FIELD_FD, 0),
};
static const struct remit_field failed_fields[] = {
    REMIT_FIELD(struct opener_failed, kind, REMIT_FIELD_U8, 0),
    REMIT_FIELD(struct opener_failed, os, REMIT_FIELD_U32, 0),
    REMIT_FIELD(struct opener_failed, text, REMIT_FIELD_STR, REMIT_ERR_TEXT_MAX),
};

const struct remit_frame_type opener_listen_frame = {
    .type = 1,
    .name = "listen",
    .fields = listen_fields,
    .n_fields = REMIT_COUNT(listen_fields),
    .size = sizeof(struct opener_listen),
};
const struct remit_frame_type opener_listening_frame = {
    .type = 2,
    .name = "listening",
    .fields = listening_fields,
    .n_fields = REMIT_COUNT(listening_fields),
    .size = sizeof(struct opener_listening),
};
const struct remit_frame_type opener_failed_frame = {
    .type = 3,
    .name = "failed",
    .fields = failed_fields,
    .n_fields = REMIT_COUNT(failed_fields),
    .size = sizeof(struct opener_failed),
};
