// A name for all statements that are alike but for their literals.
#pragma once

#include "policy/sql/analyzer.h"

#include <string>
#include <string_view>

namespace ringfence::sql {

// 16 hexadecimal digits. Pre: `redacted` comes from redact_postgresql or redact_mysql. For grouping
// only: it is not hard to find two texts with the same one.
[[nodiscard]] std::string fingerprint(std::string_view redacted);

} // namespace ringfence::sql
