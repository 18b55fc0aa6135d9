// What the shares of all owners lend to one service.
#pragma once

#include "policy/model.h"

#include <optional>
#include <string_view>
#include <vector>

namespace ringfence::policy {

// A share and the service that lends.
struct lent_share {
    const service* owner = nullptr;
    const share* what = nullptr;
};

// The shares, ended ones too, that lend `who` something of this object: rows of the table, or
// anything in the schema or database.
[[nodiscard]] std::vector<lent_share> shares_on(const snapshot&, const service& who,
                                                std::string_view server, const object&);

// How long the shares together allow the touch: of several that lend a column the longest counts,
// of several columns the one that ends first. `share` is the one that ends it.
struct coverage {
    date until;
    lent_share share;
};
[[nodiscard]] std::optional<coverage> coverage_of(const std::vector<lent_share>&, const touch&);

// The touch needs the table as a whole, not named columns.
[[nodiscard]] bool wants_whole_table(const touch&);

} // namespace ringfence::policy
