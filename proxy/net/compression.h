// The two algorithms of MySQL's compressed protocol. Every frame is compressed by itself, so the
// contexts belong to the thread: a session that is idle, or compresses nothing now, holds none.
#pragma once

#include "proxy/session/client_login.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace ringfence::net {

// For what we send; there is no trace of the level in the bytes. It is brought into 1 to
// most_level: clients may ask for zstd's 22, which costs a hundred times as much, and the loop has
// other sessions.
using session::compression;
inline constexpr int most_level = 9;

// Room in which pack() always succeeds.
[[nodiscard]] std::size_t pack_bound(compression::method, std::size_t size);
// The size of what it wrote; 0: it could not. Pre: at most max_compressed bytes.
[[nodiscard]] std::size_t pack(compression, std::span<const std::byte> plain,
                               std::span<std::byte> into);
// True if `packed` is one whole stream or frame, no byte more, that becomes exactly as many bytes
// as `into` has. Writes no further.
[[nodiscard]] bool unpack(compression::method, std::span<const std::byte> packed,
                          std::span<std::byte> into);

} // namespace ringfence::net
