#include "common/os/random.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

void remit_random_bytes(void *out, size_t len)
{
    unsigned char *at = out;

    while (len > 0) {
        ssize_t n = getrandom(at, len, 0);

        if (n < 0 && errno == EINTR)
            continue;
        REMIT_REQUIRE(n > 0); /* without entropy there is nothing safe to go on with */
        at += n;
        len -= (size_t)n;
    }
}

const char *remit_random_uuid(char out[REMIT_UUID_TEXT])
{
    unsigned char b[16];

    remit_random_bytes(b, sizeof(b));
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40); /* version 4 */
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80); /* variant 10 */
    (void)snprintf(out, REMIT_UUID_TEXT,
                   "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
                   b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13],
                   b[14], b[15]);
    return out;
}

void remit_random_text(struct remit_buf *out, const char *alphabet, size_t len)
{
    size_t n = strlen(alphabet);
    unsigned limit = 0; /* bytes from here on would favour the first letters: drawn again */

    REMIT_REQUIRE(n > 0 && n <= 256);
    limit = (unsigned)(256 - 256 % n);
    while (len > 0) {
        unsigned char bytes[64];

        remit_random_bytes(bytes, sizeof(bytes));
        for (size_t i = 0; i < sizeof(bytes) && len > 0; i++) {
            if (bytes[i] >= limit)
                continue;
            remit_buf_put_byte(out, alphabet[bytes[i] % n]);
            len--;
        }
        explicit_bzero(bytes, sizeof(bytes)); /* the text may be a secret */
    }
}
