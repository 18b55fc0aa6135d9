// The packets before the first command of MySQL's protocol, of both sides. Input: one payload.
// Checked: nothing is read past its end, bounds hold, and what decodes means the same when it is
// written and read again.
#include "check.h"
#include "proxy/wire/mysql/arguments.h"
#include "proxy/wire/mysql/authentication.h"
#include "proxy/wire/mysql/handshake.h"
#include "proxy/wire/mysql/login.h"

using namespace ringfence::fuzz;
using namespace ringfence::wire::mysql;

namespace {

constexpr login_limits limits{.attributes = 4, .attribute_bytes = 64};

void greeting(bytes payload) {
    handshake h;
    if (decode_handshake(payload, h) != outcome::ok)
        return;
    check(h.nonce.size() >= nonce_size && h.nonce.size() < 256);
    static_cast<void>(parse_version(h.version, h.flavour()));
    if (h.nonce.size() != nonce_size || !has(h.capabilities, capability::plugin_auth))
        return;
    std::string out;
    encode_handshake(out, h);
    const exact written(out);
    handshake again;
    check(decode_handshake(written.bytes(), again) == outcome::ok);
    check(again.version == h.version && again.nonce == h.nonce && again.plugin == h.plugin &&
          again.capabilities == h.capabilities && again.status == h.status);
}

void answer(bytes payload) {
    login l;
    if (decode_login(payload, limits, l) != outcome::ok)
        return;
    check(!is_ssl_request(payload));
    check(l.attributes.size() <= limits.attributes);
    if (!has(l.capabilities, capability::secure_connection))
        return;
    std::string out;
    encode_login(out, l);
    const exact written(out);
    login again;
    check(decode_login(written.bytes(), limits, again) == outcome::ok);
    check(again.user == l.user && again.answer == l.answer && again.database == l.database &&
          again.plugin == l.plugin && again.attributes == l.attributes &&
          again.capabilities == l.capabilities && again.collation == l.collation);
}

void change(bytes payload, capabilities in_force) {
    change_user c;
    if (decode_change_user(payload, in_force, limits, c) != outcome::ok)
        return;
    std::string out;
    encode_change_user(out, in_force, c);
    const exact written(out);
    change_user again;
    check(decode_change_user(written.bytes(), in_force, limits, again) == outcome::ok);
    check(again.user == c.user && again.answer == c.answer && again.database == c.database &&
          again.plugin == c.plugin && again.attributes == c.attributes);
}

void word(bytes payload, capabilities in_force) {
    authentication a;
    if (decode_authentication(payload, in_force, a) != outcome::ok)
        return;
    std::string again;
    if (a.kind == authentication_kind::switch_to)
        encode_auth_switch(again, a.plugin, a.data);
    else if (a.kind == authentication_kind::more_data)
        encode_auth_more_data(again, a.data);
    else
        return;
    check(again == text_of(payload));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const exact input(text(data, size));
    greeting(input.bytes());
    answer(input.bytes());
    word(input.bytes(), capability::protocol_41);
    word(input.bytes(), capability::multi_factor_auth);
    change(input.bytes(), capability::secure_connection);
    change(input.bytes(),
           capability::secure_connection | capability::plugin_auth | capability::connect_attrs);
    return 0;
}
