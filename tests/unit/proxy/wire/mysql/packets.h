// Payloads and packets as a test writes them down. Those in hexadecimal were recorded from a
// MariaDB 10.11 or a MySQL 9.7, or are examples of MySQL's documentation.
#pragma once

#include "proxy/wire/mysql/cursor.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::wire::mysql::test {

// Kept until the test program ends, so that what is decoded may be looked at later. In memory of
// its exact size, so that a sanitizer sees a read past its end.
inline bytes view(std::string_view s) {
    static std::deque<std::vector<char>> kept;
    return std::as_bytes(std::span(kept.emplace_back(s.begin(), s.end())));
}
// Blanks are for the reader.
inline std::string hex(std::string_view s) {
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    std::string out;
    for (std::size_t i = 0; i < s.size(); ++i)
        if (s[i] != ' ') {
            out += static_cast<char>(digit(s[i]) * 16 + digit(s[i + 1]));
            ++i;
        }
    return out;
}
inline std::string number(std::uint64_t v, unsigned size) {
    std::string out;
    for (unsigned i = 0; i < size; ++i)
        out += static_cast<char>((v >> (8 * i)) & 0xff);
    return out;
}
inline std::string u16(unsigned v) {
    return number(v, 2);
}
inline std::string u32(std::uint32_t v) {
    return number(v, 4);
}
inline std::string z(std::string_view s) {
    return std::string(s) + '\0';
}
// A length-encoded string of fewer than 251 bytes.
inline std::string ls(std::string_view s) {
    return static_cast<char>(s.size()) + std::string(s);
}
inline std::string packet(unsigned sequence, std::string_view payload) {
    return number(payload.size(), 3) + number(sequence, 1) + std::string(payload);
}

} // namespace ringfence::wire::mysql::test
