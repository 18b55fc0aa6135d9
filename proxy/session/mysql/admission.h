// What the login and the cleaning of a server connection have in common, once the first packet was
// sent: the dialogue of authentication, and then a question: how this server reads texts.
#pragma once

#include "proxy/session/mysql/authenticator.h"
#include "proxy/session/mysql/server_state.h"
#include "proxy/session/mysql/server_trouble.h"
#include "proxy/session/mysql/text_answer.h"
#include "proxy/wire/mysql/login.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringfence::session::mysql {

class admission {
public:
    enum class next : std::uint8_t { more, done, failed };

    // `encrypted`: by TLS.
    admission(const server_login::settings&, bool encrypted);

    // Where the connection began, or begins anew, with this plugin and nonce: makes the first
    // answer.
    [[nodiscard]] const authenticator& begin(std::string_view plugin, std::string_view nonce,
                                             sql::mysql_flavour);
    // The packet with that answer was sent.
    void sent(std::uint8_t next_sequence, wire::mysql::capabilities in_force);

    // Consumes all of `in`.
    [[nodiscard]] next feed(bytes in, output& to_server);

    // Once done: sets all but what only a greeting says. False: trouble() says what is wrong.
    [[nodiscard]] bool describe(server_state&);
    [[nodiscard]] const server_trouble& trouble() const { return trouble_; }
    [[nodiscard]] const authenticator& proof() const { return proof_; }

private:
    [[nodiscard]] next message(bytes payload, output& to_server);
    [[nodiscard]] next fail(std::string text);

    authenticator proof_;
    std::size_t max_message_bytes_;
    wire::mysql::capabilities in_force_ = 0;
    std::uint8_t sequence_ = 0;        // of the server's next packet
    std::optional<text_answer> state_; // once authenticated
    std::string received_;
    server_trouble trouble_;
};

// COM_CHANGE_USER to the same login; true to `settings` in all else, too.
void begin_anew(admission&, const server_login::settings&, const server_state&,
                std::string_view plugin, std::string_view nonce, output& to_server);

// What a server is told of ringfence.
[[nodiscard]] const wire::mysql::attributes& own_attributes();
// As asked for by the client; else one that every server knows.
[[nodiscard]] std::uint16_t collation_of(const server_login::settings&);

} // namespace ringfence::session::mysql
