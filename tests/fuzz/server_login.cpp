// ringfence's login at a server that does not know its password. Input: lines, of which the first
// may be a TLS mode ("disable", "require"); then "raw S" or "raw N" (the answer to SSLRequest),
// "tls", "ok", "cleartext", "md5 SALT", "sasl MECHANISM …", "continue TEXT", "final TEXT" ("@": the
// client's nonce), "status NAME VALUE", "key BYTES", "ready STATE", "error SQLSTATE TEXT", "raw
// BYTES", "hex BYTES". Checked: the password leaves only when it was asked for, and never after
// SCRAM has begun; SCRAM never succeeds; an error holds no secret; what is collected is whole
// ParameterStatus messages.
#include "proxy/session/postgresql/server_login.h"
#include "check.h"
#include "proxy/wire/postgresql/backend.h"
#include "tests/unit/proxy/session/world.h"

#include <algorithm>
#include <array>
#include <string_view>

using namespace ringfence;
using namespace ringfence::fuzz;
using namespace ringfence::session;
using namespace ringfence::session::postgresql;
namespace pg = wire::postgresql;

namespace {

using next = server_login::next;

std::string zero(std::string_view s) {
    return std::string(s) + '\0';
}

std::string mechanisms(std::string_view line) {
    std::string list;
    while (!line.empty())
        list += zero(take_until(line, ' '));
    return list + '\0';
}

std::string said(std::string_view word, std::string_view line, std::string_view nonce) {
    if (word == "ok")
        return message('R', u32(0));
    if (word == "cleartext")
        return message('R', u32(3));
    if (word == "md5")
        return message('R', u32(5) + std::string(line));
    if (word == "sasl")
        return message('R', u32(10) + mechanisms(line));
    if (word == "continue") {
        std::string body(line.substr(0, 1024));
        if (const auto at = body.find('@'); at != std::string::npos)
            body.replace(at, 1, nonce);
        // Dear challenges are refused or slow, and neither is news.
        return body.size() - std::min(body.size(), body.rfind(",i=")) > 6
                   ? std::string()
                   : message('R', u32(11) + body);
    }
    if (word == "final")
        return message('R', u32(12) + std::string(line));
    if (word == "status") {
        const auto name = take_until(line, ' ');
        return message('S', zero(name) + zero(line));
    }
    if (word == "key")
        return message('K', line);
    if (word == "ready")
        return message('Z', line);
    if (word == "error") {
        const auto state = take_until(line, ' ');
        return message('E', zero("SFATAL") + zero("C" + std::string(state)) +
                                zero("M" + std::string(line)) + '\0');
    }
    return word == "hex" ? from_hex(line) : std::string(line);
}

struct talk {
    server_login login;
    output out;
    next last = next::more;
    std::string nonce;
    bool scram = false;
    bool cleartext_asked = false;

    explicit talk(tls_mode mode)
        : login({.tls = mode,
                 .unix_socket = false,
                 .login = {.user = "user", .password = "hunter2", .certificate = {}, .key = {}},
                 .database = "shop",
                 .parameters = {},
                 .max_message_bytes = 4096}) {}

    void heard() {
        const std::string all = test::drained(out);
        check(all.size() < 8 * 1024);
        if (all.find("hunter2") != std::string::npos)
            check(cleartext_asked && !scram);
        if (const auto at = all.find(",,n=,r="); at != std::string::npos) {
            scram = true;
            nonce = all.substr(at + 7);
        }
    }
    void say(std::string_view bytes_said) {
        for (std::size_t at = 0; at < bytes_said.size() && last == next::more;) {
            const auto part = bytes_said.substr(at, login.reads_one_byte() ? 1 : bytes_said.size());
            last = login.feed(exact(part).bytes(), out);
            heard();
            at += part.size();
        }
    }
};

void check_parameters(std::string_view all) {
    bytes rest = as_bytes(all);
    while (!rest.empty()) {
        pg::header head;
        check(pg::read_header(rest, head) == pg::outcome::ok && head.size <= rest.size());
        pg::parameter_status p;
        check(head.type == 'S');
        check(pg::decode_parameter_status(rest.first(head.size), p) == pg::outcome::ok);
        rest = rest.subspan(head.size);
    }
}

void run(std::string_view script) {
    const auto mode = script.starts_with("disable")   ? tls_mode::disable
                      : script.starts_with("require") ? tls_mode::require
                                                      : tls_mode::prefer;
    if (script.find("hunter2") != std::string_view::npos)
        return; // what the server says itself is no secret
    talk t(mode);
    bool encrypted = false;
    t.last = t.login.start(t.out);
    t.heard();
    if (mode != tls_mode::prefer)
        take_until(script, '\n');
    while (!script.empty() && (t.last == next::more || t.last == next::start_tls)) {
        std::string_view line = take_until(script, '\n');
        const auto word = take_until(line, ' ');
        if (t.last == next::start_tls) {
            encrypted = true;
            t.last = t.login.tls_established({.active = true,
                                              .alpn = {},
                                              .end_point_hash = std::string(line),
                                              .certificate_names = {}},
                                             t.out);
            t.heard();
            continue;
        }
        const auto bytes_said = said(word, line, t.nonce);
        // Lines of bytes can be a request for the password, whole or in pieces.
        constexpr std::array<std::string_view, 9> structured = {
            "ok", "md5", "sasl", "continue", "final", "status", "key", "ready", "error"};
        if (std::find(structured.begin(), structured.end(), word) == structured.end())
            t.cleartext_asked = true;
        t.say(bytes_said);
    }
    check_parameters(static_cast<const server_state&>(*t.login.state()).parameter_status);
    check(t.login.error_text().find("hunter2") == std::string::npos);
    check(t.last != next::failed || t.login.error_state().size() == 5);
    if (t.last == next::ready)
        check(!t.scram && (encrypted || mode != tls_mode::require));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size <= 32 * 1024)
        run(text(data, size));
    return 0;
}
