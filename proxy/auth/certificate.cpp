#include "proxy/auth/certificate.h"

#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>

namespace ringfence::auth {
namespace {

void add(std::vector<std::string>& names, const ASN1_STRING* text) {
    const auto* data = reinterpret_cast<const char*>(ASN1_STRING_get0_data(text));
    std::string name(data, static_cast<std::size_t>(ASN1_STRING_length(text)));
    if (!name.empty() && name.find('\0') == std::string::npos)
        names.push_back(std::move(name));
}

} // namespace

std::vector<std::string> certificate_names(X509* certificate) {
    std::vector<std::string> names;
    const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> alternatives(
        static_cast<GENERAL_NAMES*>(
            X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
        &GENERAL_NAMES_free);
    for (const int type : {GEN_URI, GEN_DNS}) {
        for (int i = 0; alternatives && i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {
            const GENERAL_NAME* name = sk_GENERAL_NAME_value(alternatives.get(), i);
            if (name->type == type)
                add(names, name->d.ia5);
        }
    }
    X509_NAME* subject = X509_get_subject_name(certificate);
    for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;) {
        unsigned char* utf8 = nullptr;
        const int size =
            ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
        if (size < 0)
            continue;
        std::string name(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
        OPENSSL_free(utf8);
        if (!name.empty() && name.find('\0') == std::string::npos)
            names.push_back(std::move(name));
    }
    return names;
}

std::string tls_server_end_point(X509* certificate) {
    int digest = NID_undef;
    if (X509_get_signature_info(certificate, &digest, nullptr, nullptr, nullptr) != 1)
        return {};
    if (digest == NID_md5 || digest == NID_sha1)
        digest = NID_sha256;
    const EVP_MD* algorithm = EVP_get_digestbynid(digest);
    if (algorithm == nullptr)
        return {};
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned size = 0;
    if (X509_digest(certificate, algorithm, hash.data(), &size) != 1)
        return {};
    return {reinterpret_cast<const char*>(hash.data()), size};
}

} // namespace ringfence::auth
