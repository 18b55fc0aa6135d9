#include "packets.h"
#include "proxy/wire/mysql/handshake.h"

#include <gtest/gtest.h>

namespace ringfence::wire::mysql {
namespace {

using namespace test;

// MariaDB 10.11.19 of Debian 12.
const std::string mariadb = hex(
    "0a352e352e352d31302e31312e31392d4d6172696144422d302b646562313275310004000000353a605879756062"
    "00fef7080200ff81150000000000001d0000004b2f4a643a353859394f627d006d7973716c5f6e61746976655f70"
    "617373776f726400");
// The example of MySQL's documentation.
const std::string mysql_5_6 =
    hex("0a352e362e342d6d372d6c6f6700560a0000 52423376 7a264772 00 ffff080200 0fc0 15 "
        "00000000000000000000 2b794426 2f5a5a33 30355a47 00 "
        "6d7973716c5f6e61746976655f70617373776f726400");

// MySQL 9.7.4.
const std::string mysql_9_7 =
    hex("0a392e372e342d3200090000003567321560022a7b00ffffff0200ffdf15000000000000000000001d3b5573"
        "094a59467626025e0063616368696e675f736861325f70617373776f726400");

TEST(handshake, of_a_mysql_of_today) {
    handshake h;
    ASSERT_EQ(decode_handshake(view(mysql_9_7), h), outcome::ok);
    EXPECT_EQ(h.version, "9.7.4-2");
    EXPECT_EQ(h.plugin, "caching_sha2_password");
    EXPECT_EQ(h.nonce.size(), nonce_size);
    EXPECT_EQ(h.capabilities, 0xdfffffffU);
    EXPECT_EQ(h.flavour(), flavour::mysql);
    EXPECT_TRUE(has(h.capabilities, capability::query_attributes));
}

TEST(handshake, of_a_mariadb) {
    handshake h;
    ASSERT_EQ(decode_handshake(view(mariadb), h), outcome::ok);
    EXPECT_EQ(h.version, "5.5.5-10.11.19-MariaDB-0+deb12u1");
    EXPECT_EQ(h.connection_id, 4U);
    EXPECT_EQ(h.nonce, "5:`Xyu`bK/Jd:58Y9Ob}");
    EXPECT_EQ(h.plugin, "mysql_native_password");
    EXPECT_EQ(h.collation, 8);
    EXPECT_EQ(h.status, 2);
    EXPECT_EQ(h.flavour(), flavour::mariadb);
    EXPECT_FALSE(has(h.capabilities, capability::mysql));
    EXPECT_EQ(h.capabilities >> 32, 0x1dU);
    EXPECT_TRUE(has(h.capabilities, capability::mariadb_cache_metadata));
    EXPECT_EQ(parse_version(h.version, h.flavour()), (version_number{10, 11, 19}));
}

TEST(handshake, of_a_mysql_has_no_extension_whatever_is_in_its_place) {
    std::string other = mysql_5_6;
    handshake h;
    ASSERT_EQ(decode_handshake(view(other), h), outcome::ok);
    EXPECT_EQ(h.version, "5.6.4-m7-log");
    EXPECT_EQ(h.nonce.size(), nonce_size);
    EXPECT_EQ(h.capabilities, 0xc00fffffU);
    EXPECT_EQ(h.flavour(), flavour::mysql);
    other[other.find(hex("0fc015")) + 9] = 1;
    ASSERT_EQ(decode_handshake(view(other), h), outcome::ok);
    EXPECT_EQ(h.capabilities, 0xc00fffffU);
}

TEST(handshake, is_written_as_it_was_read) {
    for (const auto& payload : {mariadb, mysql_5_6, mysql_9_7}) {
        handshake h;
        ASSERT_EQ(decode_handshake(view(payload), h), outcome::ok);
        std::string again;
        encode_handshake(again, h);
        EXPECT_EQ(again, payload);
    }
}

TEST(handshake, that_ends_early_is_malformed) {
    handshake h;
    const std::size_t plugin = mariadb.size() - 22;
    for (std::size_t n = 0; n < plugin; ++n)
        EXPECT_EQ(decode_handshake(view(mariadb).first(n), h), outcome::malformed) << n;
    // Early 5.5 and 5.6 send no zero behind the plugin's name.
    ASSERT_EQ(decode_handshake(view(mariadb).first(mariadb.size() - 1), h), outcome::ok);
    EXPECT_EQ(h.plugin, "mysql_native_password");
    EXPECT_EQ(decode_handshake(view(mariadb + "x"), h), outcome::malformed);
}

TEST(handshake, of_another_protocol_is_malformed) {
    handshake h;
    for (const char first : {'\x09', '\x0b', '\x00', '\xff'}) {
        std::string other = mariadb;
        other[0] = first;
        EXPECT_EQ(decode_handshake(view(other), h), outcome::malformed);
    }
    std::string old = mariadb; // without CLIENT_PROTOCOL_41
    old[mariadb.find(hex("fef7")) + 1] = '\x15';
    EXPECT_EQ(decode_handshake(view(old), h), outcome::malformed);
}

TEST(handshake, a_nonce_may_be_longer_than_today_s) {
    handshake h;
    std::string longer = mariadb;
    longer[longer.find(hex("ff8115")) + 2] = 8 + 15;
    longer.insert(longer.find("mysql_native") - 1, "xy");
    ASSERT_EQ(decode_handshake(view(longer), h), outcome::ok);
    EXPECT_EQ(h.nonce.size(), nonce_size + 2);
    longer[longer.find(hex("ff8117")) + 2] = '\xff';
    EXPECT_EQ(decode_handshake(view(longer), h), outcome::malformed);
    std::string shorter = mariadb; // MySQL's clients read 13 bytes, whatever the length says
    shorter[shorter.find(hex("ff8115")) + 2] = 0;
    ASSERT_EQ(decode_handshake(view(shorter), h), outcome::ok);
    EXPECT_EQ(h.nonce.size(), nonce_size);
}

TEST(version, has_three_parts) {
    using v = version_number;
    EXPECT_EQ(parse_version("8.0.36-0ubuntu0.22.04.1", flavour::mysql), (v{8, 0, 36}));
    EXPECT_EQ(parse_version("9.4.0", flavour::mysql), (v{9, 4, 0}));
    EXPECT_EQ(parse_version("11.8.2-MariaDB-log", flavour::mariadb), (v{11, 8, 2}));
    EXPECT_EQ(parse_version("5.5.5-10.1.48-MariaDB", flavour::mariadb), (v{10, 1, 48}));
    EXPECT_EQ(parse_version("5.5.5-m3", flavour::mysql), (v{5, 5, 5}));
    EXPECT_LT((v{8, 0, 36}), (v{8, 4, 0}));
    for (const auto& text : {"", "8", "8.", "8.0", "8.0.", "8.0.x", "-8.0.1", " 8.0.1", "8,0,1",
                             "1000.0.1", "8.4294967296.1", "v8.0.1"})
        EXPECT_EQ(parse_version(text, flavour::mysql), std::nullopt) << text;
    EXPECT_EQ(parse_version("5.5.5-", flavour::mariadb), std::nullopt);
}

} // namespace
} // namespace ringfence::wire::mysql
