#include "ed25519_peer.h"
#include "hexadecimal.h"
#include "proxy/auth/parsec.h"

#include <gtest/gtest.h>

namespace ringfence::auth {
namespace {

using namespace test;

const std::string nonce(32, 's'), own(32, 'c');
// As in MariaDB's bug report MDEV-34854.
const std::string how = hex("5000 01a5ed673440702ae38a00a2bb636b9cd313");

// The key that a server stores: of what PBKDF2 with SHA-512 makes of the password.
std::string stored_key(std::string_view password, std::string_view salt, int iterations) {
    std::string seed(32, '\0');
    PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), raw(salt),
                      static_cast<int>(salt.size()), iterations, EVP_sha512(), 32,
                      reinterpret_cast<unsigned char*>(seed.data()));
    return ed25519_public(seed);
}

TEST(parsec, signs_both_nonces_with_a_key_of_the_password) {
    const std::string answer = parsec_answer("secret", nonce, how, own);
    ASSERT_EQ(answer.size(), 96U);
    EXPECT_EQ(answer.substr(0, 32), own);
    const std::string key = stored_key("secret", how.substr(2), 1024);
    EXPECT_TRUE(ed25519_verifies(key, answer.substr(32), nonce + own));
    EXPECT_FALSE(ed25519_verifies(key, answer.substr(32), own + nonce));
    EXPECT_FALSE(
        ed25519_verifies(stored_key("secre", how.substr(2), 1024), answer.substr(32), nonce + own));
}

TEST(parsec, has_a_nonce_of_its_own_each_time) {
    const std::string a = parsec_answer("secret", nonce, how),
                      b = parsec_answer("secret", nonce, how);
    ASSERT_EQ(a.size(), 96U);
    EXPECT_NE(a.substr(0, 32), b.substr(0, 32));
    EXPECT_TRUE(ed25519_verifies(stored_key("secret", how.substr(2), 1024), a.substr(32),
                                 nonce + a.substr(0, 32)));
}

TEST(parsec, iterates_as_often_as_the_server_says_within_bounds) {
    for (const int factor : {1, 2, 3}) {
        std::string more = how;
        more[1] = static_cast<char>(factor);
        EXPECT_TRUE(ed25519_verifies(stored_key("secret", how.substr(2), 1024 << factor),
                                     parsec_answer("secret", nonce, more, own).substr(32),
                                     nonce + own));
    }
    for (const char factor : {'\4', '\x1f', '0', '\xff'}) {
        std::string more = how;
        more[1] = factor;
        EXPECT_EQ(parsec_answer("secret", nonce, more, own), "");
    }
}

TEST(parsec, what_is_not_of_its_form_is_not_answered) {
    for (std::size_t n = 0; n < how.size(); ++n)
        EXPECT_EQ(parsec_answer("secret", nonce, how.substr(0, n), own), "") << n;
    EXPECT_EQ(parsec_answer("secret", nonce, how + "x", own), "");
    EXPECT_EQ(parsec_answer("secret", nonce, "Q" + how.substr(1), own), "");
    EXPECT_EQ(parsec_answer("secret", nonce.substr(1), how, own), "");
    EXPECT_EQ(parsec_answer("secret", nonce + "s", how, own), "");
    EXPECT_EQ(parsec_answer("secret", nonce, how, own.substr(1)), "");
}

} // namespace
} // namespace ringfence::auth
