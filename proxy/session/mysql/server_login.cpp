#include "proxy/session/mysql/server_login.h"

#include "proxy/session/mysql/admission.h"
#include "proxy/session/mysql/capabilities.h"
#include "proxy/wire/mysql/handshake.h"
#include "proxy/wire/mysql/login.h"
#include "proxy/wire/mysql/packet.h"

#include <limits>
#include <optional>
#include <utility>

namespace ringfence::session::mysql {

namespace my = wire::mysql;

namespace {

// The most that a client of MySQL may announce, and no server sends more.
constexpr std::uint32_t max_packet = std::uint32_t{1} << 30;

} // namespace

struct server_login::dialogue {
    enum class phase : std::uint8_t {
        greeting, // the server speaks first
        tls,      // the handshake
        login,    // the server asks for a proof, and says how it reads texts
        anew,     // the same, after a COM_CHANGE_USER: for what a login cannot say
        done,
    };

    using next = server_login::next;

    server_login::settings settings;
    phase now = phase::greeting;
    bool encrypted = false;
    std::string received; // of the greeting
    my::capabilities offered = 0;
    my::capabilities flags = 0; // of ours
    std::uint32_t connection_id = 0;
    std::string plugin;
    std::string nonce;
    std::uint8_t sequence = 0; // of the next packet
    std::shared_ptr<server_state> made;
    std::optional<admission> admitted;
    std::string key;
    server_trouble trouble;

    next fail(server_trouble why) {
        now = phase::done;
        made.reset();
        trouble = std::move(why);
        return next::failed;
    }
    next fail(std::string text) { return fail({std::move(text), "08006"}); }
    next nonsense() { return fail("ringfence: the server does not follow the protocol"); }

