#include "proxy/wire/postgresql/frontend.h"

namespace ringfence::wire::postgresql {
namespace {

reader body(bytes message) {
    return reader(message.size() < header_size ? bytes{} : message.subspan(header_size));
}

outcome whole(const reader& r) {
    return r.done() ? outcome::ok : outcome::malformed;
}

} // namespace

outcome decode_query(bytes message, std::string_view& text) {
    reader r = body(message);
    text = r.cstring();
    return whole(r);
}

outcome decode_parse(bytes message, parse& out) {
    reader r = body(message);
    out.name = r.cstring();
    out.text = r.cstring();
    const std::uint16_t types = r.u16();
    r.take(std::size_t{4} * types);
    return whole(r);
}

outcome decode_target(bytes message, target& out) {
    reader r = body(message);
    out.kind = static_cast<char>(r.u8());
    out.name = r.cstring();
    return whole(r);
}

outcome decode_execute(bytes message, std::string_view& portal) {
    reader r = body(message);
    portal = r.cstring();
    r.u32(); // rows
    return whole(r);
}

outcome decode_bind_names(bytes some, header head, bind_names& out) {
    reader r = body(some);
    out.portal = r.cstring();
    out.statement = r.cstring();
    if (r.good())
        return outcome::ok;
    return some.size() < head.size ? outcome::need_more : outcome::malformed;
}

void encode_query(std::string& out, std::string_view text) {
    writer(out, 'Q').cstring(text).end();
}

void encode_parse(std::string& out, std::string_view name, std::string_view text) {
    writer(out, 'P').cstring(name).cstring(text).u16(0).end();
}

void encode_sync(std::string& out) {
    writer(out, 'S').end();
}

void encode_terminate(std::string& out) {
    writer(out, 'X').end();
}

} // namespace ringfence::wire::postgresql
