// What one worker's sessions report, counted. One writer (the worker), any number of readers.
#pragma once

#include "proxy/observe/audit.h"
#include "proxy/observe/counter.h"
#include "proxy/observe/known_names.h"
#include "proxy/session/observer.h"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>

namespace ringfence::observe {

struct service_counters {
    counter allowed;
    counter denied;
    histogram<statement_bounds> completed;
};

// All labels of ringfence_violations_total, in the order of violation_labels.
inline constexpr std::size_t violation_label_count = 8;
inline constexpr std::array<std::string_view, violation_label_count> violation_labels{
    "service", "owner", "server", "schema", "action", "reason", "mode", "caught_by"};
using violation_key = std::array<std::string, violation_label_count>;
using violation_counts = std::map<violation_key, std::uint64_t>;

// Names that may stand in labels; shared by all recorders, replaced with the policies.
class label_source {
public:
    void set(known_names names);
    [[nodiscard]] std::shared_ptr<const known_names> get() const;

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const known_names> names_ = std::make_shared<known_names>();
};

class recorder final : public session::observer {
public:
    // Both outlive the recorder; `audit` may be null.
    recorder(const label_source& names, audit_log* audit) : names_(names), audit_(audit) {}

    void statement(const policy::service& who, policy::verdict, session::cache_outcome) override;
    void analysed(std::chrono::nanoseconds took) override { analysis_.add(took); }
    void completed(const policy::service& who, std::chrono::nanoseconds took) override;
    void violated(const session::violation&) override;
    [[nodiscard]] bool wants_allowed() const override {
        return audit_ != nullptr && audit_->wants_allowed();
    }
    void allowed(const session::decided_statement& s) override { audit_->record(s); }
    void traffic(std::size_t from_client, std::size_t from_server) override;

    // For the scrape, on any thread.
    template <class F>
    void each_service(F visit) const {
        const std::lock_guard lock(mutex_);
        for (const auto& [name, counters] : services_)
            visit(name, *counters);
    }
    [[nodiscard]] violation_counts violations() const;
    [[nodiscard]] const histogram<analysis_bounds>& analysis() const { return analysis_; }
    [[nodiscard]] std::uint64_t decisions(session::cache_outcome) const;
    [[nodiscard]] std::uint64_t bytes_from_clients() const { return from_clients_.value(); }
    [[nodiscard]] std::uint64_t bytes_from_servers() const { return from_servers_.value(); }

private:
    struct name_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view s) const {
            return std::hash<std::string_view>{}(s);
        }
    };

    service_counters& of(std::string_view service);

    const label_source& names_;
    audit_log* const audit_;

    // INVARIANT: only the worker inserts, under the mutex; so the worker may look up without it.
    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::unique_ptr<service_counters>, name_hash, std::equal_to<>>
        services_;
    violation_counts violations_; // under the mutex

    std::array<counter, 3> decisions_;
    histogram<analysis_bounds> analysis_;
    counter from_clients_;
    counter from_servers_;
};

} // namespace ringfence::observe
