// The frame of every message after start-up: a type byte, then a length that counts itself but not
// the type byte. PostgreSQL documentation, "Message Formats".
#pragma once

#include "proxy/wire/postgresql/cursor.h"

#include <cstddef>
#include <cstdint>

namespace ringfence::wire::postgresql {

enum class [[nodiscard]] outcome : std::uint8_t{ok, malformed, need_more};

inline constexpr std::size_t header_size = 5;
// The server's own limit on a message (PQ_LARGE_MESSAGE_LIMIT, MaxAllocSize).
inline constexpr std::uint32_t max_message = 0x3fffffff;

struct header {
    char type = 0;
    std::uint32_t size = 0; // of the whole message, type byte and length included
};

// On the data path: called once a message.
inline outcome read_header(bytes in, header& out) {
    if (in.size() < header_size)
        return outcome::need_more;
    reader r(in.first(header_size));
    out.type = static_cast<char>(r.u8());
    const std::uint32_t length = r.u32();
    if (length < 4 || length > max_message)
        return outcome::malformed;
    out.size = length + 1;
    return outcome::ok;
}

} // namespace ringfence::wire::postgresql
