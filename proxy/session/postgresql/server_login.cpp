#include "proxy/session/postgresql/server_login.h"

#include "policy/text.h"
#include "proxy/auth/crypto.h"
#include "proxy/auth/scram_client.h"
#include "proxy/auth/scram_server.h"
#include "proxy/session/postgresql/server_state.h"
#include "proxy/wire/postgresql/authentication.h"
#include "proxy/wire/postgresql/backend.h"
#include "proxy/wire/postgresql/startup.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace ringfence::session::postgresql {

namespace pg = wire::postgresql;

namespace {

// A server sends a dozen parameters; one that sends without end is not one.
constexpr std::size_t most_parameter_bytes = std::size_t{64} * 1024;
constexpr unsigned most_messages = 1000;

} // namespace

struct server_login::dialogue {
    enum class phase : std::uint8_t {
        tls_answer, // the one byte that answers SSLRequest
        tls,        // the handshake
        login,      // what the server asks for
        password,   // sent; now only AuthenticationOk may come
        challenge,  // SCRAM: the server's salt
        proof,      // SCRAM: the server's proof that it knows the password
        proved,     // SCRAM: now only AuthenticationOk may come
        settling,   // logged in: parameters, the key, ReadyForQuery
        done,
    };

    using next = server_login::next;

    server_login::settings settings;
    phase now = phase::login;
    tls_peer peer;
    std::optional<auth::scram_client> scram;
    std::string rest;
    std::string parameters;
    std::vector<std::pair<std::string, std::string>> values;
    std::string key;
    std::string error_text;
    std::string error_state;
    unsigned messages = 0;

    next fail(std::string text, std::string sqlstate = "08006") {
        now = phase::done;
        error_text = std::move(text);
        error_state = std::move(sqlstate);
        return next::failed;
    }
    // Whatever the server says of ringfence's own login is for its operator, not for a client.
    next nonsense() { return fail("ringfence: the server does not follow the protocol"); }

    next unproved() { return fail("ringfence: the server did not prove that it knows the login"); }
    next unknown_method() {
        return fail(
            "ringfence: the server asks for an authentication that ringfence does not know");
    }

    next start_up(output& out);
    next message(pg::header, bytes, output& out);
    next authenticate(bytes, output& out);
    next begin(const pg::authentication&, output& out);
    next begin_scram(const pg::authentication&, output& out);
    next prove(std::string_view challenge, output& out);
    next logged_in();
    next refused(bytes);
};

server_login::server_login(settings s) : state_(std::make_unique<dialogue>()) {
    state_->settings = std::move(s);
}
server_login::~server_login() = default;
server_login::server_login(server_login&&) noexcept = default;

server_login::next server_login::start(output& to_server) {
    dialogue& s = *state_;
    const tls_mode mode = s.settings.tls;
    // `allow` tries without first, as libpq does; a server that insists on TLS then refuses the
    // login.
    if (s.settings.unix_socket || mode == tls_mode::disable || mode == tls_mode::allow)
        return s.start_up(to_server);
    std::string out;
    pg::encode_ssl_request(out);
    to_server.append(out);
    s.now = dialogue::phase::tls_answer;
    return next::more;
}

server_login::next server_login::dialogue::start_up(output& out) {
    std::vector<std::pair<std::string, std::string>> all = {{"user", settings.login.user},
                                                            {"database", settings.database}};
    all.insert(all.end(), settings.parameters.begin(), settings.parameters.end());
    std::string encoded;
    pg::encode_startup(encoded, pg::protocol_3_0, all);
    out.append(encoded);
    now = phase::login;
    return next::more;
}

