// All that the edge needs of an engine's protocol: the machines that speak it. One object without
// state for each engine.
#pragma once

#include "policy/decision.h"
#include "proxy/session/client_login.h"
#include "proxy/session/environment.h"
#include "proxy/session/question.h"
#include "proxy/session/relay.h"
#include "proxy/session/server_login.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringfence::session {

// With what a session begins, once it is known who it is and where it leads.
struct opening {
    std::vector<std::pair<std::string, std::string>> parameters; // for server_login, sorted
    std::vector<std::string> search_path;                        // PostgreSQL
    std::optional<last_words> refused;
};

class protocol {
public:
    virtual ~protocol() = default;

    // The greeting is made of what a server said: without that no client can be greeted.
    [[nodiscard]] virtual bool greets_first() const = 0;
    // `policies` and `verifiers` are held until the login ends.
    [[nodiscard]] virtual std::unique_ptr<client_login>
    make_client_login(const client_login::settings&, policy::snapshot_ptr policies,
                      credentials_ptr verifiers) const = 0;
    [[nodiscard]] virtual opening open(const policy::snapshot&, const policy::service&,
                                       const std::string& server, const login_request&,
                                       std::string_view backend_login,
                                       policy::date today) const = 0;

    [[nodiscard]] virtual std::unique_ptr<server_login>
        make_server_login(server_login::settings) const = 0;

    // `env` outlives the relay. `login` and `state` were made by this protocol; the login ends with
    // the call. `wake` is called on the worker, never from within a call to this relay, when a
    // relay that does not want client bytes may go on: the caller then calls resume().
    [[nodiscard]] virtual std::unique_ptr<relay> make_relay(environment& env, session_identity,
                                                            const client_login& login,
                                                            server_state_ptr state,
                                                            std::function<void()> wake) const = 0;

    [[nodiscard]] virtual std::unique_ptr<question> make_question(std::string text) const = 0;
    [[nodiscard]] virtual std::unique_ptr<cleaning>
    make_cleaning(server_login::settings, server_state_ptr, std::string_view backend_key) const = 0;

    // What is sent before a connection to a server is closed.
    [[nodiscard]] virtual std::string goodbye() const = 0;
    // Of MySQL: the number by which the server knows a connection.
    [[nodiscard]] virtual std::uint32_t connection_id(std::string_view) const { return 0; }
    // The statement that cancels another connection's, sent on one of its own. None: a
    // CancelRequest does that.
    [[nodiscard]] virtual std::optional<std::string>
    cancel_statement(std::string_view backend_key) const = 0;
};

} // namespace ringfence::session
