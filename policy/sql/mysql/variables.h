// What a session may set: an allow list of system variables.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace ringfence::sql::mysql {

struct variable_rule {
    enum class kind : std::uint8_t {
        allowed,  // any value
        mode,     // sql_mode: followed
        charset,  // character_set_client: followed
        facility, // needs a facility of the server
    };
    std::string_view name;
    kind what;
    std::string_view text{}; // facility: which
};

// In any case. Null: not known, which is refused.
[[nodiscard]] const variable_rule* find_variable(std::string_view name);
[[nodiscard]] std::span<const variable_rule> variable_rules();

} // namespace ringfence::sql::mysql
