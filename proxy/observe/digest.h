// Short names for texts: the same text always has the same one.
#pragma once

#include <string>
#include <string_view>

namespace ringfence::observe {

// The first 16 hexadecimal digits of SHA-256. For grouping, not for decisions.
[[nodiscard]] std::string short_digest(std::string_view text);

} // namespace ringfence::observe
