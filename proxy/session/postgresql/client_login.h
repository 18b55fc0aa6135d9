// PostgreSQL's dialogue with a client. PostgreSQL documentation, "Message Flow": Start-up, SSL and
// GSSAPI session encryption, Canceling Requests.
#pragma once

#include "proxy/session/client_login.h"

#include <memory>
#include <string>
#include <string_view>

namespace ringfence::session::postgresql {

class client_login final : public session::client_login {
public:
    client_login(const settings&, policy::snapshot_ptr policies, credentials_ptr verifiers);
    ~client_login() override;
    client_login(client_login&&) noexcept;

    [[nodiscard]] result start(output& to_client) override;
    [[nodiscard]] result feed(bytes in, output& to_client) override;
    [[nodiscard]] result tls_established(tls_peer peer, output& to_client) override;
    [[nodiscard]] bool peeking() const override;
    [[nodiscard]] std::function<void()> work() override;
    [[nodiscard]] result worked(output& to_client) override;
    void part(const last_words&, std::string& to_client) const override;

    [[nodiscard]] const login_request& request() const override;
    [[nodiscard]] const policy::service* who() const override;
    [[nodiscard]] std::string identity() const override;
    [[nodiscard]] const policy::snapshot_ptr& policies() const override;
    [[nodiscard]] std::string_view cancel_key() const override;
    [[nodiscard]] login_failure failure() const override;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace ringfence::session::postgresql
