#include "proxy/wire/postgresql/authentication.h"

namespace ringfence::wire::postgresql {
namespace {

constexpr std::size_t most_mechanisms = 16;
constexpr std::size_t md5_salt_size = 4;

reader body(bytes message) {
    return reader(message.size() < header_size ? bytes{} : message.subspan(header_size));
}

// Names until an empty one, which is the last byte.
outcome decode_mechanisms(reader& r, authentication& out) {
    for (;;) {
        const std::string_view name = r.cstring();
        if (!r.good() || out.mechanisms.size() == most_mechanisms)
            return outcome::malformed;
        if (name.empty())
            return r.done() ? outcome::ok : outcome::malformed;
        out.mechanisms.push_back(name);
    }
}

} // namespace

outcome decode_authentication(bytes message, authentication& out) {
    out = {};
    reader r = body(message);
    out.code = r.u32();
    if (!r.good())
        return outcome::malformed;
    switch (authentication_kind{out.code}) {
    case authentication_kind::ok:
    case authentication_kind::cleartext:
        return r.done() ? outcome::ok : outcome::malformed;
    case authentication_kind::md5:
        out.data = r.take(md5_salt_size);
        return r.done() ? outcome::ok : outcome::malformed;
    case authentication_kind::sasl:
        return decode_mechanisms(r, out);
    case authentication_kind::sasl_continue:
    case authentication_kind::sasl_final:
        break;
    }
    out.data = r.rest();
    return outcome::ok;
}

outcome decode_sasl_initial(bytes message, sasl_initial& out) {
    out = {};
    reader r = body(message);
    out.mechanism = r.cstring();
    const std::uint32_t size = r.u32();
    out.has_data = size != 0xffffffffU;
    if (out.has_data)
        out.data = r.take(size);
    return r.done() ? outcome::ok : outcome::malformed;
}

outcome decode_sasl_response(bytes message, std::string_view& data) {
    reader r = body(message);
    data = r.rest();
    return outcome::ok;
}

void encode_authentication(std::string& out, authentication_kind kind, std::string_view data) {
    writer(out, 'R').u32(static_cast<std::uint32_t>(kind)).raw(data).end();
}

void encode_sasl_mechanisms(std::string& out, const std::vector<std::string_view>& mechanisms) {
    writer w(out, 'R');
    w.u32(static_cast<std::uint32_t>(authentication_kind::sasl));
    for (const auto name : mechanisms)
        w.cstring(name);
    w.u8(0).end();
}

void encode_negotiate_protocol_version(std::string& out, std::uint32_t newest,
                                       const std::vector<std::string_view>& unknown_options) {
    writer w(out, 'v');
    w.u32(newest).u32(static_cast<std::uint32_t>(unknown_options.size()));
    for (const auto name : unknown_options)
        w.cstring(name);
    w.end();
}

void encode_password(std::string& out, std::string_view password) {
    writer(out, 'p').cstring(password).end();
}

void encode_sasl_initial(std::string& out, std::string_view mechanism, std::string_view data) {
    writer(out, 'p')
        .cstring(mechanism)
        .u32(static_cast<std::uint32_t>(data.size()))
        .raw(data)
        .end();
}

void encode_sasl_response(std::string& out, std::string_view data) {
    writer(out, 'p').raw(data).end();
}

} // namespace ringfence::wire::postgresql
