// The frame around packets on a compressed connection: the length of what follows, a sequence id of
// its own, and the length of what it becomes. The same for zlib and zstd. What is inside is a part
// of the stream of packets, and need not begin or end with one. MySQL documentation, "Compression".
// This is the frame only: nothing here compresses.
#pragma once

#include "proxy/wire/mysql/cursor.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ringfence::wire::mysql {

inline constexpr std::size_t compressed_header_size = 7;
inline constexpr std::uint32_t max_compressed = 0xffffff;
// What is shorter is sent as it is by the servers and their clients.
inline constexpr std::size_t min_compressed = 50;

struct compressed_header {
    std::uint32_t payload = 0; // bytes behind the header
    std::uint8_t sequence = 0;
    std::uint32_t unpacked = 0; // their size when unpacked; 0: they are not compressed
    [[nodiscard]] std::size_t size() const { return compressed_header_size + payload; }
};

// Malformed: a wrong sequence id, or a frame of nothing.
inline outcome read_compressed_header(bytes in, std::uint8_t expected, compressed_header& out) {
    if (in.size() < compressed_header_size)
        return outcome::need_more;
    reader r(in.first(compressed_header_size));
    out.payload = r.u24();
    out.sequence = r.u8();
    out.unpacked = r.u24();
    return out.sequence == expected && out.payload > 0 ? outcome::ok : outcome::malformed;
}

// Appends the header; `unpacked` as above. Pre: 1 to max_compressed bytes.
inline void encode_compressed_header(std::string& out, const compressed_header& h) {
    writer(out).u24(h.payload).u8(h.sequence).u24(h.unpacked);
}

// Appends `stream` in frames that are not compressed; `sequence` is that of the first, and then
// that of the frame to follow.
inline void encode_uncompressed(std::string& out, std::uint8_t& sequence, std::string_view stream) {
    while (!stream.empty()) {
        const std::string_view part = stream.substr(0, max_compressed);
        encode_compressed_header(out, {static_cast<std::uint32_t>(part.size()), sequence++, 0});
        writer(out).raw(part);
        stream.remove_prefix(part.size());
    }
}

} // namespace ringfence::wire::mysql
