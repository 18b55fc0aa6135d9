#include "proxy/observe/families.h"

#include "proxy/observe/digest.h"
#include "proxy/observe/version.h"

#include <set>

namespace ringfence::observe {

namespace {

double seconds(std::chrono::system_clock::time_point t) {
    return std::chrono::duration<double>(t.time_since_epoch()).count();
}

family shares_of(const policy::snapshot& policies) {
    family f{"ringfence_share_expiry_timestamp_seconds",
             "When a share ends: the start of the first day on which it no longer holds.",
             family::kind::gauge,
             {}};
    // Two shares of one schema with the same service: the one that ends first is what wants
    // attention.
    std::map<std::vector<std::string>, double> ends;
    for (const auto& owner : policies.services)
        for (const auto& share : owner.shares) {
            const std::string& schema =
                share.what.schema.empty() ? share.what.database : share.what.schema;
            const double end = seconds(share.until + std::chrono::days(1));
            const auto [at, added] = ends.emplace(
                std::vector<std::string>{owner.name, share.with, share.what.server, schema}, end);
            if (!added)
                at->second = std::min(at->second, end);
        }
    for (const auto& [key, end] : ends)
        f.samples.push_back(
            {{{"owner", key[0]}, {"service", key[1]}, {"server", key[2]}, {"schema", key[3]}},
             end});
    return f;
}

family one(std::string name, std::string help, family::kind what, double value) {
    return {std::move(name), std::move(help), what, {{{}, value}}};
}

family loads(std::string name, std::string help, std::uint64_t good, std::uint64_t bad) {
    return {std::move(name),
            std::move(help),
            family::kind::counter,
            {{{{"result", "success"}}, static_cast<double>(good)},
             {{{"result", "failure"}}, static_cast<double>(bad)}}};
}

} // namespace

prometheus::MetricFamily to_prometheus(const family& f) {
    prometheus::MetricFamily out;
    out.name = f.name;
    out.help = f.help;
    const bool counter = f.what == family::kind::counter;
    out.type = counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
    for (const auto& s : f.samples) {
        prometheus::ClientMetric m;
        for (const auto& [name, value] : s.labels)
            m.label.push_back({name, value});
        (counter ? m.counter.value : m.gauge.value) = s.value;
        out.metric.push_back(std::move(m));
    }
    return out;
}

void add_control_families(const metrics::state& s, std::vector<prometheus::MetricFamily>& out) {
    using enum family::kind;
    const auto put = [&out](const family& f) { out.push_back(to_prometheus(f)); };
    const std::lock_guard lock(s.mutex);

    family failures{
        "ringfence_authentication_failures_total", "Client logins that failed.", counter, {}};
    for (const auto& [reason, count] : s.failures)
        failures.samples.push_back({{{"reason", reason}}, static_cast<double>(count)});
    put(failures);

    put(loads("ringfence_policy_loads_total", "Attempts to load the policies.", s.loads,
              s.failed_loads));
    put(one("ringfence_policy_valid",
            "1 when the policy files as last seen are those in force, 0 when they were refused.",
            gauge, s.valid ? 1 : 0));
    put(loads("ringfence_credentials_loads_total", "Attempts to load credentials and certificates.",
              s.credential_loads, s.failed_credential_loads));
    put(one("ringfence_credentials_valid",
            "1 when the credentials and certificates as last seen are those in use, 0 when they "
            "were refused.",
            gauge, s.credentials_valid ? 1 : 0));
    if (s.policies) {
        const double age = seconds(std::chrono::system_clock::now()) - seconds(s.last_success);
        put(one("ringfence_policy_last_success_timestamp_seconds",
                "When the policies in force were loaded.", gauge, seconds(s.last_success)));
        put(one("ringfence_policy_age_seconds", "Age of the policies in force.", gauge,
                std::max(age, 0.0)));
        put(shares_of(*s.policies));
    }
    if (s.audit != nullptr && s.audit->enabled()) {
        put(one("ringfence_audit_lines_total", "Audit lines written.", counter,
                static_cast<double>(s.audit->written())));
        put(one("ringfence_audit_lines_dropped_total",
                "Audit lines lost because the queue was full or the file could not be written.",
                counter, static_cast<double>(s.audit->dropped())));
    }
    put({"ringfence_build_info",
         "1; the labels say what runs.",
         gauge,
         {{{{"version", std::string(version)}, {"grammar", std::string(grammar)}}, 1}}});
}

} // namespace ringfence::observe
