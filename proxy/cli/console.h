// What a verb reads and writes: the standard streams, or strings in a test.
#pragma once

#include <cstdint>
#include <iosfwd>

namespace ringfence::cli {

struct console {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    bool colour = false;   // of `out`: a terminal, and NO_COLOR is not set
    bool terminal = false; // `in` is one: ask there, without echo
};

// Exit statuses of every verb.
inline constexpr int fine = 0;
inline constexpr int finding = 1;   // errors in files, a denied statement, a failed start
inline constexpr int wrong_use = 2; // of the command line

enum class format : std::uint8_t { text, json, markdown, sarif };

} // namespace ringfence::cli
