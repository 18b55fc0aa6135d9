#include "proxy/cli/loaded.h"

#include "policy/text.h"
#include "proxy/credentials_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace ringfence::cli {

namespace {

using policy::printable;
using policy::severity;

void append(diagnostics& to, diagnostics from) {
    std::move(from.begin(), from.end(), std::back_inserter(to));
}

void add(diagnostics& to, severity how_bad, std::string rule, policy::source_place place,
         std::string message) {
    to.push_back({how_bad, std::move(rule), std::move(place), std::move(message)});
}

} // namespace

policy::load_options options_for(const config::settings& s) {
    policy::load_options options;
    options.expired_share = severity::warning;
    const bool per_server = std::any_of(s.net.listen.begin(), s.net.listen.end(),
                                        [](const auto& l) { return !l.server.empty(); });
    if (per_server)
        options.ambiguous_server = severity::warning;
    return options;
}

void set_engines(config::settings& s, const policy::snapshot& policies) {
    for (auto& [name, server] : s.net.servers) {
        if (const auto* known = policies.find_server(name))
            server.engine = known->engine;
        const bool mysql = server.engine == policy::engine::mysql;
        for (auto& host : server.hosts)
            if (mysql && host.host.starts_with('/'))
                host.port = 0;
            else if (host.port == 0)
                host.port = mysql ? 3306 : 5432;
    }
}

void cross_check(const config::settings& s, const policy::snapshot& policies,
                 diagnostics& findings) {
    std::vector<std::string_view> known;
    for (const auto& server : policies.servers)
        known.push_back(server.name);
    for (const auto& [name, place] : s.server_places) {
        const auto* server = policies.find_server(name);
        if (server == nullptr)
            add(findings, severity::error, "unknown-server", place,
                fmt::format("the policies know no server '{}'{}", printable(name, 64),
                            policy::did_you_mean(name, known)));
    }
}

void cross_check(const config::settings& s, const policy::snapshot& policies,
                 const session::credentials& credentials, diagnostics& findings) {
    const policy::source_place file{s.credentials.string(), 0, 0};
    std::vector<std::string_view> logins, servers, services;
    for (const auto& service : policies.services) {
        services.push_back(service.name);
        for (const auto& identity : service.identities)
            if (identity.what == policy::identity::kind::login) {
                logins.push_back(identity.name);
                if (!credentials.clients.contains(identity.name))
                    add(findings, severity::warning, "no-verifier", file,
                        fmt::format("login '{}' of {} has no verifier: it cannot log in with a "
                                    "password",
                                    identity.name, service.name));
            }
    }
    for (const auto& [name, place] : s.server_places)
        servers.push_back(name);
    for (const auto& [login, entry] : credentials.clients)
        if (policies.find_login(login) == nullptr)
            add(findings, severity::warning, "unknown-login", file,
                fmt::format("no service has the login '{}'{}", printable(login, 64),
                            policy::did_you_mean(login, logins)));
    const auto check_servers = [&](const auto& by_server) {
        for (const auto& [name, login] : by_server)
            if (!s.net.servers.contains(name))
                add(findings, severity::error, "unknown-server", file,
                    fmt::format("a backend login for the unknown server '{}'{}",
                                printable(name, 64), policy::did_you_mean(name, servers)));
    };
    check_servers(credentials.backend_by_server);
    for (const auto& [service, by_server] : credentials.backend_by_service) {
        check_servers(by_server);
        if (policies.find_service(service) == nullptr)
            add(findings, severity::error, "unknown-service", file,
                fmt::format("backend logins for the unknown service '{}'{}", printable(service, 64),
                            policy::did_you_mean(service, services)));
    }
    for (const auto& [name, server] : s.net.servers) {
        const auto has_login = [&](const auto& service) {
            return credentials.login_for(service.name, name) != nullptr;
        };
        if (std::none_of(policies.services.begin(), policies.services.end(), has_login) &&
            !credentials.backend_by_server.contains(name))
            add(findings, severity::error, "no-backend-login", file,
                fmt::format("there is no login for server '{}': add it under 'servers'", name));
    }
}

loaded_policies load_policies(const config::settings& s, policy::date today) {
    auto result = policy::load(s.policies, today, options_for(s));
    loaded_policies out{std::move(result.policies), std::move(result.findings)};
    below_folder(out.findings, s.policies);
    if (out.policies) {
        cross_check(s, *out.policies, out.findings);
        if (has_error(out.findings))
            out.policies.reset();
    }
    return out;
}

loaded load_all(const std::filesystem::path& config_file, policy::date today) {
    loaded all;
    auto file = config::load(config_file);
    all.config = std::move(file.config);
    append(all.findings, std::move(file.findings));
    if (!all.config)
        return all;
    auto policies = load_policies(*all.config, today);
    all.policies = std::move(policies.policies);
    append(all.findings, std::move(policies.findings));
    if (all.policies)
        set_engines(*all.config, *all.policies);
    auto credentials = config::load_credentials(all.config->credentials);
    all.credentials = std::move(credentials.credentials);
    all.secrets = std::move(credentials.files);
    append(all.findings, std::move(credentials.findings));
    if (all.policies && all.credentials)
        cross_check(*all.config, *all.policies, *all.credentials, all.findings);
    return all;
}

} // namespace ringfence::cli
