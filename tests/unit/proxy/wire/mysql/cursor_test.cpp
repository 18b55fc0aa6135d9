#include "packets.h"

#include <gtest/gtest.h>

#include <utility>

namespace ringfence::wire::mysql {
namespace {

using namespace test;

TEST(cursor, numbers_are_little_endian) {
    reader r(view(hex("01 0203 040506 0708090a 0b0c0d0e0f101112")));
    EXPECT_EQ(r.u8(), 0x01);
    EXPECT_EQ(r.u16(), 0x0302);
    EXPECT_EQ(r.u24(), 0x060504U);
    EXPECT_EQ(r.u32(), 0x0a090807U);
    EXPECT_EQ(r.u64(), 0x1211100f0e0d0c0bULL);
    EXPECT_TRUE(r.done());
    EXPECT_EQ(r.u8(), 0);
    EXPECT_FALSE(r.good());
}

TEST(cursor, a_length_encoded_integer_has_one_of_four_sizes) {
    for (const auto& [text, value] : {std::pair{"00", 0ULL},
                                      {"fa", 250ULL},
                                      {"fcfb00", 251ULL},
                                      {"fcffff", 0xffffULL},
                                      {"fd000001", 0x10000ULL},
                                      {"fdffffff", 0xffffffULL},
                                      {"fe0000000100000000", 0x1000000ULL},
                                      {"feffffffffffffffff", ~0ULL}}) {
        reader r(view(hex(text)));
        EXPECT_EQ(r.lenenc(), value) << text;
        EXPECT_TRUE(r.done()) << text;
        std::string again;
        writer(again).lenenc(value);
        EXPECT_EQ(again, hex(text));
        for (std::size_t n = 0; n < hex(text).size(); ++n) {
            reader cut(view(hex(text)).first(n));
            cut.lenenc();
            EXPECT_FALSE(cut.good()) << text << " cut at " << n;
        }
    }
}

TEST(cursor, a_number_may_be_longer_than_it_needs_to_be) {
    for (const auto& text : {"fc0100", "fd010000", "fe0100000000000000"}) {
        reader r(view(hex(text)));
        EXPECT_EQ(r.lenenc(), 1U) << text;
        EXPECT_TRUE(r.done()) << text;
    }
}

TEST(cursor, null_and_0xff_are_no_numbers) {
    for (const auto& text : {"fb00000000", "ff00000000000000000000"}) {
        reader r(view(hex(text)));
        r.lenenc();
        EXPECT_FALSE(r.good()) << text;
    }
    reader null(view(hex("fb")));
    EXPECT_EQ(null.lenenc_string_or_null(), std::nullopt);
    EXPECT_TRUE(null.done());
    reader empty(view(hex("00")));
    EXPECT_EQ(empty.lenenc_string_or_null(), "");
    reader nothing(view(""));
    nothing.lenenc_string_or_null();
    EXPECT_FALSE(nothing.good());
}

TEST(cursor, a_string_longer_than_what_is_left_is_none) {
    for (const auto& text : {"0461", "fcffff61", "fdffffff61", "feffffffffffffffff61",
                             "fe0100000001000000 61", "fe0000000000000080 61"}) {
        reader r(view(hex(text)));
        EXPECT_EQ(r.lenenc_string(), "") << text;
        EXPECT_FALSE(r.good()) << text;
        EXPECT_TRUE(r.left().empty()) << text;
    }
}

TEST(cursor, what_is_bad_stays_bad) {
    reader r(view("abc"));
    r.cstring();
    EXPECT_FALSE(r.good());
    EXPECT_EQ(r.take(1), "");
    EXPECT_EQ(r.rest(), "");
    EXPECT_EQ(r.peek(), std::nullopt);
    EXPECT_FALSE(r.done());
}

TEST(cursor, the_end_may_stand_for_the_zero_of_a_string_where_that_is_allowed) {
    reader with(view(z("a") + "b"));
    EXPECT_EQ(with.cstring_or_rest(), "a");
    EXPECT_EQ(with.cstring_or_rest(), "b");
    EXPECT_TRUE(with.done());
}

TEST(cursor, a_zero_inside_ends_what_is_written) {
    std::string out;
    writer(out).cstring(std::string_view("a\0b", 3)).lenenc_string("").u24(0x010203).zeros(2);
    EXPECT_EQ(out, z("a") + hex("00 030201 0000"));
}

} // namespace
} // namespace ringfence::wire::mysql
