// ringfence's own login at a server, from the first byte to the first ReadyForQuery: a pure
// machine.
#pragma once

#include "proxy/session/credentials.h"
#include "proxy/session/output.h"

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
        std::vector<std::pair<std::string, std::string>>
            parameters; // search_path, application_name, …
        std::size_t max_message_bytes = std::size_t{64} * 1024;
    };

    enum class next : std::uint8_t {
        more,      // send what is in `to_server`, feed when bytes arrive
        start_tls, // send what is in `to_server`, then do the handshake, then call
                   // tls_established()
        ready,     // logged in: parameter_status() and backend_key() are set
        failed,    // error() holds an ErrorResponse body to hand to the client, or is empty; close
    };

    explicit server_login(settings);
    ~server_login();
    server_login(server_login&&) noexcept;

    [[nodiscard]] next start(output& to_server); // call once, when the connection is up
    // Consumes all of `in`. While waiting for the one-byte answer to SSLRequest the caller must
    // read one byte only (reads_one_byte()): anything that follows it in plaintext would be
    // injected.
    [[nodiscard]] next feed(bytes in, output& to_server);
    [[nodiscard]] next tls_established(const tls_peer& peer, output& to_server);
    [[nodiscard]] bool reads_one_byte() const;

    // Encoded ParameterStatus messages, in the order received, ready to be sent to a client.
    [[nodiscard]] const std::string& parameter_status() const;
    [[nodiscard]] std::string_view
    parameter(std::string_view name) const; // "server_version"; empty if not sent
    [[nodiscard]] const std::string&
    backend_key() const; // process id and secret; empty if none was sent
    // The failure: a clean sentence without secrets, and the SQLSTATE that a client should see.
    [[nodiscard]] const std::string& error_text() const;
    [[nodiscard]] const std::string& error_state() const;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace ringfence::session
