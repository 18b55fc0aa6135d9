#include "packets.h"
#include "proxy/wire/postgresql/authentication.h"

#include <gtest/gtest.h>

#include <vector>

namespace ringfence::wire::postgresql {
namespace {

using namespace test;
using kind = authentication_kind;

kind what(const authentication& a) {
    return kind{a.code};
}

TEST(authentication, each_request_has_its_exact_size) {
    authentication a;
    EXPECT_EQ(decode_authentication(view(msg('R', u32(0))), a), outcome::ok);
    EXPECT_EQ(what(a), kind::ok);
    EXPECT_EQ(decode_authentication(view(msg('R', u32(3))), a), outcome::ok);
    EXPECT_EQ(what(a), kind::cleartext);
    EXPECT_EQ(decode_authentication(view(msg('R', u32(5) + "salt")), a), outcome::ok);
    EXPECT_EQ(what(a), kind::md5);
    EXPECT_EQ(a.data, "salt");
    for (const auto& body : {u32(0) + "x", u32(3) + "x", u32(5) + "sal", u32(5) + "salty",
                             std::string("\0\0\0", 3), std::string()})
        EXPECT_EQ(decode_authentication(view(msg('R', body)), a), outcome::malformed);
}

TEST(authentication, mechanisms_end_with_an_empty_name) {
    authentication a;
    ASSERT_EQ(decode_authentication(
                  view(msg('R', u32(10) + z("SCRAM-SHA-256-PLUS") + z("SCRAM-SHA-256") + '\0')), a),
              outcome::ok);
    EXPECT_EQ(a.mechanisms, (std::vector<std::string_view>{"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"}));
    for (const auto& list :
         {std::string(), z("SCRAM-SHA-256"), std::string("SCRAM"), z("SCRAM-SHA-256") + '\0' + "x"})
        EXPECT_EQ(decode_authentication(view(msg('R', u32(10) + list)), a), outcome::malformed);
}

TEST(authentication, unknown_requests_are_named_not_guessed) {
    authentication a;
    for (const std::uint32_t code : {2U, 7U, 8U, 9U, 13U, 0xffffffffU}) {
        ASSERT_EQ(decode_authentication(view(msg('R', u32(code) + "data")), a), outcome::ok);
        EXPECT_EQ(a.code, code);
    }
}

TEST(authentication, an_initial_response_says_its_length_or_that_there_is_none) {
    sasl_initial i;
    ASSERT_EQ(decode_sasl_initial(view(msg('p', z("SCRAM-SHA-256") + u32(3) + "n,,")), i),
              outcome::ok);
    EXPECT_EQ(i.mechanism, "SCRAM-SHA-256");
    EXPECT_TRUE(i.has_data);
    EXPECT_EQ(i.data, "n,,");
    ASSERT_EQ(decode_sasl_initial(view(msg('p', z("M") + u32(0xffffffff))), i), outcome::ok);
    EXPECT_FALSE(i.has_data);
}

TEST(authentication, an_initial_response_of_wrong_length_is_malformed) {
    sasl_initial i;
    for (const auto& body :
         {z("M") + u32(2) + "n,,", z("M") + u32(4) + "n,,", z("M") + u32(0x7fffffff) + "n,,",
          z("M") + u32(0xfffffffe) + "n,,", z("M") + u32(0xffffffff) + "n,,", z("M"),
          std::string("M"), std::string()})
        EXPECT_EQ(decode_sasl_initial(view(msg('p', body)), i), outcome::malformed);
}

TEST(authentication, mechanisms_without_end_are_malformed) {
    std::string list;
    for (int i = 0; i < 17; ++i)
        list += z("M");
    authentication a;
    EXPECT_EQ(decode_authentication(view(msg('R', u32(10) + list + z(""))), a), outcome::malformed);
}

TEST(authentication, the_bytes_that_we_send) {
    std::string out;
    encode_authentication(out, kind::ok);
    EXPECT_EQ(out, msg('R', u32(0)));
    out.clear();
    encode_sasl_mechanisms(out, {"SCRAM-SHA-256"});
    EXPECT_EQ(out, msg('R', u32(10) + z("SCRAM-SHA-256") + '\0'));
    out.clear();
    encode_authentication(out, kind::sasl_continue, "r=1");
    encode_authentication(out, kind::sasl_final, "v=2");
    EXPECT_EQ(out, msg('R', u32(11) + "r=1") + msg('R', u32(12) + "v=2"));
    out.clear();
    encode_negotiate_protocol_version(out, 0x30002, {"_pq_.x"});
    EXPECT_EQ(out, msg('v', u32(0x30002) + u32(1) + z("_pq_.x")));
    out.clear();
    encode_password(out, "secret");
    encode_sasl_initial(out, "M", "n,,");
    encode_sasl_response(out, "c=biws");
    EXPECT_EQ(out, msg('p', z("secret")) + msg('p', z("M") + u32(3) + "n,,") + msg('p', "c=biws"));
}

} // namespace
} // namespace ringfence::wire::postgresql
