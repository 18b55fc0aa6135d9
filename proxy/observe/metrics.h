// All metrics of the process: the workers' recorders, the control plane's own counters, and what
// other parts report when asked. Thread-safe.
#pragma once

#include "policy/model.h"
#include "proxy/observe/audit.h"
#include "proxy/observe/family.h"
#include "proxy/observe/recorder.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::observe {

// What the status page shows of one service.
struct service_totals {
    std::uint64_t allowed = 0;
    std::uint64_t denied = 0;
};

class metrics {
public:
    explicit metrics(audit_log* audit); // may be null; outlives the metrics
    ~metrics();
    metrics(const metrics&) = delete;

    // A recorder for a new worker; lives as long as the metrics.
    [[nodiscard]] session::observer& new_worker();

    void policies_loaded(const policy::snapshot_ptr&, std::chrono::system_clock::time_point when);
    void policies_refused();   // the old ones stay in force
    void credentials_loaded(); // with the certificates
    void credentials_refused();
    // `reason` is one of a fixed list (session::login_failure).
    void authentication_failed(std::string_view reason);

    // Called at each scrape, on the scraping thread. Sources must be added before the first scrape.
    void add_source(std::function<std::vector<family>()> source);

    [[nodiscard]] std::string text() const; // Prometheus text exposition, version 0.0.4
    [[nodiscard]] violation_counts violations() const;
    [[nodiscard]] service_totals totals(std::string_view service) const;
    [[nodiscard]] bool policies_valid() const; // the last attempt to load succeeded
    [[nodiscard]] std::chrono::system_clock::time_point last_success() const;

    struct state;

private:
    std::unique_ptr<state> state_;
};

} // namespace ringfence::observe
