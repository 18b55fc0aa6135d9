// The layer of a transport that makes frames of packets and packets of frames.
#include "proxy/net/compressed_stream.h"
#include "proxy/net/transport.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace ringfence::net {

using outcome = transport::outcome;
using unpacked = compressed_stream::outcome;

namespace {

// Plain bytes of one frame of ours, and so the most that is kept of what the socket does not take.
constexpr std::size_t most_framed = std::size_t{64} * 1024;

// The next part of `what`, at `from`; `joined` holds it where it is in more than one piece.
session::bytes part_of(const session::output& what, std::size_t from, std::string& joined) {
    const std::size_t size = std::min(what.size() - from, most_framed);
    for (std::size_t i = 0; i < what.count() && joined.size() < size; ++i) {
        const session::bytes piece = what[i];
        if (from >= piece.size()) {
            from -= piece.size();
            continue;
        }
        const session::bytes rest = piece.subspan(std::exchange(from, 0));
        if (joined.empty() && rest.size() >= size)
            return rest.first(size);
        joined.reserve(size);
        joined += session::as_text(rest.first(std::min(rest.size(), size - joined.size())));
    }
    return session::as_bytes(joined);
}

} // namespace

// INVARIANT: while `unsent` has something, the `framed` plain bytes that it stands for were not
// reported as moved. So whoever writes still has bytes to be sent, waits until the socket is
// writable, and comes again with them: that call sends the frames, and nobody else has to.
struct transport::compressed {
    compressed_stream stream;
    std::size_t still_plain; // bytes of before that are to be written first
    std::string unsent;      // of the last frame
    std::size_t framed = 0;
};

void transport::free_compressed::operator()(compressed* c) const {
    delete c;
}

void transport::begin_compression(compression how, std::size_t still_plain) {
    compressed_.reset(new compressed{compressed_stream(how), still_plain, {}, 0});
}

bool transport::has_buffered() const {
    return tls_has_buffered() || (compressed_ != nullptr && compressed_->stream.ready());
}

bool transport::holds_compressed() const {
    return compressed_ != nullptr && !compressed_->stream.drained();
}

// Until there is something or the socket has no more: nothing would tell of bytes left in TLS.
transport::result transport::read_compressed(std::span<std::byte> into) {
    compressed_stream& stream = compressed_->stream;
    for (;;) {
        std::size_t size = 0;
        const unpacked found = stream.take(into, size);
        if (found == unpacked::ok)
            return {outcome::ok, size};
        if (found == unpacked::malformed)
            return {outcome::failed, 0};
        std::array<std::byte, compressed_stream::most_fed> raw;
        const result r = receive(std::span(raw).first(stream.wanted()));
        if (r.outcome != outcome::ok)
            return r;
        stream.feed(session::bytes(raw.data(), r.size));
    }
}

transport::result transport::write_compressed(const session::output& what) {
    compressed& c = *compressed_;
    std::size_t moved = 0;
    const auto stopped = [&moved](result r) {
        return moved > 0 && r.outcome == outcome::again ? result{outcome::ok, moved} : r;
    };
    if (c.framed > what.size())
        return {outcome::failed, 0}; // not what came before
    while (c.still_plain > 0 && moved < what.size()) {
        std::string joined;
        const session::bytes part = part_of(what, moved, joined);
        const result r = send(part.first(std::min(part.size(), c.still_plain)));
        if (r.outcome != outcome::ok)
            return stopped(r);
        moved += r.size;
        c.still_plain -= r.size;
    }
    for (;;) {
        std::size_t sent = 0;
        while (sent < c.unsent.size()) {
            const result r = send(session::as_bytes(c.unsent).subspan(sent));
            if (r.outcome != outcome::ok) {
                c.unsent.erase(0, sent);
                return stopped(r);
            }
            sent += r.size;
        }
        std::string().swap(c.unsent);
        moved += std::exchange(c.framed, 0);
        if (moved == what.size())
            return {outcome::ok, moved};
        std::string joined;
        const session::bytes part = part_of(what, moved, joined);
        c.framed = part.size();
        c.stream.encode(part, c.unsent);
    }
}

} // namespace ringfence::net
