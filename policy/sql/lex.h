// The borders of PostgreSQL's tokens, exactly as its lexer draws them with
// standard_conforming_strings on: for the scans that run before, or instead of, the parser.
// Positions are offsets into the text; a construct that is not closed ends at the end of the text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringfence::sql::lex {

enum byte_class : std::uint8_t {
    space = 1,            // blank, tab, newline, carriage return, form feed
    identifier_start = 2, // letters, '_', and every byte of a multibyte character
    digit = 4,
    operator_char = 8,
    identifier_more = 16, // what may follow identifier_start: letters, digits, '_', '$'
    line_end = 32,
};

namespace detail {
constexpr std::array<std::uint8_t, 256> make_classes() {
    std::array<std::uint8_t, 256> all{};
    const auto mark = [&all](std::string_view bytes, int what) {
        for (const char c : bytes)
            all[static_cast<unsigned char>(c)] |= static_cast<std::uint8_t>(what);
    };
    mark(" \t\n\r\f", space);
    mark("\n\r", line_end);
    mark("~!@#^&|`?+-*/%<>=", operator_char);
    mark("0123456789", digit | identifier_more);
    mark("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_",
         identifier_start | identifier_more);
    mark("$", identifier_more);
    for (std::size_t byte = 0x80; byte < 0x100; ++byte)
        all[byte] = identifier_start | identifier_more;
    return all;
}
} // namespace detail

inline constexpr std::array<std::uint8_t, 256> classes = detail::make_classes();

[[nodiscard]] constexpr bool is(char c, int what) {
    return (classes[static_cast<unsigned char>(c)] & what) != 0;
}

[[nodiscard]] constexpr std::size_t skip(std::string_view text, std::size_t at, int what) {
    while (at < text.size() && is(text[at], what))
        ++at;
    return at;
}

// Pre: text[at - 1] opened the quotation. Behind the closing quote; `closed` says whether there is
// one. With `backslash`, a backslash takes the next byte with it.
[[nodiscard]] std::size_t skip_quoted(std::string_view text, std::size_t at, char quote,
                                      bool backslash, bool& closed);

// Pre: text[at] is '$'. The length of "$tag$", 0 if no dollar quote starts here.
[[nodiscard]] std::size_t dollar_delimiter(std::string_view text, std::size_t at);

// Pre: a delimiter of `length` bytes starts at `at`. Behind the closing one.
[[nodiscard]] std::size_t skip_dollar_quoted(std::string_view text, std::size_t at,
                                             std::size_t length, bool& closed);

// Pre: "--" starts at `at`. The line's end.
[[nodiscard]] std::size_t skip_line_comment(std::string_view text, std::size_t at);

// Pre: "/*" starts at `at`. They nest. The lexer matches the operator characters from each "/*" on
// before it looks closer; `rescanned` sums them up.
struct block_comment {
    std::size_t end = 0;
    unsigned deepest = 0;
    std::size_t rescanned = 0;
    bool closed = false;
};
[[nodiscard]] block_comment skip_block_comment(std::string_view text, std::size_t at);

// Where a string that ended at `at` goes on after a line break, PostgreSQL takes both as one: the
// position of the quote that goes on, or npos.
[[nodiscard]] std::size_t continuation(std::string_view text, std::size_t at);

// The text with a blank for each byte of a comment, so that every position stays. Nothing: it has
// none, or it is not certain where they are.
[[nodiscard]] std::optional<std::string> without_comments(std::string_view text);

} // namespace ringfence::sql::lex
