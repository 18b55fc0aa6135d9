// The texts of a denial: who owns the thing, how to reach its API, which file to change. They are
// made from the policies and the statement's own names only, so they are the same whether or not
// the object exists.
#pragma once

#include "policy/ruling.h"

#include <string>
#include <string_view>

namespace ringfence::policy {

struct explanation {
    std::string message;
    std::string detail;
    std::string hint;
};

[[nodiscard]] explanation explain(const snapshot&, const service& who, std::string_view server,
                                  const touch&, const ruling&);

[[nodiscard]] explanation explain_not_analysed(const service& who, const footprint&);

// What decided, in one line: "user-service owns shop-pg/shop/users".
[[nodiscard]] std::string rule_text(const service& who, const ruling&);

} // namespace ringfence::policy
