// The borders of tokens exactly as the lexers of MySQL 8 and 9 and of MariaDB 10 and 11 draw them
// (sql/sql_lex.cc of both). What the two, or two versions, or two character sets read in different
// ways is refused.
#pragma once

#include "policy/sql/mysql/token.h"
#include "policy/sql/mysql_analyzer.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::sql::mysql {

struct lexed {
    std::vector<token> tokens;    // the last one is `end`
    std::string_view trouble{};   // empty: all of the text was read
    std::uint32_t trouble_at = 0; // offset
    bool foreign_bytes = false;   // the trouble: bytes of a character set that is not read here
    std::vector<unsigned> versions_asked; // of executable comments, where the server's is not known

    [[nodiscard]] policy::problem problem() const {
        return foreign_bytes ? policy::problem::unsafe_setting : policy::problem::syntax;
    }
};

// Pre: the character set is safe, the text shorter than 4 GiB. `version` stands for the scope's.
[[nodiscard]] lexed lex(std::string_view text, const mysql_scope&, unsigned version);

// The name in a token of kind word, name or quoted_name, without its quotes.
[[nodiscard]] std::string name_of(std::string_view text, const token&);

// The value of a token of kind string with its escapes undone, as far as it can be told: nothing
// for x'…', b'…' and N'…'.
[[nodiscard]] std::optional<std::string> string_of(std::string_view text, const token&,
                                                   const mysql_mode&);

} // namespace ringfence::sql::mysql
