// From a service and a database to a server and a login there; made at start-up and on reload,
// immutable, shared.
#pragma once

#include "proxy/net/server_connection.h"
#include "proxy/net/settings.h"
#include "proxy/net/tls_context.h"
#include "proxy/session/credentials.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringfence::net {

class routes {
public:
    // `former` may be null; targets that did not change are taken over, so that their idle
    // connections stay good. Throws tls_error.
    routes(const settings&, session::credentials_ptr, const routes* former);

    // Null: no login for this service at this server.
    [[nodiscard]] server_target_ptr target(std::string_view service, std::string_view server) const;
    [[nodiscard]] std::vector<server_target_ptr> all() const;
    // Some login at `server`, or, if that is empty, at the first server of this engine; null: none.
    [[nodiscard]] server_target_ptr greeter(policy::engine, std::string_view server) const;
    [[nodiscard]] const session::credentials_ptr& credentials() const { return credentials_; }
    // Of listener number `i`; null: no TLS there.
    [[nodiscard]] const tls_context& listener_tls(std::size_t i) const { return listeners_.at(i); }

private:
    [[nodiscard]] server_target_ptr make(const server_settings&, const session::backend_login&,
                                         const routes* former) const;

    session::credentials_ptr credentials_;
    std::map<std::string, server_target_ptr, std::less<>> by_server_;
    std::map<std::pair<std::string, std::string>, server_target_ptr> by_service_; // service, server
    std::vector<tls_context> listeners_;
};
using routes_ptr = std::shared_ptr<const routes>;

} // namespace ringfence::net
