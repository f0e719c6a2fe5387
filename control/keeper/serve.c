#include "control/keeper/serve.h"

#include <string.h>

#include "common/os/clock.h"
#include "common/os/log.h"
#include "control/keeper/mint.h"
#include "control/keeper/secrets.h"

#define ARENA_MAX ((size_t)1024 * 1024)

/* An answer: its row, and the frame itself. Strings are the arena's or the keeper's. */
struct answer {
    const struct remit_frame_type *type;
    union {
        struct keeper_keys keys;
        struct keeper_created_answer created;
        struct keeper_derived derived;
        struct keeper_minted_answer minted;
        struct keeper_registered registered;
        struct keeper_done done;
        struct keeper_failed failed;
    } frame;
};

typedef int answer_fn(struct keeper *keeper, const void *question, struct remit_arena *arena,
                      struct answer *out, struct remit_err *err);

/* --- an answer for each question --- */

static int answer_keys(struct keeper *keeper, struct remit_arena *arena, struct answer *out,
                       struct remit_err *err)
{
    struct keeper_public_key *keys =
        REMIT_NEW_N(arena, struct keeper_public_key, REMIT_TOKEN_KEYS_MAX);

    TRY(remit_arena_check(arena, "an answer", err));
    for (size_t i = 0; i < keeper->set.count; i++) {
        const struct keeper_key *key = &keeper->set.keys[i];

        keys[i] = (struct keeper_public_key){
            .kid = remit_str_of(key->kid),
            .state = (uint8_t)key->state,
            .created_at = key->created_at,
            .public_pem = remit_str_of(key->public_pem),
            .certificate = remit_str_of(key->certificate),
        };
    }
    out->type = &keeper_frame_keys;
    out->frame.keys = (struct keeper_keys){
        .version = KEEPER_VERSION,
        .keys = { .items = keys, .count = keeper->set.count },
    };
    return 0;
}

static int answer_create(struct keeper *keeper, const void *question, struct remit_arena *arena,
                         struct answer *out, struct remit_err *err)
{
    const struct keeper_create *create = question;
    auto_buf struct remit_buf ciphertext = REMIT_BUF(KEEPER_CIPHERTEXT_MAX - 1);
    char id[KEEPER_ACCESS_KEY_ID_MAX + 1];

    out->type = &keeper_frame_created;
    TRY(keeper_create_key(keeper, (enum keeper_key_kind)create->kind, id,
                          &out->frame.created.secret_access_key, &ciphertext, err));
    out->frame.created.access_key_id = remit_arena_str(arena, remit_str_of(id));
    out->frame.created.ciphertext = remit_arena_str(arena, remit_buf_view(&ciphertext));
    return remit_arena_check(arena, "an answer", err);
}

static int answer_sign(struct keeper *keeper, const void *question, struct remit_arena *arena,
                       struct answer *out, struct remit_err *err)
{
    (void)arena;
    out->type = &keeper_frame_derived;
    return keeper_signing_key(keeper, question, remit_clock_now_at(), &out->frame.derived.key, err);
}

static int answer_data(struct keeper *keeper, const void *question, struct remit_arena *arena,
                       struct answer *out, struct remit_err *err)
{
    const struct keeper_data *data = question;

    (void)arena;
    out->type = &keeper_frame_derived;
    return keeper_stored_data_key(keeper, data->context, &out->frame.derived.key, err);
}

static int answer_mint(struct keeper *keeper, const void *question, struct remit_arena *arena,
                       struct answer *out, struct remit_err *err)
{
    struct keeper_minted minted = { .expires_at = 0 };

    out->type = &keeper_frame_minted;
    if (keeper_mint(keeper, question, remit_clock_now_at(), &minted, err) != 0) {
        remit_secret_drop(&minted.secret_access_key);
        return -1;
    }
    out->frame.minted = (struct keeper_minted_answer){
        .access_key_id = remit_arena_str(arena, remit_str_of(minted.access_key_id)),
        .secret_access_key = minted.secret_access_key,
        .session_token = minted.session_token,
        .expires_at = minted.expires_at,
    };
    return remit_arena_check(arena, "an answer", err);
}

