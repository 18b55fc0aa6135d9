// The tokens of a text, as the server's lexer draws their borders.
#pragma once

#include "policy/sql/mysql/words.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace ringfence::sql::mysql {

enum class token_kind : std::uint8_t {
    end,
    word,          // a keyword or an unquoted name
    name,          // an unquoted name that cannot be a keyword: behind a dot, or begins with digits
    quoted_name,   // `…`, and "…" under ANSI_QUOTES; with its quotes
    string,        // '…', "…", N'…', x'…', b'…'; with its quotes and prefix
    number,        // 1, 1.5, .5, 1e5, 0x1f, 0b1; and \N
    user_variable, // @name, @'name', @`name`, and @ alone; also the host of an account
    symbol,
};

// Symbols of several bytes, where they matter to the parser; all others are their one byte, or
// `operator_symbol`.
namespace symbol {
inline constexpr std::uint16_t assign = 256;          // :=
inline constexpr std::uint16_t system_variable = 257; // @@
inline constexpr std::uint16_t operator_symbol = 258; // <=>, <=, <<, ||, && …
inline constexpr std::uint16_t dots = 259;            // ..
inline constexpr std::uint16_t bars = 260;            // ||
inline constexpr std::uint16_t ampersands = 261;      // &&
inline constexpr std::uint16_t arrow = 262;           // -> and ->>
} // namespace symbol

struct token {
    std::uint32_t begin = 0; // offsets into the text
    std::uint32_t end = 0;
    std::uint16_t what = 0; // word: its word_id; symbol: which
    token_kind kind = token_kind::end;
    bool in_comment = false; // inside an executable comment
};

} // namespace ringfence::sql::mysql
