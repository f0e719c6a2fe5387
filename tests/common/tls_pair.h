/*
 * tls_pair.h - a certificate for 127.0.0.1 and its key, made when a test asks for them.
 *
 * Ownership: the texts are static.
 */
#pragma once

struct tls_pair {
    char cert_pem[4096];
    char key_pem[4096];
};
const struct tls_pair *tls_pair_make(void);
