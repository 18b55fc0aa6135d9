#include "proxy/cli/edge_report.h"

#include "proxy/certificates.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <utility>

namespace ringfence::cli {

using observe::family;

namespace {

// By server and backend login. Not by database: a service that owns a whole server may name any,
// and a name that a client made up must not become a time series.
struct pool_sum {
    std::uint64_t leased = 0, idle = 0, waiting = 0;
};
using pool_sums = std::map<std::pair<std::string, std::string>, pool_sum>;

pool_sums sums(const net::proxy::figures& f) {
    pool_sums all;
    for (const auto& p : f.pools) {
        auto& sum = all[{p.server, p.user}];
        sum.leased += p.used;
        sum.idle += p.idle;
        sum.waiting += p.waiting;
    }
    return all;
}

} // namespace

std::vector<family> edge_families(const net::proxy::figures& f) {
    family clients{
        "ringfence_connections", "Client connections by state.", family::kind::gauge, {}};
    const auto state = [&clients](const char* name, unsigned n) {
        clients.samples.push_back({{{"state", name}}, static_cast<double>(n)});
    };
    state("login", f.login);
    state("waiting", f.waiting);
    state("active", f.active);
    state("idle", f.idle);

    family servers{"ringfence_server_connections",
                   "Server connections by state: leased to a client, or idle in the pool.",
                   family::kind::gauge,
                   {}};
    family waiting{"ringfence_pool_waiting_clients",
                   "Clients that wait for a server connection.",
                   family::kind::gauge,
                   {}};
    for (const auto& [key, sum] : sums(f)) {
        const auto labels = [&key](const char* state_name) {
            std::vector<std::pair<std::string, std::string>> l{{"server", key.first},
                                                               {"login", key.second}};
            if (state_name != nullptr)
                l.emplace_back("state", state_name);
            return l;
        };
        servers.samples.push_back({labels("leased"), static_cast<double>(sum.leased)});
        servers.samples.push_back({labels("idle"), static_cast<double>(sum.idle)});
        waiting.samples.push_back({labels(nullptr), static_cast<double>(sum.waiting)});
    }
    return {std::move(clients), std::move(servers), std::move(waiting)};
}

std::vector<observe::page_facts::pool> pool_rows(const net::proxy::figures& f) {
    std::vector<observe::page_facts::pool> rows;
    for (const auto& [key, sum] : sums(f))
        rows.push_back({key.first + " as " + key.second, sum.leased, sum.idle, sum.waiting});
    return rows;
}

family certificate_family(const config::settings& s) {
    family f{"ringfence_certificate_expiry_timestamp_seconds",
             "When the certificates that the configuration names end.",
             family::kind::gauge,
             {}};
    const auto add = [&f](const char* use, const std::string& server, const std::string& file) {
        if (file.empty())
            return;
        if (const auto end = config::certificate_expiry(file))
            f.samples.push_back({{{"use", use}, {"server", server}},
                                 std::chrono::duration<double>(end->time_since_epoch()).count()});
    };
    add("listener", "", s.net.tls.certificate);
    add("client_ca", "", s.net.tls.client_ca);
    for (const auto& [name, server] : s.net.servers)
        add("server_ca", name, server.ca);
    return f;
}

} // namespace ringfence::cli
