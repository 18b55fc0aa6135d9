// A text as PostgreSQL's own lexer cuts it.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace ringfence::sql::postgresql {

struct token {
    enum class kind : unsigned char {
        word,
        quoted_name,
        string,
        number,
        parameter,
        symbol,
        comment
    };
    kind what = kind::symbol;
    std::size_t start = 0;
    std::size_t end = 0;
    std::string_view text; // points into the text that was cut

    [[nodiscard]] bool is(std::string_view symbol) const {
        return what == kind::symbol && text == symbol;
    }
    [[nodiscard]] bool is_word(std::string_view lower_case) const; // an unquoted one, in any case
    [[nodiscard]] bool is_name() const { return what == kind::word || what == kind::quoted_name; }
};

// Comments left out. Nothing if the lexer finds an error. Pre: exceeds_limits_postgresql found
// none; `text` holds no zero.
[[nodiscard]] std::optional<std::vector<token>> cut(std::string_view text);

} // namespace ringfence::sql::postgresql