    next greeted(bytes in, output& out);
    next greeting(bytes payload, output& out);
    next choose_flags();
    [[nodiscard]] my::login_head head() const;
    next log_in(output& out);
    next admission_step(admission::next, output& out);
    void send(std::string_view payload, output& out) {
        std::string packet;
        my::encode_packets(packet, sequence, payload);
        out.append(packet);
    }
};

server_login::server_login(settings s) : state_(std::make_unique<dialogue>()) {
    state_->settings = std::move(s);
}
server_login::~server_login() = default;
server_login::server_login(server_login&&) noexcept = default;

server_login::next server_login::start(output&) {
    return next::more;
}

server_login::next server_login::feed(bytes in, output& to_server) {
    dialogue& s = *state_;
    switch (s.now) {
    case dialogue::phase::greeting:
        return s.greeted(in, to_server);
    case dialogue::phase::login:
    case dialogue::phase::anew:
        return s.admission_step(s.admitted->feed(in, to_server), to_server);
    case dialogue::phase::tls:
    case dialogue::phase::done:
        break;
    }
    return next::failed;
}

server_login::next server_login::dialogue::greeted(bytes in, output& out) {
    received += as_text(in);
    my::message m;
    switch (my::find_message(as_bytes(received), 0, settings.max_message_bytes, m)) {
    case my::outcome::need_more:
        return next::more;
    case my::outcome::malformed:
        return nonsense();
    case my::outcome::ok:
        break;
    }
    // Plaintext behind it would be taken for the first words of the encrypted session.
    if (received.size() > m.size)
        return nonsense();
    const std::string whole = std::move(received);
    std::string joined;
    sequence = m.next_sequence;
    return greeting(my::payload_of(as_bytes(whole), m, joined), out);
}

server_login::next server_login::dialogue::greeting(bytes payload, output& out) {
    if (my::error e; my::decode_error(payload, e) == my::outcome::ok)
        return fail(trouble_of(e));
    my::handshake h;
    if (my::decode_handshake(payload, h) != my::outcome::ok)
        return fail("ringfence: this is no server of MySQL 4.1 or later, or of MariaDB");
    offered = h.capabilities;
    connection_id = h.connection_id;
    plugin = h.plugin;
    nonce = h.nonce;
    made = std::make_shared<server_state>();
    made->version = h.version;
    made->flavour = h.flavour() == my::flavour::mariadb ? sql::mysql_flavour::mariadb
                                                        : sql::mysql_flavour::mysql;
    made->offered = offered & supported;
    made->collation = h.collation;
    if (const next chosen = choose_flags(); chosen != next::more)
        return chosen;

    // `allow` tries without first; a server that insists on TLS then refuses the login.
    const tls_mode mode = settings.tls;
    const bool wanted =
        !settings.unix_socket && mode != tls_mode::disable && mode != tls_mode::allow;
    if (!wanted || (mode == tls_mode::prefer && !my::has(offered, capability::ssl)))
        return log_in(out);
    if (!my::has(offered, capability::ssl))
        return fail("ringfence: the server does not speak TLS");
    flags |= capability::ssl;
    std::string request;
    my::encode_ssl_request(request, head());
    send(request, out);
    now = phase::tls;
    return next::start_tls;
}

server_login::next server_login::dialogue::choose_flags() {
    const auto asked = number_in(settings.parameters, capabilities_parameter);
    const my::capabilities wanted =
        asked ? same_on_both(*asked) : own_capabilities & offered & supported;
    if (!my::has(offered, wanted))
        return fail("ringfence: the server cannot all that the client was offered: the hosts of "
                    "one server must be of one version");
    constexpr my::capabilities ours = capability::mysql | capability::long_flag |
                                      capability::protocol_41 | capability::transactions |
                                      capability::secure_connection | capability::plugin_auth |
                                      capability::plugin_auth_lenenc | capability::connect_attrs;
    flags = wanted | (ours & offered);
    if (!settings.database.empty())
        flags |= capability::connect_with_db;
    return next::more;
}

my::login_head server_login::dialogue::head() const {
    const std::uint16_t collation = collation_of(settings);
    my::login_head h;
    h.capabilities = flags;
    h.max_packet = max_packet;
    // One that has no place here is set by a COM_CHANGE_USER.
    h.collation = static_cast<std::uint8_t>(collation & 0xff);
    return h;
}

server_login::next server_login::tls_established(const tls_peer&, output& to_server) {
    state_->encrypted = true;
    return state_->log_in(to_server);
}

server_login::next server_login::dialogue::log_in(output& out) {
    made->in_force = flags;
    admitted.emplace(settings, encrypted);
    const authenticator& proof = admitted->begin(plugin, nonce, made->flavour);
    my::login l;
    static_cast<my::login_head&>(l) = head();
    l.user = settings.login.user;
    l.answer = proof.answer();
    l.database = settings.database;
    l.plugin = proof.plugin();
    l.attributes = own_attributes();
    std::string payload;
    my::encode_login(payload, l);
    send(payload, out);
    admitted->sent(sequence, flags);
    now = phase::login;
    return next::more;
}

server_login::next server_login::dialogue::admission_step(admission::next step, output& out) {
    switch (step) {
    case admission::next::more:
        return next::more;
    case admission::next::failed:
        return fail(admitted->trouble());
    case admission::next::done:
        break;
    }
    if (!admitted->describe(*made))
        return fail(admitted->trouble());
    plugin = admitted->proof().plugin();
    nonce = admitted->proof().nonce();
    if (now == phase::login && collation_of(settings) > std::numeric_limits<std::uint8_t>::max()) {
        admitted.emplace(settings, encrypted);
        begin_anew(*admitted, settings, *made, plugin, nonce, out);
        now = phase::anew;
        return next::more;
    }
    my::writer(key).u32(connection_id).cstring(plugin).raw(nonce);
    now = phase::done;
    return next::ready;
}

server_state_ptr server_login::state() const {
    return state_->made;
}
const std::string& server_login::backend_key() const {
    return state_->key;
}
const std::string& server_login::error_text() const {
    return state_->trouble.text;
}
const std::string& server_login::error_state() const {
    return state_->trouble.sqlstate;
}

} // namespace ringfence::session::mysql
