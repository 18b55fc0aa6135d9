// What metrics.cpp and families.cpp share.
#pragma once

#include "proxy/observe/metrics.h"

#include <map>
#include <mutex>

namespace ringfence::observe {

struct metrics::state {
    label_source names;
    audit_log* audit = nullptr;
    std::vector<std::function<std::vector<family>()>> sources;

    mutable std::mutex mutex; // of all that follows
    std::vector<std::unique_ptr<recorder>> recorders;
    policy::snapshot_ptr policies;
    std::chrono::system_clock::time_point last_success;
    bool valid = false;
    std::uint64_t loads = 0;
    std::uint64_t failed_loads = 0;
    bool credentials_valid = false;
    std::uint64_t credential_loads = 0;
    std::uint64_t failed_credential_loads = 0;
    std::map<std::string, std::uint64_t, std::less<>> failures;

    [[nodiscard]] violation_counts all_violations() const;
};

} // namespace ringfence::observe
