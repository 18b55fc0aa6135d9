// Packets as a test writes them down.
#pragma once

#include "proxy/wire/postgresql/frame.h"

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::wire::postgresql::test {

// Kept until the test program ends, so that what is decoded may be looked at later. In memory of
// its exact size, so that a sanitizer sees a read past its end.
inline bytes view(std::string_view s) {
    static std::deque<std::vector<char>> kept;
    return std::as_bytes(std::span(kept.emplace_back(s.begin(), s.end())));
}
inline std::string u16(unsigned v) {
    return {static_cast<char>((v >> 8) & 0xff), static_cast<char>(v & 0xff)};
}
inline std::string u32(std::uint32_t v) {
    return u16(v >> 16) + u16(v & 0xffff);
}
inline std::string z(std::string_view s) {
    return std::string(s) + '\0';
}
inline std::string msg(char type, std::string_view body = {}) {
    return type + u32(static_cast<std::uint32_t>(body.size() + 4)) + std::string(body);
}
inline std::string packet(std::string_view body) {
    return u32(static_cast<std::uint32_t>(body.size() + 4)) + std::string(body);
}

} // namespace ringfence::wire::postgresql::test
