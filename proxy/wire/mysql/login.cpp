#include "proxy/wire/mysql/login.h"

namespace ringfence::wire::mysql {
namespace {

constexpr std::size_t reserved_size = 19;

// Both packets are malformed without protocol_41: theirs was another layout.
bool read_head(reader& r, login_head& out) {
    out.capabilities = r.u32();
    out.max_packet = r.u32();
    out.collation = r.u8();
    r.take(reserved_size);
    const capabilities extension = r.u32();
    if (!has(out.capabilities, capability::mysql))
        out.capabilities |= extension << 32;
    return r.good() && has(out.capabilities, capability::protocol_41);
}

void write_head(writer& w, const login_head& h) {
    const bool extended = !has(h.capabilities, capability::mysql);
    w.u32(static_cast<std::uint32_t>(h.capabilities))
        .u32(h.max_packet)
        .u8(h.collation)
        .zeros(reserved_size)
        .u32(extended ? static_cast<std::uint32_t>(h.capabilities >> 32) : 0);
}

std::string_view read_answer(reader& r, capabilities flags) {
    if (has(flags, capability::plugin_auth_lenenc))
        return r.lenenc_string();
    if (has(flags, capability::secure_connection))
        return r.take(r.u8());
    return r.cstring();
}

} // namespace

bool is_ssl_request(bytes payload) {
    login_head head;
    return decode_ssl_request(payload, head) == outcome::ok;
}

outcome decode_ssl_request(bytes payload, login_head& out) {
    out = {};
    reader r(payload);
    const bool whole = read_head(r, out) && r.done();
    return whole && has(out.capabilities, capability::ssl) ? outcome::ok : outcome::malformed;
}

outcome decode_login(bytes payload, const login_limits& limits, login& out) {
    out = {};
    reader r(payload);
    if (!read_head(r, out))
        return outcome::malformed;
    out.user = r.cstring();
    out.answer = read_answer(r, out.capabilities);
    if (has(out.capabilities, capability::connect_with_db))
        out.database = r.cstring();
    if (has(out.capabilities, capability::plugin_auth))
        out.plugin = r.cstring_or_rest();
    if (has(out.capabilities, capability::connect_attrs) && r.remaining() > 0 &&
        !read_attributes(r, limits, out.attributes))
        return outcome::malformed;
    if (has(out.capabilities, capability::zstd_compression) && r.remaining() > 0)
        out.zstd_level = r.u8();
    return r.done() ? outcome::ok : outcome::malformed;
}

void encode_ssl_request(std::string& out, const login_head& h) {
    writer w(out);
    write_head(w, h);
}

void encode_login(std::string& out, const login& l) {
    writer w(out);
    write_head(w, l);
    w.cstring(l.user);
    if (has(l.capabilities, capability::plugin_auth_lenenc))
        w.lenenc_string(l.answer);
    else
        w.u8(static_cast<std::uint8_t>(l.answer.size())).raw(l.answer);
    if (has(l.capabilities, capability::connect_with_db))
        w.cstring(l.database);
    if (has(l.capabilities, capability::plugin_auth))
        w.cstring(l.plugin);
    if (has(l.capabilities, capability::connect_attrs))
        write_attributes(w, l.attributes);
    if (has(l.capabilities, capability::zstd_compression))
        w.u8(l.zstd_level);
}

bool read_attributes(reader& r, const login_limits& limits, attributes& out) {
    out.clear();
    const std::string_view all = r.lenenc_string();
    if (!r.good() || all.size() > limits.attribute_bytes)
        return false;
    reader inside(std::as_bytes(std::span(all)));
    while (inside.remaining() > 0) {
        const std::string_view name = inside.lenenc_string();
        const std::string_view value = inside.lenenc_string();
        if (!inside.good() || out.size() == limits.attributes)
            return false;
        out.emplace_back(name, value);
    }
    return true;
}

void write_attributes(writer& w, const attributes& all) {
    std::string inside;
    writer i(inside);
    for (const auto& [name, value] : all)
        i.lenenc_string(name).lenenc_string(value);
    w.lenenc_string(inside);
}

} // namespace ringfence::wire::mysql
