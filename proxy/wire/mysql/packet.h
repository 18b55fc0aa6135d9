// The frame of everything: packets of a 3-byte length, a sequence id and a payload. A payload of
// 16 MiB - 1 or more continues in further packets; the last is shorter, and empty if it must be.
// MySQL documentation, "MySQL Packets".
#pragma once

#include "proxy/wire/mysql/cursor.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ringfence::wire::mysql {

inline constexpr std::size_t header_size = 4;
inline constexpr std::uint32_t max_payload = 0xffffff; // of one packet
// The most that max_allowed_packet can be on any server.
inline constexpr std::size_t max_message = std::size_t{1} << 30;

struct header {
    std::uint32_t payload = 0; // bytes behind the header
    std::uint8_t sequence = 0;
    [[nodiscard]] bool continues() const { return payload == max_payload; } // in the next packet
    [[nodiscard]] std::size_t size() const { return header_size + payload; }
};

// On the data path: called once a packet.
inline outcome read_header(bytes in, header& out) {
    if (in.size() < header_size)
        return outcome::need_more;
    reader r(in.first(header_size));
    out.payload = r.u24();
    out.sequence = r.u8();
    return outcome::ok;
}

// One payload with all of its packets.
struct message {
    std::size_t size = 0;           // with every header
    std::size_t payload = 0;        // without
    std::uint8_t next_sequence = 0; // that the packet after it must have; wraps around
};

// Finds the message at the front of `in`, whose first packet must have the sequence id `expected`.
// A wrong id, or a payload of more than `cap` bytes, is malformed as soon as a header says so.
outcome find_message(bytes in, std::uint8_t expected, std::size_t cap, message&);

// The payload of a message that was found in `in`: a view into `in`, or, if it came in several
// packets, into `joined`, which holds it then.
[[nodiscard]] bytes payload_of(bytes in, const message&, std::string& joined);

// Appends the payload in as many packets as it needs; `sequence` is that of the first, and then
// that of the packet to follow.
void encode_packets(std::string& out, std::uint8_t& sequence, std::string_view payload);

} // namespace ringfence::wire::mysql
