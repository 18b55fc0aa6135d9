// The frames of MySQL's protocol. Input: bytes of a stream. Checked: nothing is read past its end,
// what was found is what the headers say, and the same payload framed again is the same stream.
#include "check.h"
#include "proxy/wire/mysql/compression.h"
#include "proxy/wire/mysql/packet.h"

using namespace ringfence::fuzz;
using namespace ringfence::wire::mysql;

namespace {

constexpr std::size_t cap = std::size_t{1} << 16;

void packets(bytes in) {
    std::uint8_t sequence = 0;
    for (;;) {
        ringfence::wire::mysql::message m;
        const outcome seen = find_message(in, sequence, cap, m);
        if (seen != outcome::ok)
            return;
        check(m.size <= in.size() && m.payload <= cap && m.size >= header_size + m.payload);
        std::string joined, again;
        const bytes payload = payload_of(in, m, joined);
        check(payload.size() == m.payload);
        encode_packets(again, sequence, text_of(payload));
        check(again == text_of(in.first(m.size)) && sequence == m.next_sequence);
        in = in.subspan(m.size);
    }
}

void frames(bytes in) {
    std::uint8_t sequence = 0;
    compressed_header h;
    while (read_compressed_header(in, sequence, h) == outcome::ok && h.size() <= in.size()) {
        std::string again;
        encode_compressed_header(again, h);
        check(again == text_of(in.first(compressed_header_size)));
        in = in.subspan(h.size());
        ++sequence;
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const exact input(text(data, size));
    packets(input.bytes());
    frames(input.bytes());
    return 0;
}
