#include "packets.h"
#include "proxy/wire/postgresql/startup.h"

#include <gtest/gtest.h>

namespace ringfence::wire::postgresql {
namespace {

using namespace test;
using kind = startup_kind;

constexpr std::uint32_t cap = 10'000;
constexpr std::size_t most = 128;
constexpr std::uint32_t cancel_request_code = 80877102;

outcome decode(bytes in, startup_packet& out) {
    return decode_startup(in, cap, most, out);
}

TEST(startup, the_requests_are_eight_bytes) {
    startup_packet p;
    ASSERT_EQ(decode(view(packet(u32(80877103))), p), outcome::ok);
    EXPECT_EQ(p.kind, kind::ssl_request);
    ASSERT_EQ(decode(view(packet(u32(80877104))), p), outcome::ok);
    EXPECT_EQ(p.kind, kind::gss_request);
    EXPECT_EQ(decode(view(packet(u32(80877103) + "x")), p), outcome::malformed);
    EXPECT_EQ(decode(view(packet(u32(80877104) + "x")), p), outcome::malformed);
}

TEST(startup, a_message_is_pairs_and_a_terminator) {
    const std::string whole =
        packet(u32(protocol_3_0) + z("user") + z("orders") + z("database") + z("shop") + '\0');
    startup_packet p;
    ASSERT_EQ(decode(view(whole), p), outcome::ok);
    EXPECT_EQ(p.kind, kind::startup);
    EXPECT_EQ(p.protocol, protocol_3_0);
    ASSERT_EQ(p.parameters.size(), 2U);
    EXPECT_EQ(p.parameters.at(0).first, "user");
    EXPECT_EQ(p.parameters.at(1).second, "shop");
}

TEST(startup, what_we_encode_we_decode) {
    const std::vector<std::pair<std::string, std::string>> asked = {{"user", "u"}, {"empty", ""}};
    std::string out;
    encode_startup(out, protocol_3_2, asked);
    startup_packet p;
    ASSERT_EQ(decode(view(out), p), outcome::ok);
    EXPECT_EQ(p.protocol, protocol_3_2);
    ASSERT_EQ(p.parameters.size(), 2U);
    EXPECT_EQ(p.parameters.at(1).second, "");
}

TEST(startup, no_prefix_of_a_message_is_a_message) {
    const std::string body = u32(protocol_3_0) + z("user") + z("orders") + '\0';
    startup_packet p;
    for (std::size_t n = 0; n + 1 < body.size(); ++n)
        EXPECT_EQ(decode(view(packet(body.substr(0, n))), p), outcome::malformed) << n;
}

TEST(startup, bytes_behind_the_terminator_are_malformed) {
    startup_packet p;
    EXPECT_EQ(decode(view(packet(u32(protocol_3_0) + z("user") + z("a") + '\0' + "x")), p),
              outcome::malformed);
}

TEST(startup, sizes_of_minus_1_0_3_7_and_beyond_the_cap_are_malformed) {
    startup_packet p;
    for (const std::uint32_t length : {0xffffffffU, 0U, 3U, 7U, 10'001U, 0x7fffffffU})
        EXPECT_EQ(decode(view(u32(length)), p), outcome::malformed) << length;
    EXPECT_EQ(decode(view(u32(10'000)), p), outcome::need_more);
}

TEST(startup, whatever_follows_the_packet_is_left_alone) {
    const std::string request = packet(u32(80877103));
    startup_packet p;
    for (std::size_t n = 0; n < request.size(); ++n)
        EXPECT_EQ(decode(view(request).first(n), p), outcome::need_more) << n;
    ASSERT_EQ(decode(view(request + "injected"), p), outcome::ok);
    EXPECT_EQ(p.size, request.size());
}

TEST(startup, too_many_parameters_are_malformed) {
    std::string body = u32(protocol_3_0);
    for (std::size_t i = 0; i < most; ++i)
        body += z("a") + z("");
    startup_packet p;
    EXPECT_EQ(decode(view(packet(body + '\0')), p), outcome::ok);
    EXPECT_EQ(decode(view(packet(body + z("a") + z("") + '\0')), p), outcome::malformed);
}

TEST(startup, cancel_keys_have_4_to_256_bytes_of_secret) {
    startup_packet p;
    for (const std::size_t secret : {4U, 32U, 256U}) {
        ASSERT_EQ(
            decode(view(packet(u32(cancel_request_code) + u32(77) + std::string(secret, 'k'))), p),
            outcome::ok)
            << secret;
        EXPECT_EQ(p.kind, kind::cancel_request);
        EXPECT_EQ(p.key, u32(77) + std::string(secret, 'k'));
    }
    for (const std::string& key :
         {std::string(), u32(77), u32(77) + "abc", u32(77) + std::string(257, 'k')})
        EXPECT_EQ(decode(view(packet(u32(cancel_request_code) + key)), p), outcome::malformed)
            << key.size();
}

TEST(startup, another_major_version_is_known_by_its_number_alone) {
    startup_packet p;
    for (const std::uint32_t version : {0x00020000U, 0x00040000U, 80877105U}) {
        ASSERT_EQ(decode(view(packet(u32(version) + "anything")), p), outcome::ok);
        EXPECT_EQ(p.protocol, version);
    }
}

TEST(startup, versions_are_negotiated_down_never_up) {
    EXPECT_EQ(negotiated_protocol(0x00030000), protocol_3_0);
    EXPECT_EQ(negotiated_protocol(0x00030001), protocol_3_0);
    EXPECT_EQ(negotiated_protocol(0x00030002), protocol_3_2);
    EXPECT_EQ(negotiated_protocol(0x00030003), protocol_3_2);
    EXPECT_EQ(negotiated_protocol(0x0003270f), protocol_3_2);
}

TEST(startup, the_bytes_that_we_send_to_servers) {
    std::string out;
    encode_ssl_request(out);
    EXPECT_EQ(out, std::string("\x00\x00\x00\x08\x04\xd2\x16\x2f", 8));
    out.clear();
    encode_cancel_request(out, u32(1) + u32(2));
    EXPECT_EQ(out, packet(u32(80877102) + u32(1) + u32(2)));
}

} // namespace
} // namespace ringfence::wire::postgresql
