#include "proxy/auth/crypto.h"
#include "proxy/auth/verifier.h"

#include <gtest/gtest.h>

namespace ringfence::auth {
namespace {

const std::string salt = "0123456789abcdef";

TEST(verifier, is_written_as_in_pg_authid) {
    const std::string made = make_scram_verifier("secret", 4096, salt);
    EXPECT_TRUE(made.starts_with("SCRAM-SHA-256$4096:MDEyMzQ1Njc4OWFiY2RlZg==$")) << made;
    const auto v = parse_verifier(made);
    ASSERT_TRUE(v);
    EXPECT_EQ(v->iterations, 4096U);
    EXPECT_EQ(v->salt, salt);
    EXPECT_EQ(to_string(*v), made);
    const auto salted = pbkdf2_sha256("secret", salt, 4096);
    EXPECT_EQ(v->stored_key, sha256(hmac_sha256(salted, "Client Key")));
    EXPECT_EQ(v->server_key, hmac_sha256(salted, "Server Key"));
}

TEST(verifier, has_a_salt_of_its_own_if_none_is_given) {
    const auto a = parse_verifier(make_scram_verifier("secret", 1)),
               b = parse_verifier(make_scram_verifier("secret", 1));
    ASSERT_TRUE(a && b);
    EXPECT_EQ(a->salt.size(), 16U);
    EXPECT_NE(a->salt, b->salt);
}

TEST(verifier, never_holds_the_password) {
    EXPECT_EQ(make_scram_verifier("hunter2-hunter2", 1, salt).find("hunter2"), std::string::npos);
}

TEST(verifier, anything_else_is_refused) {
    const std::string key = base64(std::string(32, 'k')), s = base64(salt);
    const std::string good = "SCRAM-SHA-256$4096:" + s + "$" + key + ":" + key;
    ASSERT_TRUE(parse_verifier(good));
    for (const std::string& text :
         {std::string(), std::string("md5d41d8cd98f00b204e9800998ecf8427e"), std::string("secret"),
          "SCRAM-SHA-1$4096:" + s + "$" + key + ":" + key,
          "SCRAM-SHA-256$0:" + s + "$" + key + ":" + key,
          "SCRAM-SHA-256$-1:" + s + "$" + key + ":" + key,
          "SCRAM-SHA-256$4294967296:" + s + "$" + key + ":" + key,
          "SCRAM-SHA-256$99999999:" + s + "$" + key + ":" + key,
          "SCRAM-SHA-256$:" + s + "$" + key + ":" + key, "SCRAM-SHA-256$4096:$" + key + ":" + key,
          "SCRAM-SHA-256$4096:" + s + "$" + key, "SCRAM-SHA-256$4096:" + s + "$" + key + ":",
          good + "=", good + "\n", good + ":" + key,
          "SCRAM-SHA-256$4096:" + s + "$" + base64(std::string(31, 'k')) + ":" + key,
          "SCRAM-SHA-256$4096:" + s + "$" + key + ":" + base64(std::string(33, 'k')), " " + good})
        EXPECT_FALSE(parse_verifier(text)) << text;
    for (std::size_t n = 0; n < good.size(); ++n)
        EXPECT_FALSE(parse_verifier(good.substr(0, n))) << n;
}

} // namespace
} // namespace ringfence::auth
