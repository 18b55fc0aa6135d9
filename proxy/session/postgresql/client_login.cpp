#include "proxy/session/postgresql/client_login.h"

#include "policy/text.h"
#include "proxy/auth/scram_server.h"
#include "proxy/session/postgresql/farewell.h"
#include "proxy/session/postgresql/startup_options.h"
#include "proxy/wire/postgresql/authentication.h"
#include "proxy/wire/postgresql/backend.h"
#include "proxy/wire/postgresql/startup.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>

namespace ringfence::session::postgresql {

namespace pg = wire::postgresql;

namespace {

constexpr std::size_t most_parameters = 64;

// What an unknown login is asked for looks like what some known login is asked for: always the same
// one for the same name.
std::string_view decoy_shape(const credentials& c, std::string_view login) {
    if (c.clients.empty())
        return {};
    const auto hash = std::hash<std::string_view>{}(login);
    const auto some =
        std::next(c.clients.begin(), static_cast<std::ptrdiff_t>(hash % c.clients.size()));
    return some->second.verifiers.empty() ? std::string_view{} : some->second.verifiers.front();
}

bool is_off(std::string_view v) {
    return v == "false" || v == "off" || v == "no" || v == "0";
}

} // namespace

struct client_login::state {
    enum class phase : std::uint8_t {
        greeting,   // start-up packets
        tls,        // the handshake is under way
        sasl_first, // the client's choice of mechanism
        sasl_final, // its proof
        done,
    };

    client_login::settings settings;
    policy::snapshot_ptr policies;
    credentials_ptr verifiers;
    phase now = phase::greeting;
    bool asked_tls = false;
    bool asked_gss = false;
    bool direct_tls = false;
    tls_peer peer;
    login_request request;
    const policy::service* who = nullptr;
    std::string certificate; // the name in it that identified `who`; empty: it was the login
    std::optional<auth::scram_server> scram;
    std::string key;
    std::string
        rest; // of an incomplete message; after the greeting, bytes are consumed as they come
    login_failure why = login_failure::none;

    using next = client_login::next;
    using result = client_login::result;

    result close(login_failure failure, std::string_view sqlstate, std::string message,
                 std::string_view hint, output& out) {
        why = failure;
        now = phase::done;
        std::string encoded;
        encode_farewell({std::string(sqlstate), std::move(message), std::string(hint)}, encoded);
        out.append(encoded);
        return {next::close, 0};
    }
    [[nodiscard]] bool speaks_tls() const {
        return settings.tls_available && settings.tls != tls_mode::disable && !settings.unix_socket;
    }
    result broken(std::string message, output& out) {
        return close(login_failure::protocol, "08P01", std::move(message), {}, out);
    }

