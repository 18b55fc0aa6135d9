// What fuzzers share: promises that end the process, and scripts of lines that a reviewer can read.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::fuzz {

inline void check(bool promise) {
    if (!promise)
        std::abort();
}

// Memory of exactly this size, so that a sanitizer sees a read past it.
class exact {
public:
    explicit exact(std::string_view s) : data_(s.begin(), s.end()) {}
    [[nodiscard]] std::span<const std::byte> bytes() const {
        return std::as_bytes(std::span(data_));
    }

private:
    std::vector<char> data_;
};

inline std::string_view text(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

// Takes the next line off the front of `script`, and its first word off the front of that.
inline std::string_view take_until(std::string_view& s, char end) {
    const auto at = s.find(end);
    const auto taken = s.substr(0, at);
    s.remove_prefix(at == std::string_view::npos ? s.size() : at + 1);
    return taken;
}

inline std::string u32(std::uint32_t n) {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8)
        out += static_cast<char>((n >> shift) & 0xff);
    return out;
}
inline std::string message(char type, std::string_view body) {
    return type + u32(static_cast<std::uint32_t>(body.size() + 4)) + std::string(body);
}
inline std::string packet(std::string_view body) {
    return u32(static_cast<std::uint32_t>(body.size() + 4)) + std::string(body);
}
inline std::string from_hex(std::string_view s) {
    const auto digit = [](char c) {
        return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0;
    };
    std::string out;
    for (std::size_t i = 0; i + 1 < s.size(); i += 2)
        out += static_cast<char>(digit(s[i]) * 16 + digit(s[i + 1]));
    return out;
}

} // namespace ringfence::fuzz