server_login::next server_login::feed(bytes in, output& to_server) {
    dialogue& s = *state_;
    if (s.now == dialogue::phase::done)
        return next::failed;
    if (s.now == dialogue::phase::tls_answer) {
        if (in.size() != 1)
            return s.fail("ringfence: received unencrypted data after the TLS request");
        const char answer = as_text(in)[0];
        if (answer == 'S') {
            s.now = dialogue::phase::tls;
            return next::start_tls;
        }
        if (answer != 'N')
            return s.nonsense();
        if (s.settings.tls != tls_mode::prefer)
            return s.fail("ringfence: the server does not speak TLS");
        return s.start_up(to_server);
    }
    s.rest.append(as_text(in));
    std::size_t used = 0;
    next step = next::more;
    while (step == next::more) {
        const bytes rest = as_bytes(s.rest).subspan(used);
        pg::header head;
        const pg::outcome o = pg::read_header(rest, head);
        if (o == pg::outcome::need_more)
            break;
        if (o == pg::outcome::malformed || head.size > s.settings.max_message_bytes ||
            ++s.messages > most_messages)
            return s.nonsense();
        if (rest.size() < head.size)
            break;
        step = s.message(head, rest.first(head.size), to_server);
        used += head.size;
    }
    s.rest.erase(0, used);
    // Nobody has asked for anything yet: what follows the first ReadyForQuery is not an answer.
    if (step == next::ready && !s.rest.empty())
        return s.nonsense();
    return step;
}

server_login::next server_login::tls_established(const tls_peer& peer, output& to_server) {
    state_->peer = peer;
    state_->peer.active = true;
    return state_->start_up(to_server);
}

server_login::next server_login::dialogue::message(pg::header head, bytes whole, output& out) {
    switch (head.type) {
    case 'N': // NoticeResponse
        return next::more;
    case 'E':
        return refused(whole);
    case 'R':
        return authenticate(whole, out);
    default:
        break;
    }
    if (now != phase::settling)
        return nonsense();
    switch (head.type) {
    case 'S': {
        pg::parameter_status p;
        if (pg::decode_parameter_status(whole, p) != pg::outcome::ok ||
            parameters.size() + whole.size() > most_parameter_bytes)
            return nonsense();
        parameters += as_text(whole);
        values.emplace_back(p.name, p.value);
        return next::more;
    }
    case 'K': {
        std::string_view k;
        if (pg::decode_backend_key_data(whole, k) != pg::outcome::ok)
            return nonsense();
        key = k;
        return next::more;
    }
    case 'Z': {
        char transaction = 0;
        if (pg::decode_ready_for_query(whole, transaction) != pg::outcome::ok || transaction != 'I')
            return nonsense();
        now = phase::done;
        return next::ready;
    }
    default:
        return nonsense();
    }
}

// INVARIANT: one method, in its order: a server that has begun SCRAM cannot ask for the password
// itself any more, nor for a second proof with another salt.
server_login::next server_login::dialogue::authenticate(bytes whole, output& out) {
    using kind = pg::authentication_kind;
    pg::authentication a;
    if (pg::decode_authentication(whole, a) != pg::outcome::ok)
        return nonsense();
    const kind asked{a.code};
    switch (now) {
    case phase::login:
        return begin(a, out);
    case phase::password:
    case phase::proved:
        return asked == kind::ok ? logged_in() : nonsense();
    case phase::challenge:
        if (asked == kind::sasl_continue)
            return prove(a.data, out);
        return asked == kind::ok ? unproved() : nonsense();
    case phase::proof:
        if (asked != kind::sasl_final && asked != kind::ok)
            return nonsense();
        if (asked != kind::sasl_final || !scram->verify(a.data))
            return unproved();
        now = phase::proved;
        return next::more;
    default:
        return nonsense();
    }
}

server_login::next server_login::dialogue::logged_in() {
    now = phase::settling;
    return next::more;
}

