#pragma once

#include "policy/model.h"

namespace ringfence::cli {

// The day that it is, UTC, by the system's clock.
[[nodiscard]] inline policy::date utc_today() {
    return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
}

} // namespace ringfence::cli
