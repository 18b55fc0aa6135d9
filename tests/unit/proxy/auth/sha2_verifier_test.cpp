#include "hexadecimal.h"
#include "proxy/auth/caching_sha2.h"
#include "proxy/auth/sha2_verifier.h"

#include <gtest/gtest.h>

namespace ringfence::auth {
namespace {

using namespace test;

// SELECT HEX(authentication_string) FROM mysql.user, of a MySQL 8 and the password "foobar"; a
// known answer of TiDB's test suite. Its salt holds control characters.
const std::string of_mysql_hex =
    "24412430303524031A69251C34295C4B35167C7F1E5A7B6309134950"
    "3974624D34504B5A424679354856336868686F52485A736E4A733368786E427575516C73446469496537";
const std::string of_mysql = hex(of_mysql_hex);
const std::string salt = "0123456789abcdefghij";

TEST(sha2_verifier, of_a_mysql) {
    const auto v = parse_sha2_verifier(of_mysql);
    ASSERT_TRUE(v);
    EXPECT_EQ(v->rounds, 5000U);
    EXPECT_EQ(v->salt.size(), 20U);
    EXPECT_EQ(v->digest, "P9tbM4PKZBFy5HV3hhhoRHZsnJs3hxnBuuQlsDdiIe7");
    EXPECT_EQ(to_string(*v), of_mysql);
    EXPECT_TRUE(check_sha2_password(*v, "foobar"));
    for (const auto& password : {"", "fooba", "oobar", "foobars", "Foobar", "foobar "})
        EXPECT_FALSE(check_sha2_password(*v, password)) << password;
}

// MySQL 9.7 takes twice as many rounds as MySQL 8, and writes how many in hexadecimal.
TEST(sha2_verifier, of_a_mysql_with_more_rounds) {
    const auto v = parse_sha2_verifier(
        "0x244124303041246A6A2D5E756A5B0F6956524345115B620125557B6C614F5630455756616A7962367676"
        "346336586F6332757945413348515378633851524A75776870387138");
    ASSERT_TRUE(v);
    EXPECT_EQ(v->rounds, 10'000U);
    EXPECT_TRUE(check_sha2_password(*v, "secret"));
    EXPECT_FALSE(check_sha2_password(*v, "secre"));
}

TEST(sha2_verifier, may_be_written_in_hexadecimal) {
    const auto v = parse_sha2_verifier("0x" + of_mysql_hex);
    ASSERT_TRUE(v);
    EXPECT_EQ(to_string(*v), of_mysql);
    for (const std::string& text :
         {"0x" + of_mysql_hex + "0", "0x" + of_mysql_hex + "00", "0x" + of_mysql_hex.substr(2),
          "0X" + of_mysql_hex, "0x0x" + of_mysql_hex, "x'" + of_mysql_hex + "'", of_mysql_hex,
          "0x" + to_hex("0x" + of_mysql_hex), std::string("0x")})
        EXPECT_FALSE(parse_sha2_verifier(text)) << text;
}

TEST(sha2_verifier, is_made_as_mysql_makes_it) {
    // From a second implementation, which agrees with libcrypt for salts of 16 bytes.
    EXPECT_EQ(make_sha2_verifier("secret", 5000, salt),
              "$A$005$" + salt + "DzxW9TvqYzWluI.c0TEKGiv1WF2zptVscigC2dPeKP2");
    EXPECT_EQ(make_sha2_verifier("secret", 10000, salt),
              "$A$00A$" + salt + "X0RcvhQQDDpeTEFk3vE09XoKlW/1tJrmvto45iGBEP.");
    EXPECT_EQ(make_sha2_verifier(std::string(256, 'x'), 5000, salt),
              "$A$005$" + salt + "ShUz5kuhZ6oIX/StOOqkv80RGaVJTCEKvH2scqVbNN7");
    const auto v = parse_sha2_verifier(make_sha2_verifier("secret"));
    ASSERT_TRUE(v);
    EXPECT_TRUE(check_sha2_password(*v, "secret"));
    EXPECT_EQ(v->rounds, default_rounds);
    EXPECT_EQ(v->salt.find_first_not_of("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                        "abcdefghijklmnopqrstuvwxyz"),
              std::string::npos);
    EXPECT_NE(make_sha2_verifier("secret"), make_sha2_verifier("secret"));
}

TEST(sha2_verifier, anything_else_is_refused) {
    const std::string digest(43, '.');
    const std::string good = "$A$005$" + salt + digest;
    ASSERT_TRUE(parse_sha2_verifier(good));
    for (const std::string& text : {"$B$005$" + salt + digest,
                                    "A$005$" + salt + digest + ".",
                                    "$A$005." + salt + digest,
                                    "$A$000$" + salt + digest,
                                    "$A$004$" + salt + digest,
                                    "$A$-05$" + salt + digest,
                                    "$A$ 05$" + salt + digest,
                                    "$A$0x5$" + salt + digest,
                                    "$A$05$$" + salt + digest,
                                    "$A$G05$" + salt + digest,
                                    good + ".",
                                    good + "\n",
                                    " " + good.substr(1),
                                    "$A$005$" + salt + digest.substr(1) + "=",
                                    "$A$005$" + salt + digest.substr(1) + "$",
                                    "$A$005$" + std::string(19, 's') + "$" + digest,
                                    "$A$005$" + std::string(20, '\0') + digest,
                                    "$5$" + salt.substr(4) + "$" + digest,
                                    std::string("$A$005$THISISACOMBINATION"),
                                    std::string("*14E65567ABDB5135D0CFD9A70B3032C179A49EE7")})
        EXPECT_FALSE(parse_sha2_verifier(text)) << text;
    for (std::size_t n = 0; n < good.size(); ++n)
        EXPECT_FALSE(parse_sha2_verifier(good.substr(0, n))) << n;
    EXPECT_EQ(parse_sha2_verifier("$A$fff$" + salt + digest)->rounds, most_rounds);
}

TEST(sha2_verifier, a_password_that_is_too_long_costs_nothing) {
    const auto v = parse_sha2_verifier("$A$FFF$" + salt + std::string(43, '.'));
    ASSERT_TRUE(v);
    EXPECT_FALSE(check_sha2_password(*v, std::string(longest_mysql_password + 1, 'x')));
    EXPECT_FALSE(check_sha2_password(*v, std::string(std::size_t{1} << 24, 'x')));
}

TEST(sha2_verifier, of_an_unknown_login_is_the_same_each_time_and_fits_nothing) {
    const sha2_verifier a = sha2_decoy("key", "ghost"), b = sha2_decoy("key", "ghost");
    EXPECT_EQ(a.salt, b.salt);
    EXPECT_EQ(a.salt.size(), 20U);
    EXPECT_EQ(a.rounds, default_rounds);
    EXPECT_NE(a.salt, sha2_decoy("key", "other").salt);
    EXPECT_NE(a.salt, sha2_decoy("yek", "ghost").salt);
    EXPECT_FALSE(check_sha2_password(a, "secret"));
    EXPECT_FALSE(check_sha2_password(a, ""));
}

} // namespace
} // namespace ringfence::auth
