// The client's side from the first byte to the successful login: a pure machine, one for each
// engine.
#pragma once

#include "policy/model.h"
#include "proxy/session/credentials.h"
#include "proxy/session/output.h"
#include "proxy/session/server_state.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringfence::session {

// What the client asked for, validated.
struct login_request {
    std::string user;
    std::string database; // MySQL: empty if it selected none
    // Whatever else decides the session's defaults. PostgreSQL: start-up parameters, without user,
    // database, replication, _pq_.*. MySQL: what both sides can, and the collation.
    std::vector<std::pair<std::string, std::string>> parameters;
    bool long_cancel_key = false; // PostgreSQL's protocol 3.2
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

// Why a connection ends, for the client. The SQLSTATE is PostgreSQL's; MySQL's machines know what
// it is called there.
struct last_words {
    std::string sqlstate;
    std::string message;
    std::string hint{};
};

class client_login {
public:
    struct settings {
        tls_mode tls = tls_mode::prefer;
        bool tls_available = false;             // a certificate is configured
        bool unix_socket = false;               // TLS is refused there, and not required
        std::size_t max_startup_bytes = 10'000; // PostgreSQL's own MAX_STARTUP_PACKET_LENGTH
        std::size_t max_password_bytes = 1'000;
        // MySQL's greeting comes before it is known who the client is: what a server of this
        // listener is like, and the id by which the client may be killed.
        server_state_ptr server{};
        std::uint32_t connection_id = 0;
    };

    enum class next : std::uint8_t {
        more,          // feed again when more bytes are there
        start_tls,     // send what is in `to_client`, then do the TLS handshake, then call
                       // tls_established()
        work,          // run work() on another thread, then call worked()
        authenticated, // request() and who() are set
        cancel,        // cancel_key() is set; no answer is ever sent; close
        close,         // send what is in `to_client`, then close; failure() says why
    };
    struct result {
        client_login::next next = client_login::next::more;
        std::size_t consumed = 0; // bytes of the input that are used up
    };

    virtual ~client_login() = default;

    // Before anything is fed: where the server speaks first.
    [[nodiscard]] virtual result start(output& to_client) = 0;
    // Until TLS is established or refused the caller must peek at the socket's bytes and drop only
    // `consumed` of them: a TLS record that arrives with the request belongs to the TLS library,
    // and plaintext bytes that arrive with an SSLRequest are an injection attempt, which closes the
    // connection.
    [[nodiscard]] virtual result feed(bytes in, output& to_client) = 0;
    [[nodiscard]] virtual result tls_established(tls_peer peer, output& to_client) = 0;
    // True while the next bytes must be peeked at, as above.
    [[nodiscard]] virtual bool peeking() const = 0;

    // Of next::work: slow arithmetic, which holds what it needs, so that the login may end
    // meanwhile.
    [[nodiscard]] virtual std::function<void()> work() = 0;
    [[nodiscard]] virtual result worked(output& to_client) = 0;

    // Appends the client's error, before or after it was authenticated.
    virtual void part(const last_words&, std::string& to_client) const = 0;

    [[nodiscard]] virtual const login_request& request() const = 0;
    // Lives as long as policies().
    [[nodiscard]] virtual const policy::service* who() const = 0;
    // What identified it: "login orders", "certificate spiffe://…".
    [[nodiscard]] virtual std::string identity() const = 0;
    [[nodiscard]] virtual const policy::snapshot_ptr& policies() const = 0;
    // As received: PostgreSQL's 4-byte process id and the secret.
    [[nodiscard]] virtual std::string_view cancel_key() const = 0;
    [[nodiscard]] virtual login_failure failure() const = 0;
};

} // namespace ringfence::session
