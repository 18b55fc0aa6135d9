// A touch in one line, for people and tests: "read shop.users.accounts(id,email)".
#pragma once

#include "policy/access.h"

#include <string>

namespace ringfence::policy {

// `~` after the object says that it is one of the schemas in which an unqualified name may be
// found.
[[nodiscard]] std::string describe(const touch&);

} // namespace ringfence::policy
