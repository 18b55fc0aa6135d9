#include "proxy/wire/mysql/columns.h"

#include <limits>

namespace ringfence::wire::mysql {
namespace {

constexpr std::uint64_t fixed_fields = 0x0c; // how many bytes they are
constexpr std::uint8_t prepared_byte = 0;

// MySQL's and MariaDB's ways to leave the columns out put the same byte at the same place.
bool says_described(capabilities in_force) {
    return has(in_force, capability::optional_metadata) ||
           has(in_force, capability::mariadb_cache_metadata);
}

// Anything but 0 and 1 is malformed.
bool read_described(reader& r, bool& described) {
    const std::uint8_t flag = r.u8();
    described = flag != 0;
    return flag <= 1;
}

} // namespace

outcome decode_column_count(bytes payload, capabilities in_force, column_count& out) {
    out = {};
    reader r(payload);
    const std::uint64_t count = r.lenenc();
    if (count == 0 || count > std::numeric_limits<std::uint16_t>::max())
        return outcome::malformed;
    out.columns = static_cast<std::uint16_t>(count);
    if (says_described(in_force) && !read_described(r, out.described))
        return outcome::malformed;
    return r.done() ? outcome::ok : outcome::malformed;
}

outcome decode_column(bytes payload, capabilities in_force, bool field_list, column& out) {
    out = {};
    reader r(payload);
    out.catalog = r.lenenc_string();
    out.schema = r.lenenc_string();
    out.table = r.lenenc_string();
    out.org_table = r.lenenc_string();
    out.name = r.lenenc_string();
    out.org_name = r.lenenc_string();
    if (has(in_force, capability::mariadb_extended_metadata))
        out.extension = r.lenenc_string();
    if (r.lenenc() != fixed_fields)
        return outcome::malformed;
    out.collation = r.u16();
    out.length = r.u32();
    out.type = r.u8();
    out.flags = r.u16();
    out.decimals = r.u8();
    r.u16();
    if (field_list)
        out.default_value = r.lenenc_string_or_null();
    return r.done() ? outcome::ok : outcome::malformed;
}

outcome decode_prepared(bytes payload, capabilities in_force, prepared& out) {
    out = {};
    reader r(payload);
    if (r.u8() != prepared_byte)
        return outcome::malformed;
    out.statement = r.u32();
    out.columns = r.u16();
    out.parameters = r.u16();
    r.u8();
    out.warnings = r.u16();
    if (has(in_force, capability::optional_metadata) && !read_described(r, out.described))
        return outcome::malformed;
    return r.done() ? outcome::ok : outcome::malformed;
}

void encode_column_count(std::string& out, capabilities in_force, const column_count& c) {
    writer w(out);
    w.lenenc(c.columns);
    if (says_described(in_force))
        w.u8(c.described ? 1 : 0);
}

void encode_column(std::string& out, capabilities in_force, const column& c) {
    writer w(out);
    w.lenenc_string(c.catalog)
        .lenenc_string(c.schema)
        .lenenc_string(c.table)
        .lenenc_string(c.org_table)
        .lenenc_string(c.name)
        .lenenc_string(c.org_name);
    if (has(in_force, capability::mariadb_extended_metadata))
        w.lenenc_string(c.extension);
    w.lenenc(fixed_fields).u16(c.collation).u32(c.length).u8(c.type).u16(c.flags).u8(c.decimals);
    w.zeros(2);
}

} // namespace ringfence::wire::mysql
