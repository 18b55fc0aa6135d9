// MySQL's compressed protocol, on our side of a client: its bytes become plain packets, plain
// packets become frames. No I/O. MySQL documentation, "Compression".
#pragma once

#include "proxy/net/compression.h"
#include "proxy/net/packet_ids.h"
#include "proxy/session/output.h"
#include "proxy/wire/mysql/compression.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace ringfence::net {

class compressed_stream {
public:
    using outcome = wire::mysql::outcome;

    explicit compressed_stream(compression c) : compression_(c) {}

    // How many bytes of the peer to feed next, at most: never beyond a frame that does not fit into
    // a few kilobytes, so that no more than it is held.
    static constexpr std::size_t most_fed = std::size_t{16} * 1024;
    [[nodiscard]] std::size_t wanted() const;
    void feed(session::bytes raw);

    // The next plain bytes, at most as many as `into` has, and of one frame only: a client that
    // does not wait for our answers numbers the frames of each command from 0, and we those of the
    // answer behind them, so the caller can take one command at a time. A frame's bytes come out
    // when all of it was found to be right. Malformed stays so.
    [[nodiscard]] outcome take(std::span<std::byte> into, std::size_t& size);
    // take() has something to say without another byte.
    [[nodiscard]] bool ready() const;
    // Nothing of the peer is here, not even a part of a frame; no buffer is held.
    [[nodiscard]] bool drained() const { return plain_ == nullptr && held_.empty(); }

    // Appends the frames for `plain`.
    void encode(session::bytes plain, std::string& frames);

private:
    [[nodiscard]] session::bytes held() const {
        return session::as_bytes(held_).subspan(held_used_);
    }
    [[nodiscard]] outcome next_header(wire::mysql::compressed_header&) const;
    [[nodiscard]] outcome next_frame(std::span<std::byte> into, std::size_t& size);
    [[nodiscard]] packet_ids::run run_of(std::uint8_t sequence) const;

    compression compression_;
    packet_ids ids_;
    std::string held_; // as it came; what is used up is dropped with the next feed
    std::size_t held_used_ = 0;
    std::unique_ptr<std::byte[]> plain_; // of one frame, what had no room yet
    std::size_t plain_size_ = 0;
    std::size_t plain_used_ = 0;
    bool malformed_ = false;
    bool sent_since_ = false;         // something, behind the last frame received
    std::uint8_t next_ = 0;           // counts the frames of both sides
    std::uint8_t after_received_ = 0; // as a client counts that has not seen what we sent since
};

} // namespace ringfence::net
