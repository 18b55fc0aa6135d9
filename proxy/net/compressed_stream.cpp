#include "proxy/net/compressed_stream.h"

#include <algorithm>
#include <utility>

namespace ringfence::net {

using wire::mysql::compressed_header;
using wire::mysql::compressed_header_size;

// 0 is a new command. Otherwise the count goes on; where we have said something in between (an
// error, while a long statement is still on its way), the client may not have seen it yet.
compressed_stream::outcome compressed_stream::next_header(compressed_header& h) const {
    outcome found = outcome::malformed;
    for (const std::uint8_t allowed : {std::uint8_t{0}, next_, after_received_}) {
        found = wire::mysql::read_compressed_header(held(), allowed, h);
        if (found != outcome::malformed)
            break;
    }
    return found;
}

std::size_t compressed_stream::wanted() const {
    compressed_header h;
    if (next_header(h) == outcome::ok && h.size() > held().size())
        return std::min(h.size() - held().size(), most_fed);
    return most_fed;
}

void compressed_stream::feed(session::bytes raw) {
    held_.erase(0, std::exchange(held_used_, 0));
    // Twice the room each time, but no more than the frame needs.
    const std::size_t needed = held_.size() + raw.size();
    if (compressed_header h; needed > held_.capacity() && next_header(h) == outcome::ok)
        held_.reserve(std::clamp(2 * held_.capacity(), needed, std::max(needed, h.size())));
    held_.append(session::as_text(raw));
}

bool compressed_stream::ready() const {
    if (plain_ != nullptr)
        return true;
    compressed_header h;
    const outcome found = next_header(h);
    return !malformed_ &&
           (found == outcome::malformed || (found == outcome::ok && h.size() <= held().size()));
}

compressed_stream::outcome compressed_stream::take(std::span<std::byte> into, std::size_t& size) {
    size = 0;
    if (malformed_)
        return outcome::malformed;
    if (plain_ == nullptr) {
        const outcome found = next_frame(into, size);
        if (found == outcome::malformed) {
            malformed_ = true;
            plain_.reset();
            std::string().swap(held_);
            held_used_ = 0;
        }
        if (plain_ == nullptr)
            return found;
    }
    size = std::min(into.size(), plain_size_ - plain_used_);
    std::copy_n(plain_.get() + plain_used_, size, into.begin());
    plain_used_ += size;
    if (plain_used_ == plain_size_)
        plain_.reset();
    return outcome::ok;
}

// Right into `into` if all of it has room there, into `plain_` otherwise.
compressed_stream::outcome compressed_stream::next_frame(std::span<std::byte> into,
                                                         std::size_t& size) {
    compressed_header h;
    if (const outcome found = next_header(h); found != outcome::ok)
        return found;
    if (held().size() < h.size())
        return outcome::need_more;
    const session::bytes payload = held().subspan(compressed_header_size, h.payload);
    const std::size_t unpacked = h.unpacked == 0 ? h.payload : h.unpacked;
    std::span<std::byte> to = into;
    if (unpacked > into.size()) {
        // At most max_compressed, and left as it is: memory that a lie about the size asks for is
        // never touched.
        plain_ = std::make_unique_for_overwrite<std::byte[]>(unpacked);
        plain_size_ = unpacked;
        plain_used_ = 0;
        to = {plain_.get(), unpacked};
    }
    to = to.first(unpacked);
    if (h.unpacked == 0)
        std::copy(payload.begin(), payload.end(), to.begin());
    else if (!unpack(compression_.how, payload, to))
        return outcome::malformed;

    ids_.received(run_of(h.sequence), to);
    next_ = after_received_ = static_cast<std::uint8_t>(h.sequence + 1);
    sent_since_ = false;
    held_used_ += h.size();
    if (held_used_ == held_.size()) {
        std::string().swap(held_);
        held_used_ = 0;
    }
    if (plain_ == nullptr)
        size = unpacked;
    return outcome::ok;
}

packet_ids::run compressed_stream::run_of(std::uint8_t sequence) const {
    // After 255 the count goes on with 0. Where that was ours, a new command is as good as certain.
    if (sequence == 0)
        return !sent_since_ && after_received_ == 0 ? packet_ids::run::same
                                                    : packet_ids::run::command;
    return sent_since_ && sequence == next_ ? packet_ids::run::answer : packet_ids::run::same;
}

void compressed_stream::encode(session::bytes plain, std::string& frames) {
    ids_.sent(plain);
    while (!plain.empty()) {
        const session::bytes part =
            plain.first(std::min<std::size_t>(plain.size(), wire::mysql::max_compressed));
        plain = plain.subspan(part.size());
        sent_since_ = true;
        const std::size_t at = frames.size();
        std::size_t packed = 0;
        if (part.size() >= wire::mysql::min_compressed) {
            frames.resize(at + compressed_header_size + pack_bound(compression_.how, part.size()));
            packed = pack(
                compression_, part,
                std::as_writable_bytes(std::span(frames)).subspan(at + compressed_header_size));
        }
        if (packed == 0 || packed >= part.size()) {
            frames.resize(at);
            wire::mysql::encode_uncompressed(frames, next_, session::as_text(part));
            continue;
        }
        std::string header;
        wire::mysql::encode_compressed_header(header, {static_cast<std::uint32_t>(packed), next_++,
                                                       static_cast<std::uint32_t>(part.size())});
        frames.replace(at, compressed_header_size, header);
        frames.resize(at + compressed_header_size + packed);
    }
}

} // namespace ringfence::net
