// COM_QUERY alone: the one command whose text is not where it seems to be.
#include "proxy/wire/mysql/arguments.h"

namespace ringfence::wire::mysql {
namespace {

// How many bytes a value has, by its type; 0: a length stands before it.
constexpr std::size_t length_before = 0;
constexpr std::size_t not_allowed = ~std::size_t{0};

std::size_t fixed_size(std::uint8_t type) {
    switch (type) {
    case 0x01: // TINY
        return 1;
    case 0x02: // SHORT
        return 2;
    case 0x03: // LONG
    case 0x04: // FLOAT
        return 4;
    case 0x05: // DOUBLE
    case 0x08: // LONGLONG
        return 8;
    case 0x00: // DECIMAL
    case 0x07: // TIMESTAMP
    case 0x0a: // DATE
    case 0x0b: // TIME
    case 0x0c: // DATETIME
    case 0x0f: // VARCHAR
    case 0xf6: // NEWDECIMAL
    case 0xf9: // TINY_BLOB, and to LONG_BLOB
    case 0xfa:
    case 0xfb:
    case 0xfc: // BLOB
    case 0xfd: // VAR_STRING
    case 0xfe: // STRING
        return length_before;
    default:
        return not_allowed;
    }
}

constexpr std::uint8_t null_type = 0x06;

bool read_attributes(reader& r, std::size_t count, std::vector<query_attribute>& out) {
    const std::string_view nulls = r.take((count + 7) / 8);
    if (r.u8() != 1) // types follow, as they must
        return false;
    out.resize(r.good() ? count : 0);
    for (query_attribute& a : out) {
        const std::uint16_t type = r.u16();
        a.type = static_cast<std::uint8_t>(type & 0xff);
        a.is_unsigned = (type & 0x8000) != 0;
        a.name = r.lenenc_string();
        if ((type & 0x7f00) != 0)
            return false;
    }
    for (std::size_t i = 0; i < out.size() && r.good(); ++i) {
        const std::size_t size = fixed_size(out[i].type);
        const bool null = ((static_cast<unsigned char>(nulls[i / 8]) >> (i % 8)) & 1) != 0;
        if (null && (size != not_allowed || out[i].type == null_type))
            continue;
        if (size == not_allowed)
            return false;
        out[i].value = size == length_before ? r.lenenc_string() : r.take(size);
    }
    return r.good();
}

} // namespace

outcome decode_query(bytes payload, capabilities in_force, query& out) {
    out = {};
    reader r(payload);
    r.u8();
    if (has(in_force, capability::query_attributes)) {
        const std::uint64_t count = r.lenenc();
        const std::uint64_t sets = r.lenenc();
        if (!r.good() || sets != 1 || count > most_query_attributes)
            return outcome::malformed;
        if (count > 0 && !read_attributes(r, static_cast<std::size_t>(count), out.attributes))
            return outcome::malformed;
    }
    out.text = r.rest();
    return r.done() ? outcome::ok : outcome::malformed;
}

} // namespace ringfence::wire::mysql
