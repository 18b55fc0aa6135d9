// Every statement kind that the parser knows, and what becomes of it. A kind without a row is
// denied.
#pragma once

#include <span>
#include <string_view>

namespace ringfence::sql::postgresql {

enum class statement_class {
    data,     // SELECT and its kin: literals do not matter by themselves
    analysed, // the walker has a rule of its own
    facility, // needs a facility of the whole server, which `text` names
    denied,   // `text` says why
};

struct statement_rule {
    std::string_view kind; // as in the parse tree: "SelectStmt"
    statement_class what;
    std::string_view text;
};

[[nodiscard]] std::span<const statement_rule> statement_rules();
[[nodiscard]] const statement_rule* find_statement(std::string_view kind);

} // namespace ringfence::sql::postgresql
