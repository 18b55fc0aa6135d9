#include "proxy/cli/edge_report.h"

#include "proxy/certificates.h"

#include <chrono>

namespace ringfence::cli {

using observe::family;

std::vector<family> edge_families(const net::proxy::figures& f) {
    family clients{"ringfence_client_connections", "Client connections by state.",
                   family::kind::gauge, {}};
    clients.samples = {{{{"state", "login"}}, static_cast<double>(f.login)},
                       {{{"state", "waiting"}}, static_cast<double>(f.waiting)},
                       {{{"state", "active"}}, static_cast<double>(f.active)}};
    family servers{"ringfence_server_connections",
                   "Server connections by state: leased to a client, or idle in the pool.",
                   family::kind::gauge, {}};
    family waiting{"ringfence_pool_waiting_clients", "Clients that wait for a server connection.",
                   family::kind::gauge, {}};
    for (const auto& p : f.pools) {
        // Only names that the configuration or the policies gave have a pool: nobody else gets this far.
        const std::vector<std::pair<std::string, std::string>> labels{
            {"server", p.server}, {"database", p.database}, {"login", p.user}};
        auto leased = labels, idle = labels;
        leased.emplace_back("state", "leased");
        idle.emplace_back("state", "idle");
        servers.samples.push_back({std::move(leased), static_cast<double>(p.used)});
        servers.samples.push_back({std::move(idle), static_cast<double>(p.idle)});
        waiting.samples.push_back({labels, static_cast<double>(p.waiting)});
    }
    return {std::move(clients), std::move(servers), std::move(waiting)};
}

std::vector<observe::page_facts::pool> pool_rows(const net::proxy::figures& f) {
    std::vector<observe::page_facts::pool> rows;
    for (const auto& p : f.pools)
        rows.push_back({p.server + "/" + p.database + " as " + p.user, p.used, p.idle, p.waiting});
    return rows;
}

family certificate_family(const config::settings& s) {
    family f{"ringfence_certificate_expiry_timestamp_seconds",
             "When the certificates that the configuration names end.", family::kind::gauge, {}};
    const auto add = [&f](const char* use, const std::string& server, const std::string& file) {
        if (file.empty())
            return;
        if (const auto end = config::certificate_expiry(file))
            f.samples.push_back(
                {{{"use", use}, {"server", server}},
                 std::chrono::duration<double>(end->time_since_epoch()).count()});
    };
    add("listener", "", s.net.tls.certificate);
    add("client_ca", "", s.net.tls.client_ca);
    for (const auto& [name, server] : s.net.servers)
        add("server_ca", name, server.ca);
    return f;
}

} // namespace ringfence::cli
