// The client's side from the first byte to the successful login: a pure machine.
// PostgreSQL documentation, "Message Flow": Start-up, SSL and GSSAPI session encryption, Canceling
// Requests.
#pragma once

#include "policy/model.h"
#include "proxy/session/credentials.h"
#include "proxy/session/output.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ringfence::session {

// What the client asked for in its StartupMessage, validated.
struct startup_request {
    std::uint32_t protocol = 0x00030000; // 3.0 or 3.2, after negotiation
    std::string user;
    std::string database; // defaults to `user`
    std::vector<std::pair<std::string, std::string>>
        parameters; // without user, database, replication, _pq_.*
};

// Bounded reasons for a login that failed: a metric label.
enum class login_failure : std::uint8_t {
    none,
    protocol,
    tls_required,
    certificate,
    unknown_or_password,
    database,
    replication,
    timeout,
    limit,
    pool,   // no server connection became free in time
    server, // the server cannot be reached, or does not take our login
};
[[nodiscard]] std::string_view to_string(login_failure);

class client_login {
public:
    struct settings {
        tls_mode tls = tls_mode::prefer;
        bool tls_available = false;             // a certificate is configured
        bool unix_socket = false;               // TLS is refused there, and not required
        std::size_t max_startup_bytes = 10'000; // PostgreSQL's own MAX_STARTUP_PACKET_LENGTH
        std::size_t max_password_bytes = 1'000;
    };

    enum class next : std::uint8_t {
        more,          // feed again when more bytes are there
        start_tls,     // send what is in `to_client`, then do the TLS handshake, then call
                       // tls_established()
        authenticated, // request() and who() are set; AuthenticationOk is in `to_client`
        cancel,        // cancel_key() is set; no answer is ever sent; close
        close,         // send what is in `to_client`, then close; failure() says why
    };
    struct result {
        client_login::next next = client_login::next::more;
        std::size_t consumed = 0; // bytes of the input that are used up
    };

    // `policies` and `verifiers` are held until the login ends.
    client_login(const settings&, policy::snapshot_ptr policies, credentials_ptr verifiers);
    ~client_login();
    client_login(client_login&&) noexcept;

    // Until TLS is established or refused the caller must peek at the socket's bytes and drop only
    // `consumed` of them: a TLS record that arrives with the request belongs to the TLS library,
    // and plaintext bytes that arrive with an SSLRequest are an injection attempt, which closes the
    // connection.
    [[nodiscard]] result feed(bytes in, output& to_client);
    [[nodiscard]] result tls_established(tls_peer peer, output& to_client);

    // True while the next bytes must be peeked at, as above.
    [[nodiscard]] bool peeking() const;

    [[nodiscard]] const startup_request& request() const;
    [[nodiscard]] const policy::service* who() const; // lives as long as policies()
    // What identified it: "login orders", "certificate spiffe://…".
    [[nodiscard]] std::string identity() const;
    [[nodiscard]] const policy::snapshot_ptr& policies() const;
    [[nodiscard]] std::string_view
    cancel_key() const; // the 4-byte process id and the secret, as received
    [[nodiscard]] login_failure failure() const;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace ringfence::session
