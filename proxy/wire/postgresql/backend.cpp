#include "proxy/wire/postgresql/backend.h"

namespace ringfence::wire::postgresql {
namespace {

// Protocol 3.2: a secret key of 4 to 256 bytes behind the process id.
constexpr std::size_t shortest_key = 8;
constexpr std::size_t longest_key = 4 + 256;

reader body(bytes message) {
    return reader(message.size() < header_size ? bytes{} : message.subspan(header_size));
}

outcome whole(const reader& r) {
    return r.done() ? outcome::ok : outcome::malformed;
}

} // namespace

outcome decode_error(bytes message, error_fields& out) {
    reader r = body(message);
    while (r.remaining() > 0 && r.good()) {
        const auto field = static_cast<char>(r.u8());
        if (field == '\0')
            return whole(r);
        const std::string_view text = r.cstring();
        switch (field) {
        case 'S':
            if (out.severity.empty())
                out.severity = text;
            break;
        case 'V':
            out.severity = text;
            break;
        case 'C':
            out.sqlstate = text;
            break;
        case 'M':
            out.message = text;
            break;
        default:
            break; // unknown fields are to be ignored
        }
    }
    return outcome::malformed;
}

outcome decode_parameter_status(bytes message, parameter_status& out) {
    reader r = body(message);
    out.name = r.cstring();
    out.value = r.cstring();
    return whole(r);
}

outcome decode_ready_for_query(bytes message, char& transaction) {
    reader r = body(message);
    const auto status = static_cast<char>(r.u8());
    if (!r.done() || (status != 'I' && status != 'T' && status != 'E'))
        return outcome::malformed;
    transaction = status;
    return outcome::ok;
}

outcome decode_command_complete(bytes message, std::string_view& tag) {
    reader r = body(message);
    tag = r.cstring();
    return whole(r);
}

outcome decode_data_row(bytes message, std::vector<std::optional<std::string_view>>& columns) {
    constexpr std::uint32_t null = 0xffffffff;
    columns.clear();
    reader r = body(message);
    const unsigned count = r.u16();
    for (unsigned i = 0; i < count && r.good(); ++i) {
        const std::uint32_t length = r.u32();
        if (length == null)
            columns.emplace_back(std::nullopt);
        else
            columns.emplace_back(r.take(length));
    }
    return whole(r);
}

outcome decode_backend_key_data(bytes message, std::string_view& key) {
    reader r = body(message);
    key = r.rest();
    return key.size() >= shortest_key && key.size() <= longest_key ? outcome::ok
                                                                   : outcome::malformed;
}

void encode_error(std::string& out, const error& e) {
    writer w(out, 'E');
    const auto field = [&w](char code, std::string_view text) {
        if (!text.empty())
            w.u8(static_cast<std::uint8_t>(code)).cstring(text);
    };
    field('S', e.severity);
    field('V', e.severity);
    field('C', e.sqlstate);
    field('M', e.message);
    field('D', e.detail);
    field('H', e.hint);
    if (e.position != 0)
        field('P', std::to_string(e.position));
    field('s', e.schema);
    field('t', e.table);
    w.u8(0).end();
}

void encode_parameter_status(std::string& out, std::string_view name, std::string_view value) {
    writer(out, 'S').cstring(name).cstring(value).end();
}

void encode_backend_key_data(std::string& out, std::string_view key) {
    writer(out, 'K').raw(key).end();
}

void encode_ready_for_query(std::string& out, char transaction) {
    writer(out, 'Z').u8(static_cast<std::uint8_t>(transaction)).end();
}

} // namespace ringfence::wire::postgresql
