#include "proxy/observe/families.h"

#include <map>

namespace ringfence::observe {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr double nanoseconds_per_second = 1e9;

ClientMetric counted(std::vector<ClientMetric::Label> labels, std::uint64_t value) {
    ClientMetric m;
    m.label = std::move(labels);
    m.counter.value = static_cast<double>(value);
    return m;
}

template <const auto& Bounds>
struct histogram_sum {
    std::array<std::uint64_t, histogram<Bounds>::size> buckets{};
    std::uint64_t sum = 0;

    void add(const histogram<Bounds>& h) {
        for (std::size_t i = 0; i < buckets.size(); ++i)
            buckets[i] += h.in_bucket(i);
        sum += h.sum();
    }

    [[nodiscard]] ClientMetric metric(std::vector<ClientMetric::Label> labels) const {
        ClientMetric m;
        m.label = std::move(labels);
        std::uint64_t total = 0;
        for (std::size_t i = 0; i < buckets.size(); ++i) {
            total += buckets[i];
            ClientMetric::Bucket b;
            b.cumulative_count = total;
            b.upper_bound = i < Bounds.size()
                                ? static_cast<double>(Bounds[i]) / nanoseconds_per_second
                                : std::numeric_limits<double>::infinity();
            m.histogram.bucket.push_back(b);
        }
        m.histogram.sample_count = total;
        m.histogram.sample_sum = static_cast<double>(sum) / nanoseconds_per_second;
        return m;
    }
};

struct service_sum {
    std::uint64_t allowed = 0;
    std::uint64_t denied = 0;
    histogram_sum<statement_bounds> completed;
};

MetricFamily violations_family(const metrics::state& s) {
    MetricFamily f{"ringfence_violations_total",
                   "Statements that crossed a service's boundary.",
                   MetricType::Counter,
                   {}};
    for (const auto& [key, count] : s.all_violations()) {
        std::vector<ClientMetric::Label> labels;
        for (std::size_t i = 0; i < key.size(); ++i)
            labels.push_back({std::string(violation_labels[i]), key[i]});
        f.metric.push_back(counted(std::move(labels), count));
    }
    return f;
}

} // namespace

void add_worker_families(const metrics::state& s, std::vector<MetricFamily>& out) {
    using session::cache_outcome;
    std::map<std::string, service_sum> services;
    std::array<std::uint64_t, 3> decisions{};
    histogram_sum<analysis_bounds> analysis;
    std::uint64_t from_clients = 0;
    std::uint64_t from_servers = 0;
    {
        const std::lock_guard lock(s.mutex);
        // Alerts need the series before the first event: rate() over a series that begins at 1
        // shows nothing.
        if (s.policies)
            for (const auto& service : s.policies->services)
                services[service.name];
        for (const auto& worker : s.recorders) {
            worker->each_service([&](const std::string& name, const service_counters& c) {
                auto& sum = services[name];
                sum.allowed += c.allowed.value();
                sum.denied += c.denied.value();
                sum.completed.add(c.completed);
            });
            for (std::size_t i = 0; i < decisions.size(); ++i)
                decisions[i] += worker->decisions(static_cast<cache_outcome>(i));
            analysis.add(worker->analysis());
            from_clients += worker->bytes_from_clients();
            from_servers += worker->bytes_from_servers();
        }
    }

    out.push_back(violations_family(s));

    MetricFamily statements{
        "ringfence_statements_total", "Statements decided.", MetricType::Counter, {}};
    MetricFamily latency{"ringfence_statement_seconds",
                         "From the moment a request left for the server until it was ready again.",
                         MetricType::Histogram,
                         {}};
    for (const auto& [name, sum] : services) {
        statements.metric.push_back(
            counted({{"service", name}, {"verdict", "allow"}}, sum.allowed));
        statements.metric.push_back(counted({{"service", name}, {"verdict", "deny"}}, sum.denied));
        latency.metric.push_back(sum.completed.metric({{"service", name}}));
    }
    out.push_back(std::move(statements));
    out.push_back(std::move(latency));

    constexpr std::array<std::string_view, 3> outcomes{"exact", "skeleton", "miss"};
    MetricFamily cache{"ringfence_decisions_total",
                       "Decisions by outcome of the decision cache.",
                       MetricType::Counter,
                       {}};
    for (std::size_t i = 0; i < outcomes.size(); ++i)
        cache.metric.push_back(counted({{"cache", std::string(outcomes[i])}}, decisions[i]));
    out.push_back(std::move(cache));

    out.push_back({"ringfence_analysis_seconds",
                   "Time to analyse one statement.",
                   MetricType::Histogram,
                   {analysis.metric({})}});
    out.push_back({"ringfence_received_bytes_total",
                   "Bytes received, by the side they came from.",
                   MetricType::Counter,
                   {counted({{"from", "client"}}, from_clients),
                    counted({{"from", "server"}}, from_servers)}});
}

} // namespace ringfence::observe
