// The second half of a client's login: who it says that it is, and the proof. INVARIANT: an unknown
// login and a wrong password take the same steps and end with the same bytes.
#include "policy/text.h"
#include "proxy/auth/caching_sha2.h"
#include "proxy/auth/mysql_native.h"
#include "proxy/session/mysql/authenticator.h"
#include "proxy/session/mysql/client_login_dialogue.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace ringfence::session::mysql {

namespace my = wire::mysql;

namespace {

constexpr error_number er_access_denied{1045, "28000"};
constexpr error_number er_old_authentication{1251, "08004"};
constexpr error_number er_insecure_transport{3159, "HY000"};
constexpr std::size_t sha2_answer_size = 32;
constexpr std::size_t longest_name = 128; // MariaDB's users; MySQL's have 32

bool is_login_of(const policy::service& s, std::string_view user) {
    return s.name == user ||
           std::any_of(s.identities.begin(), s.identities.end(), [user](const auto& i) {
               return i.what == policy::identity::kind::login && i.name == user;
           });
}

// Some clients send a zero in place of nothing.
bool is_no_password(std::string_view answer) {
    return answer.empty() || answer == std::string_view("\0", 1);
}

} // namespace

void login_work::run() {
    try {
        const auto key = what == kind::password ? nullptr : memory->key.make();
        if (what == kind::key)
            return;
        // What cannot be opened takes as long as what is wrong.
        password = what == kind::password
                       ? std::move(said)
                       : key->open_password(said, nonce).value_or(std::string(1, '\0'));
        fits = check->clear(password);
    } catch (const std::exception&) {
        failed = true;
    }
}

client_login::result client_login::dialogue::authenticate(std::string_view said,
                                                          std::string_view answer, output& out) {
    const bool verifies =
        settings.tls == tls_mode::verify_ca || settings.tls == tls_mode::verify_full;
    const bool demands_tls = settings.tls == tls_mode::require || verifies;
    if (demands_tls && !secure())
        return close(login_failure::tls_required, er_insecure_transport,
                     "Connections using insecure transport are prohibited: this ringfence listener "
                     "requires TLS; connect with --ssl-mode=REQUIRED, or --ssl",
                     out);
    if (verifies && !settings.unix_socket && peer.certificate_names.empty())
        return close(login_failure::certificate,
                     {"28000", "ringfence: this listener requires a valid client certificate",
                      "connect with --ssl-cert and --ssl-key"},
                     out);
    // A verified certificate speaks for its service; the login must be that service's, or its very
    // name.
    for (const std::string& name : peer.certificate_names) {
        const policy::service* service = policies->find_certificate(name);
        if (service == nullptr)
            continue;
        if (!is_login_of(*service, request.user))
            return close(login_failure::certificate,
                         {"28000",
                          "ringfence: the certificate belongs to service " + service->name +
                              ", which has no such login",
                          "connect as one of its logins, or as " + service->name},
                         out);
        who = service;
        certificate = name;
        return accepted();
    }
    // verify-ca wants any certificate of the authority and a password, verify-full one that names
    // who logs in.
    if (settings.tls == tls_mode::verify_full && !settings.unix_socket)
        return close(login_failure::certificate,
                     {"28000", "ringfence: the client certificate belongs to no service",
                      "name it under identities in the service's policy file"},
                     out);
    who = policies->find_login(request.user);
    check = std::make_shared<const password_check>(*verifiers, request.user, who != nullptr);
    return by_password(said, answer, out);
}

client_login::result client_login::dialogue::by_password(std::string_view said,
                                                         std::string_view answer, output& out) {
    if (said == clear_password_plugin && settings.clear_password_allowed && peer.active) {
        if (is_no_password(answer))
            return refused(false, out);
        const auto password = auth::password_in(answer);
        return password ? begin_work(login_work::kind::password, *password) : refused(true, out);
    }
    // Of a login with verifiers of both kinds the client may choose.
    const bool native = check->has_native() && (!check->has_sha2() || said == auth::mysql_native);
    const std::string_view wanted = native ? auth::mysql_native : auth::caching_sha2;
    if (said != wanted)
        return change_plugin(wanted, out);
    plugin = wanted;
    return hear_answer(answer, out);
}

