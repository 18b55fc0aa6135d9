// The metrics as Prometheus families. Names, labels and meanings are listed in proxy/README.md.
#pragma once

#include "proxy/observe/metrics_state.h"

#include <prometheus/metric_family.h>

#include <vector>

namespace ringfence::observe {

[[nodiscard]] prometheus::MetricFamily to_prometheus(const family&);

// Sums over all workers.
void add_worker_families(const metrics::state&, std::vector<prometheus::MetricFamily>& out);
// Policies, shares, audit, build.
void add_control_families(const metrics::state&, std::vector<prometheus::MetricFamily>& out);

} // namespace ringfence::observe
