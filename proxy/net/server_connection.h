// A logged-in connection to a server, idle or leased.
#pragma once

#include "proxy/net/settings.h"
#include "proxy/net/tls_context.h"
#include "proxy/net/transport.h"
#include "proxy/session/server_login.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ringfence::net {

// Where to and as whom: one for each server and backend login, made anew on reload.
struct server_target {
    server_settings server;
    session::backend_login login;
    tls_context tls;
};
using server_target_ptr = std::shared_ptr<const server_target>;

// Server connections that may stand in for one another. The start-up parameters are part of it:
// they are the session's defaults, to which RESET and DISCARD ALL return, so a client must only
// ever get a connection that was opened with the very parameters that it asked for.
struct pool_key {
    server_target_ptr target;
    std::string database;
    std::vector<std::pair<std::string, std::string>> parameters;

    // Connections of one group share one limit.
    [[nodiscard]] std::string group() const {
        return target->server.name + '\0' + database + '\0' + target->login.user;
    }
};
using pool_key_ptr = std::shared_ptr<const pool_key>;

// For a login at host number `host` of the target.
[[nodiscard]] session::server_login::settings login_settings(const pool_key&, std::size_t host,
                                                             session::tls_mode);

struct server_connection {
    transport socket;
    pool_key_ptr key;
    std::string backend_key; // as the server sent it: what it takes to cancel there
    session::server_state_ptr state;
    std::size_t host = 0; // index into the target's hosts
    std::chrono::steady_clock::time_point born;
    std::chrono::steady_clock::time_point idle_since;
};
using server_connection_ptr = std::unique_ptr<server_connection>;

} // namespace ringfence::net
