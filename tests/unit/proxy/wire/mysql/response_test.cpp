#include "packets.h"
#include "proxy/wire/mysql/response.h"

#include <gtest/gtest.h>

namespace ringfence::wire::mysql {
namespace {

using namespace test;

constexpr capabilities plain = capability::protocol_41;
constexpr capabilities tracking = plain | capability::session_track;

TEST(ok, without_session_track_is_counters_status_and_a_text) {
    ok o;
    ASSERT_EQ(decode_ok(view(hex("00000002820000")), plain, o), outcome::ok);
    EXPECT_EQ(o.status, 0x8202);
    EXPECT_EQ(o.warnings, 0);
    const std::string updated = hex(
        "0001000282000028526f7773206d6174636865643a203120204368616e6765643a203120205761726e696e67"
        "733a2030");
    ASSERT_EQ(decode_ok(view(updated), plain, o), outcome::ok);
    EXPECT_EQ(o.affected_rows, 1U);
    EXPECT_EQ(o.info, "Rows matched: 1  Changed: 1  Warnings: 0");
    EXPECT_EQ(o.changes, "");
    // As the documentation has it, and some proxies send it: no length before the text.
    ASSERT_EQ(decode_ok(view(hex("00000002000000") + "Rows"), plain, o), outcome::ok);
    EXPECT_EQ(o.info, "Rows");
}

TEST(ok, tells_what_changed_in_the_session) {
    const std::string used = hex("00000002400000000b0106056d7973716c020131");
    ok o;
    ASSERT_EQ(decode_ok(view(used), tracking, o), outcome::ok);
    EXPECT_EQ(o.status, status::autocommit | status::session_state_changed);
    EXPECT_EQ(o.info, "");
    EXPECT_EQ(o.changes, hex("0106056d7973716c020131"));
    std::string again;
    encode_ok(again, tracking, o);
    EXPECT_EQ(again, used);
    for (std::size_t n = 0; n < used.size(); ++n)
        EXPECT_EQ(decode_ok(view(used).first(n), tracking, o), outcome::malformed) << n;
    EXPECT_EQ(decode_ok(view(used + "x"), tracking, o), outcome::malformed);
}

TEST(ok, stands_where_an_eof_stood) {
    ok o;
    ASSERT_EQ(decode_ok(view(hex("fe000022820000")), tracking, o), outcome::ok);
    EXPECT_EQ(o.status, 0x8222);
    std::string again;
    encode_ok(again, tracking, o, eof_byte);
    EXPECT_EQ(again, hex("fe000022820000"));
}

TEST(ok, with_numbers_that_are_none_is_malformed) {
    ok o;
    for (const auto& text :
         {"", "00", "0000", "000000", "00000002", "0000000200", "00fb0002000000", "00ff0002000000",
          "00feffffffff", "01000002000000", "fb000002000000", "ff000002000000"})
        EXPECT_EQ(decode_ok(view(hex(text)), plain, o), outcome::malformed) << text;
    for (const auto& text :
         {"0000000240000000", "00000002400000", "000000024000000002 01", "0000000240000000ff",
          "000000024000000000 00", "00000002400000feffffffffffffffff", "00000002000000 05 61"})
        EXPECT_EQ(decode_ok(view(hex(text)), tracking, o), outcome::malformed) << text;
}

TEST(eof, has_exactly_five_bytes) {
    eof e;
    ASSERT_EQ(decode_eof(view(hex("fe010022c2")), e), outcome::ok);
    EXPECT_EQ(e.warnings, 1);
    EXPECT_EQ(e.status, 0xc222);
    std::string again;
    encode_eof(again, e);
    EXPECT_EQ(again, hex("fe010022c2"));
    for (const auto& text : {"", "fe", "fe0000", "fe000022", "fe000022c200", "00000022c2"})
        EXPECT_EQ(decode_eof(view(hex(text)), e), outcome::malformed) << text;
}

TEST(error, has_a_state_behind_its_code) {
    const std::string recorded =
        hex("ff1904233432303030556e6b6e6f776e20646174616261736520276e6f706527");
    error e;
    ASSERT_EQ(decode_error(view(recorded), e), outcome::ok);
    EXPECT_EQ(e.code, 1049);
    EXPECT_EQ(e.sqlstate, "42000");
    EXPECT_EQ(e.message, "Unknown database 'nope'");
    std::string again;
    encode_error(again, e);
    EXPECT_EQ(again, recorded);
}

TEST(error, before_the_login_may_lack_the_state) {
    error e;
    ASSERT_EQ(decode_error(view(hex("ff1004") + "Too many connections"), e), outcome::ok);
    EXPECT_EQ(e.code, 1040);
    EXPECT_EQ(e.sqlstate, "");
    EXPECT_EQ(e.message, "Too many connections");
    ASSERT_EQ(decode_error(view(hex("ff1004")), e), outcome::ok);
    for (const std::string& text :
         {hex("ff"), hex("ff10"), hex("ff1004") + "#", hex("ff1004") + "#4200", hex("001004")})
        EXPECT_EQ(decode_error(view(text), e), outcome::malformed);
}

TEST(progress, is_no_error_to_a_client_that_asked_for_it) {
    const std::string recorded = hex("ffffff010102204e0011636f707920746f20746d70207461626c65");
    EXPECT_TRUE(is_progress(view(recorded), capability::mariadb_progress));
    EXPECT_FALSE(is_progress(view(recorded), plain));
    EXPECT_FALSE(is_progress(view(hex("ff1904")), capability::mariadb_progress));
    EXPECT_FALSE(is_progress(view(hex("ffff")), capability::mariadb_progress));
    progress p;
    ASSERT_EQ(decode_progress(view(recorded), p), outcome::ok);
    EXPECT_EQ(p.stage, 1);
    EXPECT_EQ(p.stages, 2);
    EXPECT_EQ(p.done, 20'000U);
    EXPECT_EQ(p.text, "copy to tmp table");
    for (std::size_t n = 0; n < recorded.size(); ++n)
        EXPECT_EQ(decode_progress(view(recorded).first(n), p), outcome::malformed) << n;
    EXPECT_EQ(decode_progress(view(recorded + "x"), p), outcome::malformed);
}

} // namespace
} // namespace ringfence::wire::mysql
