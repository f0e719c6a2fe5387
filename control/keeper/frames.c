#include "control/keeper/frames.h"

#include "iam/crypto.h"

#define STR(type, member, max)    REMIT_FIELD(struct type, member, REMIT_FIELD_STR, max)
#define NUMBER(type, member, as)  REMIT_FIELD(struct type, member, REMIT_FIELD_##as, 0)
#define SECRET(type, member, max) REMIT_FIELD(struct type, member, REMIT_FIELD_SECRET, max)

#define DATE_CHARS     8
#define SCOPE_MAX      64 /* of a region, of a service */
#define ARN_MAX        2048
#define WORD_MAX       64
#define CODE_MAX       64
#define SECRET_MAX     64
#define NAME_MAX_      256
#define REGISTERED_MAX 16384

static const struct remit_field create[] = {
    NUMBER(keeper_create, kind, U8),
};
static const struct remit_field sign[] = {
    STR(keeper_sign, access_key_id, KEEPER_ACCESS_KEY_ID_MAX),
    STR(keeper_sign, ciphertext, KEEPER_CIPHERTEXT_MAX),
    STR(keeper_sign, date, DATE_CHARS),
    STR(keeper_sign, region, SCOPE_MAX),
    STR(keeper_sign, service, SCOPE_MAX),
};
static const struct remit_field data[] = {
    STR(keeper_data, context, KEEPER_CONTEXT_MAX),
};
static const struct remit_field mint[] = {
    STR(keeper_session, subject, ARN_MAX),
    STR(keeper_session, role, ARN_MAX),
    STR(keeper_session, source, ARN_MAX),
    STR(keeper_session, purpose, WORD_MAX),
    STR(keeper_session, policy, 2 * REMIT_TOKEN_MAX),
    STR(keeper_session, container_instance, ARN_MAX),
    STR(keeper_session, caller_proof, WORD_MAX),
    STR(keeper_session, extra, 2 * REMIT_TOKEN_MAX),
    NUMBER(keeper_session, issued_at, I64),
    NUMBER(keeper_session, duration_s, I64),
};
static const struct remit_field access_fields[] = {
    STR(keeper_registry_access, name, NAME_MAX_),
    STR(keeper_registry_access, actions, WORD_MAX),
};
static const struct remit_frame_element access_element = {
    .fields = access_fields,
    .n_fields = REMIT_COUNT(access_fields),
    .size = sizeof(struct keeper_registry_access),
};
static const struct remit_field registry[] = {
    STR(keeper_registry, subject, ARN_MAX),
    STR(keeper_registry, audience, NAME_MAX_),
    REMIT_FIELD_LIST_OF(struct keeper_registry, access, &access_element, KEEPER_ACCESS_MAX),
    NUMBER(keeper_registry, issued_at, I64),
    NUMBER(keeper_registry, duration_s, I64),
};
static const struct remit_field retire[] = {
    STR(keeper_retire, id, REMIT_FINGERPRINT_TEXT),
};
static const struct remit_field rotate[] = {
    NUMBER(keeper_rotate, version, U8),
};

static const struct remit_field public_key[] = {
    STR(keeper_public_key, kid, REMIT_TOKEN_KID_MAX),
    NUMBER(keeper_public_key, state, U8),
    NUMBER(keeper_public_key, created_at, I64),
    STR(keeper_public_key, public_pem, KEEPER_PUBLIC_MAX),
    STR(keeper_public_key, certificate, KEEPER_CERTIFICATE_MAX),
};
static const struct remit_frame_element public_key_element = {
    .fields = public_key,
    .n_fields = REMIT_COUNT(public_key),
    .size = sizeof(struct keeper_public_key),
};
static const struct remit_field keys[] = {
    NUMBER(keeper_keys, version, U8),
    REMIT_FIELD_LIST_OF(struct keeper_keys, keys, &public_key_element, REMIT_TOKEN_KEYS_MAX),
};
static const struct remit_field created[] = {
    STR(keeper_created_answer, access_key_id, KEEPER_ACCESS_KEY_ID_MAX),
    SECRET(keeper_created_answer, secret_access_key, SECRET_MAX),
    STR(keeper_created_answer, ciphertext, KEEPER_CIPHERTEXT_MAX - 1),
};
static const struct remit_field derived[] = {
    SECRET(keeper_derived, key, SECRET_MAX),
};
static const struct remit_field minted[] = {
    STR(keeper_minted_answer, access_key_id, KEEPER_ACCESS_KEY_ID_MAX),
    SECRET(keeper_minted_answer, secret_access_key, SECRET_MAX),
    SECRET(keeper_minted_answer, session_token, REMIT_TOKEN_MAX),
    NUMBER(keeper_minted_answer, expires_at, I64),
};
static const struct remit_field registered[] = {
    SECRET(keeper_registered, token, REGISTERED_MAX),
};
static const struct remit_field done[] = {
    NUMBER(keeper_done, version, U8),
};
static const struct remit_field failed[] = {
    NUMBER(keeper_failed, kind, U8),
    STR(keeper_failed, code, CODE_MAX),
    STR(keeper_failed, text, REMIT_ERR_TEXT_MAX),
};

#define FRAME(number, word, struct_tag)                                                            \
    const struct remit_frame_type keeper_frame_##word = {                                          \
        .type = (number),                                                                          \
        .name = #word,                                                                             \
        .fields = word,                                                                            \
        .n_fields = REMIT_COUNT(word),                                                             \
        .size = sizeof(struct struct_tag),                                                         \
    }

FRAME(0x0301, create, keeper_create);
FRAME(0x0302, sign, keeper_sign);
FRAME(0x0303, data, keeper_data);
FRAME(0x0304, mint, keeper_session);
FRAME(0x0305, registry, keeper_registry);
FRAME(0x0306, retire, keeper_retire);
FRAME(0x0307, rotate, keeper_rotate);
FRAME(0x0311, keys, keeper_keys);
FRAME(0x0312, created, keeper_created_answer);
FRAME(0x0313, derived, keeper_derived);
FRAME(0x0314, minted, keeper_minted_answer);
FRAME(0x0315, registered, keeper_registered);
FRAME(0x0316, done, keeper_done);
FRAME(0x031f, failed, keeper_failed);
