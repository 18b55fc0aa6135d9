// A logged-in session between a client and the server connection leased for it: a pure machine, one
// for each engine. Everything that passes is decided or hopped over here; allowed bytes leave as
// views of the bytes fed.
#pragma once

#include "proxy/session/client_login.h"
#include "proxy/session/output.h"
#include "proxy/session/server_state.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ringfence::session {

class relay {
public:
    enum class status : std::uint8_t {
        open,
        client_done, // it said good-bye, or closed: finish with the server connection (see
                     // reusable())
        broken,      // a protocol violation by either side: flush, then close both
        login_again, // MySQL's COM_CHANGE_USER: finish with the server connection as above, then
                     // go on with take_login()
    };

    virtual ~relay() = default;

    // Tells the client that it is logged in. `cancel_key`: ours, as the client is to know it.
    virtual void start(std::string_view cancel_key, output& to_client) = 0;

    // Each consumes all of `in`. Views in the outputs point into `in`.
    virtual void from_client(bytes in, output& to_server, output& to_client) = 0;
    virtual void from_server(bytes in, output& to_server, output& to_client) = 0;

    // After `wake`: a verdict that was being worked out on another thread has arrived, or a
    // statement slot is free.
    virtual void resume(output& to_server, output& to_client) = 0;

    // The client closed its connection without a good-bye.
    virtual void client_gone() = 0;

    // The server connection broke or is being shut down: an error for the client.
    virtual void server_lost(std::string_view sentence, std::string_view sqlstate,
                             output& to_client) = 0;

    // Appends the client's error, when the session ends between statements.
    virtual void part(const last_words&, std::string& to_client) const = 0;

    // Of status::login_again, once: the dialogue that follows, to be started.
    [[nodiscard]] virtual std::unique_ptr<client_login>
    take_login(const client_login::settings&, policy::snapshot_ptr, credentials_ptr, tls_peer) {
        return nullptr;
    }

    [[nodiscard]] virtual status current() const = 0;
    // False: leave the client's bytes in the socket (a verdict or a limit is being waited for).
    [[nodiscard]] virtual bool wants_client_bytes() const = 0;
    // The server connection is idle, outside a transaction and in step, so a cleaning may make it
    // good for another.
    [[nodiscard]] virtual bool reusable() const = 0;
    // Nothing is in flight and no transaction is open: a drain may close here without hurting
    // anybody.
    [[nodiscard]] virtual bool quiescent() const = 0;
    // The server works on something that the client sent.
    [[nodiscard]] virtual bool busy() const = 0;
    // When the statement in flight must be cancelled (limits.statement_timeout); nullopt: no limit
    // now.
    [[nodiscard]] virtual std::optional<std::chrono::steady_clock::time_point> deadline() const = 0;
};

} // namespace ringfence::session
