#include "packets.h"
#include "proxy/wire/mysql/authentication.h"

#include <gtest/gtest.h>

namespace ringfence::wire::mysql {
namespace {

using namespace test;
using kind = authentication_kind;

constexpr capabilities plain = capability::protocol_41;
constexpr capabilities factors = plain | capability::multi_factor_auth;

TEST(authentication, a_switch_names_a_plugin_and_gives_it_a_nonce) {
    // MariaDB, to a client that had offered client_ed25519.
    const std::string recorded = hex(
        "fe6d7973716c5f6e61746976655f70617373776f7264005822405b2959656e793745357677704d6e642d4e00");
    authentication a;
    ASSERT_EQ(decode_authentication(view(recorded), plain, a), outcome::ok);
    EXPECT_EQ(a.kind, kind::switch_to);
    EXPECT_EQ(a.plugin, "mysql_native_password");
    EXPECT_EQ(without_zero(a.data), "X\"@[)Yeny7E5vwpMnd-N");
    std::string again;
    encode_auth_switch(again, a.plugin, a.data);
    EXPECT_EQ(again, recorded);
}

TEST(authentication, a_nonce_of_ed25519_has_no_zero_at_its_end) {
    authentication a;
    ASSERT_EQ(decode_authentication(view(hex("fe636c69656e745f65643235353139"
                                             "0018c0162aad496eb7dc96b14a2df37d4775f9a1b5a3f9cce4e8"
                                             "ee880c60a6b333")),
                                    plain, a),
              outcome::ok);
    EXPECT_EQ(a.plugin, "client_ed25519");
    EXPECT_EQ(a.data.size(), 32U);
}

TEST(authentication, a_switch_without_a_name_is_the_one_to_the_old_passwords) {
    authentication a;
    ASSERT_EQ(decode_authentication(view(hex("fe")), plain, a), outcome::ok);
    EXPECT_EQ(a.kind, kind::old_switch);
    EXPECT_EQ(decode_authentication(view(hex("fe00")), plain, a), outcome::malformed);
    EXPECT_EQ(decode_authentication(view(hex("fe6162")), plain, a), outcome::malformed);
}

TEST(authentication, plugins_talk_in_packets_of_their_own) {
    authentication a;
    std::string out;
    encode_auth_more_data(out, std::string(1, caching_sha2::full_login));
    EXPECT_EQ(out, hex("0104"));
    ASSERT_EQ(decode_authentication(view(out), plain, a), outcome::ok);
    EXPECT_EQ(a.kind, kind::more_data);
    EXPECT_EQ(a.data, "\x04");
    ASSERT_EQ(decode_authentication(view(hex("01")), plain, a), outcome::ok);
    EXPECT_EQ(a.data, "");
}

TEST(authentication, a_second_factor_is_named_as_such) {
    authentication a;
    const std::string next = "\x02" + z("authentication_webauthn_client") + "data";
    ASSERT_EQ(decode_authentication(view(next), factors, a), outcome::ok);
    EXPECT_EQ(a.kind, kind::next_factor);
    EXPECT_EQ(a.plugin, "authentication_webauthn_client");
    EXPECT_EQ(a.data, "data");
    EXPECT_EQ(decode_authentication(view("\x02"), factors, a), outcome::malformed);
    EXPECT_EQ(decode_authentication(view("\x02"
                                         "abc"),
                                    factors, a),
              outcome::malformed);
    ASSERT_EQ(decode_authentication(view(next), plain, a), outcome::ok);
    EXPECT_EQ(a.kind, kind::plain_data);
}

// MariaDB's bug report MDEV-34854 shows the packet: parsec's salt.
TEST(authentication, mariadb_does_not_wrap_what_cannot_be_mistaken) {
    const std::string salt = hex("500001a5ed673440702ae38a00a2bb636b9cd313");
    authentication a;
    ASSERT_EQ(decode_authentication(view(salt), plain, a), outcome::ok);
    EXPECT_EQ(a.kind, kind::plain_data);
    EXPECT_EQ(a.data, salt);
}

TEST(authentication, ends_with_ok_or_an_error) {
    authentication a;
    ASSERT_EQ(decode_authentication(view(hex("00000002000000")), plain, a), outcome::ok);
    EXPECT_EQ(a.kind, kind::ok);
    ASSERT_EQ(decode_authentication(view(hex("ff1504")), plain, a), outcome::ok);
    EXPECT_EQ(a.kind, kind::error);
    EXPECT_EQ(decode_authentication(view(""), plain, a), outcome::malformed);
}

} // namespace
} // namespace ringfence::wire::mysql
