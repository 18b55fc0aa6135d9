// Certificates and keys as PEM, made for a test.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace ringfence::config::test {

inline std::string text_of(BIO* bio) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string out(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return out;
}

struct made_certificate {
    std::string certificate;
    std::string key;
    std::string encrypted_key; // with a passphrase

    explicit made_certificate(long valid_for = 3600) {
        const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pair(EVP_EC_gen("P-256"),
                                                                       &EVP_PKEY_free);
        const std::unique_ptr<X509, decltype(&X509_free)> c(X509_new(), &X509_free);
        X509_gmtime_adj(X509_getm_notBefore(c.get()), -60);
        X509_gmtime_adj(X509_getm_notAfter(c.get()), valid_for);
        X509_set_pubkey(c.get(), pair.get());
        X509_sign(c.get(), pair.get(), EVP_sha256());
        BIO* out = BIO_new(BIO_s_mem());
        PEM_write_bio_X509(out, c.get());
        certificate = text_of(out);
        out = BIO_new(BIO_s_mem());
        PEM_write_bio_PrivateKey(out, pair.get(), nullptr, nullptr, 0, nullptr, nullptr);
        key = text_of(out);
        out = BIO_new(BIO_s_mem());
        PEM_write_bio_PKCS8PrivateKey(out, pair.get(), EVP_aes_128_cbc(), "passphrase", 10, nullptr,
                                      nullptr);
        encrypted_key = text_of(out);
    }
};

} // namespace ringfence::config::test
