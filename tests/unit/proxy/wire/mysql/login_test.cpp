#include "packets.h"
#include "proxy/wire/mysql/login.h"

#include <gtest/gtest.h>

namespace ringfence::wire::mysql {
namespace {

using namespace test;

constexpr capabilities basic =
    capability::mysql | capability::protocol_41 | capability::secure_connection;

std::string head(capabilities flags) {
    return u32(static_cast<std::uint32_t>(flags)) + u32(1 << 24) + '\x2d' + std::string(19, '\0') +
           u32(static_cast<std::uint32_t>(flags >> 32));
}

// As a client library of MariaDB sends it.
const std::string recorded =
    hex("8ca21f00 00000001 2d 00000000000000000000000000000000000000 1d000000 61707000 14"
        "ded1574a2ec97bfbb93a6f455ea34df78b70b5ac 6f726465727300 "
        "6d7973716c5f6e61746976655f70617373776f726400 15 0c70726f6772616d5f6e616d65 "
        "0763617074757265");

TEST(login, as_it_was_recorded) {
    login l;
    ASSERT_EQ(decode_login(view(recorded), {}, l), outcome::ok);
    EXPECT_EQ(l.user, "app");
    EXPECT_EQ(l.answer.size(), 20U);
    EXPECT_EQ(l.database, "orders");
    EXPECT_EQ(l.plugin, "mysql_native_password");
    EXPECT_EQ(l.attributes, (attributes{{"program_name", "capture"}}));
    EXPECT_EQ(l.max_packet, 1U << 24);
    EXPECT_EQ(l.collation, 45);
    EXPECT_TRUE(has(l.capabilities, capability::mariadb_cache_metadata));
    std::string again;
    encode_login(again, l);
    EXPECT_EQ(again, recorded);
}

TEST(login, that_is_cut_is_malformed) {
    login l;
    // Where it is cut in the plugin's name, or right behind it, it could be whole: some clients
    // send no zero there, and no attributes in spite of their flag.
    const std::size_t plugin = recorded.find("mysql_native");
    for (std::size_t n = 0; n < recorded.size(); ++n) {
        const bool may_end = n >= plugin && n <= plugin + 22;
        EXPECT_EQ(decode_login(view(recorded).first(n), {}, l),
                  may_end ? outcome::ok : outcome::malformed)
            << n;
    }
    EXPECT_EQ(decode_login(view(recorded + '\0'), {}, l), outcome::malformed);
}

TEST(login, the_answer_has_one_of_three_forms) {
    login l;
    const std::string with_zero(hex("00010203"));
    ASSERT_EQ(decode_login(view(head(basic) + z("u") + ls(with_zero)), {}, l), outcome::ok);
    EXPECT_EQ(l.answer, with_zero);
    ASSERT_EQ(decode_login(view(head(basic | capability::plugin_auth_lenenc) + z("u") +
                                hex("fc0300") + "abc"),
                           {}, l),
              outcome::ok);
    EXPECT_EQ(l.answer, "abc");
    ASSERT_EQ(
        decode_login(view(head(capability::mysql | capability::protocol_41) + z("u") + z("clear")),
                     {}, l),
        outcome::ok);
    EXPECT_EQ(l.answer, "clear");
}

TEST(login, an_answer_of_wrong_length_is_malformed) {
    login l;
    for (const auto& answer : {"fb", "ff", "feffffffffffffffff", "05 6162", "fc0500 6162", "fd"})
        EXPECT_EQ(
            decode_login(view(head(basic | capability::plugin_auth_lenenc) + z("u") + hex(answer)),
                         {}, l),
            outcome::malformed)
            << answer;
    EXPECT_EQ(decode_login(view(head(basic) + z("u") + hex("ff6162")), {}, l), outcome::malformed);
}

TEST(login, without_a_password_the_answer_is_empty) {
    login l;
    ASSERT_EQ(decode_login(view(head(basic) + z("u") + '\0'), {}, l), outcome::ok);
    EXPECT_EQ(l.answer, "");
    EXPECT_EQ(l.database, "");
    EXPECT_EQ(l.plugin, "");
}

TEST(login, of_an_unknown_layout_is_malformed) {
    login l;
    // HandshakeResponse320: 16 bits of flags, a 24-bit packet size, user and answer.
    EXPECT_EQ(decode_login(view(hex("8524 000000") + z("old") + "47442b4d"), {}, l),
              outcome::malformed);
    EXPECT_EQ(decode_login(view(head(basic & ~capability::protocol_41) + z("u") + '\0'), {}, l),
              outcome::malformed);
}

TEST(login, attributes_have_bounds) {
    const auto with = [](std::string_view all) {
        return head(basic | capability::connect_attrs) + z("u") + '\0' + ls(all);
    };
    login l;
    const std::string two = ls("a") + ls("1") + ls("b") + ls("");
    ASSERT_EQ(decode_login(view(with(two)), {.attributes = 2, .attribute_bytes = 7}, l),
              outcome::ok);
    EXPECT_EQ(l.attributes, (attributes{{"a", "1"}, {"b", ""}}));
    EXPECT_EQ(decode_login(view(with(two)), {.attributes = 1, .attribute_bytes = 7}, l),
              outcome::malformed);
    EXPECT_EQ(decode_login(view(with(two)), {.attributes = 2, .attribute_bytes = 6}, l),
              outcome::malformed);
}

TEST(login, an_attribute_does_not_reach_beyond_all_of_them) {
    login l;
    for (const std::string& all : {ls("a"), ls("a") + "\x05x", ls("a") + hex("fb"), hex("ff"),
                                   ls("a") + hex("feffffffffffffffff")})
        EXPECT_EQ(decode_login(view(head(basic | capability::connect_attrs) + z("u") + '\0' +
                                    ls(all) + "more"),
                               {}, l),
                  outcome::malformed);
    EXPECT_EQ(decode_login(view(head(basic | capability::connect_attrs) + z("u") + '\0' +
                                hex("feffffffffffffffff")),
                           {}, l),
              outcome::malformed);
}

TEST(login, with_zstd_ends_with_the_level) {
    login l;
    ASSERT_EQ(decode_login(view(head(basic | capability::zstd_compression) + z("u") + '\0' + '\7'),
                           {}, l),
              outcome::ok);
    EXPECT_EQ(l.zstd_level, 7);
}

TEST(ssl_request, is_the_head_alone) {
    login_head h;
    const capabilities flags = basic | capability::ssl;
    ASSERT_EQ(decode_ssl_request(view(head(flags)), h), outcome::ok);
    EXPECT_EQ(h.capabilities, flags);
    EXPECT_TRUE(is_ssl_request(view(head(flags))));
    std::string again;
    encode_ssl_request(again, h);
    EXPECT_EQ(again, head(flags));
    // A login that says so in its flags, but goes on in the clear, is no request.
    EXPECT_FALSE(is_ssl_request(view(head(flags) + z("u") + '\0')));
    EXPECT_FALSE(is_ssl_request(view(head(basic))));
    for (std::size_t n = 0; n < 32; ++n)
        EXPECT_FALSE(is_ssl_request(view(head(flags)).first(n)));
}

} // namespace
} // namespace ringfence::wire::mysql
