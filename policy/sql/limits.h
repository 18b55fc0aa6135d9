// What a text may cost before libpg_query sees it. PostgreSQL's parser and the (un)packing of its
// tree recurse: each level of the tree takes up to 2 kB of stack, and its lexer reads long runs of
// operator characters, and comments inside comments, again and again. So a scan of our own, linear
// and without recursion, bounds all of it.
#pragma once

#include "policy/sql/analyzer.h"

#include <optional>
#include <string>
#include <string_view>

namespace ringfence::sql {

// What is exceeded, or nothing: then parsing `text` and unpacking its tree fits `required_stack`,
// and takes time that is linear in the text but for a factor that the caps bound.
[[nodiscard]] std::optional<std::string> exceeds_limits_postgresql(std::string_view text,
                                                                   const limits&);

// The same for the body of a PL/pgSQL function, where statements nest without parentheses.
[[nodiscard]] std::optional<std::string> exceeds_limits_plpgsql(std::string_view body,
                                                                const limits&);

} // namespace ringfence::sql
