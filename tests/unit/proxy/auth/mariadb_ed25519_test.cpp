#include "ed25519_peer.h"
#include "hexadecimal.h"
#include "proxy/auth/mariadb_ed25519.h"

#include <gtest/gtest.h>

namespace ringfence::auth {
namespace {

using namespace test;

// The nonce of a MariaDB 10.11.
const std::string nonce = hex("18c0162aad496eb7dc96b14a2df37d4775f9a1b5a3f9cce4e8ee880c60a6b333");

TEST(mariadb_ed25519, makes_the_key_that_the_server_stores) {
    // CREATE USER … IDENTIFIED VIA ed25519 USING PASSWORD('secret'); SHOW CREATE USER.
    EXPECT_EQ(base64(ed25519_key("secret")), "ZIgUREUg5PVgQ6LskhXmO+eZLS0nC8be6HPjYWR4YJY=");
    // RFC 8032, section 7.1, test 1: a password of 32 bytes is an ordinary secret.
    EXPECT_EQ(ed25519_key(hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")),
              hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
}

TEST(mariadb_ed25519, signs_as_openssl_does_where_openssl_can) {
    for (int i = 0; i < 64; ++i) {
        const std::string seed = random_bytes(32), text = random_bytes(32);
        EXPECT_EQ(ed25519_key(seed), ed25519_public(seed)) << to_hex(seed);
        EXPECT_EQ(ed25519_answer(seed, text), ed25519_sign(seed, text)) << to_hex(seed);
    }
}

TEST(mariadb_ed25519, signs_with_passwords_of_any_length) {
    for (const std::string& password :
         {std::string(), std::string("x"), std::string("secret"), std::string(31, 'p'),
          std::string(33, 'p'), std::string(1000, 'p'), std::string("a\0b", 3)}) {
        const std::string signature = ed25519_answer(password, nonce);
        EXPECT_EQ(signature.size(), 64U);
        EXPECT_TRUE(ed25519_verifies(ed25519_key(password), signature, nonce));
        EXPECT_FALSE(ed25519_verifies(ed25519_key(password + "x"), signature, nonce));
        EXPECT_FALSE(ed25519_verifies(ed25519_key(password), signature, random_bytes(32)));
    }
}

TEST(mariadb_ed25519, a_nonce_of_another_size_is_not_signed) {
    for (const std::size_t size : {0U, 20U, 31U, 33U, 64U})
        EXPECT_EQ(ed25519_answer("secret", std::string(size, 'n')), "") << size;
}

} // namespace
} // namespace ringfence::auth
