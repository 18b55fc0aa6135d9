// Which kinds of node a raw parse tree may hold. A kind on neither list makes the statement not
// analysable.
#pragma once

#include "policy/sql/postgresql/tree.h"

#include <span>
#include <string_view>

namespace ringfence::sql::postgresql {

// The parser makes these, and walking into everything below them is enough (or walker has a rule of
// its own).
[[nodiscard]] std::span<const std::string_view> raw_node_kinds();

// Kinds of which libpg_query knows, but that only the server's later stages make: they never stand
// in a raw tree.
[[nodiscard]] std::span<const std::string_view> later_node_kinds();

[[nodiscard]] bool is_raw_node(const ProtobufCMessageDescriptor&);

} // namespace ringfence::sql::postgresql
