// What a statement changed in its session, as the server tells it at the end of an OK. MySQL
// documentation, "OK_Packet: Session State Information"; MariaDB documentation, "OK_Packet".
#pragma once

#include "proxy/wire/mysql/cursor.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::wire::mysql {

enum class change_kind : std::uint8_t {
    system_variable = 0, // name and value
    schema = 1,          // the current one
    state = 2,           // "1": something changed, whatever it was; "0"
    gtids = 3,
    transaction_characteristics = 4, // statements that would start such a transaction
    transaction_state = 5,           // eight letters
};

struct session_change {
    change_kind kind = change_kind::state; // others may exist: their value is all of their data
    std::string_view name;                 // of a variable
    std::string_view value;
};

// The most changes that one OK may tell. A session has some hundreds of variables.
inline constexpr std::size_t most_changes = 4096;

// Replaces the contents of `out`, whose views point into `changes`.
outcome decode_changes(std::string_view changes, std::vector<session_change>& out);

// Appends.
void encode_change(std::string& out, const session_change&);

} // namespace ringfence::wire::mysql
