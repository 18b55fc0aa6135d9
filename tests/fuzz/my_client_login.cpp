// The login of a client of MySQL that knows no password and has no certificate. Input: lines, of
// which the first may be settings ("require", "unix", "plain", "clear"); then "ssl"; "tls", once it
// was accepted; "login USER PLUGIN HEX" and "again USER PLUGIN" (a COM_CHANGE_USER, as the first
// word); "say HEX", which is framed with the number that is due; "raw HEX", which is not. Checked:
// nobody is let in, what is consumed was there, answers are whole packets that count on, and a
// login that has ended stays silent.
#include "check.h"
#include "proxy/auth/mysql_native.h"
#include "proxy/auth/sha2_verifier.h"
#include "proxy/session/mysql/client_login.h"
#include "proxy/session/mysql/server_state.h"
#include "proxy/wire/mysql/arguments.h"
#include "proxy/wire/mysql/login.h"
#include "proxy/wire/mysql/packet.h"
#include "tests/unit/proxy/session/world.h"

#include <optional>

using namespace ringfence;
using namespace ringfence::fuzz;
using namespace ringfence::session;
using namespace ringfence::session::mysql;
namespace my = wire::mysql;
namespace capability = my::capability;

namespace {

using next = mysql::client_login::next;

constexpr my::capabilities flags = capability::mysql | capability::protocol_41 |
                                   capability::secure_connection | capability::plugin_auth |
                                   capability::plugin_auth_lenenc | capability::connect_with_db;

credentials_ptr some_credentials() {
    constexpr std::string_view password = "a password that no seed holds";
    auto made = std::make_shared<credentials>();
    made->clients["orders"].verifiers = {auth::make_sha2_verifier(password, auth::least_rounds)};
    made->clients["users"].verifiers = {auth::make_native_verifier(password)};
    made->decoy_key = "decoy";
    return made;
}

server_state_ptr some_server() {
    auto made = std::make_shared<mysql::server_state>();
    made->version = "8.4.3";
    made->offered = 0xffffffff;
    return made;
}

std::string login(std::string_view line) {
    my::login l;
    l.capabilities = flags;
    l.user = take_until(line, ' ');
    l.plugin = take_until(line, ' ');
    const std::string answer = from_hex(line);
    l.answer = answer;
    l.database = "orders";
    std::string out;
    my::encode_login(out, l);
    return out;
}

std::string change_user(std::string_view line) {
    my::change_user c;
    c.user = take_until(line, ' ');
    c.plugin = line;
    c.collation = 45;
    std::string out;
    my::encode_change_user(out, flags, c);
    return out;
}

struct talk {
    mysql::client_login login;
    output out;
    next last = next::more;
    std::string waiting;
    std::uint8_t sequence = 0; // of the next packet

    void heard() {
        const std::string all = session::test::drained(out);
        check(all.size() < 4096);
        bytes rest = as_bytes(all);
        while (!rest.empty()) {
            my::header head;
            check(my::read_header(rest, head) == my::outcome::ok && head.size() <= rest.size());
            sequence = static_cast<std::uint8_t>(head.sequence + 1);
            rest = rest.subspan(head.size());
        }
    }
    void went(next n) {
        last = n;
        heard();
        while (last == next::work) {
            login.work()();
            last = login.worked(out).next;
            heard();
        }
        check(last != next::authenticated && last != next::cancel);
    }
    void say(std::string_view said) {
        waiting += said;
        while (last == next::more && !waiting.empty()) {
            const exact fed(waiting);
            const auto r = login.feed(fed.bytes(), out);
            check(r.consumed <= waiting.size());
            waiting.erase(0, r.consumed);
            went(r.next);
            if (r.consumed == 0)
                break;
        }
    }
    void say_packet(std::string_view payload) {
        std::string packet;
        std::uint8_t id = sequence;
        my::encode_packets(packet, id, payload);
        say(packet);
        if (sequence != 0 && last == next::start_tls)
            sequence = id;
    }
};

void run(std::string_view script) {
    static const policy::snapshot_ptr policies =
        policy::load(session::test::shop(), session::test::day(2026, 11, 21)).policies;
    static const credentials_ptr verifiers = some_credentials();
    static const server_state_ptr server = some_server();
    static login_memory memory;

    mysql::client_login::settings s;
    s.server = server;
    s.tls_available = !script.starts_with("plain");
    s.unix_socket = script.starts_with("unix");
    s.tls = script.starts_with("require") ? tls_mode::require : tls_mode::prefer;
    s.clear_password_allowed = script.starts_with("clear");
    if (!script.starts_with("again"))
        take_until(script, '\n');
    std::string_view first = script.substr(0, script.find('\n'));
    std::optional<talk> t;
    if (take_until(first, ' ') == "again") {
        t.emplace(talk{.login = {s, policies, verifiers, {}, flags, change_user(first), memory}});
        take_until(script, '\n');
    } else {
        t.emplace(talk{.login = {s, policies, verifiers, memory}});
    }
    t->went(t->login.start(t->out).next);
    while (!script.empty() && t->last != next::close) {
        std::string_view line = take_until(script, '\n');
        const auto word = take_until(line, ' ');
        if (t->last == next::start_tls) {
            t->waiting.clear();
            t->went(t->login
                        .tls_established({.active = true,
                                          .alpn = {},
                                          .end_point_hash = {},
                                          .certificate_names = {"cn"}},
                                         t->out)
                        .next);
        } else if (word == "ssl") {
            std::string request;
            my::encode_ssl_request(request, {.capabilities = flags | capability::ssl});
            t->say_packet(request);
        } else if (word == "login") {
            t->say_packet(login(line));
        } else if (word == "say") {
            t->say_packet(from_hex(line));
        } else {
            t->say(from_hex(line));
        }
        if (t->waiting.size() > std::size_t{64} * 1024)
            return;
    }
    if (t->last == next::close) {
        check(t->login.failure() != login_failure::none);
        check(t->login.feed(as_bytes("x"), t->out).next == next::close && t->out.empty());
    }
    std::string bye;
    t->login.part({"57P01", "ringfence: shutting down", {}}, bye);
    check(!bye.empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size <= 32 * 1024)
        run(text(data, size));
    return 0;
}
