#include "proxy/wire/mysql/response.h"

namespace ringfence::wire::mysql {
namespace {

constexpr std::size_t sqlstate_size = 5;
constexpr std::uint16_t progress_code = 0xffff;

// Without session_track the documentation lets the text go on to the end; the servers put a length
// before it all the same.
std::string_view plain_info(std::string_view all) {
    reader r(std::as_bytes(std::span(all)));
    const std::string_view text = r.lenenc_string();
    return r.done() ? text : all;
}

} // namespace

outcome decode_ok(bytes payload, capabilities in_force, ok& out) {
    out = {};
    reader r(payload);
    const std::uint8_t first = r.u8();
    if (first != ok_byte && first != eof_byte)
        return outcome::malformed;
    out.affected_rows = r.lenenc();
    out.last_insert_id = r.lenenc();
    out.status = r.u16();
    out.warnings = r.u16();
    if (!has(in_force, capability::session_track)) {
        out.info = plain_info(r.rest());
        return r.good() ? outcome::ok : outcome::malformed;
    }
    const bool changed = (out.status & status::session_state_changed) != 0;
    if (changed || r.remaining() > 0)
        out.info = r.lenenc_string();
    if (changed)
        out.changes = r.lenenc_string();
    return r.done() ? outcome::ok : outcome::malformed;
}

outcome decode_eof(bytes payload, eof& out) {
    reader r(payload);
    const std::uint8_t first = r.u8();
    out.warnings = r.u16();
    out.status = r.u16();
    return first == eof_byte && r.done() ? outcome::ok : outcome::malformed;
}

outcome decode_error(bytes payload, error& out) {
    out = {};
    reader r(payload);
    const std::uint8_t first = r.u8();
    out.code = r.u16();
    if (r.peek() == '#') {
        r.u8();
        out.sqlstate = r.take(sqlstate_size);
    }
    out.message = r.rest();
    return first == error_byte && r.good() ? outcome::ok : outcome::malformed;
}

bool is_progress(bytes payload, capabilities in_force) {
    reader r(payload);
    return has(in_force, capability::mariadb_progress) && r.u8() == error_byte &&
           r.u16() == progress_code;
}

outcome decode_progress(bytes payload, progress& out) {
    out = {};
    reader r(payload);
    const std::uint8_t first = r.u8();
    const std::uint16_t code = r.u16();
    r.u8(); // how many texts follow: one
    out.stage = r.u8();
    out.stages = r.u8();
    out.done = r.u24();
    out.text = r.lenenc_string();
    return first == error_byte && code == progress_code && r.done() ? outcome::ok
                                                                    : outcome::malformed;
}

void encode_ok(std::string& out, capabilities in_force, const ok& o, std::uint8_t first) {
    const bool track = has(in_force, capability::session_track);
    const bool changed = track && (o.status & status::session_state_changed) != 0;
    writer w(out);
    w.u8(first).lenenc(o.affected_rows).lenenc(o.last_insert_id).u16(o.status).u16(o.warnings);
    if (changed || !o.info.empty())
        w.lenenc_string(o.info);
    if (changed)
        w.lenenc_string(o.changes);
}

void encode_eof(std::string& out, const eof& e) {
    writer(out).u8(eof_byte).u16(e.warnings).u16(e.status);
}

void encode_error(std::string& out, const error& e) {
    writer(out).u8(error_byte).u16(e.code).raw("#").raw(e.sqlstate).raw(e.message);
}

} // namespace ringfence::wire::mysql
