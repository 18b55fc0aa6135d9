// MySQL's compressed protocol. Input: one byte (the algorithm, the room, the size of the pieces),
// then bytes of a client. Checked: fed in pieces or at once, the same comes out; never more than
// there is room; what was malformed stays so; nothing is held when all was taken; and what came out
// is sent as frames that become the same again.
#include "check.h"
#include "proxy/net/compressed_stream.h"

using namespace ringfence::fuzz;
using namespace ringfence::net;
using outcome = compressed_stream::outcome;

namespace {

constexpr std::size_t most = std::size_t{1} << 20; // a bomb of legal size is legal: enough is seen

struct found_in {
    std::string plain;
    bool malformed = false;
};

found_in all_of(compression c, std::span<const std::byte> in, std::size_t piece, std::size_t room) {
    compressed_stream s(c);
    found_in found;
    std::vector<std::byte> into(room);
    while (!in.empty() && !found.malformed) {
        const std::size_t n = std::min({piece, in.size(), s.wanted()});
        check(n > 0);
        s.feed(in.first(n));
        in = in.subspan(n);
        for (;;) {
            const bool ready = s.ready();
            std::size_t size = 0;
            const outcome o = s.take(into, size);
            check(size <= room && ready == (o != outcome::need_more));
            found.malformed = o == outcome::malformed;
            if (o != outcome::ok)
                break;
            found.plain += ringfence::session::as_text({into.data(), size});
            if (found.plain.size() > most)
                return found;
        }
    }
    if (found.malformed) {
        std::size_t size = 0;
        s.feed(std::as_bytes(std::span("\1\0\0\0\0\0\0\0", 8)));
        check(s.take(into, size) == outcome::malformed && size == 0);
    }
    return found;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2)
        return 0;
    const compression c{(data[0] & 1) != 0 ? compression::method::zstd : compression::method::zlib,
                        1};
    const std::size_t room = std::size_t{1} << (data[0] >> 5) * 2;
    const exact input(text(data + 1, size - 1));
    const found_in once = all_of(c, input.bytes(), size, 65536);
    const found_in pieces = all_of(c, input.bytes(), 1 + ((data[0] >> 1) & 15), room);
    if (once.plain.size() > most || pieces.plain.size() > most || once.plain.empty())
        return 0;
    check(once.plain == pieces.plain && once.malformed == pieces.malformed);

    // What we send is what a peer reads: another stream serves as one.
    compressed_stream us(c);
    std::string frames;
    us.encode(ringfence::session::as_bytes(once.plain), frames);
    const found_in back = all_of(c, ringfence::session::as_bytes(frames), 70000, 65536);
    check(!back.malformed && back.plain.size() == once.plain.size());
    return 0;
}
