// A logged-in PostgreSQL session between a client and the server connection leased for it: a pure
// machine. Everything that passes is decided or hopped over here; allowed bytes leave as views of
// the bytes fed.
#pragma once

#include "proxy/session/environment.h"
#include "proxy/session/output.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ringfence::session {

class relay {
public:
    enum class status : std::uint8_t {
        open,
        client_done, // Terminate, or the client closed: finish with the server connection (see
                     // reusable())
        broken,      // a protocol violation by either side: flush, then close both
    };

    // `env` outlives the relay. `wake` is called on the worker, never from within a call to this
    // relay, when a relay that does not want client bytes may go on: the caller then calls
    // resume().
    relay(environment& env, session_identity identity, std::function<void()> wake);
    ~relay();
    relay(relay&&) noexcept;

    // Sends the greeting: ParameterStatus messages, BackendKeyData (ours), ReadyForQuery.
    void start(std::string_view parameter_status, std::string_view cancel_key, output& to_client);

    // Each consumes all of `in`. Views in the outputs point into `in`.
    void from_client(bytes in, output& to_server, output& to_client);
    void from_server(bytes in, output& to_server, output& to_client);

    // After `wake`: a verdict that was being worked out on another thread has arrived, or a
    // statement slot is free.
    void resume(output& to_server, output& to_client);

    // The client closed its connection without a Terminate.
    void client_gone();

    // The server connection broke or is being shut down: a FATAL error for the client.
    void server_lost(std::string_view sentence, std::string_view sqlstate, output& to_client);

    [[nodiscard]] status current() const;
    // False: leave the client's bytes in the socket (a verdict or a limit is being waited for).
    [[nodiscard]] bool wants_client_bytes() const;
    // The server connection is idle, outside a transaction and in step, so a reset may make it good
    // for another.
    [[nodiscard]] bool reusable() const;
    // Nothing is in flight and no transaction is open: a drain may close here without hurting
    // anybody.
    [[nodiscard]] bool quiescent() const;
    // The server works on something that the client sent.
    [[nodiscard]] bool busy() const;
    // When the statement in flight must be cancelled (limits.statement_timeout); nullopt: no limit
    // now.
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> deadline() const;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace ringfence::session
