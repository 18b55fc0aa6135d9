// What this build is.
#pragma once

#include <string_view>

namespace ringfence::observe {

extern const std::string_view version; // of ringfence
extern const std::string_view grammar; // of PostgreSQL, as libpg_query knows it: "15.1"

} // namespace ringfence::observe
