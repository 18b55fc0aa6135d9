// Moments as text, always UTC.
#pragma once

#include <chrono>
#include <string>

namespace ringfence::observe {

// "2026-07-01T12:00:00.123Z"
[[nodiscard]] std::string rfc3339(std::chrono::system_clock::time_point);

} // namespace ringfence::observe
