// New policies, credentials and certificates for a running proxy. Completely or not at all.
#include "proxy/cli/control_state.h"
#include "proxy/cli/loaded.h"
#include "proxy/cli/systemd.h"
#include "proxy/config_keys.h"
#include "proxy/credentials_file.h"

#include <fmt/format.h>

#include <exception>

namespace ringfence::cli {

using observe::log;
using observe::log_level;

namespace {

void log_findings(const diagnostics& findings) {
    for (const auto& d : findings)
        log(d.severity == policy::severity::error ? log_level::error : log_level::warning,
            "finding",
            {{"place", d.place.line == 0
                           ? d.place.file
                           : fmt::format("{}:{}:{}", d.place.file, d.place.line, d.place.column)},
             {"rule", d.rule},
             {"text", d.message}});
}

} // namespace

std::vector<std::filesystem::path> secret_paths(const config::settings& s,
                                                std::vector<std::filesystem::path> named) {
    auto paths = std::move(named);
    paths.insert(paths.end(),
                 {s.credentials, s.net.tls.certificate, s.net.tls.key, s.net.tls.client_ca});
    for (const auto& [name, server] : s.net.servers)
        paths.emplace_back(server.ca);
    return paths;
}

std::string_view tls_mode_name(session::tls_mode mode) {
    return config::keys::tls_modes.at(static_cast<std::size_t>(mode));
}

void control::state::reload() {
    if (where != phase::serving)
        return;
    notify_reloading();
    log(log_level::info, "reloading");
    audit.reopen();
    reload_policies();
    reload_credentials();
    notify_ready();
}

void control::state::warn_of_observe_mode() const {
    for (const auto& service : policies->services)
        if (service.mode == policy::mode::observe)
            log(log_level::warning, "a service is in observe mode: its violations are forwarded",
                {{"service", service.name}});
}

// Its listeners, pools and sessions are of the old one.
bool control::state::engine_changed(const policy::snapshot& fresh) const {
    for (const auto& [name, server] : settings.net.servers)
        if (const auto* known = fresh.find_server(name); known && known->engine != server.engine) {
            log(log_level::error, "the policies give a server another engine: restart for that",
                {{"server", name}});
            return true;
        }
    return false;
}

void control::state::reload_policies() {
    policy_files.settle(); // before reading: a change while we read is seen afterwards
    auto fresh = load_policies(settings, today);
    log_findings(fresh.findings);
    if (fresh.policies && engine_changed(*fresh.policies))
        fresh.policies.reset();
    if (!fresh.policies) {
        counts.policies_refused();
        log(log_level::error, "the policies were refused; the old ones stay in force");
        return;
    }
    policies = std::move(fresh.policies);
    counts.policies_loaded(policies, std::chrono::system_clock::now());
    edge.set_policies(policies);
    confined.judge(*policies, *credentials, today);
    log(log_level::info, "policies loaded",
        {{"services", fmt::format("{}", policies->services.size())}});
    warn_of_observe_mode();
}

void control::state::reload_credentials() {
    secret_files.settle();
    config::credentials_result fresh;
    do // again if it names other files: they may have changed before they were watched
        fresh = config::load_credentials(settings.credentials);
    while (secret_files.watch(secret_paths(settings, fresh.files)));
    if (fresh.credentials) {
        cross_check(settings, *policies, *fresh.credentials, fresh.findings);
        if (has_error(fresh.findings))
            fresh.credentials.reset();
    }
    log_findings(fresh.findings);
    std::string reason = "the errors above";
    try {
        if (fresh.credentials) {
            edge.set_credentials(fresh.credentials);
            credentials = fresh.credentials;
            confined.judge(*policies, *credentials, today);
            certificates = certificate_family(settings);
            counts.credentials_loaded();
            log(log_level::info, "credentials and certificates loaded");
            return;
        }
    } catch (const std::exception& e) {
        reason = e.what();
    }
    counts.credentials_refused();
    log(log_level::error, "the credentials were refused; the old ones stay in use",
        {{"reason", reason}});
}

} // namespace ringfence::cli
