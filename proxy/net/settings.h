// What the edge is told: plain data, filled by the configuration.
#pragma once

#include "proxy/session/client_login.h"
#include "proxy/session/credentials.h"
#include "proxy/session/environment.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::net {

using namespace std::chrono_literals;

struct endpoint {
    std::string
        host; // a name, an address, or (with a leading slash) the directory of a Unix socket
    std::uint16_t port = 5432;
};

// As libpq's target_session_attrs.
enum class session_attrs : std::uint8_t {
    any,
    read_write,
    read_only,
    primary,
    standby,
    prefer_standby
};

struct server_settings {
    std::string name; // as in the policies
    policy::engine engine = policy::engine::postgresql;
    std::vector<endpoint> hosts; // tried in order
    session_attrs target = session_attrs::any;
    session::tls_mode tls = session::tls_mode::prefer;
    std::string ca;          // file; empty: the system's
    unsigned pool_size = 20; // server connections per database and backend login
};

struct listen_settings {
    policy::engine engine = policy::engine::postgresql;
    std::string address = "127.0.0.1";
    std::uint16_t port = 6432; // 0: any free one
    session::tls_mode tls = session::tls_mode::prefer;
    std::string server; // leads to this server only; empty: the policies say which
};

// A client that did not get as far as its first statement. Views last for the call.
struct failed_login {
    session::login_failure why;
    std::string_view peer;
    std::string_view service;  // whose login it named; empty: none, or one that nobody has
    std::string_view server;   // empty: it did not come to that
    std::string_view sqlstate; // of a server that could not be had: what the client was told
    std::string_view cause;    // … and in which words
};

struct unix_listen_settings {
    std::string directory; // empty: none. The socket is .s.PGSQL.PORT, as libpq expects
    std::uint16_t port = 6432;
    unsigned mode = 0777;
    std::string server;
};

struct tls_files {
    std::string certificate;
    std::string key;
    std::string client_ca;
};

struct timeouts {
    std::chrono::milliseconds client_login = 60s;
    std::chrono::milliseconds client_idle = 0s; // 0: none
    std::chrono::milliseconds server_connect = 15s;
    std::chrono::milliseconds query_wait = 120s; // for a free server connection
    std::chrono::milliseconds server_idle = 600s;
    std::chrono::milliseconds server_lifetime = 3600s;
};

struct settings {
    std::vector<listen_settings> listen;
    unix_listen_settings unix_listen;
    tls_files tls;
    std::map<std::string, server_settings, std::less<>> servers;
    net::timeouts timeouts;
    unsigned workers = 0; // 0: one for each core but one
    unsigned max_client_connections = 10'000;
    std::chrono::milliseconds catalogue_refresh = 30s;
    std::chrono::milliseconds catalogue_max_age = 600s; // older facts are none
    session::environment::settings session;
};

} // namespace ringfence::net
