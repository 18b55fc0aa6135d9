#include "proxy/auth/caching_sha2.h"
#include "proxy/auth/crypto.h"
#include "proxy/auth/mysql_native.h"
#include "proxy/auth/rsa_exchange.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <gtest/gtest.h>

namespace ringfence::auth {
namespace {

const std::string nonce = "0123456789abcdefghij";

const rsa_key& key() {
    static const rsa_key k = rsa_key::generate();
    return k;
}

std::string private_pem(EVP_PKEY* made) {
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, made, nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const auto size = BIO_get_mem_data(bio, &text);
    std::string pem(text, static_cast<std::size_t>(size));
    BIO_free(bio);
    EVP_PKEY_free(made);
    return pem;
}

TEST(rsa_exchange, what_a_client_seals_the_server_opens) {
    const std::string pem = key().public_pem();
    EXPECT_TRUE(pem.starts_with("-----BEGIN PUBLIC KEY-----\n"));
    const auto sealed = seal_password(pem, "secret", nonce);
    ASSERT_TRUE(sealed);
    EXPECT_EQ(sealed->size(), 256U);
    EXPECT_EQ(key().open_password(*sealed, nonce), "secret");
    EXPECT_NE(*sealed, *seal_password(pem, "secret", nonce));
}

TEST(rsa_exchange, nothing_opens_with_another_nonce_or_key) {
    const auto sealed = seal_password(key().public_pem(), "secret", nonce);
    ASSERT_TRUE(sealed);
    EXPECT_NE(key().open_password(*sealed, make_mysql_nonce()), "secret");
    EXPECT_EQ(key().open_password(*sealed, ""), std::nullopt);
    EXPECT_EQ(rsa_key::generate().open_password(*sealed, nonce), std::nullopt);
}

TEST(rsa_exchange, what_was_changed_or_cut_does_not_open) {
    const auto sealed = seal_password(key().public_pem(), "secret", nonce);
    ASSERT_TRUE(sealed);
    for (const std::size_t at :
         {std::size_t{0}, std::size_t{1}, std::size_t{128}, std::size_t{255}}) {
        std::string other = *sealed;
        other[at] = static_cast<char>(other[at] ^ 1);
        EXPECT_EQ(key().open_password(other, nonce), std::nullopt) << at;
        EXPECT_EQ(key().open_password(sealed->substr(0, at), nonce), std::nullopt) << at;
    }
    EXPECT_EQ(key().open_password(*sealed + 'x', nonce), std::nullopt);
    EXPECT_EQ(key().open_password(std::string(256, '\xff'), nonce), std::nullopt);
}

TEST(rsa_exchange, an_empty_password_does_not_open) {
    const auto sealed = seal_password(key().public_pem(), "", nonce);
    ASSERT_TRUE(sealed);
    EXPECT_EQ(key().open_password(*sealed, nonce), std::nullopt);
    const auto inside = seal_password(key().public_pem(), std::string("a\0b", 3), nonce);
    ASSERT_TRUE(inside);
    EXPECT_EQ(key().open_password(*inside, nonce), std::nullopt);
}

TEST(rsa_exchange, a_password_is_as_long_as_the_key_allows) {
    const std::string pem = key().public_pem();
    const std::string longest(256 - 42 - 1, 'x'); // OAEP takes 42 bytes, the zero one
    const auto sealed = seal_password(pem, longest, nonce);
    ASSERT_TRUE(sealed);
    EXPECT_EQ(key().open_password(*sealed, nonce), longest);
    EXPECT_EQ(seal_password(pem, longest + 'x', nonce), std::nullopt);
}

TEST(rsa_exchange, a_key_is_kept_as_pem) {
    const std::string pem = private_pem(EVP_RSA_gen(2048));
    const auto kept = rsa_key::from_pem(pem);
    ASSERT_TRUE(kept);
    const auto sealed = seal_password(kept->public_pem(), "secret", nonce);
    ASSERT_TRUE(sealed);
    EXPECT_EQ(rsa_key::from_pem(pem)->open_password(*sealed, nonce), "secret");
}

TEST(rsa_exchange, other_keys_are_none) {
    EXPECT_FALSE(rsa_key::from_pem(private_pem(EVP_RSA_gen(1024))));
    EXPECT_FALSE(rsa_key::from_pem(private_pem(EVP_EC_gen("P-256"))));
    EXPECT_FALSE(rsa_key::from_pem(key().public_pem()));
    for (const std::string& pem :
         {std::string(), std::string("-----BEGIN PUBLIC KEY-----\n"),
          std::string("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"),
          key().public_pem().substr(0, 200), private_pem(EVP_RSA_gen(2048)),
          std::string(std::size_t{1} << 20, '-')}) {
        EXPECT_FALSE(seal_password(pem, "secret", nonce));
        EXPECT_EQ(pem.starts_with("-----BEGIN PRIVATE"), rsa_key::from_pem(pem).has_value());
    }
    EXPECT_FALSE(seal_password(key().public_pem(), "secret", ""));
}

} // namespace
} // namespace ringfence::auth
