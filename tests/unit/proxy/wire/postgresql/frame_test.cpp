#include "packets.h"

#include <gtest/gtest.h>

namespace ringfence::wire::postgresql {
namespace {

using namespace test;

TEST(frame, a_header_counts_its_type_byte) {
    header h;
    ASSERT_EQ(read_header(view(msg('Q', z("SELECT 1"))), h), outcome::ok);
    EXPECT_EQ(h.type, 'Q');
    EXPECT_EQ(h.size, 14U);
}

TEST(frame, needs_five_bytes_and_asks_for_them) {
    const std::string sync = msg('S');
    header h;
    for (std::size_t n = 0; n < header_size; ++n)
        EXPECT_EQ(read_header(view(sync).first(n), h), outcome::need_more) << n;
    EXPECT_EQ(read_header(view(sync), h), outcome::ok);
}

TEST(frame, refuses_lengths_of_minus_1_0_3_and_2_to_the_31) {
    header h;
    for (const std::uint32_t length :
         {0xffffffffU, 0U, 3U, 0x7fffffffU, 0x80000000U, max_message + 1})
        EXPECT_EQ(read_header(view("Q" + u32(length) + "rest"), h), outcome::malformed) << length;
    EXPECT_EQ(read_header(view("Q" + u32(4)), h), outcome::ok);
    EXPECT_EQ(read_header(view("Q" + u32(max_message)), h), outcome::ok);
    EXPECT_EQ(h.size, max_message + 1);
}

TEST(cursor, a_read_past_the_end_yields_nothing_and_stays_bad) {
    reader r(view("\x01\x02\x03"));
    EXPECT_EQ(r.u16(), 0x0102);
    EXPECT_EQ(r.u32(), 0U);
    EXPECT_FALSE(r.good());
    EXPECT_EQ(r.u8(), 0U);
    EXPECT_FALSE(r.done());
}

TEST(cursor, take_refuses_more_than_there_is_whatever_the_number) {
    reader r(view("abc"));
    EXPECT_EQ(r.take(static_cast<std::size_t>(-1)), "");
    EXPECT_FALSE(r.good());
}

TEST(cursor, a_string_without_its_zero_is_unterminated) {
    reader r(view("abc"));
    EXPECT_EQ(r.cstring(), "");
    EXPECT_TRUE(r.unterminated());
}

TEST(cursor, done_means_all_and_no_more) {
    reader r(view(z("a") + "b"));
    EXPECT_EQ(r.cstring(), "a");
    EXPECT_FALSE(r.done());
    EXPECT_EQ(r.rest(), "b");
    EXPECT_TRUE(r.done());
}

TEST(cursor, a_written_string_cannot_smuggle_a_zero) {
    std::string out;
    writer(out, 'p').cstring(std::string_view("pass\0word", 9)).end();
    EXPECT_EQ(out, msg('p', z("pass")));
}

} // namespace
} // namespace ringfence::wire::postgresql