client_login::result client_login::dialogue::change_plugin(std::string_view to, output& out) {
    if (!my::has(negotiated, capability::plugin_auth))
        return close(login_failure::protocol, er_old_authentication,
                     "ringfence: the client is too old: it knows no authentication plugins", out);
    plugin = to;
    nonce = auth::make_mysql_nonce();
    std::string payload;
    my::encode_auth_switch(payload, plugin, nonce + '\0');
    send(payload, out);
    now = phase::switched;
    return {next::more, 0};
}

client_login::result client_login::dialogue::hear_answer(std::string_view answer, output& out) {
    if (is_no_password(answer))
        return refused(false, out);
    if (plugin == auth::mysql_native) {
        if (check->native(answer, nonce))
            return accepted();
        // A password that has a verifier of the other kind only.
        return check->has_sha2() && my::has(negotiated, capability::plugin_auth)
                   ? change_plugin(auth::caching_sha2, out)
                   : refused(true, out);
    }
    if (answer.size() != sha2_answer_size)
        return refused(true, out);
    const bool right = check->fast(answer, nonce, memory.digests);
    const char verdict = right ? my::caching_sha2::fast_ok : my::caching_sha2::full_login;
    std::string payload;
    my::encode_auth_more_data(payload, std::string_view(&verdict, 1));
    send(payload, out);
    if (right)
        return accepted();
    now = phase::password;
    return {next::more, 0};
}

client_login::result client_login::dialogue::hear_password(std::string_view packet, output& out) {
    if (now == phase::sealed)
        return begin_work(login_work::kind::sealed, packet);
    if (packet == std::string_view(&my::caching_sha2::request_key, 1)) {
        if (memory.key.known() == nullptr)
            return begin_work(login_work::kind::key, {});
        std::string payload;
        my::encode_auth_more_data(payload, memory.key.known()->public_pem());
        send(payload, out);
        now = phase::sealed;
        return {next::more, 0};
    }
    if (is_no_password(packet))
        return refused(false, out);
    // One that anybody could have heard is not taken, even if it is right: it would go on
    // unnoticed.
    const auto password = secure() ? auth::password_in(packet) : std::nullopt;
    return password ? begin_work(login_work::kind::password, *password) : refused(true, out);
}

client_login::result client_login::dialogue::begin_work(login_work::kind what,
                                                        std::string_view said) {
    work = std::make_shared<login_work>();
    work->what = what;
    work->memory = &memory;
    work->check = check;
    work->said = said;
    work->nonce = nonce;
    now = phase::working;
    return {next::work, 0};
}

client_login::result client_login::dialogue::worked(output& out) {
    const auto done = std::exchange(work, nullptr);
    if (done->failed)
        return close(login_failure::server,
                     {"XX000", "ringfence: the login could not be worked out", {}}, out);
    if (done->what == login_work::kind::key) {
        now = phase::password;
        return hear_password(std::string_view(&my::caching_sha2::request_key, 1), out);
    }
    if (!done->fits)
        return refused(true, out);
    memory.digests.remember(request.user, *done->fits, auth::sha2_digest(done->password));
    return accepted();
}

client_login::result client_login::dialogue::accepted() {
    now = phase::done;
    return {next::authenticated, 0};
}

// In the servers' own words, which drivers know.
client_login::result client_login::dialogue::refused(bool with_password, output& out) {
    who = nullptr;
    return close(login_failure::unknown_or_password, er_access_denied,
                 "Access denied for user '" + policy::printable(request.user, longest_name) +
                     "'@'ringfence' (using password: " + (with_password ? "YES" : "NO") + ")",
                 out);
}

} // namespace ringfence::session::mysql