server_login::next server_login::dialogue::begin(const pg::authentication& a, output& out) {
    using kind = pg::authentication_kind;
    std::string answer;
    switch (kind{a.code}) {
    case kind::ok:
        return logged_in();
    case kind::cleartext:
        if (!peer.active && !settings.unix_socket && !settings.clear_password)
            return fail("ringfence: the server asks for the password in the clear, without TLS");
        pg::encode_password(answer, settings.login.password);
        break;
    case kind::md5: {
        const std::string inner = auth::md5_hex(settings.login.password + settings.login.user);
        const std::string hash = auth::md5_hex(inner + std::string(a.data));
        if (hash.empty())
            return fail("ringfence: MD5 is not available, and the server asks for it");
        pg::encode_password(answer, "md5" + hash);
        break;
    }
    case kind::sasl:
        return begin_scram(a, out);
    default:
        return unknown_method();
    }
    out.append(answer);
    now = phase::password;
    return next::more;
}

server_login::next server_login::dialogue::begin_scram(const pg::authentication& a, output& out) {
    const auto offers = [&a](std::string_view name) {
        return std::find(a.mechanisms.begin(), a.mechanisms.end(), name) != a.mechanisms.end();
    };
    // As libpq: there is TLS on the server's side and none on ours.
    if (offers(auth::scram_plus) && !peer.active)
        return fail("ringfence: somebody between ringfence and the server ends its TLS");
    const bool could_bind = !peer.end_point_hash.empty();
    const bool bind = could_bind && offers(auth::scram_plus);
    if (!bind && !offers(auth::scram_plain))
        return unknown_method();
    scram.emplace(settings.login.password, bind ? peer.end_point_hash : "", could_bind);
    std::string answer;
    pg::encode_sasl_initial(answer, bind ? auth::scram_plus : auth::scram_plain, scram->first());
    out.append(answer);
    now = phase::challenge;
    return next::more;
}

server_login::next server_login::dialogue::prove(std::string_view challenge, output& out) {
    const std::string final = scram->final(challenge);
    if (final.empty())
        return nonsense();
    std::string answer;
    pg::encode_sasl_response(answer, final);
    out.append(answer);
    now = phase::proof;
    return next::more;
}

// What a client may know: that the server is not ready, is full, has no such database, or does not
// take one of the client's own settings. Not who we tried to be.
server_login::next server_login::dialogue::refused(bytes whole) {
    pg::error_fields fields;
    if (pg::decode_error(whole, fields) != pg::outcome::ok)
        return nonsense();
    const std::string_view code = fields.sqlstate;
    if (code.size() == 5 && code.starts_with("53")) // its message may name the login that is full
        return fail("ringfence: the server has no connection to spare", std::string(code));
    if (code == "3D000" || code == "42704" ||
        (code.size() == 5 && (code.starts_with("57P") || code.starts_with("22"))))
        return fail(policy::printable(fields.message, 256), std::string(code));
    return fail("ringfence: the server refused ringfence's own login (SQLSTATE " +
                policy::printable(code.empty() ? "unknown" : code, 7) +
                "): see the credentials file and the server's log");
}

bool server_login::reads_one_byte() const {
    return state_->now == dialogue::phase::tls_answer;
}
server_state_ptr server_login::state() const {
    auto made = std::make_shared<server_state>();
    made->parameter_status = state_->parameters;
    const std::string_view version = parameter("server_version");
    std::from_chars(version.data(), version.data() + version.size(), made->server_major);
    const std::string_view standby = parameter("in_hot_standby"); // PostgreSQL 14
    made->says_role = !standby.empty();
    made->standby = standby == "on";
    made->read_only = made->standby || parameter("default_transaction_read_only") == "on";
    return made;
}
std::string_view server_login::parameter(std::string_view name) const {
    for (const auto& [n, v] : state_->values)
        if (n == name)
            return v;
    return {};
}
const std::string& server_login::backend_key() const {
    return state_->key;
}
const std::string& server_login::error_text() const {
    return state_->error_text;
}
const std::string& server_login::error_state() const {
    return state_->error_state;
}

} // namespace ringfence::session::postgresql
