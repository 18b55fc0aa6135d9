#include "proxy/wire/mysql/arguments.h"

#include "proxy/wire/mysql/command.h"

namespace ringfence::wire::mysql {
namespace {

reader behind_command(bytes payload) {
    reader r(payload);
    r.u8();
    return r;
}

outcome whole(const reader& r) {
    return r.done() ? outcome::ok : outcome::malformed;
}

} // namespace

outcome decode_text(bytes payload, std::string_view& text) {
    reader r = behind_command(payload);
    text = r.rest();
    return whole(r);
}

outcome decode_name(bytes payload, std::string_view& name) {
    if (decode_text(payload, name) != outcome::ok)
        return outcome::malformed;
    return name.find('\0') == std::string_view::npos ? outcome::ok : outcome::malformed;
}

outcome decode_field_list(bytes payload, field_list& out) {
    reader r = behind_command(payload);
    out.table = r.cstring();
    out.wildcard = r.cstring_or_rest();
    return whole(r);
}

outcome decode_nothing(bytes payload) {
    return whole(behind_command(payload));
}

outcome decode_refresh(bytes payload, std::uint8_t& what) {
    reader r = behind_command(payload);
    what = r.u8();
    return whole(r);
}

outcome decode_shutdown(bytes payload, std::uint8_t& level) {
    reader r = behind_command(payload);
    level = r.remaining() > 0 ? r.u8() : std::uint8_t{0};
    return whole(r);
}

outcome decode_process_kill(bytes payload, std::uint32_t& connection_id) {
    reader r = behind_command(payload);
    connection_id = r.u32();
    return whole(r);
}

outcome decode_set_option(bytes payload, bool& multi_statements) {
    constexpr std::uint16_t on = 0, off = 1;
    reader r = behind_command(payload);
    const std::uint16_t option = r.u16();
    multi_statements = option == on;
    return r.done() && (option == on || option == off) ? outcome::ok : outcome::malformed;
}

outcome decode_statement(bytes payload, std::uint32_t& statement) {
    reader r = behind_command(payload);
    statement = r.u32();
    return whole(r);
}

outcome decode_execute(bytes payload, execution& out) {
    reader r = behind_command(payload);
    out.statement = r.u32();
    out.flags = r.u8();
    out.iterations = r.u32();
    out.parameters = r.rest();
    return whole(r);
}

outcome decode_bulk_execute(bytes payload, execution& out) {
    reader r = behind_command(payload);
    out.statement = r.u32();
    out.flags = r.u16();
    out.iterations = 0;
    out.parameters = r.rest();
    return whole(r);
}

outcome decode_long_data(bytes payload, long_data& out) {
    reader r = behind_command(payload);
    out.statement = r.u32();
    out.parameter = r.u16();
    out.data = r.rest();
    return whole(r);
}

outcome decode_fetch(bytes payload, fetch& out) {
    reader r = behind_command(payload);
    out.statement = r.u32();
    out.rows = r.u32();
    return whole(r);
}

outcome decode_change_user(bytes payload, capabilities in_force, const login_limits& limits,
                           change_user& out) {
    out = {};
    reader r = behind_command(payload);
    out.user = r.cstring();
    out.answer = has(in_force, capability::secure_connection) ? r.take(r.u8()) : r.cstring();
    out.database = r.cstring();
    if (r.remaining() > 0)
        out.collation = r.u16();
    if (has(in_force, capability::plugin_auth) && r.remaining() > 0)
        out.plugin = r.cstring_or_rest();
    if (has(in_force, capability::connect_attrs) && r.remaining() > 0 &&
        !read_attributes(r, limits, out.attributes))
        return outcome::malformed;
    return whole(r);
}

void encode_query(std::string& out, capabilities in_force, std::string_view text) {
    writer w(out);
    w.u8(static_cast<std::uint8_t>(command::query));
    if (has(in_force, capability::query_attributes))
        w.lenenc(0).lenenc(1); // no attributes, in one set
    w.raw(text);
}

void encode_change_user(std::string& out, capabilities in_force, const change_user& c) {
    writer w(out);
    w.u8(static_cast<std::uint8_t>(command::change_user))
        .cstring(c.user)
        .u8(static_cast<std::uint8_t>(c.answer.size()))
        .raw(c.answer)
        .cstring(c.database);
    if (!c.collation)
        return;
    w.u16(*c.collation);
    if (has(in_force, capability::plugin_auth))
        w.cstring(c.plugin);
    if (has(in_force, capability::connect_attrs))
        write_attributes(w, c.attributes);
}

} // namespace ringfence::wire::mysql
