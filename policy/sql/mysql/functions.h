// The functions that the servers bring along, by name in lower case.
#pragma once

#include "policy/sql/mysql_analyzer.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace ringfence::sql::mysql {

// The newest versions of which the functions were reviewed. On a newer server, a name that we do
// not know may be the server's own.
inline constexpr unsigned newest_reviewed_mysql = 90600;
inline constexpr unsigned newest_reviewed_mariadb = 120199;

struct function_rule {
    std::string_view name;
    std::string_view facility; // needs this; empty: harmless
};

// Null: not a function of the server; a stored one.
[[nodiscard]] const function_rule* find_function(std::string_view name);
[[nodiscard]] std::span<const std::string_view> harmless_functions();
[[nodiscard]] std::span<const function_rule> refused_functions();

} // namespace ringfence::sql::mysql
