// The dialogue with a PostgreSQL server, from SSLRequest to the first ReadyForQuery. PostgreSQL
// documentation, "Message Flow": Start-up.
#pragma once

#include "proxy/session/server_login.h"

#include <memory>
#include <string>
#include <string_view>

namespace ringfence::session::postgresql {

class server_login final : public session::server_login {
public:
    explicit server_login(settings);
    ~server_login() override;
    server_login(server_login&&) noexcept;

    [[nodiscard]] next start(output& to_server) override;
    [[nodiscard]] next feed(bytes in, output& to_server) override;
    [[nodiscard]] next tls_established(const tls_peer& peer, output& to_server) override;
    [[nodiscard]] bool reads_one_byte() const override;

    [[nodiscard]] server_state_ptr state() const override;
    [[nodiscard]] const std::string& backend_key() const override; // process id and secret
    [[nodiscard]] const std::string& error_text() const override;
    [[nodiscard]] const std::string& error_state() const override;
    // Of the parameters that the server reported; empty if it did not.
    [[nodiscard]] std::string_view parameter(std::string_view name) const;

private:
    struct dialogue;
    std::unique_ptr<dialogue> state_;
};

} // namespace ringfence::session::postgresql
