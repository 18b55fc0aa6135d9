// The ruling on one touch: what allows it, or why nothing does. `decide` puts rulings together.
#pragma once

#include "policy/decision.h"

#include <optional>
#include <string_view>

namespace ringfence::policy {

// Pointers into the snapshot.
struct ruling {
    reason why = reason::unowned;
    const service* owner = nullptr;         // of the object, or of what lies in it; null: nobody
    const resource* by = nullptr;           // the entry under `owns` or `common` that decided
    const share* lent = nullptr;            // the share that allowed, or that was not enough
    const publication* published = nullptr; // the publication that allowed, or that was not enough
    std::optional<date> good_before{};      // the ruling may differ from this day on
};

[[nodiscard]] ruling rule_on(const snapshot&, const service& who, std::string_view server,
                             const touch&, date today);

} // namespace ringfence::policy