    result greet(bytes in, output& out);
    result encryption(pg::startup_kind, std::size_t size, bytes in, output& out);
    result start(const pg::startup_packet&, output& out);
    result authenticate(output& out);
    result answer(bytes message, output& out);
    result refused(output& out);
    result accepted(std::string_view final_data, output& out);
};

client_login::client_login(const settings& s, policy::snapshot_ptr policies,
                           credentials_ptr verifiers)
    : state_(std::make_unique<state>()) {
    state_->settings = s;
    state_->policies = std::move(policies);
    state_->verifiers = std::move(verifiers);
}
client_login::~client_login() = default;
client_login::client_login(client_login&&) noexcept = default;

client_login::result client_login::state::greet(bytes in, output& out) {
    if (!in.empty() && in.front() == pg::tls_handshake && !peer.active && !asked_tls &&
        !asked_gss) {
        if (!speaks_tls())
            return broken("ringfence: this listener does not speak TLS", out);
        direct_tls = true;
        now = phase::tls;
        return {next::start_tls, 0};
    }
    pg::startup_packet packet;
    switch (pg::decode_startup(in, static_cast<std::uint32_t>(settings.max_startup_bytes),
                               most_parameters, packet)) {
    case pg::outcome::need_more:
        return {next::more, 0};
    case pg::outcome::malformed:
        return broken("ringfence: invalid start-up packet", out);
    case pg::outcome::ok:
        break;
    }
    result r;
    switch (packet.kind) {
    case pg::startup_kind::ssl_request:
    case pg::startup_kind::gss_request:
        r = encryption(packet.kind, packet.size, in, out);
        break;
    case pg::startup_kind::cancel_request:
        key = packet.key;
        now = phase::done;
        r = {next::cancel, 0};
        break;
    case pg::startup_kind::startup:
        r = start(packet, out);
        break;
    }
    r.consumed = packet.size;
    return r;
}

client_login::result client_login::state::encryption(pg::startup_kind kind, std::size_t size,
                                                     bytes in, output& out) {
    bool& asked = kind == pg::startup_kind::ssl_request ? asked_tls : asked_gss;
    if (asked || peer.active)
        return broken("ringfence: encryption was asked for twice", out);
    asked = true;
    if (kind != pg::startup_kind::ssl_request || !speaks_tls()) {
        out.append("N");
        return {next::more, 0};
    }
    // Plaintext behind the request would be taken for the first words of the encrypted session
    // (CVE-2021-23214).
    if (in.size() > size)
        return broken("ringfence: received unencrypted data after the TLS request", out);
    out.append("S");
    now = phase::tls;
    return {next::start_tls, 0};
}

client_login::result client_login::state::start(const pg::startup_packet& packet, output& out) {
    const std::uint32_t major = packet.protocol >> 16;
    if (major != 3)
        return close(login_failure::protocol, "0A000",
                     "ringfence: unsupported frontend protocol " + std::to_string(major) + "." +
                         std::to_string(packet.protocol & 0xffff) +
                         ": ringfence speaks 3.0 and 3.2",
                     "use a client of PostgreSQL 7.4 or later", out);
    const bool demands_tls = settings.tls == tls_mode::require ||
                             settings.tls == tls_mode::verify_ca ||
                             settings.tls == tls_mode::verify_full;
    if (demands_tls && !peer.active && !settings.unix_socket)
        return close(login_failure::tls_required, "28000", "ringfence: this listener requires TLS",
                     "connect with sslmode=require or stronger", out);

    const bool demands_certificate =
        settings.tls == tls_mode::verify_ca || settings.tls == tls_mode::verify_full;
    if (demands_certificate && !settings.unix_socket && peer.certificate_names.empty())
        return close(login_failure::certificate, "28000",
                     "ringfence: this listener requires a valid client certificate",
                     "connect with sslcert and sslkey", out);

    std::vector<std::string_view> unknown;
    bool replication = false;
    for (const auto& [name, value] : packet.parameters) {
        if (name == "user") {
            request.user = value;
        } else if (name == "database") {
            request.database = value;
        } else if (name == "replication") {
            replication = !is_off(value);
        } else if (name.starts_with(pg::protocol_option_prefix)) {
            unknown.push_back(name);
        } else if (std::string refusal = take_parameter(name, value, request); !refusal.empty()) {
            return close(login_failure::protocol, "42501", std::move(refusal),
                         "leave it out: it would change how statements are read, or is not a "
                         "setting that services need",
                         out);
        }
    }
    const std::uint32_t protocol = pg::negotiated_protocol(packet.protocol);
    request.long_cancel_key = protocol >= pg::protocol_3_2;
    if (protocol != packet.protocol || !unknown.empty()) {
        std::string negotiate;
        pg::encode_negotiate_protocol_version(negotiate, protocol, unknown);
        out.append(negotiate);
    }
    if (request.user.empty())
        return close(login_failure::protocol, "28000", "ringfence: no user name was sent", {}, out);
    if (replication)
        return close(login_failure::replication, "28000",
                     "ringfence: replication connections are refused",
                     "replicate from the server itself", out);
    if (request.database.empty())
        request.database = request.user;
    return authenticate(out);
}

client_login::result client_login::state::authenticate(output& out) {
    // A verified certificate speaks for its service; the login must be that service's, or its very
    // name.
    for (const std::string& name : peer.certificate_names) {
        const policy::service* service = policies->find_certificate(name);
        if (service == nullptr)
            continue;
        const bool own = service->name == request.user ||
                         std::any_of(service->identities.begin(), service->identities.end(),
                                     [this](const auto& i) {
                                         return i.what == policy::identity::kind::login &&
                                                i.name == request.user;
                                     });
        if (!own)
            return close(login_failure::certificate, "28000",
                         "ringfence: the certificate belongs to service " + service->name +
                             ", which has no such login",
                         "connect as one of its logins, or as " + service->name, out);
        who = service;
        certificate = name;
        std::string ok;
        pg::encode_authentication(ok, pg::authentication_kind::ok);
        out.append(ok);
        now = phase::done;
        return {next::authenticated, 0};
    }
    // As in pg_hba: verify-ca wants any certificate of the authority and a password, verify-full
    // one that names who logs in.
    if (settings.tls == tls_mode::verify_full && !settings.unix_socket)
        return close(login_failure::certificate, "28000",
                     "ringfence: the client certificate belongs to no service",
                     "name it under identities in the service's policy file", out);
    static const std::vector<std::string> none;
    const auto login = verifiers->clients.find(request.user);
    who = policies->find_login(request.user);
    const bool known = login != verifiers->clients.end() && who != nullptr;
    // INVARIANT: known or not, everything that follows sends as many bytes.
    scram.emplace(known ? login->second.verifiers : none,
                  auth::scram_decoy{verifiers->decoy_key, request.user,
                                    decoy_shape(*verifiers, request.user)},
                  peer.end_point_hash);
    std::vector<std::string_view> mechanisms;
    if (!peer.end_point_hash.empty())
        mechanisms.push_back(auth::scram_plus);
    mechanisms.push_back(auth::scram_plain);
    std::string offer;
    pg::encode_sasl_mechanisms(offer, mechanisms);
    out.append(offer);
    now = phase::sasl_first;
    return {next::more, 0};
}

client_login::result client_login::state::answer(bytes message, output& out) {
    auth::scram_server::answer a;
    if (now == phase::sasl_first) {
        pg::sasl_initial initial;
        if (pg::decode_sasl_initial(message, initial) == pg::outcome::ok && initial.has_data)
            a = scram->first(initial.mechanism, initial.data);
    } else {
        std::string_view data;
        if (pg::decode_sasl_response(message, data) == pg::outcome::ok)
            a = scram->final(data);
    }
    using status = auth::scram_server::status;
    switch (a.status) {
    case status::malformed:
        return broken("ringfence: malformed SCRAM message", out);
    case status::refused:
        return refused(out);
    case status::accepted:
        return accepted(a.data, out);
    case status::more:
        break;
    }
    std::string encoded;
    pg::encode_authentication(encoded, pg::authentication_kind::sasl_continue, a.data);
    out.append(encoded);
    now = phase::sasl_final;
    return {next::more, 0};
}

// INVARIANT: an unknown login and a wrong password end here, with the same bytes.
client_login::result client_login::state::refused(output& out) {
    who = nullptr;
    return close(login_failure::unknown_or_password, "28P01",
                 "password authentication failed for user \"" +
                     policy::printable(request.user, 63) + "\"",
                 {}, out);
}

client_login::result client_login::state::accepted(std::string_view final_data, output& out) {
    std::string encoded;
    pg::encode_authentication(encoded, pg::authentication_kind::sasl_final, final_data);
    pg::encode_authentication(encoded, pg::authentication_kind::ok);
    out.append(encoded);
    now = phase::done;
    return {next::authenticated, 0};
}

client_login::result client_login::start(output&) {
    return {next::more, 0};
}

std::function<void()> client_login::work() {
    return [] {};
}

client_login::result client_login::worked(output&) {
    return {next::more, 0};
}

void client_login::part(const last_words& words, std::string& to_client) const {
    encode_farewell(words, to_client);
}

client_login::result client_login::feed(bytes in, output& to_client) {
    state& s = *state_;
    if (s.now == state::phase::greeting) {
        if (!s.peer.active)
            return s.greet(in, to_client);
        // Inside TLS nothing can be peeked at: what is incomplete is kept here.
        s.rest.append(as_text(in));
        result greeted = s.greet(as_bytes(s.rest), to_client);
        if (greeted.next == next::more && greeted.consumed > 0 && greeted.consumed < s.rest.size())
            greeted = s.broken("ringfence: received data before the login was complete", to_client);
        if (greeted.next != next::more || greeted.consumed > 0)
            s.rest.clear();
        greeted.consumed = in.size();
        return greeted;
    }
    if (s.now != state::phase::sasl_first && s.now != state::phase::sasl_final)
        return {next::close, in.size()};

    s.rest.append(as_text(in));
    const bytes all = as_bytes(s.rest);
    pg::header head;
    result r{next::more, in.size()};
    switch (pg::read_header(all, head)) {
    case pg::outcome::need_more:
        return r;
    case pg::outcome::malformed:
        r = s.broken("ringfence: a message with an impossible length", to_client);
        break;
    case pg::outcome::ok:
        if (head.type != 'p') {
            r = s.broken("ringfence: expected a password message", to_client);
        } else if (head.size > s.settings.max_password_bytes + pg::header_size) {
            r = s.broken("ringfence: the password message is too long", to_client);
        } else if (all.size() < head.size) {
            return r;
        } else if (all.size() > head.size) {
            // Nobody may speak before the login is answered: it would be lost in the hand-over.
            r = s.broken("ringfence: received data before the login was complete", to_client);
        } else {
            const std::string message = std::exchange(s.rest, {});
            r = s.answer(as_bytes(message), to_client);
        }
    }
    r.consumed = in.size();
    return r;
}

client_login::result client_login::tls_established(tls_peer peer, output& to_client) {
    state& s = *state_;
    if (s.direct_tls && peer.alpn != "postgresql")
        return s.broken("ringfence: direct TLS needs the ALPN protocol \"postgresql\"", to_client);
    s.peer = std::move(peer);
    s.peer.active = true;
    s.now = state::phase::greeting;
    return {next::more, 0};
}

bool client_login::peeking() const {
    return state_->now == state::phase::greeting && !state_->peer.active;
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
std::string_view client_login::cancel_key() const {
    return state_->key;
}
login_failure client_login::failure() const {
    return state_->why;
}

} // namespace ringfence::session::postgresql
