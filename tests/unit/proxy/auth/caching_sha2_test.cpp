#include "hexadecimal.h"
#include "proxy/auth/caching_sha2.h"

#include <gtest/gtest.h>

namespace ringfence::auth {
namespace {

using namespace test;
using namespace std::string_literals;

// Known answers of the test suite of Go's driver.
const std::string nonce = hex("0a2f4a6f4b492230584c724a250d035052021715");
const std::string known = hex("f490e76f66d9d86665ce54d98c78d0acfe2fb0b08b423da807144873d30b312c");

TEST(caching_sha2, answers_as_client_libraries_do) {
    EXPECT_EQ(sha2_answer("secret", nonce), known);
    EXPECT_EQ(sha2_answer("secret2", nonce),
              hex("abc3934a012cf342e876071c8ee202de51785b430258a7a0138bc79c4d800bc6"));
    EXPECT_EQ(sha2_answer("", nonce), "");
}

TEST(caching_sha2, the_right_answer_is_right_and_no_other) {
    const std::string digest = sha2_digest("secret");
    EXPECT_TRUE(check_sha2_answer(known, nonce, digest));
    for (const auto& password : {"", "secre", "ecret", "secret2", "Secret", "secret "})
        EXPECT_FALSE(check_sha2_answer(sha2_answer(password, nonce), nonce, digest)) << password;
    EXPECT_FALSE(check_sha2_answer(known, "another nonce of 20b", digest));
    EXPECT_FALSE(check_sha2_answer(known + '\0', nonce, digest));
    EXPECT_FALSE(check_sha2_answer(known, nonce, digest.substr(1)));
    EXPECT_FALSE(check_sha2_answer(known, nonce, ""));
    EXPECT_FALSE(check_sha2_answer("", nonce, ""));
    EXPECT_FALSE(check_sha2_answer("", nonce, sha2_digest("")));
    for (std::size_t n = 0; n < known.size(); ++n) {
        EXPECT_FALSE(check_sha2_answer(known.substr(0, n), nonce, digest)) << n;
        std::string other = known;
        other[n] = static_cast<char>(other[n] ^ 1);
        EXPECT_FALSE(check_sha2_answer(other, nonce, digest)) << n;
    }
}

TEST(caching_sha2, whoever_has_the_digest_cannot_answer) {
    // The digest in the place of the password, or of its first hash.
    const std::string digest = sha2_digest("secret");
    EXPECT_FALSE(check_sha2_answer(sha2_answer(digest, nonce), nonce, digest));
    EXPECT_FALSE(check_sha2_answer(exclusive_or(digest, sha256(digest + nonce)), nonce, digest));
}

TEST(caching_sha2, a_password_in_the_clear_ends_with_a_zero) {
    EXPECT_EQ(password_in("secret\0"s), "secret");
    const std::string longest(longest_mysql_password, 'x');
    EXPECT_EQ(password_in(longest + '\0'), longest);
    for (const std::string& packet : {""s, "\0"s, "\0\0"s, "secret"s, "secret\0\0"s, "sec\0ret\0"s,
                                      "secret\0x"s, "\0secret\0"s, longest + "x\0"s})
        EXPECT_EQ(password_in(packet), std::nullopt) << packet.size();
}

} // namespace
} // namespace ringfence::auth
