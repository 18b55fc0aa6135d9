// ringfence's login at a server of MySQL's protocol, and the cleaning of its connection. Input:
// lines, of which the first may be a TLS mode ("disable", "require"; else "prefer") or "clean";
// then "greeting VERSION FLAGS PLUGIN" (the flags in hexadecimal), "tls", "ok", "error CODE TEXT",
// "switch PLUGIN HEX", "more HEX", "say HEX" (framed with the number that is due), "state VERSION
// NAMES MODE CHARSET" (an answer to the question), "raw HEX". Checked: the password leaves by TLS
// only, an error holds no secret, what is sent is whole packets, and a login that is ready knows
// what the server is.
#include "check.h"
#include "proxy/session/mysql/question.h"
#include "proxy/session/mysql/server_login.h"
#include "proxy/wire/mysql/authentication.h"
#include "proxy/wire/mysql/columns.h"
#include "proxy/wire/mysql/handshake.h"
#include "proxy/wire/mysql/packet.h"
#include "proxy/wire/mysql/response.h"
#include "tests/unit/proxy/session/world.h"

#include <charconv>
#include <optional>

using namespace ringfence;
using namespace ringfence::fuzz;
using namespace ringfence::session;
using namespace ringfence::session::mysql;
namespace my = wire::mysql;
namespace capability = my::capability;

namespace {

using next = mysql::server_login::next;

constexpr std::string_view password = "hunter2";

template <class Number>
Number number_of_text(std::string_view text, int base) {
    Number n = 0;
    std::from_chars(text.data(), text.data() + text.size(), n, base);
    return n;
}

std::string greeting(std::string_view line) {
    const std::string version(take_until(line, ' '));
    const auto offers = number_of_text<my::capabilities>(take_until(line, ' '), 16);
    std::string out;
    my::handshake h;
    h.version = version;
    h.connection_id = 7;
    h.nonce = "0123456789abcdefghij";
    h.capabilities =
        offers | capability::protocol_41 | capability::secure_connection | capability::plugin_auth;
    h.plugin = line;
    my::encode_handshake(out, h);
    return out;
}

std::string payload_of_line(std::string_view word, std::string_view line) {
    std::string out;
    if (word == "greeting")
        return greeting(line);
    if (word == "ok") {
        my::encode_ok(out, 0, {});
    } else if (word == "error") {
        const auto code = number_of_text<std::uint16_t>(take_until(line, ' '), 10);
        my::encode_error(out, {.code = code, .sqlstate = "HY000", .message = line});
    } else if (word == "switch") {
        const auto plugin = take_until(line, ' ');
        my::encode_auth_switch(out, plugin, from_hex(line));
    } else if (word == "more") {
        my::encode_auth_more_data(out, from_hex(line));
    } else {
        out = from_hex(line);
    }
    return out;
}

// In the form that ringfence's own connections ask for.
std::string state(std::string_view line) {
    constexpr std::size_t columns = 6;
    std::string out;
    std::uint8_t sequence = 1;
    const auto add = [&](std::string_view payload) { my::encode_packets(out, sequence, payload); };
    add(std::string(1, static_cast<char>(columns)));
    std::string payload;
    my::column c;
    c.catalog = "def";
    my::encode_column(payload, 0, c);
    for (std::size_t i = 0; i < columns; ++i)
        add(payload);
    payload.clear();
    my::writer w(payload);
    for (std::size_t i = 0; i < 4; ++i)
        w.lenenc_string(take_until(line, ' '));
    w.lenenc_string("0").lenenc_string("shop");
    add(payload);
    payload.clear();
    my::encode_ok(payload, 0, {}, my::eof_byte);
    add(payload);
    return out;
}

struct talk {
    output out;
    bool encrypted = false;
    std::uint8_t sequence = 0; // of the server's next packet

    void heard() {
        const std::string all = session::test::drained(out);
        check(all.size() < 8 * 1024);
        check(encrypted || all.find(password) == std::string::npos);
        bytes rest = as_bytes(all);
        while (!rest.empty()) {
            my::header head;
            check(my::read_header(rest, head) == my::outcome::ok && head.size() <= rest.size());
            sequence = static_cast<std::uint8_t>(head.sequence + 1);
            rest = rest.subspan(head.size());
        }
    }
    std::string said(std::string_view line) {
        const auto word = take_until(line, ' ');
        if (word == "raw")
            return from_hex(line);
        if (word == "state")
            return state(line);
        std::string packet;
        my::encode_packets(packet, sequence, payload_of_line(word, line));
        return packet;
    }
};

mysql::server_login::settings own_login(tls_mode mode) {
    mysql::server_login::settings s;
    s.tls = mode;
    s.clear_password = mode == tls_mode::disable;
    s.login = {.user = "user", .password = std::string(password), .certificate = {}, .key = {}};
    s.database = "shop";
    s.max_message_bytes = 4096;
    return s;
}

void log_in(std::string_view script) {
    const auto mode = script.starts_with("disable")   ? tls_mode::disable
                      : script.starts_with("require") ? tls_mode::require
                                                      : tls_mode::prefer;
    take_until(script, '\n');
    mysql::server_login login(own_login(mode));
    talk t;
    next last = login.start(t.out);
    t.heard();
    while (!script.empty() && (last == next::more || last == next::start_tls)) {
        const auto line = take_until(script, '\n');
        if (last == next::start_tls) {
            t.encrypted = true;
            last = login.tls_established(
                {.active = true, .alpn = {}, .end_point_hash = {}, .certificate_names = {}}, t.out);
        } else {
            last = login.feed(exact(t.said(line)).bytes(), t.out);
        }
        t.heard();
    }
    check(login.error_text().find(password) == std::string::npos);
    check((last == next::failed) == (login.error_state().size() == 5));
    if (last != next::ready)
        return;
    check(login.state() != nullptr && login.backend_key().size() > 4);
    check(t.encrypted || mode != tls_mode::require);
    check(!my::has(static_cast<const mysql::server_state&>(*login.state()).in_force,
                   capability::no_schema));
}

void clean(std::string_view script) {
    take_until(script, '\n');
    auto before = std::make_shared<mysql::server_state>();
    before->in_force = capability::protocol_41 | capability::secure_connection |
                       capability::plugin_auth | capability::deprecate_eof;
    mysql::cleaning machine(own_login(tls_mode::disable), before,
                            std::string_view("\7\0\0\0mysql_native_password\0"
                                             "0123456789abcdefghij",
                                             46));
    talk t;
    machine.start(t.out);
    t.heard();
    while (!script.empty()) {
        const auto step = machine.feed(exact(t.said(take_until(script, '\n'))).bytes(), t.out);
        t.heard();
        check(step != mysql::cleaning::next::clean); // it was said to have another version
        if (step != mysql::cleaning::next::more)
            return;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto script = text(data, size);
    if (size > 32 * 1024 || script.find(password) != std::string_view::npos)
        return 0; // what the server says itself is no secret
    if (script.starts_with("clean"))
        clean(script);
    else
        log_in(script);
    return 0;
}
