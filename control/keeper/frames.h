/*
 * frames.h - the arrow from remit-control to its keeper: six questions, each with its answer.
 *
 * The channel is a SEQPACKET socket that the keeper inherits as descriptor 3; frames are those of
 * common/os/frame.h. The keeper speaks first (keys: its hello). A question is answered before the
 * next one is read.
 *
 *   create    a long-term access key                   created
 *   sign      a scope's signing key                    derived
 *   data      a stored value's key                     derived
 *   mint      a role session (struct keeper_session)   minted
 *   registry  a token for docker-registry              registered
 *   retire    an access key id, or a token key's id    done, or keys
 *   rotate    the token signing key                    keys
 *
 * Any of them may be answered by failed. A frame that is none of these ends the keeper.
 */
#pragma once

#include <stdint.h>

#include <remit/secret.h>
#include <remit/str.h>

#include "common/os/frame.h"
#include "control/keeper/client.h"

#define KEEPER_FD              3 /* the channel, in the keeper */
#define KEEPER_VERSION         1
#define KEEPER_CONTEXT_MAX     2048
#define KEEPER_ACCESS_MAX      16
#define KEEPER_CERTIFICATE_MAX 2048
#define KEEPER_PUBLIC_MAX      512

enum keeper_key_state {
    KEEPER_KEY_NEXT = 1, /* verifies, and signs after the next rotation: known before it is used */
    KEEPER_KEY_ACTIVE,   /* signs */
    KEEPER_KEY_OLD,      /* verifies until its last token has expired; its private half is gone */
};

struct keeper_public_key {
    struct remit_str kid;
    uint8_t state; /* enum keeper_key_state */
    int64_t created_at;
    struct remit_str public_pem;
    struct remit_str certificate;
};
struct keeper_keys {
    uint8_t version;
    struct remit_frame_list keys; /* of struct keeper_public_key; one of them is active */
};

struct keeper_create {
    uint8_t kind; /* enum keeper_key_kind */
};
struct keeper_sign {
    struct remit_str access_key_id;
    struct remit_str ciphertext;
    struct remit_str date;
    struct remit_str region;
    struct remit_str service;
};
struct keeper_data {
    struct remit_str context;
};
struct keeper_registry {
    struct remit_str subject;
    struct remit_str audience;
    struct remit_frame_list access; /* of struct keeper_registry_access */
    int64_t issued_at;
    int64_t duration_s;
};
struct keeper_retire {
    struct remit_str id;
};
struct keeper_rotate {
    uint8_t version;
};

struct keeper_created_answer {
    struct remit_str access_key_id;
    struct remit_secret secret_access_key;
    struct remit_str ciphertext;
};
struct keeper_derived {
    struct remit_secret key;
};
struct keeper_minted_answer {
    struct remit_str access_key_id;
    struct remit_secret secret_access_key;
    struct remit_secret session_token;
    int64_t expires_at;
};
struct keeper_registered {
    struct remit_secret token;
};
struct keeper_done {
    uint8_t version;
};
struct keeper_failed {
    uint8_t kind; /* enum remit_err_kind */
    struct remit_str code;
    struct remit_str text;
};

extern const struct remit_frame_type keeper_frame_create;
extern const struct remit_frame_type keeper_frame_sign;
extern const struct remit_frame_type keeper_frame_data;
extern const struct remit_frame_type keeper_frame_mint;
extern const struct remit_frame_type keeper_frame_registry;
extern const struct remit_frame_type keeper_frame_retire;
extern const struct remit_frame_type keeper_frame_rotate;

extern const struct remit_frame_type keeper_frame_keys;
extern const struct remit_frame_type keeper_frame_created;
extern const struct remit_frame_type keeper_frame_derived;
extern const struct remit_frame_type keeper_frame_minted;
extern const struct remit_frame_type keeper_frame_registered;
extern const struct remit_frame_type keeper_frame_done;
extern const struct remit_frame_type keeper_frame_failed;
