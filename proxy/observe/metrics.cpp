#include "proxy/observe/metrics.h"

#include "proxy/observe/families.h"
#include "proxy/observe/metrics_state.h"

#include <prometheus/collectable.h>
#include <prometheus/text_serializer.h>

#include <sstream>
#include <utility>

namespace ringfence::observe {

namespace {

// What a Prometheus registry or exposer would ask; ours is asked by the admin listener.
class collector final : public prometheus::Collectable {
public:
    explicit collector(const metrics::state& s) : state_(s) {}

    [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override {
        std::vector<prometheus::MetricFamily> out;
        add_worker_families(state_, out);
        add_control_families(state_, out);
        for (const auto& source : state_.sources)
            for (const auto& f : source())
                out.push_back(to_prometheus(f));
        return out;
    }

private:
    const metrics::state& state_;
};

} // namespace

metrics::metrics(audit_log* audit) : state_(std::make_unique<state>()) {
    state_->audit = audit;
}
metrics::~metrics() = default;

session::observer& metrics::new_worker() {
    auto fresh = std::make_unique<recorder>(state_->names, state_->audit);
    const std::lock_guard lock(state_->mutex);
    return *state_->recorders.emplace_back(std::move(fresh));
}

void metrics::policies_loaded(const policy::snapshot_ptr& policies,
                              std::chrono::system_clock::time_point when) {
    state_->names.set(known_names(*policies));
    const std::lock_guard lock(state_->mutex);
    state_->policies = policies;
    state_->last_success = when;
    state_->valid = true;
    ++state_->loads;
}

void metrics::policies_refused() {
    const std::lock_guard lock(state_->mutex);
    state_->valid = false;
    ++state_->failed_loads;
}

void metrics::credentials_loaded() {
    const std::lock_guard lock(state_->mutex);
    state_->credentials_valid = true;
    ++state_->credential_loads;
}

void metrics::credentials_refused() {
    const std::lock_guard lock(state_->mutex);
    state_->credentials_valid = false;
    ++state_->failed_credential_loads;
}

void metrics::authentication_failed(std::string_view reason) {
    const std::lock_guard lock(state_->mutex);
    if (const auto found = state_->failures.find(reason); found != state_->failures.end())
        ++found->second;
    else
        state_->failures.emplace(std::string(reason), 1);
}

void metrics::add_source(std::function<std::vector<family>()> source) {
    state_->sources.push_back(std::move(source));
}

std::string metrics::text() const {
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, collector(*state_).Collect());
    return std::move(out).str();
}

violation_counts metrics::violations() const {
    return state_->all_violations();
}

service_totals metrics::totals(std::string_view service) const {
    service_totals sum;
    const std::lock_guard lock(state_->mutex);
    for (const auto& worker : state_->recorders)
        worker->each_service([&](const std::string& name, const service_counters& c) {
            if (name == service) {
                sum.allowed += c.allowed.value();
                sum.denied += c.denied.value();
            }
        });
    return sum;
}

bool metrics::policies_valid() const {
    const std::lock_guard lock(state_->mutex);
    return state_->valid;
}

std::chrono::system_clock::time_point metrics::last_success() const {
    const std::lock_guard lock(state_->mutex);
    return state_->last_success;
}

violation_counts metrics::state::all_violations() const {
    violation_counts all;
    const std::lock_guard lock(mutex);
    for (const auto& worker : recorders)
        for (const auto& [key, count] : worker->violations())
            all[key] += count;
    return all;
}

} // namespace ringfence::observe
