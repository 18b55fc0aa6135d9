// Classes of bytes, as in the server's character set tables for bytes below 0x80.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace ringfence::sql::mysql {

[[nodiscard]] constexpr bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}
[[nodiscard]] constexpr bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}
[[nodiscard]] constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
[[nodiscard]] constexpr bool is_hex_digit(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
[[nodiscard]] constexpr bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
namespace detail {
constexpr std::array<bool, 256> make_name_bytes(bool high) {
    std::array<bool, 256> in_name{};
    for (std::size_t byte = 0; byte < in_name.size(); ++byte) {
        const auto c = static_cast<char>(byte);
        in_name[byte] =
            is_letter(c) || is_digit(c) || c == '_' || c == '$' || (high && byte >= 0x80);
    }
    return in_name;
}
} // namespace detail
inline constexpr std::array<bool, 256> ascii_name_bytes = detail::make_name_bytes(false);
inline constexpr std::array<bool, 256> utf8_name_bytes = detail::make_name_bytes(true);

[[nodiscard]] constexpr bool is_name_byte(char c) {
    return ascii_name_bytes[static_cast<unsigned char>(c)];
}
// Behind @, without quotation marks.
[[nodiscard]] constexpr bool is_host_byte(char c) {
    return is_name_byte(c) || c == '.';
}

// The length of the UTF-8 character at `at`, two or three bytes: names hold no others. 0: none.
[[nodiscard]] constexpr std::size_t utf8_length(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto more = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
    const auto first = byte(at);
    if (first >= 0xc2 && first <= 0xdf && more(at + 1))
        return 2;
    if (first < 0xe0 || first > 0xef || !more(at + 1) || !more(at + 2))
        return 0;
    if (first == 0xe0 && byte(at + 1) < 0xa0)
        return 0;
    return first == 0xed && byte(at + 1) > 0x9f ? 0 : 3;
}

// ASCII only. What it leaves as it is, the server may fold: then a name is taken for another one
// than those that a policy lists, and denied.
[[nodiscard]] inline std::string to_lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c + 32);
    return out;
}
[[nodiscard]] inline bool equal_ignoring_case(std::string_view a, std::string_view b) {
    if (a.size() != b.size())
        return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        const auto lower = [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        };
        if (lower(a[i]) != lower(b[i]))
            return false;
    }
    return true;
}

} // namespace ringfence::sql::mysql
