// Table patterns: `*` is any run of characters, `?` exactly one; everything else stands for itself.
// There is no escape character, so no name can be misread.
#pragma once

#include <string_view>

namespace ringfence::policy {

// Linear in both for the patterns that people write, never worse than their product.
[[nodiscard]] bool matches(std::string_view pattern, std::string_view name);

// Is there a name that both patterns match?
[[nodiscard]] bool overlap(std::string_view a, std::string_view b);

[[nodiscard]] bool is_pattern(std::string_view text);

} // namespace ringfence::policy
