#include "proxy/session/mysql/client_login.h"

#include "proxy/auth/caching_sha2.h"
#include "proxy/auth/mysql_native.h"
#include "proxy/session/mysql/capabilities.h"
#include "proxy/session/mysql/client_login_dialogue.h"
#include "proxy/wire/mysql/arguments.h"
#include "proxy/wire/mysql/handshake.h"
#include "proxy/wire/mysql/response.h"

#include <utility>

namespace ringfence::session::mysql {

namespace my = wire::mysql;

namespace {

// The servers' own limit of the attributes, and room for the rest.
constexpr std::size_t most_login_bytes = std::size_t{80} * 1024;

constexpr error_number er_malformed_packet{1835, "HY000"};
constexpr error_number er_out_of_order{1156, "08S01"};
constexpr error_number er_old_authentication{1251, "08004"};

} // namespace

client_login::client_login(const settings& s, policy::snapshot_ptr policies,
                           credentials_ptr verifiers, login_memory& memory)
    : state_(std::make_unique<dialogue>(s, std::move(policies), std::move(verifiers), memory)) {}

client_login::client_login(const settings& s, policy::snapshot_ptr policies,
                           credentials_ptr verifiers, tls_peer peer, my::capabilities negotiated,
                           std::string change_user, login_memory& memory)
    : client_login(s, std::move(policies), std::move(verifiers), memory) {
    state_->peer = std::move(peer);
    state_->negotiated = negotiated;
    state_->change_user = std::move(change_user);
    state_->sequence = 1; // behind the command
}
client_login::~client_login() = default;
client_login::client_login(client_login&&) noexcept = default;

client_login::dialogue::dialogue(const client_login::settings& s, policy::snapshot_ptr p,
                                 credentials_ptr v, login_memory& m)
    : settings(s), policies(std::move(p)), verifiers(std::move(v)), memory(m) {}

bool client_login::dialogue::speaks_tls() const {
    return settings.tls_available && settings.tls != tls_mode::disable && !settings.unix_socket;
}

bool client_login::dialogue::waits_for_client() const {
    switch (now) {
    case phase::login:
    case phase::tls:
    case phase::switched:
    case phase::password:
    case phase::sealed:
        return true;
    case phase::silent:
    case phase::working:
    case phase::done:
        break;
    }
    return false;
}

void client_login::dialogue::send(std::string_view payload, output& out) {
    std::string packet;
    my::encode_packets(packet, sequence, payload);
    out.append(packet);
}

client_login::result client_login::dialogue::close(login_failure failure, error_number number,
                                                   std::string_view message, output& out) {
    why = failure;
    now = phase::done;
    std::string packet;
    encode_error_packet(number, message, sequence++, packet);
    out.append(packet);
    return {next::close, 0};
}

client_login::result client_login::dialogue::close(login_failure failure, const last_words& words,
                                                   output& out) {
    why = failure;
    now = phase::done;
    std::string packet;
    encode_farewell(words, sequence++, packet);
    out.append(packet);
    return {next::close, 0};
}

client_login::result client_login::dialogue::malformed(output& out) {
    return close(login_failure::protocol, er_malformed_packet, "ringfence: malformed login packet",
                 out);
}

client_login::result client_login::dialogue::out_of_order(output& out) {
    return close(login_failure::protocol, er_out_of_order,
                 "ringfence: a login packet with a wrong sequence number", out);
}

// Nobody may speak before the login is answered: it would be lost in the hand-over.
client_login::result client_login::dialogue::too_early(output& out) {
    return close(login_failure::protocol, er_malformed_packet,
                 "ringfence: received data before the login was complete", out);
}

client_login::result client_login::start(output& to_client) {
    dialogue& s = *state_;
    return s.change_user ? s.begin_again(to_client) : s.greet(to_client);
}

client_login::result client_login::dialogue::greet(output& out) {
    const auto* server = static_cast<const server_state*>(settings.server.get());
    if (server == nullptr) {
        why = login_failure::server;
        now = phase::done;
        std::string packet;
        encode_farewell_at_once(
            {"08001", "ringfence: this listener leads to no server",
             "add a server of engine mysql to the configuration, and its login to the credentials"},
            packet);
        out.append(packet);
        return {next::close, 0};
    }
    offered = (server->offered & supported) | always_offered;
    if (speaks_tls())
        offered |= capability::ssl;
    nonce = auth::make_mysql_nonce();
    // What the servers themselves propose; clients that have no answer to it say so.
    plugin = server->flavour == sql::mysql_flavour::mysql ? auth::caching_sha2 : auth::mysql_native;
    my::handshake h;
    h.version = server->version;
    h.connection_id = settings.connection_id;
    h.nonce = nonce;
    h.capabilities = offered;
    h.collation = server->collation;
    h.status = my::status::autocommit;
    h.plugin = plugin;
    std::string payload;
    my::encode_handshake(payload, h);
    send(payload, out);
    now = phase::login;
    return {next::more, 0};
}

client_login::result client_login::dialogue::begin_again(output& out) {
    const std::string payload = std::move(*change_user);
    my::change_user c;
    if (my::decode_change_user(as_bytes(payload), negotiated, {}, c) != my::outcome::ok)
        return malformed(out);
    request.user = c.user;
    request.database = c.database;
    request.parameters = {
        {std::string(capabilities_parameter), std::to_string(same_on_both(negotiated))},
        {std::string(collation_parameter), std::to_string(c.collation.value_or(0))}};
    return authenticate({}, {}, out);
}

client_login::result client_login::dialogue::first_packet(bytes in, output& out) {
    my::header head;
    if (my::read_header(in, head) != my::outcome::ok)
        return {next::more, 0};
    if (head.sequence != sequence)
        return out_of_order(out);
    my::message m;
    switch (my::find_message(in, sequence, most_login_bytes, m)) {
    case my::outcome::need_more:
        return {next::more, 0};
    case my::outcome::malformed:
        ++sequence;
        return malformed(out);
    case my::outcome::ok:
        break;
    }
    sequence = m.next_sequence;
    std::string joined;
    const bytes payload = my::payload_of(in, m, joined);
    result r;
    if (my::is_ssl_request(payload))
        r = tls_request(out);
    else if (in.size() > m.size)
        r = too_early(out);
    else
        r = log_in(payload, out);
    r.consumed = m.size;
    return r;
}

client_login::result client_login::dialogue::tls_request(output& out) {
    if (asked_tls || peer.active)
        return close(login_failure::protocol, er_malformed_packet,
                     "ringfence: encryption was asked for twice", out);
    asked_tls = true;
    if (!speaks_tls())
        return close(login_failure::protocol, er_malformed_packet,
                     "ringfence: this listener does not speak TLS", out);
    // The client waits for no answer: what is behind the request is the beginning of TLS, or of
    // nothing that the TLS library takes.
    now = phase::tls;
    return {next::start_tls, 0};
}

client_login::result client_login::dialogue::log_in(bytes payload, output& out) {
    my::login l;
    if (my::decode_login(payload, {.attribute_bytes = settings.max_startup_bytes}, l) !=
        my::outcome::ok)
        return malformed(out);
    if (!my::has(l.capabilities, capability::secure_connection))
        return close(login_failure::protocol, er_old_authentication,
                     "ringfence: the client is too old: it knows no authentication of MySQL 4.1 or "
                     "later",
                     out);
    negotiated = l.capabilities & offered;
    zstd_level = l.zstd_level;
    request.user = l.user;
    request.database = l.database;
    request.parameters = {
        {std::string(capabilities_parameter), std::to_string(same_on_both(negotiated))},
        {std::string(collation_parameter), std::to_string(l.collation)}};
    const bool plugins = my::has(negotiated, capability::plugin_auth);
    return authenticate(plugins ? l.plugin : auth::mysql_native, l.answer, out);
}

client_login::result client_login::dialogue::later_packet(bytes in, output& out) {
    my::header head;
    if (my::read_header(in, head) != my::outcome::ok)
        return {next::more, 0};
    if (head.sequence != sequence)
        return out_of_order(out);
    my::message m;
    switch (my::find_message(in, sequence, settings.max_password_bytes, m)) {
    case my::outcome::need_more:
        return {next::more, 0};
    case my::outcome::malformed:
        return malformed(out);
    case my::outcome::ok:
        break;
    }
    if (in.size() > m.size)
        return too_early(out);
    sequence = m.next_sequence;
    const std::string_view said = as_text(in.subspan(my::header_size));
    rest.clear();
    rest.shrink_to_fit();
    return now == phase::switched ? hear_answer(said, out) : hear_password(said, out);
}

client_login::result client_login::feed(bytes in, output& to_client) {
    dialogue& s = *state_;
    switch (s.now) {
    case dialogue::phase::login: {
        if (!s.peer.active)
            return s.first_packet(in, to_client);
        // Inside TLS nothing can be peeked at: what is incomplete is kept here.
        s.rest.append(as_text(in));
        const std::string all = s.rest;
        result r = s.first_packet(as_bytes(all), to_client);
        if (s.now != dialogue::phase::login)
            s.rest.clear();
        r.consumed = in.size();
        return r;
    }
    case dialogue::phase::switched:
    case dialogue::phase::password:
    case dialogue::phase::sealed: {
        s.rest.append(as_text(in));
        const std::string all = s.rest;
        result r = s.later_packet(as_bytes(all), to_client);
        r.consumed = in.size();
        return r;
    }
    case dialogue::phase::working: {
        result r = s.too_early(to_client);
        r.consumed = in.size();
        return r;
    }
    case dialogue::phase::silent:
    case dialogue::phase::tls:
    case dialogue::phase::done:
        break;
    }
    return {next::close, in.size()};
}

client_login::result client_login::tls_established(tls_peer peer, output&) {
    state_->peer = std::move(peer);
    state_->peer.active = true;
    state_->now = dialogue::phase::login;
    return {next::more, 0};
}

bool client_login::peeking() const {
    return state_->now == dialogue::phase::login && !state_->peer.active;
}

std::function<void()> client_login::work() {
    return [job = state_->work] {
        if (job)
            job->run();
    };
}

client_login::result client_login::worked(output& to_client) {
    if (state_->now != dialogue::phase::working)
        return {next::close, 0};
    return state_->worked(to_client);
}

void client_login::part(const last_words& words, std::string& to_client) const {
    const dialogue& s = *state_;
    if (s.now == dialogue::phase::silent && !s.change_user) {
        encode_farewell_at_once(words, to_client);
        return;
    }
    // The client reads it after its own packet, if that is still to come.
    const unsigned id = s.sequence + (s.waits_for_client() ? 1U : 0U);
    encode_farewell(words, static_cast<std::uint8_t>(id), to_client);
}

const login_request& client_login::request() const {
    return state_->request;
}
const policy::service* client_login::who() const {
    return state_->who;
}
std::string client_login::identity() const {
    return state_->certificate.empty() ? "login " + state_->request.user
                                       : "certificate " + state_->certificate;
}
const policy::snapshot_ptr& client_login::policies() const {
    return state_->policies;
}
login_failure client_login::failure() const {
    return state_->why;
}
std::uint8_t client_login::next_sequence() const {
    return state_->sequence;
}
my::capabilities client_login::negotiated() const {
    return state_->negotiated;
}

// Who can both is taken to mean the older one, as by the servers.
std::optional<compression> client_login::compresses() const {
    if (my::has(state_->negotiated, capability::compress))
        return compression{};
    if (my::has(state_->negotiated, capability::zstd_compression))
        return compression{compression::method::zstd, state_->zstd_level};
    return std::nullopt;
}

} // namespace ringfence::session::mysql
