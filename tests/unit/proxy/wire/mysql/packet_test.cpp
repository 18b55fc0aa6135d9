#include "packets.h"
#include "proxy/wire/mysql/packet.h"

#include <gtest/gtest.h>

namespace ringfence::wire::mysql {
namespace {

using namespace test;

constexpr std::size_t cap = 64;

TEST(packet, has_a_length_and_a_sequence_id) {
    header h;
    ASSERT_EQ(read_header(view(packet(7, "ping")), h), outcome::ok);
    EXPECT_EQ(h.payload, 4U);
    EXPECT_EQ(h.sequence, 7);
    EXPECT_EQ(h.size(), 8U);
    EXPECT_FALSE(h.continues());
    ASSERT_EQ(read_header(view(hex("ffffff00")), h), outcome::ok);
    EXPECT_TRUE(h.continues());
}

TEST(packet, more_is_needed_until_it_is_whole) {
    const std::string whole = packet(0, "SELECT 1");
    message m;
    for (std::size_t n = 0; n < whole.size(); ++n)
        EXPECT_EQ(find_message(view(whole).first(n), 0, cap, m), outcome::need_more) << n;
    ASSERT_EQ(find_message(view(whole + "next"), 0, cap, m), outcome::ok);
    EXPECT_EQ(m.size, whole.size());
    EXPECT_EQ(m.payload, 8U);
    EXPECT_EQ(m.next_sequence, 1);
    std::string joined;
    EXPECT_EQ(text_of(payload_of(view(whole), m, joined)), "SELECT 1");
    EXPECT_TRUE(joined.empty());
}

TEST(packet, may_be_empty) {
    message m;
    ASSERT_EQ(find_message(view(packet(3, "")), 3, cap, m), outcome::ok);
    EXPECT_EQ(m.size, 4U);
    EXPECT_EQ(m.payload, 0U);
}

TEST(packet, a_wrong_sequence_id_is_malformed_before_the_payload_is_there) {
    message m;
    EXPECT_EQ(find_message(view(hex("ffffff01")), 0, std::size_t{1} << 25, m), outcome::malformed);
    EXPECT_EQ(find_message(view(packet(0, "x")), 1, cap, m), outcome::malformed);
    EXPECT_EQ(find_message(view(packet(255, "x")), 0, cap, m), outcome::malformed);
}

TEST(packet, sequence_ids_wrap_around) {
    message m;
    ASSERT_EQ(find_message(view(packet(255, "x")), 255, cap, m), outcome::ok);
    EXPECT_EQ(m.next_sequence, 0);
}

TEST(packet, a_payload_above_the_cap_is_malformed_before_it_is_there) {
    message m;
    EXPECT_EQ(find_message(view(hex("41000000")), 0, cap, m), outcome::malformed);
    EXPECT_EQ(find_message(view(hex("40000000")), 0, cap, m), outcome::need_more);
    EXPECT_EQ(find_message(view(hex("ffffff00")), 0, cap, m), outcome::malformed);
}

TEST(packet, a_large_payload_continues_and_may_end_with_an_empty_packet) {
    for (const std::size_t size : {std::size_t{max_payload} - 1, std::size_t{max_payload},
                                   std::size_t{max_payload} + 1, 2 * std::size_t{max_payload}}) {
        std::string payload(size, 'x');
        payload.back() = 'y';
        std::string wire;
        std::uint8_t sequence = 255;
        encode_packets(wire, sequence, payload);
        const std::size_t packets = size / max_payload + 1;
        EXPECT_EQ(wire.size(), size + header_size * packets);
        message m;
        const bytes in = std::as_bytes(std::span(wire));
        ASSERT_EQ(find_message(in, 255, max_message, m), outcome::ok) << size;
        EXPECT_EQ(m.size, wire.size());
        EXPECT_EQ(m.payload, size);
        EXPECT_EQ(m.next_sequence, sequence);
        std::string joined;
        EXPECT_TRUE(text_of(payload_of(in, m, joined)) == payload);
        EXPECT_EQ(find_message(in.first(in.size() - 1), 255, max_message, m), outcome::need_more);
        if (packets > 1) {
            EXPECT_EQ(find_message(in, 255, size - 1, m), outcome::malformed);
        }
    }
}

TEST(packet, a_continuation_with_a_wrong_sequence_id_is_malformed) {
    std::string wire;
    std::uint8_t sequence = 0;
    encode_packets(wire, sequence, std::string(max_payload, 'x'));
    wire.back() = 2;
    message m;
    EXPECT_EQ(find_message(std::as_bytes(std::span(wire)), 0, max_message, m), outcome::malformed);
}

} // namespace
} // namespace ringfence::wire::mysql
