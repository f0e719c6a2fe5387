#include "common/os/frames_metadata.h"

#define STR(type, member, max)    REMIT_FIELD(struct type, member, REMIT_FIELD_STR, max)
#define NUMBER(type, member, as)  REMIT_FIELD(struct type, member, REMIT_FIELD_##as, 0)
#define SECRET(type, member, max) REMIT_FIELD(struct type, member, REMIT_FIELD_SECRET, max)

#define CODE_MAX       64
#define NAME_MAX_BYTES 255
#define ARN_MAX        2048
#define PEER_MAX       64
#define AGENT_MAX      128

static const struct remit_field attach[] = {
    STR(remit_metadata_attach, name, REMIT_WORKER_NAME_MAX),
    NUMBER(remit_metadata_attach, listener, FD),
    NUMBER(remit_metadata_attach, channel, FD),
};
static const struct remit_field attach_relay[] = {
    STR(remit_metadata_attach_relay, name, REMIT_WORKER_NAME_MAX),
    NUMBER(remit_metadata_attach_relay, listener, FD),
    NUMBER(remit_metadata_attach_relay, channel, FD),
    NUMBER(remit_metadata_attach_relay, relay_listener, FD),
};
static const struct remit_field attached[] = {
    STR(remit_metadata_attached, name, REMIT_WORKER_NAME_MAX),
    STR(remit_metadata_attached, code, CODE_MAX),
    STR(remit_metadata_attached, text, REMIT_ERR_TEXT_MAX),
};

static const struct remit_field container[] = {
    STR(remit_metadata_container, endpoint_id, REMIT_ENDPOINT_ID_MAX),
    STR(remit_metadata_container, name, NAME_MAX_BYTES),
    SECRET(remit_metadata_container, token, REMIT_AUTH_TOKEN_MAX),
};
static const struct remit_frame_element container_element = {
    .fields = container,
    .n_fields = REMIT_COUNT(container),
    .size = sizeof(struct remit_metadata_container),
};
static const struct remit_field task[] = {
    STR(remit_metadata_task, task_id, REMIT_TASK_ID_MAX),
    STR(remit_metadata_task, task_arn, ARN_MAX),
    STR(remit_metadata_task, credentials_id, REMIT_CREDENTIALS_ID_MAX),
    REMIT_FIELD_LIST_OF(struct remit_metadata_task, containers, &container_element,
                        REMIT_TASK_CONTAINERS_MAX),
};
static const struct remit_field document[] = {
    STR(remit_metadata_document, task_id, REMIT_TASK_ID_MAX),
    STR(remit_metadata_document, endpoint_id, REMIT_ENDPOINT_ID_MAX),
    NUMBER(remit_metadata_document, kind, U8),
    STR(remit_metadata_document, body, REMIT_DOCUMENT_MAX),
};
static const struct remit_field credentials[] = {
    STR(remit_metadata_credentials, task_id, REMIT_TASK_ID_MAX),
    STR(remit_metadata_credentials, credentials_id, REMIT_CREDENTIALS_ID_MAX),
    NUMBER(remit_metadata_credentials, expires_at, I64),
    NUMBER(remit_metadata_credentials, valid_until_boot_ms, I64),
    SECRET(remit_metadata_credentials, body, REMIT_CREDENTIALS_BODY_MAX),
};
static const struct remit_field detach[] = {
    STR(remit_metadata_detach, task_id, REMIT_TASK_ID_MAX),
    NUMBER(remit_metadata_detach, end, U8),
};
static const struct remit_field adopt[] = {
    NUMBER(remit_metadata_adopt, version, U8),
};

static const struct remit_field ready[] = {
    STR(remit_metadata_ready, task_id, REMIT_TASK_ID_MAX),
    STR(remit_metadata_ready, code, CODE_MAX),
    NUMBER(remit_metadata_ready, expires_at, I64),
};
static const struct remit_field adopted[] = {
    NUMBER(remit_metadata_adopted, n_tasks, U16),
    NUMBER(remit_metadata_adopted, served, U64),
};
static const struct remit_field served[] = {
    NUMBER(remit_metadata_served, at, I64),
    NUMBER(remit_metadata_served, count, U32),
    NUMBER(remit_metadata_served, lost, U64),
    NUMBER(remit_metadata_served, status, U16),
    STR(remit_metadata_served, reason, CODE_MAX),
    STR(remit_metadata_served, task_id, REMIT_TASK_ID_MAX),
    STR(remit_metadata_served, endpoint_id, REMIT_ENDPOINT_ID_MAX),
    STR(remit_metadata_served, container, NAME_MAX_BYTES),
    STR(remit_metadata_served, peer, PEER_MAX),
    STR(remit_metadata_served, user_agent, AGENT_MAX),
    STR(remit_metadata_served, presented_id, REMIT_CREDENTIALS_ID_MAX),
};

#define FRAME(number, word)                                                                        \
    const struct remit_frame_type remit_frame_##word = {                                           \
        .type = (number),                                                                          \
        .name = #word,                                                                             \
        .fields = word,                                                                            \
        .n_fields = REMIT_COUNT(word),                                                             \
        .size = sizeof(struct remit_metadata_##word),                                              \
    }

FRAME(0x0201, attach);
FRAME(0x0202, attach_relay);
FRAME(0x0203, attached);
FRAME(0x0211, task);
FRAME(0x0212, document);
FRAME(0x0213, credentials);
FRAME(0x0214, detach);
FRAME(0x0215, adopt);
FRAME(0x0221, ready);
FRAME(0x0222, adopted);
FRAME(0x0223, served);

const struct remit_frame_type *const remit_frames_to_metadata[] = {
    &remit_frame_attach,
    &remit_frame_attach_relay,
};
const size_t remit_frames_to_metadata_count = REMIT_COUNT(remit_frames_to_metadata);

const struct remit_frame_type *const remit_frames_to_worker[] = {
    &remit_frame_task,   &remit_frame_document, &remit_frame_credentials,
    &remit_frame_detach, &remit_frame_adopt,
};
const size_t remit_frames_to_worker_count = REMIT_COUNT(remit_frames_to_worker);

const struct remit_frame_type *const remit_frames_to_agent[] = {
    &remit_frame_ready,
    &remit_frame_adopted,
    &remit_frame_served,
};
const size_t remit_frames_to_agent_count = REMIT_COUNT(remit_frames_to_agent);
