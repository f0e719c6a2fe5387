#include "control/sealed.h"

#include "common/base/encode.h"
#include "common/os/random.h"
#include "control/keeper/client.h"
#include "iam/crypto.h"

int control_sealed_put(struct control_call *call, struct remit_str context, struct remit_str plain,
                       struct remit_str *out, struct remit_err *err)
{
    auto_buf struct remit_buf sealed = REMIT_BUF(REMIT_SECRET_MAX + REMIT_SEAL_OVERHEAD);
    auto_buf struct remit_buf text = REMIT_BUF(CONTROL_BODY_MAX);
    auto_secret struct remit_secret key = { 0 };
    unsigned char nonce[REMIT_SEAL_NONCE_BYTES];

    TRY(keeper_client_data_key(call->keeper, context, &key, err));
    remit_random_bytes(nonce, sizeof(nonce));
    TRY(remit_crypto_seal(remit_secret_view(&key), nonce, context, plain, &sealed, err));
    remit_base64_put(&text, remit_buf_view(&sealed));
    TRY(remit_buf_check(&text, "a sealed value", err));
    *out = remit_arena_str(call->arena, remit_buf_view(&text));
    return remit_arena_check(call->arena, "a sealed value", err);
}

int control_sealed_open(struct control_call *call, struct remit_str context, struct remit_str text,
                        struct remit_secret *out, struct remit_err *err)
{
    auto_buf struct remit_buf sealed = REMIT_BUF(REMIT_SECRET_MAX + REMIT_SEAL_OVERHEAD);
    auto_secret struct remit_secret key = { 0 };

    TRY(remit_base64_decode(text, &sealed, err));
    TRY(keeper_client_data_key(call->keeper, context, &key, err));
    return remit_crypto_open(remit_secret_view(&key), context, remit_buf_view(&sealed), out, err);
}
