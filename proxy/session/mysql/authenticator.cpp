#include "proxy/session/mysql/authenticator.h"

#include "policy/text.h"
#include "proxy/auth/caching_sha2.h"
#include "proxy/auth/mariadb_ed25519.h"
#include "proxy/auth/mysql_native.h"
#include "proxy/auth/parsec.h"
#include "proxy/auth/rsa_exchange.h"
#include "proxy/wire/mysql/handshake.h"

namespace ringfence::session::mysql {

namespace my = wire::mysql;

namespace {

constexpr unsigned most_switches = 3;

// Of `size` bytes, of which the last may be a zero; behind them stands one that is not of it.
std::string_view cut(std::string_view nonce, std::size_t size) {
    return nonce.size() == size + 1 ? my::without_zero(nonce) : nonce;
}

std::string answer_to(std::string_view plugin, std::string_view password, std::string_view nonce) {
    if (nonce.size() < my::nonce_size)
        return {};
    nonce = nonce.substr(0, my::nonce_size);
    return plugin == auth::mysql_native ? auth::native_answer(password, nonce)
                                        : auth::sha2_answer(password, nonce);
}

bool answers_at_once(std::string_view plugin) {
    return plugin == auth::mysql_native || plugin == auth::caching_sha2;
}

bool answers_when_asked(std::string_view plugin) {
    return plugin == auth::mariadb_ed25519 || plugin == auth::mariadb_parsec ||
           plugin == clear_password_plugin;
}

} // namespace

authenticator::authenticator(const server_login::settings& s, bool encrypted)
    : password_(s.login.password), encrypted_(encrypted), unix_socket_(s.unix_socket),
      clear_password_(s.clear_password) {}

void authenticator::begin(std::string_view plugin, std::string_view nonce,
                          std::string_view otherwise) {
    plugin_ = answers_at_once(plugin) || answers_when_asked(plugin) ? plugin : otherwise;
    nonce_ = nonce;
    answer_ = answers_at_once(plugin_) ? answer_to(plugin_, password_, nonce_) : std::string();
    now_ = phase::answered;
}

authenticator::next authenticator::hear(const my::authentication& a) {
    using kind = my::authentication_kind;
    switch (a.kind) {
    case kind::switch_to:
        return change_to(a.plugin, a.data);
    case kind::more_data:
    case kind::plain_data:
        return more(a.data);
    case kind::old_switch:
        return fail("ringfence: the server asks for a password of before MySQL 4.1");
    case kind::next_factor:
        return fail("ringfence: the server asks for a second factor, and ringfence has one only");
    case kind::ok:
    case kind::error:
        break;
    }
    return nonsense();
}

// At any time: an account of MariaDB may have several plugins, which are tried one after the other.
authenticator::next authenticator::change_to(std::string_view plugin, std::string_view data) {
    if (++switches_ > most_switches)
        return nonsense();
    plugin_ = plugin;
    if (answers_at_once(plugin)) {
        nonce_ = cut(data, my::nonce_size);
        if (nonce_.size() < my::nonce_size)
            return nonsense();
        return reply(answer_to(plugin_, password_, nonce_), phase::answered);
    }
    if (plugin == auth::mariadb_ed25519) {
        nonce_ = cut(data, auth::ed25519_nonce_size);
        std::string signature = auth::ed25519_answer(password_, nonce_);
        return signature.empty() ? nonsense() : reply(std::move(signature), phase::told);
    }
    if (plugin == auth::mariadb_parsec) {
        nonce_ = cut(data, auth::parsec_nonce_size);
        return reply({}, phase::salt_wanted);
    }
    if (plugin == clear_password_plugin) {
        if (!encrypted_)
            return fail("ringfence: the server asks for the password in the clear, without TLS");
        return tell_password();
    }
    return fail("ringfence: the server asks for an authentication that ringfence does not know: " +
                policy::printable(plugin, 64));
}

authenticator::next authenticator::more(std::string_view data) {
    if (now_ == phase::salt_wanted) {
        std::string signature = auth::parsec_answer(password_, nonce_, data);
        return signature.empty() ? nonsense() : reply(std::move(signature), phase::told);
    }
    if (now_ == phase::key_asked)
        return seal(data);
    if (now_ != phase::answered || plugin_ != auth::caching_sha2 || data.size() != 1)
        return nonsense();
    if (data[0] == my::caching_sha2::fast_ok) {
        now_ = phase::told;
        return next::wait;
    }
    if (data[0] != my::caching_sha2::full_login)
        return nonsense();
    if (encrypted_ || unix_socket_)
        return tell_password();
    // Nobody vouches for the key: who took TLS away could send one of their own.
    if (!clear_password_)
        return fail("ringfence: the server asks for the whole password, without TLS");
    return reply(std::string(1, my::caching_sha2::request_key), phase::key_asked);
}

authenticator::next authenticator::tell_password() {
    return reply(password_ + '\0', phase::told);
}

authenticator::next authenticator::seal(std::string_view key) {
    auto sealed =
        auth::seal_password(key, password_, std::string_view(nonce_).substr(0, my::nonce_size));
    if (!sealed)
        return fail("ringfence: the server's RSA key cannot be used");
    return reply(std::move(*sealed), phase::told);
}

authenticator::next authenticator::reply(std::string answer, phase after) {
    answer_ = std::move(answer);
    now_ = after;
    return next::reply;
}

authenticator::next authenticator::fail(std::string why) {
    error_ = std::move(why);
    return next::fail;
}

authenticator::next authenticator::nonsense() {
    return fail("ringfence: the server does not follow the protocol");
}

} // namespace ringfence::session::mysql
