// The login of a client that knows no password and has no certificate. Input: lines, of which the
// first may be settings ("require", "unix", "plain"); then "ssl", "gss", "tls ALPN", "cancel KEY",
// "startup VERSION NAME=VALUE …", "sasl MECHANISM DATA", "p DATA", "raw BYTES", "hex BYTES".
// Checked: nobody is let in, what is consumed was there, an answer is whole messages and never
// long, and a login that has ended stays silent.
#include "proxy/session/postgresql/client_login.h"
#include "check.h"
#include "proxy/auth/verifier.h"
#include "proxy/wire/postgresql/frame.h"
#include "tests/unit/proxy/session/world.h"

#include <charconv>

using namespace ringfence;
using namespace ringfence::fuzz;
using namespace ringfence::session;
using namespace ringfence::session::postgresql;

namespace {

credentials_ptr some_credentials() {
    auto made = std::make_shared<credentials>();
    made->clients["orders"].verifiers = {auth::make_scram_verifier("secret", 2)};
    made->decoy_key = "decoy";
    return made;
}

std::string startup(std::string_view line) {
    const auto version = take_until(line, ' ');
    std::uint32_t number = 0;
    std::from_chars(version.data(), version.data() + version.size(), number, 16);
    std::string body = u32(number);
    while (!line.empty()) {
        std::string_view pair = take_until(line, ' ');
        body += std::string(take_until(pair, '=')) + '\0' + std::string(pair) + '\0';
    }
    return packet(body + '\0');
}

std::string said(std::string_view word, std::string_view line) {
    if (word == "ssl")
        return packet(u32(80877103));
    if (word == "gss")
        return packet(u32(80877104));
    if (word == "cancel")
        return packet(u32(80877102) + std::string(line));
    if (word == "startup")
        return startup(line);
    if (word == "sasl") {
        const auto mechanism = take_until(line, ' ');
        return message('p', std::string(mechanism) + '\0' +
                                u32(static_cast<std::uint32_t>(line.size())) + std::string(line));
    }
    if (word == "p")
        return message('p', line);
    return word == "hex" ? from_hex(line) : std::string(line);
}

void check_answer(output& out) {
    const std::string all = test::drained(out);
    check(all.size() < 16 * 1024);
    bytes rest = as_bytes(all);
    if (all == "S" || all == "N")
        return;
    while (!rest.empty()) {
        if (all[all.size() - rest.size()] == 'N' || all[all.size() - rest.size()] == 'S') {
            rest = rest.subspan(1);
            continue;
        }
        wire::postgresql::header head;
        check(wire::postgresql::read_header(rest, head) == wire::postgresql::outcome::ok);
        check(head.size <= rest.size());
        rest = rest.subspan(head.size);
    }
}

void run(std::string_view script) {
    static const policy::snapshot_ptr policies =
        policy::load(test::shop(), test::day(2026, 11, 21)).policies;
    static const credentials_ptr verifiers = some_credentials();
    using next = client_login::next;

    client_login::settings s;
    s.tls_available = !script.starts_with("plain");
    s.unix_socket = script.starts_with("unix");
    s.tls = script.starts_with("require") ? tls_mode::require : tls_mode::prefer;
    client_login login(s, policies, verifiers);
    output out;
    std::string waiting;
    next last = next::more;
    while (!script.empty() && last != next::close && last != next::cancel) {
        std::string_view line = take_until(script, '\n');
        const auto word = take_until(line, ' ');
        if (last == next::start_tls) {
            const std::string hash = word == "tls" ? std::string(32, 'h') : "";
            last = login
                       .tls_established({.active = true,
                                         .alpn = std::string(line),
                                         .end_point_hash = hash,
                                         .certificate_names = {"cn"}},
                                        out)
                       .next;
            waiting.clear();
            check_answer(out);
            continue;
        }
        waiting += said(word, line);
        while (last == next::more && !waiting.empty()) {
            const exact fed(waiting);
            const auto r = login.feed(fed.bytes(), out);
            check(r.consumed <= waiting.size());
            waiting.erase(0, r.consumed);
            last = r.next;
            check_answer(out);
            if (r.consumed == 0)
                break;
        }
        check(last != next::authenticated);
        if (waiting.size() > 64 * 1024)
            return;
    }
    if (last == next::close) {
        check(login.failure() != login_failure::none);
        check(login.feed(as_bytes("x"), out).next == next::close && out.empty());
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size <= 32 * 1024)
        run(text(data, size));
    return 0;
}
