#include "control/store/long_name.h"

#include "iam/crypto.h"

void control_long_name(struct remit_str name, struct control_long_name *out)
{
    out->start = remit_str_sub(name, 0, CONTROL_LONG_NAME_START);
    out->hash = remit_str_from("", 0);
    if (name.len == out->start.len)
        return;
    remit_crypto_sha256_hex(name, out->hex);
    out->hash = remit_str_from(out->hex, sizeof(out->hex));
}
