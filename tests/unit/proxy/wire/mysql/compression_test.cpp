#include "packets.h"
#include "proxy/wire/mysql/compression.h"
#include "proxy/wire/mysql/packet.h"

#include <gtest/gtest.h>

namespace ringfence::wire::mysql {
namespace {

using namespace test;

TEST(compression, the_frame_says_both_sizes) {
    // The example of MySQL's documentation: 34 bytes that become 50.
    const std::string head = hex("220000 00 320000");
    compressed_header h;
    ASSERT_EQ(read_compressed_header(view(head), 0, h), outcome::ok);
    EXPECT_EQ(h.payload, 34U);
    EXPECT_EQ(h.unpacked, 50U);
    EXPECT_EQ(h.size(), 41U);
    std::string again;
    encode_compressed_header(again, h);
    EXPECT_EQ(again, head);
    for (std::size_t n = 0; n < head.size(); ++n)
        EXPECT_EQ(read_compressed_header(view(head).first(n), 0, h), outcome::need_more);
    EXPECT_EQ(read_compressed_header(view(head), 1, h), outcome::malformed);
    EXPECT_EQ(read_compressed_header(view(hex("000000 00 000000")), 0, h), outcome::malformed);
}

TEST(compression, what_is_not_worth_it_goes_as_it_is) {
    std::string out;
    std::uint8_t sequence = 255;
    encode_uncompressed(out, sequence, packet(0, "\x0e"));
    EXPECT_EQ(out, hex("050000 ff 000000") + packet(0, "\x0e"));
    EXPECT_EQ(sequence, 0);
    encode_uncompressed(out, sequence, std::string(max_compressed + 1, 'x'));
    EXPECT_EQ(sequence, 2);
}

} // namespace
} // namespace ringfence::wire::mysql