static int answer_registry(struct keeper *keeper, const void *question, struct remit_arena *arena,
                           struct answer *out, struct remit_err *err)
{
    (void)arena;
    out->type = &keeper_frame_registered;
    return keeper_mint_registry(keeper, question, remit_clock_now_at(),
                                &out->frame.registered.token, err);
}

static int answer_retire(struct keeper *keeper, const void *question, struct remit_arena *arena,
                         struct answer *out, struct remit_err *err)
{
    const struct keeper_retire *retire = question;
    bool keys_changed = false;

    TRY(keeper_retire(keeper, retire->id, remit_clock_now_at(), &keys_changed, err));
    if (keys_changed)
        return answer_keys(keeper, arena, out, err);
    out->type = &keeper_frame_done;
    out->frame.done.version = KEEPER_VERSION;
    return 0;
}

static int answer_rotate(struct keeper *keeper, const void *question, struct remit_arena *arena,
                         struct answer *out, struct remit_err *err)
{
    (void)question;
    TRY(keeper_rotate(keeper, remit_clock_now_at(), err));
    return answer_keys(keeper, arena, out, err);
}

/* All that can be asked. */
static const struct remit_frame_type *const questions[] = {
    &keeper_frame_create,   &keeper_frame_sign,   &keeper_frame_data,   &keeper_frame_mint,
    &keeper_frame_registry, &keeper_frame_retire, &keeper_frame_rotate,
};
static answer_fn *const answers[REMIT_COUNT(questions)] = {
    answer_create,   answer_sign,   answer_data,   answer_mint,
    answer_registry, answer_retire, answer_rotate,
};

/* --- the loop --- */

static void fill_failed(const struct remit_err *why, struct answer *out)
{
    out->type = &keeper_frame_failed;
    out->frame.failed = (struct keeper_failed){
        .kind = (uint8_t)why->kind,
        .code = remit_str_of(why->code),
        .text = remit_str_of(why->text),
    };
    if (why->kind == REMIT_ERR_INTERNAL || why->kind == REMIT_ERR_UNAVAILABLE)
        remit_log_err(REMIT_LOG_ERROR, why, "a question has no answer");
}

static void answer_drop(struct answer *answer)
{
    if (answer->type != NULL)
        remit_frame_clear(answer->type, &answer->frame);
    *answer = (struct answer){ .type = NULL };
}
#define auto_answer REMIT_AUTO(answer_drop)

static int answer_question(struct keeper *keeper, const struct remit_frame_type *which,
                           const void *question, struct remit_arena *arena, struct answer *out,
                           struct remit_err *err)
{
    for (size_t i = 0; i < REMIT_COUNT(questions); i++)
        if (questions[i] == which)
            return answers[i](keeper, question, arena, out, err);
    return remit_fail(err, REMIT_ERR_INTERNAL, "KeeperUnavailable", "no answer to %s", which->name);
}

static int serve_one(struct keeper *keeper, int channel, struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(ARENA_MAX);
    auto_answer struct answer answer = { .type = NULL };
    const struct remit_frame_type *which = NULL;
    struct remit_err why = { 0 };
    void *question = NULL;

    TRY(remit_frame_read(channel, questions, REMIT_COUNT(questions), &arena, &which, &question,
                         err));
    if (answer_question(keeper, which, question, &arena, &answer, &why) != 0) {
        answer_drop(&answer);
        fill_failed(&why, &answer);
    }
    return remit_frame_write(channel, answer.type, &answer.frame, err);
}

static int greet(struct keeper *keeper, int channel, struct remit_err *err)
{
    auto_arena struct remit_arena arena = REMIT_ARENA(ARENA_MAX);
    struct answer hello = { .type = NULL };

    TRY(answer_keys(keeper, &arena, &hello, err));
    return remit_frame_write(channel, hello.type, &hello.frame, err);
}

int keeper_serve(struct keeper *keeper, int channel, struct remit_err *err)
{
    struct remit_err why = { 0 };
    int result = greet(keeper, channel, &why);

    while (result == 0)
        result = serve_one(keeper, channel, &why);
    if (remit_err_is(&why, "PeerGone"))
        return 0;
    if (err != NULL)
        *err = why;
    return -1;
}
