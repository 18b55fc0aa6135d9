// ringfence proves to a server who it is: the client's side of the authentication plugins. What
// they say is in proxy/auth; here is who may be told what, and in which order.
#pragma once

#include "proxy/session/server_login.h"
#include "proxy/wire/mysql/authentication.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace ringfence::session::mysql {

class authenticator {
public:
    enum class next : std::uint8_t {
        reply, // send answer(), which may be empty
        wait,  // for the server's next packet
        fail,  // error() says why
    };

    // `encrypted`: by TLS.
    authenticator(const server_login::settings&, bool encrypted);

    // The server proposes a plugin and sends its nonce, in its greeting; or both are what was used
    // last. Sets plugin(), which is `otherwise` if that one is not known, and answer(), which is
    // empty if the plugin speaks only after a switch to it.
    void begin(std::string_view plugin, std::string_view nonce, std::string_view otherwise);
    // A packet of the server which is neither OK nor ERR.
    [[nodiscard]] next hear(const wire::mysql::authentication&);

    [[nodiscard]] const std::string& plugin() const { return plugin_; }
    [[nodiscard]] const std::string& nonce() const { return nonce_; }
    [[nodiscard]] const std::string& answer() const { return answer_; }
    [[nodiscard]] const std::string& error() const { return error_; }

private:
    enum class phase : std::uint8_t {
        answered,    // the nonce is answered
        key_asked,   // caching_sha2: the server's RSA key comes
        salt_wanted, // parsec: the server's salt comes
        told,        // the plugin's last word was said: OK, ERR, or another plugin may come
    };

    [[nodiscard]] next change_to(std::string_view plugin, std::string_view data);
    [[nodiscard]] next more(std::string_view data);
    [[nodiscard]] next tell_password();
    [[nodiscard]] next seal(std::string_view key);
    [[nodiscard]] next reply(std::string answer, phase after);
    [[nodiscard]] next fail(std::string why);
    [[nodiscard]] next nonsense();

    std::string password_;
    bool encrypted_;
    bool unix_socket_;
    bool clear_password_; // see server_login::settings
    phase now_ = phase::answered;
    unsigned switches_ = 0;
    std::string plugin_;
    std::string nonce_;
    std::string answer_;
    std::string error_;
};

// Tells a server the password as it is.
inline constexpr std::string_view clear_password_plugin = "mysql_clear_password";

} // namespace ringfence::session::mysql
