#include "hexadecimal.h"
#include "proxy/auth/mysql_native.h"

#include <gtest/gtest.h>

namespace ringfence::auth {
namespace {

using namespace test;

// A login of "secret" that a MariaDB 10.11 accepted.
const std::string nonce = "5:`Xyu`bK/Jd:58Y9Ob}";
const std::string recorded = hex("ded1574a2ec97bfbb93a6f455ea34df78b70b5ac");
// SELECT PASSWORD('secret').
const std::string stored = "*14E65567ABDB5135D0CFD9A70B3032C179A49EE7";

TEST(mysql_native, answers_as_client_libraries_do) {
    EXPECT_EQ(native_answer("secret", nonce), recorded);
    EXPECT_EQ(native_answer("", nonce), "");
}

TEST(mysql_native, the_right_answer_is_right_and_no_other) {
    const auto hash = parse_native_verifier(stored);
    ASSERT_TRUE(hash);
    EXPECT_TRUE(check_native_answer(recorded, nonce, *hash));
    for (const auto& password : {"", "secre", "ecret", "secrets", "Secret", "secret "})
        EXPECT_FALSE(check_native_answer(native_answer(password, nonce), nonce, *hash)) << password;
    EXPECT_FALSE(check_native_answer(recorded, "another nonce of 20b", *hash));
    EXPECT_FALSE(check_native_answer(recorded + '\0', nonce, *hash));
    EXPECT_FALSE(check_native_answer(recorded, nonce, hash->substr(1)));
    for (std::size_t n = 0; n < recorded.size(); ++n) {
        EXPECT_FALSE(check_native_answer(recorded.substr(0, n), nonce, *hash)) << n;
        std::string other = recorded;
        other[n] = static_cast<char>(other[n] ^ 1);
        EXPECT_FALSE(check_native_answer(other, nonce, *hash)) << n;
    }
}

TEST(mysql_native, an_empty_password_is_not_right_even_where_nothing_is_stored) {
    EXPECT_FALSE(check_native_answer("", nonce, ""));
    EXPECT_FALSE(check_native_answer("", nonce, sha1(sha1(""))));
}

TEST(mysql_native, a_verifier_is_written_as_in_mysql_user) {
    EXPECT_EQ(make_native_verifier("secret"), stored);
    EXPECT_EQ(parse_native_verifier(stored), sha1(sha1("secret")));
    EXPECT_EQ(format_native_verifier(*parse_native_verifier(stored)), stored);
    EXPECT_EQ(parse_native_verifier("*14e65567abdb5135d0cfd9a70b3032c179a49ee7"),
              sha1(sha1("secret")));
}

TEST(mysql_native, anything_else_is_no_verifier) {
    for (std::size_t n = 0; n < stored.size(); ++n)
        EXPECT_FALSE(parse_native_verifier(stored.substr(0, n))) << n;
    for (const std::string& text :
         {stored + "0", stored + "\n", " " + stored, stored.substr(1) + "0",
          std::string("*G4E65567ABDB5135D0CFD9A70B3032C179A49EE7"),
          std::string("*THISISNOTAVALIDPASSWORDTHATCANBEUSEDHERE"), std::string("*invalid"),
          std::string("secret"), "**" + stored.substr(2)})
        EXPECT_FALSE(parse_native_verifier(text)) << text;
}

TEST(mysql_native, a_nonce_has_no_byte_that_others_trip_over) {
    for (int i = 0; i < 200; ++i) {
        const std::string made = make_mysql_nonce();
        EXPECT_EQ(made.size(), 20U);
        for (const char c : made)
            EXPECT_TRUE(c > 0 && c != '$');
    }
    EXPECT_NE(make_mysql_nonce(), make_mysql_nonce());
}

} // namespace
} // namespace ringfence::auth
