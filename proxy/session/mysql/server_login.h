// The dialogue with a MySQL or MariaDB server, from its greeting to the moment when it is known how
// it reads texts. MySQL documentation, "Connection Phase".
#pragma once

#include "proxy/session/server_login.h"

#include <memory>
#include <string>

namespace ringfence::session::mysql {

class server_login final : public session::server_login {
public:
    explicit server_login(settings);
    ~server_login() override;
    server_login(server_login&&) noexcept;

    [[nodiscard]] next start(output& to_server) override;
    [[nodiscard]] next feed(bytes in, output& to_server) override;
    [[nodiscard]] next tls_established(const tls_peer& peer, output& to_server) override;
    // The server speaks first, and no byte of its greeting decides more than the others: what
    // follows the greeting before TLS begins is refused.
    [[nodiscard]] bool reads_one_byte() const override { return false; }

    // A mysql::server_state; null before it is ready.
    [[nodiscard]] server_state_ptr state() const override;
    // The connection's id (4 bytes, little-endian), the name of the plugin and a zero, and the
    // nonce that was used last: all that a COM_CHANGE_USER needs.
    [[nodiscard]] const std::string& backend_key() const override;
    [[nodiscard]] const std::string& error_text() const override;
    [[nodiscard]] const std::string& error_state() const override;

private:
    struct dialogue;
    std::unique_ptr<dialogue> state_;
};

} // namespace ringfence::session::mysql
