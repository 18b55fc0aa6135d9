#include "proxy/wire/mysql/session_changes.h"

namespace ringfence::wire::mysql {
namespace {

// One entry. MySQL sends one variable in each, MariaDB may send several.
bool read_entry(change_kind kind, std::string_view data, std::vector<session_change>& out) {
    reader r(std::as_bytes(std::span(data)));
    session_change c{.kind = kind, .name = {}, .value = {}};
    switch (kind) {
    case change_kind::system_variable:
        do {
            c.name = r.lenenc_string();
            c.value = r.lenenc_string();
            if (!r.good() || out.size() == most_changes)
                return false;
            out.push_back(c);
        } while (r.remaining() > 0);
        return true;
    case change_kind::schema:
    case change_kind::transaction_characteristics:
    case change_kind::transaction_state:
        c.value = r.lenenc_string();
        break;
    case change_kind::gtids:
        r.u8(); // how they are written
        c.value = r.lenenc_string();
        break;
    case change_kind::state:
        c.value = r.take(1);
        break;
    default:
        c.value = r.rest();
        break;
    }
    if (!r.done() || out.size() == most_changes)
        return false;
    out.push_back(c);
    return true;
}

} // namespace

outcome decode_changes(std::string_view changes, std::vector<session_change>& out) {
    out.clear();
    reader r(std::as_bytes(std::span(changes)));
    while (r.remaining() > 0) {
        const auto kind = change_kind{r.u8()};
        const std::string_view data = r.lenenc_string();
        if (!r.good() || !read_entry(kind, data, out))
            return outcome::malformed;
    }
    return outcome::ok;
}

void encode_change(std::string& out, const session_change& c) {
    std::string data;
    writer w(data);
    switch (c.kind) {
    case change_kind::system_variable:
        w.lenenc_string(c.name).lenenc_string(c.value);
        break;
    case change_kind::gtids:
        w.u8(0).lenenc_string(c.value);
        break;
    case change_kind::schema:
    case change_kind::transaction_characteristics:
    case change_kind::transaction_state:
        w.lenenc_string(c.value);
        break;
    case change_kind::state:
    default:
        w.raw(c.value);
        break;
    }
    writer(out).u8(static_cast<std::uint8_t>(c.kind)).lenenc_string(data);
}

} // namespace ringfence::wire::mysql
