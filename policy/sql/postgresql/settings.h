// What a session may set: an allow list. A setting that changes how the server reads or resolves
// statements, or that is somebody else's business, is not on it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace ringfence::sql {

struct setting_rule {
    enum class kind : std::uint8_t {
        allowed,     // any value
        checked,     // some values: see setting_value_allowed
        unsafe,      // would change how later statements are read, or is not known
        facility,    // needs a facility of the server, which `facility` names
        search_path, // the analyser's own business
    };
    kind what = kind::unsafe;
    std::string_view facility{};
};

// Pre: `name` is in lower case. A name that is not known is unsafe.
[[nodiscard]] setting_rule find_setting(std::string_view name);

// Whether the setting may take this value. Empty and "DEFAULT" stand for the session's start value,
// which is ours, so for any setting on the list they are allowed. False for anything not allowed or
// checked.
[[nodiscard]] bool setting_value_allowed(std::string_view name, std::string_view value);

// Whether every role may see its value. False for those that the server shows to superusers and
// pg_read_all_settings only, and for names that are not known.
[[nodiscard]] bool setting_is_public(std::string_view name);

struct known_setting {
    std::string_view name;
    setting_rule rule;
    std::string_view why; // the tool that sends it, or what it would do
};
// Sorted by name: for documentation and tests.
[[nodiscard]] std::span<const known_setting> known_settings();

} // namespace ringfence::sql
