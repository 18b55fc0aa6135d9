// MySQL's dialogue with a client: the greeting, TLS, the login, and the plugins by which a client
// proves that it knows a password. MySQL documentation, "Connection Phase".
#pragma once

#include "proxy/session/client_login.h"
#include "proxy/session/mysql/login_memory.h"
#include "proxy/wire/mysql/capabilities.h"

#include <memory>
#include <string>
#include <string_view>

namespace ringfence::session::mysql {

class client_login final : public session::client_login {
public:
    // `memory` outlives the login and its work.
    client_login(const settings&, policy::snapshot_ptr policies, credentials_ptr verifiers,
                 login_memory& memory = login_memory::of_process());
    // A client that is logged in sent COM_CHANGE_USER, of which this is the payload; `negotiated`:
    // with it. There is no greeting: start() goes on where the login packet would have been read,
    // and always asks for an answer to a new nonce.
    client_login(const settings&, policy::snapshot_ptr policies, credentials_ptr verifiers,
                 tls_peer, wire::mysql::capabilities negotiated, std::string change_user,
                 login_memory& memory = login_memory::of_process());
    ~client_login() override;
    client_login(client_login&&) noexcept;

    [[nodiscard]] result start(output& to_client) override;
    [[nodiscard]] result feed(bytes in, output& to_client) override;
    [[nodiscard]] result tls_established(tls_peer peer, output& to_client) override;
    [[nodiscard]] bool peeking() const override;
    [[nodiscard]] std::function<void()> work() override;
    [[nodiscard]] result worked(output& to_client) override;
    void part(const last_words&, std::string& to_client) const override;

    // Parameters: see capabilities.h.
    [[nodiscard]] const login_request& request() const override;
    [[nodiscard]] const policy::service* who() const override;
    [[nodiscard]] std::string identity() const override;
    [[nodiscard]] const policy::snapshot_ptr& policies() const override;
    [[nodiscard]] std::string_view cancel_key() const override { return {}; }
    [[nodiscard]] login_failure failure() const override;
    // As the servers: zlib, if the client can both.
    [[nodiscard]] std::optional<compression> compresses() const override;

    // Once authenticated: the id of the OK, which is still to be sent.
    [[nodiscard]] std::uint8_t next_sequence() const;
    // What both the client and ringfence said that they can, since the client's login was read.
    [[nodiscard]] wire::mysql::capabilities negotiated() const;

private:
    struct dialogue;
    std::unique_ptr<dialogue> state_;
};

} // namespace ringfence::session::mysql
