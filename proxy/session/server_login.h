// ringfence's own login at a server, from the first byte to the moment when it takes statements: a
// pure machine, one for each engine.
#pragma once

#include "proxy/session/credentials.h"
#include "proxy/session/output.h"
#include "proxy/session/server_state.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ringfence::session {

class server_login {
public:
    struct settings {
        tls_mode tls = tls_mode::prefer;
        bool unix_socket = false; // no TLS there
        // The password may be told to a server that asks for it as it is, although nothing is
        // encrypted: the configuration says `tls: disable`. Where TLS was only hoped for, whoever
        // took it away must not be told.
        bool clear_password = false;
        backend_login login;
        std::string database;
        // As in login_request, and what ringfence adds: PostgreSQL's search_path.
        std::vector<std::pair<std::string, std::string>> parameters;
        std::size_t max_message_bytes = std::size_t{64} * 1024;
    };

    enum class next : std::uint8_t {
        more,      // send what is in `to_server`, feed when bytes arrive
        start_tls, // send what is in `to_server`, then do the handshake, then call
                   // tls_established()
        ready,     // logged in: state() and backend_key() are set
        failed,    // error_text() and error_state() are set; close
    };

    virtual ~server_login() = default;

    // Call once, when the connection is up.
    [[nodiscard]] virtual next start(output& to_server) = 0;
    // Consumes all of `in`. While the next byte decides whether TLS begins, the caller must read
    // that byte only (reads_one_byte()): anything that follows it in plaintext would be injected.
    [[nodiscard]] virtual next feed(bytes in, output& to_server) = 0;
    [[nodiscard]] virtual next tls_established(const tls_peer& peer, output& to_server) = 0;
    [[nodiscard]] virtual bool reads_one_byte() const = 0;

    [[nodiscard]] virtual server_state_ptr state() const = 0;
    // What it takes to cancel a statement there; empty: that cannot be done.
    [[nodiscard]] virtual const std::string& backend_key() const = 0;
    // The failure: a clean sentence without secrets, and the SQLSTATE that a client should see.
    [[nodiscard]] virtual const std::string& error_text() const = 0;
    [[nodiscard]] virtual const std::string& error_state() const = 0;
};

} // namespace ringfence::session
