#include "proxy/net/compressed_stream.h"
#include "tests/unit/proxy/net/compressed_client.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace ringfence::net {
namespace {

using outcome = compressed_stream::outcome;

// Takes all that is there, in pieces of `room`.
outcome take_all(compressed_stream& s, std::string& out, std::size_t room = 4096) {
    std::vector<std::byte> into(room);
    for (;;) {
        std::size_t size = 0;
        const outcome o = s.take(into, size);
        EXPECT_LE(size, room);
        if (o != outcome::ok)
            return o;
        out += session::as_text({into.data(), size});
    }
}
outcome feed(compressed_stream& s, std::string_view raw, std::string& out) {
    s.feed(session::as_bytes(raw));
    return take_all(s, out);
}
void expect_malformed(method how, std::string_view raw) {
    compressed_stream s({how, 6});
    std::string out;
    EXPECT_EQ(feed(s, raw, out), outcome::malformed);
    EXPECT_EQ(out, "");
    EXPECT_TRUE(s.drained());
    EXPECT_FALSE(s.ready());
    // It does not recover.
    EXPECT_EQ(feed(s, raw_frame(0, packet(0, "\x0e")), out), outcome::malformed);
    EXPECT_EQ(out, "");
}
std::string encoded(compressed_stream& s, std::string_view plain) {
    std::string frames;
    s.encode(session::as_bytes(plain), frames);
    return frames;
}

class either : public testing::TestWithParam<method> {};
INSTANTIATE_TEST_SUITE_P(compression, either, testing::Values(method::zlib, method::zstd),
                         [](const auto& i) { return i.param == method::zlib ? "zlib" : "zstd"; });

// MySQL documentation, "Compressed Packet": COM_QUERY with 45 bytes of text.
TEST(compression, the_example_of_the_documentation_is_read_split_at_each_byte) {
    constexpr std::array<unsigned char, 41> bytes{
        0x22, 0x00, 0x00, 0x00, 0x32, 0x00, 0x00, 0x78, 0x9c, 0xd3, 0x63, 0x60, 0x60, 0x60,
        0x2e, 0x4e, 0xcd, 0x49, 0x4d, 0x2e, 0x51, 0x50, 0x32, 0x30, 0x34, 0x32, 0x36, 0x31,
        0x35, 0x33, 0xb7, 0xb0, 0xc4, 0xcd, 0x52, 0x02, 0x00, 0x0c, 0xd1, 0x0a, 0x6c};
    const std::string raw(bytes.begin(), bytes.end());
    const std::string query = packet(0, "\x03select \"012345678901234567890123456789012345\"");
    for (std::size_t cut = 0; cut <= raw.size(); ++cut) {
        compressed_stream s({method::zlib, 6});
        std::string out;
        if (cut < raw.size()) {
            EXPECT_EQ(feed(s, raw.substr(0, cut), out), outcome::need_more);
            EXPECT_FALSE(s.ready());
            EXPECT_EQ(s.drained(), cut == 0);
            EXPECT_EQ(out, "");
        }
        EXPECT_EQ(feed(s, raw.substr(cut == raw.size() ? 0 : cut), out), outcome::need_more);
        EXPECT_EQ(out, query);
        EXPECT_TRUE(s.drained());
    }
}

TEST_P(either, what_is_sent_comes_out_at_the_client) {
    std::vector<std::size_t> sizes{16383, 16384, 65535, 65536, 65537, 200'000};
    for (std::size_t n = 1; n < 130; ++n)
        sizes.push_back(n);
    for (const std::size_t n : sizes)
        for (const std::string& plain : {repeated(n), noise(n)})
            for (const int level : {-5, 1, 6, 22}) {
                if (n > 1000 && level != 6)
                    continue;
                compressed_stream s({GetParam(), level});
                std::string out;
                ASSERT_EQ(feed(s, raw_frame(0, packet(0, "x")), out), outcome::need_more);
                std::string frames = encoded(s, plain);
                frame_reader client{GetParam()};
                client.read(frames);
                ASSERT_EQ(frames, "");
                ASSERT_EQ(client.frames, 1U);
                ASSERT_TRUE(client.plain == plain) << n;
                if (n < wire::mysql::min_compressed || plain == noise(n)) {
                    ASSERT_EQ(client.packed, 0U) << n;
                } else if (n > 200) {
                    ASSERT_EQ(client.packed, 1U) << n;
                }
            }
}

TEST_P(either, what_the_client_sends_comes_out_here) {
    for (const std::size_t n : {1U, 2U, 7U, 49U, 50U, 51U, 4095U, 4096U, 4097U, 70'000U}) {
        for (const std::string& payload : {repeated(n), noise(n)}) {
            const std::string plain = packet(0, payload);
            for (const std::string& raw :
                 {packed_frame(GetParam(), 0, plain), raw_frame(0, plain)}) {
                compressed_stream s({GetParam(), 6});
                std::string out;
                ASSERT_EQ(feed(s, raw, out), outcome::need_more);
                ASSERT_TRUE(out == plain) << n;
                ASSERT_TRUE(s.drained());
            }
        }
    }
}

TEST_P(either, frames_of_the_greatest_size_pass_both_ways) {
    constexpr std::size_t most = wire::mysql::max_compressed;
    for (const std::size_t n : {most, most + 1}) {
        const std::string plain = packet(0, std::string(n - 4, 'x'));
        compressed_stream s({GetParam(), 1});
        std::string out;
        std::size_t at = 0;
        std::uint8_t sequence = 0;
        for (; at < n; at += most)
            ASSERT_EQ(feed(s, packed_frame(GetParam(), sequence++, plain.substr(at, most)), out),
                      outcome::need_more);
        ASSERT_TRUE(out == plain);
        ASSERT_TRUE(s.drained());
        std::string frames = encoded(s, plain);
        frame_reader client{GetParam(), sequence};
        client.read(frames);
        EXPECT_EQ(client.frames, n > most ? 2U : 1U);
        ASSERT_TRUE(client.plain == plain);
    }
}

TEST_P(either, commands_split_at_each_byte_come_out_whole) {
    const std::string one = packet(0, repeated(300)), two = packet(0, "\x0e");
    const std::string raw = packed_frame(GetParam(), 0, one.substr(0, 120)) +
                            packed_frame(GetParam(), 1, one.substr(120)) + raw_frame(0, two);
    for (std::size_t cut = 1; cut < raw.size(); ++cut) {
        compressed_stream s({GetParam(), 6});
        std::string out;
        ASSERT_EQ(feed(s, raw.substr(0, cut), out), outcome::need_more);
        ASSERT_EQ(feed(s, raw.substr(cut), out), outcome::need_more);
        ASSERT_EQ(out, one + two) << cut;
    }
    compressed_stream s({GetParam(), 6});
    std::string out;
    for (const char c : raw)
        ASSERT_EQ(feed(s, {&c, 1}, out), outcome::need_more);
    EXPECT_EQ(out, one + two);
}

TEST_P(either, no_more_is_given_than_there_is_room_and_one_frame_at_a_time) {
    const std::string one = packet(0, repeated(100'000)), two = packet(0, "\x0e");
    compressed_stream s({GetParam(), 6});
    s.feed(session::as_bytes(packed_frame(GetParam(), 0, one) + raw_frame(0, two)));
    std::array<std::byte, 16384> room;
    std::string out;
    while (out.size() < one.size()) {
        EXPECT_TRUE(s.ready());
        std::size_t size = 0;
        ASSERT_EQ(s.take(room, size), outcome::ok);
        ASSERT_LE(size, room.size());
        out += session::as_text({room.data(), size});
    }
    EXPECT_EQ(out, one);
    EXPECT_TRUE(s.ready());
    EXPECT_FALSE(s.drained());
    EXPECT_EQ(take_all(s, out), outcome::need_more);
    EXPECT_EQ(out, one + two);
    EXPECT_FALSE(s.ready());
    EXPECT_TRUE(s.drained());
}

TEST(compression, no_more_is_wanted_than_the_frame_under_way_has) {
    compressed_stream s({method::zlib, 6});
    EXPECT_EQ(s.wanted(), compressed_stream::most_fed);
    const std::string raw = raw_frame(0, noise(20'000));
    s.feed(session::as_bytes(std::string_view(raw).substr(0, 10'000)));
    EXPECT_EQ(s.wanted(), raw.size() - 10'000);
    s.feed(session::as_bytes(std::string_view(raw).substr(10'000, 10'000)));
    EXPECT_EQ(s.wanted(), raw.size() - 20'000);
}

TEST(compression, a_wrong_sequence_is_refused_before_the_frame_is_complete) {
    for (const int wrong : {1, 2, 255})
        expect_malformed(method::zlib,
                         raw_frame(static_cast<std::uint8_t>(wrong), "abcd").substr(0, 7));
    // After 0, 1: only 0 and 2.
    for (int id = 0; id < 256; ++id) {
        compressed_stream s({method::zlib, 6});
        std::string out;
        ASSERT_EQ(feed(s, raw_frame(0, noise(3)) + raw_frame(1, noise(3)), out),
                  outcome::need_more);
        EXPECT_EQ(feed(s, raw_frame(static_cast<std::uint8_t>(id), "x"), out),
                  id == 0 || id == 2 ? outcome::need_more : outcome::malformed)
            << id;
    }
}

TEST(compression, after_an_answer_the_count_goes_on_or_was_not_interrupted) {
    // We answered 0 with 1 and 2: a client that has seen it goes on with 3, one that has not, with
    // 1.
    for (int id = 0; id < 256; ++id) {
        compressed_stream s({method::zlib, 6});
        std::string out;
        ASSERT_EQ(feed(s, raw_frame(0, noise(3)), out), outcome::need_more);
        static_cast<void>(encoded(s, "a"));
        static_cast<void>(encoded(s, "b"));
        EXPECT_EQ(feed(s, raw_frame(static_cast<std::uint8_t>(id), "x"), out),
                  id == 0 || id == 1 || id == 3 ? outcome::need_more : outcome::malformed)
            << id;
    }
}

TEST(compression, answers_continue_behind_the_last_frame_and_wrap) {
    compressed_stream s({method::zlib, 6});
    std::string out;
    ASSERT_EQ(feed(s, raw_frame(0, "ab") + raw_frame(1, "cd"), out), outcome::need_more);
    frame_reader client{method::zlib, 2};
    std::string frames;
    for (int i = 0; i < 300; ++i)
        s.encode(session::as_bytes("x"), frames);
    client.read(frames);
    EXPECT_EQ(client.frames, 300U);
    ASSERT_EQ(feed(s, raw_frame(0, "e"), out), outcome::need_more);
    client.expected = 1;
    frames = encoded(s, "y");
    client.read(frames);
    EXPECT_EQ(client.frames, 301U);
}

TEST(compression, a_frame_of_nothing_is_refused) {
    expect_malformed(method::zlib, framed(0, "", 0));
    expect_malformed(method::zstd, framed(0, "", 100));
}

TEST_P(either, a_size_that_is_not_what_comes_out_is_refused) {
    const std::string plain = packet(0, repeated(200));
    const std::string body = packed_by(GetParam(), plain);
    for (const std::size_t lie : {std::size_t{1}, plain.size() - 1, plain.size() + 1,
                                  std::size_t{5000}, std::size_t{wire::mysql::max_compressed}})
        expect_malformed(GetParam(), framed(0, body, lie));
    expect_malformed(GetParam(), framed(0, packed_by(GetParam(), ""), 1));
}

TEST_P(either, a_bomb_is_refused) {
    // 32 MiB in a few bytes, which says that it is less.
    const std::string body = packed_by(GetParam(), std::string(std::size_t{32} << 20, '\0'));
    for (const std::size_t lie : {std::size_t{100}, std::size_t{wire::mysql::max_compressed}})
        expect_malformed(GetParam(), framed(0, body, lie));
}

TEST_P(either, bytes_behind_the_compressed_body_are_refused) {
    const std::string plain = packet(0, repeated(200));
    const std::string body = packed_by(GetParam(), plain);
    expect_malformed(GetParam(), framed(0, body + '\0', plain.size()));
    expect_malformed(GetParam(), framed(0, body + body, plain.size()));
    expect_malformed(GetParam(), framed(0, body + body, 2 * plain.size()));
}

TEST_P(either, a_body_that_ends_early_is_refused) {
    const std::string plain = packet(0, repeated(200));
    const std::string body = packed_by(GetParam(), plain);
    for (std::size_t n = 1; n < body.size(); ++n)
        expect_malformed(GetParam(), framed(0, body.substr(0, n), plain.size()));
}

TEST(compression, a_changed_byte_is_seen_by_zlibs_sum) {
    const std::string plain = packet(0, repeated(200));
    const std::string body = packed_by(method::zlib, plain);
    for (std::size_t n = 2; n < body.size(); ++n) {
        std::string changed = body;
        changed[n] = static_cast<char>(changed[n] ^ 0x40);
        expect_malformed(method::zlib, framed(0, changed, plain.size()));
    }
}

TEST(compression, the_other_algorithm_is_not_read) {
    const std::string plain = packet(0, repeated(200));
    expect_malformed(method::zlib, packed_frame(method::zstd, 0, plain));
    expect_malformed(method::zstd, packed_frame(method::zlib, 0, plain));
}

TEST(compression, frames_of_zstd_to_skip_and_of_old_formats_are_refused) {
    const std::string plain = packet(0, repeated(200));
    const std::string body = packed_by(method::zstd, plain);
    const std::string skipped("\x50\x2a\x4d\x18\x04\0\0\0abcd", 12);
    expect_malformed(method::zstd, framed(0, skipped, 4));
    expect_malformed(method::zstd, framed(0, skipped + body, plain.size()));
    expect_malformed(method::zstd, framed(0, body + skipped, plain.size()));
    for (const char version : {'\x22', '\x23', '\x24', '\x25', '\x26', '\x27'}) // 0.2 to 0.7
        expect_malformed(
            method::zstd,
            framed(0, std::string{version, '\xb5', '\x2f', '\xfd'} + body.substr(4), plain.size()));
}

// Packet ids within the frames. A server looks at none of them, so clients differ.
std::string ids_of(std::string_view plain) {
    std::string ids;
    while (plain.size() >= 4) {
        wire::mysql::reader r(session::as_bytes(plain));
        const std::size_t size = r.u24();
        ids += (ids.empty() ? "" : " ") + std::to_string(r.u8());
        plain.remove_prefix(std::min(plain.size(), 4 + size));
    }
    return ids;
}

TEST(packet_ids, each_command_is_number_0_whatever_the_client_wrote) {
    compressed_stream s({method::zlib, 6});
    std::string out;
    // Two in one frame, one in two frames, one whose header is cut.
    const std::string three = packet(9, noise(40)), four = packet(8, "four");
    ASSERT_EQ(
        feed(s,
             raw_frame(0, packet(0, "one") + packet(1, "two")) + raw_frame(0, three.substr(0, 20)) +
                 raw_frame(1, three.substr(20) + four.substr(0, 2)) + raw_frame(2, four.substr(2)),
             out),
        outcome::need_more);
    EXPECT_EQ(ids_of(out), "0 0 0 0");
}

TEST(packet_ids, the_file_of_a_load_data_is_numbered_behind_our_request) {
    for (const bool zeros : {false, true}) { // MariaDB's library writes zeros, MySQL's the frame's
        compressed_stream s({method::zlib, 6});
        std::string out;
        ASSERT_EQ(feed(s, raw_frame(0, packet(0, "load")), out), outcome::need_more);
        // Two results of one packet each before: three packets of ours in two frames.
        static_cast<void>(encoded(s, packet(1, "a") + packet(2, "b")));
        static_cast<void>(encoded(s, packet(3, "\xfbname")));
        out.clear();
        const auto id = [&](int n) { return static_cast<std::uint8_t>(zeros ? 0 : n); };
        ASSERT_EQ(feed(s,
                       raw_frame(3, packet(id(3), "row") + packet(id(4), "row")) +
                           raw_frame(4, packet(id(5), "row")) + raw_frame(5, packet(id(6), "")),
                       out),
                  outcome::need_more);
        EXPECT_EQ(ids_of(out), "4 5 6 7");
        // The answer, and the next command.
        std::string frames = encoded(s, packet(8, "ok"));
        frame_reader client{method::zlib, 6};
        client.read(frames);
        EXPECT_EQ(client.frames, 1U);
        out.clear();
        ASSERT_EQ(feed(s, raw_frame(0, packet(0, "next")), out), outcome::need_more);
        EXPECT_EQ(ids_of(out), "0");
    }
}

TEST(packet_ids, a_file_of_more_frames_than_the_count_has_goes_on) {
    compressed_stream s({method::zlib, 6});
    std::string out;
    ASSERT_EQ(feed(s, raw_frame(0, packet(0, "load")), out), outcome::need_more);
    static_cast<void>(encoded(s, packet(1, "\xfbname")));
    for (unsigned i = 2; i < 600; ++i) {
        out.clear();
        ASSERT_EQ(feed(s, raw_frame(static_cast<std::uint8_t>(i), packet(0, "row")), out),
                  outcome::need_more);
        ASSERT_EQ(ids_of(out), std::to_string(i % 256));
    }
}

TEST(packet_ids, a_statement_of_more_than_one_packet_is_counted) {
    compressed_stream s({method::zlib, 1});
    const std::string full = packet(0, std::string(wire::mysql::max_payload, 'x'));
    const std::string plain = full + packet(0, "rest");
    std::string out;
    ASSERT_EQ(
        feed(s, packed_frame(method::zlib, 0, plain.substr(0, wire::mysql::max_compressed)), out),
        outcome::need_more);
    ASSERT_EQ(feed(s, raw_frame(1, plain.substr(wire::mysql::max_compressed)), out),
              outcome::need_more);
    EXPECT_EQ(ids_of(out), "0 1");
}

TEST(packet_ids, an_answer_to_our_question_within_a_command_follows_it) {
    compressed_stream s({method::zstd, 3});
    std::string out;
    ASSERT_EQ(feed(s, raw_frame(0, packet(0, "\x11user")), out), outcome::need_more);
    static_cast<void>(encoded(s, packet(1, "\xfe"
                                           "caching_sha2_password")));
    out.clear();
    ASSERT_EQ(feed(s, raw_frame(2, packet(0, "scramble")), out), outcome::need_more);
    EXPECT_EQ(ids_of(out), "2");
}

} // namespace
} // namespace ringfence::net
