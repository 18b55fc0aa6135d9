// Every function of pg_catalog, and the dangerous ones of known extensions, by bare name. Generated
// from pg_proc of real servers (generate.py), classified by people.
#pragma once

#include "policy/access.h"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace ringfence::sql::postgresql {

enum class function_class : std::uint8_t {
    harmless,     // sees its arguments only, or what everyone may see natively
    refused,      // needs `facility`
    names_object, // arguments name objects: a literal becomes a touch, anything else is refused
    runs_sql,     // arguments are SQL: a literal is analysed, anything else is refused
};

struct function_rule {
    std::string_view name;
    function_class what = function_class::refused;
    std::string_view facility{};                           // refused: which
    policy::action act = policy::action::read;             // names_object: what it does to it
    policy::object_kind kind = policy::object_kind::table; // names_object: what it is
    // Positions, from 0, of the arguments that hold the names or the SQL, where the call has so
    // many. With `from_end` they count from the last argument: has_table_privilege([user,] table,
    // privilege).
    std::array<std::uint8_t, 2> arguments{};
    std::uint8_t argument_count = 0;
    bool from_end = false;
    // names_object: an argument that is no literal is fine, too; of a foreign object it shows only
    // what the catalogue shows to everyone. INVARIANT: never with functions that read rows or
    // change anything.
    bool any_value = false;
    // Calls with at least so many arguments are harmless: ts_rewrite(query, target, substitute).
    std::uint8_t harmless_from = 255;
    [[nodiscard]] std::span<const std::uint8_t> argument_list() const {
        return std::span(arguments).first(argument_count);
    }
};

// Null: neither a function of pg_catalog nor a dangerous one of an extension that we know.
[[nodiscard]] const function_rule* find_function(std::string_view name);

} // namespace ringfence::sql::postgresql
