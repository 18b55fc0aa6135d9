// Every kind of statement of both servers' grammars, by the words that it begins with, and what
// becomes of it. What begins with other words is denied.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace ringfence::sql::mysql {

enum class statement_class : std::uint8_t {
    data,     // the parser has a rule of its own; literals do not matter by themselves
    analysed, // the same, and they may
    facility, // needs a facility of the whole server, which `text` names
    denied,   // `text` says why
};

struct statement_rule {
    std::string_view kind; // "ALTER TABLE", or "(" for a query in parentheses
    statement_class what;
    std::string_view text;
};

[[nodiscard]] std::span<const statement_rule> statement_rules();
[[nodiscard]] const statement_rule* find_statement(std::string_view kind);

} // namespace ringfence::sql::mysql
