// A folder with a self-signed certificate for localhost, made for one test.
#pragma once

#include "proxy/net/settings.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

namespace ringfence::net {

struct own_certificate {
    std::filesystem::path folder;
    tls_files files;

    own_certificate() {
        std::string name =
            (std::filesystem::temp_directory_path() / "ringfence-test-XXXXXX").string();
        folder = mkdtemp(name.data());
        const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"),
                                                                      &EVP_PKEY_free);
        const std::unique_ptr<X509, decltype(&X509_free)> c(X509_new(), &X509_free);
        ASN1_INTEGER_set(X509_get_serialNumber(c.get()), 1);
        X509_gmtime_adj(X509_getm_notBefore(c.get()), -60);
        X509_gmtime_adj(X509_getm_notAfter(c.get()), 3600);
        X509_set_pubkey(c.get(), key.get());
        X509_NAME* n = X509_get_subject_name(c.get());
        X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
        X509_set_issuer_name(c.get(), n);
        X509_sign(c.get(), key.get(), EVP_sha256());
        files.certificate = (folder / "c.pem").string();
        files.key = (folder / "k.pem").string();
        FILE* f = std::fopen(files.certificate.c_str(), "w");
        PEM_write_X509(f, c.get());
        std::fclose(f);
        f = std::fopen(files.key.c_str(), "w");
        PEM_write_PrivateKey(f, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
        std::fclose(f);
    }
    ~own_certificate() { std::filesystem::remove_all(folder); }
    own_certificate(const own_certificate&) = delete;
};

} // namespace ringfence::net
