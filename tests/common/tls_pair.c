#include "tests/common/tls_pair.h"

#include <criterion/criterion.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

static void to_text(BIO *bio, char *out, size_t size)
{
    int len = BIO_read(bio, out, (int)size - 1);

    cr_assert(len > 0);
    out[len] = '\0';
    BIO_free(bio);
}

static void add_name(X509 *cert)
{
    X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1");

    cr_assert(names != NULL);
    cr_assert(X509_add_ext(cert, names, -1) == 1);
    X509_EXTENSION_free(names);
}

const struct tls_pair *tls_pair_make(void)
{
    static struct tls_pair pair;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *cert = X509_new();
    X509_NAME *subject = X509_get_subject_name(cert);
    BIO *bio = BIO_new(BIO_s_mem());

    cr_assert(key != NULL && cert != NULL);
    X509_set_version(cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
    X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
    X509_set_pubkey(cert, key);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1,
                               0);
    X509_set_issuer_name(cert, subject);
    add_name(cert);
    cr_assert(X509_sign(cert, key, EVP_sha256()) > 0);
    cr_assert(PEM_write_bio_X509(bio, cert) == 1);
    to_text(bio, pair.cert_pem, sizeof(pair.cert_pem));
    bio = BIO_new(BIO_s_mem());
    cr_assert(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1);
    to_text(bio, pair.key_pem, sizeof(pair.key_pem));
    X509_free(cert);
    EVP_PKEY_free(key);
    return &pair;
}
