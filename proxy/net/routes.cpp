#include "proxy/net/routes.h"

namespace ringfence::net {
namespace {

bool same(const server_target& t, const server_settings& s, const session::backend_login& l) {
    const auto& a = t.server;
    bool hosts = a.hosts.size() == s.hosts.size();
    for (std::size_t i = 0; hosts && i < a.hosts.size(); ++i)
        hosts = a.hosts[i].host == s.hosts[i].host && a.hosts[i].port == s.hosts[i].port;
    // Files may have new contents under the same name.
    return hosts && a.name == s.name && a.engine == s.engine && a.target == s.target &&
           a.tls == s.tls && a.ca.empty() && s.ca.empty() && a.pool_size == s.pool_size &&
           t.login.user == l.user && t.login.password == l.password && l.certificate.empty() &&
           t.login.certificate.empty();
}

} // namespace

routes::routes(const settings& s, session::credentials_ptr credentials, const routes* former)
    : credentials_(std::move(credentials)) {
    for (const auto& [name, server] : s.servers) {
        if (auto l = credentials_->backend_by_server.find(name);
            l != credentials_->backend_by_server.end())
            by_server_.emplace(name, make(server, l->second, former));
        for (const auto& [service, logins] : credentials_->backend_by_service)
            if (auto l = logins.find(name); l != logins.end())
                by_service_.emplace(std::pair(service, name), make(server, l->second, former));
    }
    for (const auto& l : s.listen)
        listeners_.push_back(make_server_context(s.tls, l.tls));
}

server_target_ptr routes::make(const server_settings& s, const session::backend_login& l,
                               const routes* former) const {
    if (former != nullptr)
        for (const auto& known : former->all())
            if (same(*known, s, l))
                return known;
    return std::make_shared<server_target>(server_target{s, l, make_client_context(s, l)});
}

server_target_ptr routes::target(std::string_view service, std::string_view server) const {
    if (auto it = by_service_.find({std::string(service), std::string(server)});
        it != by_service_.end())
        return it->second;
    auto it = by_server_.find(server);
    return it != by_server_.end() ? it->second : nullptr;
}

server_target_ptr routes::greeter(policy::engine engine, std::string_view server) const {
    server_target_ptr found;
    for (const auto& t : all())
        if (t->server.engine == engine && (server.empty() || t->server.name == server) &&
            (found == nullptr || t->server.name < found->server.name))
            found = t;
    return found;
}

std::vector<server_target_ptr> routes::all() const {
    std::vector<server_target_ptr> found;
    for (const auto& [name, t] : by_server_)
        found.push_back(t);
    for (const auto& [name, t] : by_service_)
        found.push_back(t);
    return found;
}

} // namespace ringfence::net
