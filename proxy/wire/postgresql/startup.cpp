#include "proxy/wire/postgresql/startup.h"

namespace ringfence::wire::postgresql {
namespace {

constexpr std::uint32_t cancel_code = 80877102;
constexpr std::uint32_t ssl_code = 80877103;
constexpr std::uint32_t gss_code = 80877104;

} // namespace

outcome decode_startup(bytes in, std::uint32_t cap, std::size_t most_parameters,
                       startup_packet& out) {
    out = {};
    if (in.size() < 4)
        return outcome::need_more;
    out.size = reader(in.first(4)).u32();
    if (out.size < 8 || out.size > cap)
        return outcome::malformed;
    if (in.size() < out.size)
        return outcome::need_more;
    reader r(in.first(out.size).subspan(4));
    const std::uint32_t code = r.u32();
    switch (code) {
    case ssl_code:
    case gss_code:
        out.kind = code == ssl_code ? startup_kind::ssl_request : startup_kind::gss_request;
        return r.done() ? outcome::ok : outcome::malformed;
    case cancel_code:
        out.kind = startup_kind::cancel_request;
        out.key = r.rest();
        return out.key.size() >= 8 && out.key.size() <= 4 + 256 ? outcome::ok : outcome::malformed;
    default:
        break;
    }
    out.kind = startup_kind::startup;
    out.protocol = code;
    if (code >> 16 != 3)
        return outcome::ok;
    for (;;) {
        const std::string_view name = r.cstring();
        if (!r.good())
            return outcome::malformed;
        if (name.empty())
            return r.done() ? outcome::ok : outcome::malformed;
        const std::string_view value = r.cstring();
        if (!r.good() || out.parameters.size() >= most_parameters)
            return outcome::malformed;
        out.parameters.emplace_back(name, value);
    }
}

void encode_startup(std::string& out, std::uint32_t protocol,
                    const std::vector<std::pair<std::string, std::string>>& parameters) {
    writer w(out);
    w.u32(protocol);
    for (const auto& [name, value] : parameters)
        w.cstring(name).cstring(value);
    w.u8(0).end();
}

void encode_ssl_request(std::string& out) {
    writer(out).u32(ssl_code).end();
}

void encode_cancel_request(std::string& out, std::string_view key) {
    writer(out).u32(cancel_code).raw(key).end();
}

} // namespace ringfence::wire::postgresql
