#include "proxy/wire/mysql/packet.h"

namespace ringfence::wire::mysql {

outcome find_message(bytes in, std::uint8_t expected, std::size_t cap, message& out) {
    out = {};
    for (;;) {
        header head;
        if (read_header(in.subspan(out.size), head) == outcome::need_more)
            return outcome::need_more;
        if (head.sequence != expected || head.payload > cap - out.payload)
            return outcome::malformed;
        if (in.size() - out.size < head.size())
            return outcome::need_more;
        out.size += head.size();
        out.payload += head.payload;
        ++expected;
        if (!head.continues()) {
            out.next_sequence = expected;
            return outcome::ok;
        }
    }
}

bytes payload_of(bytes in, const message& m, std::string& joined) {
    if (m.size == header_size + m.payload)
        return in.subspan(header_size, m.payload);
    joined.clear();
    joined.reserve(m.payload);
    for (bytes rest = in.first(m.size); !rest.empty();) {
        header head;
        if (read_header(rest, head) != outcome::ok || rest.size() < head.size())
            break; // not a message that was found in `in`
        joined += text_of(rest.subspan(header_size, head.payload));
        rest = rest.subspan(head.size());
    }
    return std::as_bytes(std::span(joined));
}

void encode_packets(std::string& out, std::uint8_t& sequence, std::string_view payload) {
    for (;;) {
        const std::string_view part = payload.substr(0, max_payload);
        writer(out).u24(static_cast<std::uint32_t>(part.size())).u8(sequence++).raw(part);
        payload.remove_prefix(part.size());
        if (part.size() < max_payload)
            return;
    }
}

} // namespace ringfence::wire::mysql
