#include "proxy/auth/crypto.h"

#include <gtest/gtest.h>

namespace ringfence::auth {
namespace {

using namespace std::string_literals;

TEST(crypto, base64_goes_there_and_back) {
    // RFC 4648, section 10.
    for (const auto& [plain, text] : {std::pair{"f"s, "Zg=="s},
                                      {"fo"s, "Zm8="s},
                                      {"foo"s, "Zm9v"s},
                                      {"foobar"s, "Zm9vYmFy"s}}) {
        EXPECT_EQ(base64(plain), text);
        EXPECT_EQ(from_base64(text), plain);
    }
    EXPECT_EQ(base64(""), "");
    EXPECT_EQ(from_base64(base64("\0\xff\0"s)), "\0\xff\0"s);
}

TEST(crypto, base64_refuses_what_is_not_exactly_that) {
    for (const auto& text : {""s, "Z"s, "Zg"s, "Zg="s, "Zm9v "s, " Zm9v"s, "Zm9v\n"s, "Z==="s,
                             "===="s, "Zg==Zg=="s, "Zm-_"s, "Zm\0v"s, "Zm9vYmFy="s})
        EXPECT_EQ(from_base64(text), std::nullopt) << text;
    EXPECT_EQ(from_base64(std::string(1024 * 1024, 'A')), std::nullopt);
}

TEST(crypto, known_answers) {
    EXPECT_EQ(to_hex(sha256("abc")),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    // FIPS 180-1 and FIPS 180-2.
    EXPECT_EQ(to_hex(sha1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(to_hex(sha512("abc")),
              "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
              "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
    // RFC 4231, test case 2.
    EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    // RFC 7914, section 11.
    EXPECT_EQ(to_hex(pbkdf2_sha256("passwd", "salt", 1)),
              "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");
    EXPECT_EQ(md5_hex("abc"), "900150983cd24fb0d6963f7d28e17f72");
}

TEST(crypto, hexadecimal_digits_come_in_pairs) {
    EXPECT_EQ(from_hex("00fFa5"), "\0\xff\xa5"s);
    EXPECT_EQ(to_hex("\0\xff\xa5"s), "00ffa5");
    EXPECT_EQ(from_hex(""), "");
    for (const auto& text : {"0", "000", "0g", "0x", " 00", "0 0", "-1", "00\n0"})
        EXPECT_EQ(from_hex(text), std::nullopt) << text;
}

TEST(crypto, equal_compares_sizes_too) {
    EXPECT_TRUE(equal("", ""));
    EXPECT_TRUE(equal("abc", "abc"));
    EXPECT_FALSE(equal("abc", "abd"));
    EXPECT_FALSE(equal("abc", "ab"));
    EXPECT_FALSE(equal("", "a"));
}

TEST(crypto, random_bytes_are_as_many_as_asked_for_and_differ) {
    EXPECT_EQ(random_bytes(18).size(), 18U);
    EXPECT_NE(random_bytes(18), random_bytes(18));
}

} // namespace
} // namespace ringfence::auth
