#include "proxy/auth/certificate.h"
#include "proxy/auth/crypto.h"

#include <gtest/gtest.h>

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

namespace ringfence::auth {
namespace {

template <auto Free>
struct freed_with {
    template <class T>
    void operator()(T* p) const {
        Free(p);
    }
};
using certificate = std::unique_ptr<X509, freed_with<X509_free>>;
using private_key = std::unique_ptr<EVP_PKEY, freed_with<EVP_PKEY_free>>;

void add_name(X509* x, const std::string& common_name) {
    X509_NAME_add_entry_by_NID(X509_get_subject_name(x), NID_commonName, V_ASN1_UTF8STRING,
                               reinterpret_cast<const unsigned char*>(common_name.data()),
                               static_cast<int>(common_name.size()), -1, 0);
}

void add_alternatives(X509* x, const std::vector<std::pair<int, std::string>>& names) {
    const std::unique_ptr<GENERAL_NAMES, freed_with<GENERAL_NAMES_free>> list(GENERAL_NAMES_new());
    for (const auto& [type, text] : names) {
        ASN1_IA5STRING* value = ASN1_IA5STRING_new();
        ASN1_STRING_set(value, text.data(), static_cast<int>(text.size()));
        GENERAL_NAME* name = GENERAL_NAME_new();
        GENERAL_NAME_set0_value(name, type, value);
        sk_GENERAL_NAME_push(list.get(), name);
    }
    X509_add1_ext_i2d(x, NID_subject_alt_name, list.get(), 0, X509V3_ADD_DEFAULT);
}

certificate make(const std::vector<std::string>& common_names,
                 const std::vector<std::pair<int, std::string>>& alternatives) {
    certificate x(X509_new());
    for (const auto& name : common_names)
        add_name(x.get(), name);
    if (!alternatives.empty())
        add_alternatives(x.get(), alternatives);
    return x;
}

certificate signed_with(const private_key& key, const EVP_MD* digest) {
    certificate x = make({"server"}, {});
    X509_gmtime_adj(X509_getm_notBefore(x.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(x.get()), 60);
    X509_set_pubkey(x.get(), key.get());
    EXPECT_GT(X509_sign(x.get(), key.get(), digest), 0);
    return x;
}

std::string der_hash(X509* x, const EVP_MD* digest) {
    unsigned char* der = nullptr;
    const int size = i2d_X509(x, &der);
    std::string out(EVP_MAX_MD_SIZE, '\0');
    unsigned n = 0;
    EVP_Digest(der, static_cast<std::size_t>(size), reinterpret_cast<unsigned char*>(out.data()),
               &n, digest, nullptr);
    OPENSSL_free(der);
    out.resize(n);
    return out;
}

using names = std::vector<std::string>;

TEST(certificate, names_come_best_first) {
    const auto x = make({"orders"}, {{GEN_DNS, "orders.shop.example"},
                                     {GEN_EMAIL, "orders@shop.example"},
                                     {GEN_URI, "spiffe://shop.example/order-service"}});
    EXPECT_EQ(certificate_names(x.get()),
              (names{"spiffe://shop.example/order-service", "orders.shop.example", "orders"}));
}

TEST(certificate, without_names_has_none) {
    EXPECT_EQ(certificate_names(make({}, {}).get()), names{});
}

TEST(certificate, a_name_with_a_zero_byte_is_no_name) {
    const auto x = make({std::string("users\0.evil.example", 19), "cn"},
                        {{GEN_DNS, std::string("users\0.evil.example", 19)},
                         {GEN_URI, std::string("spiffe://shop.example/users\0x", 29)},
                         {GEN_DNS, ""}});
    EXPECT_EQ(certificate_names(x.get()), names{"cn"});
}

TEST(certificate, its_end_point_hash_uses_the_hash_of_its_signature) {
    const private_key rsa(EVP_RSA_gen(2048));
    for (const auto* digest : {EVP_sha256(), EVP_sha384(), EVP_sha512()}) {
        const auto x = signed_with(rsa, digest);
        EXPECT_EQ(tls_server_end_point(x.get()), der_hash(x.get(), digest));
    }
    const auto old = signed_with(rsa, EVP_sha1()); // RFC 5929: SHA-256 in its place
    EXPECT_EQ(tls_server_end_point(old.get()), der_hash(old.get(), EVP_sha256()));
}

TEST(certificate, a_signature_without_a_hash_gives_no_end_point_hash) {
    const private_key ed(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    EXPECT_EQ(tls_server_end_point(signed_with(ed, nullptr).get()), "");
}

} // namespace
} // namespace ringfence::auth
