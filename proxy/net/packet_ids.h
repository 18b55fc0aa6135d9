// The sequence ids of packets on a compressed connection. Servers look at those of the frames only,
// so clients put anything into those of the packets: some always zero, some the frame's. What is
// above us, and the server behind us, counts. So the packets of a client are numbered here as they
// would be without compression.
#pragma once

#include "proxy/session/output.h"
#include "proxy/wire/mysql/packet.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace ringfence::net {

class packet_ids {
public:
    // What the next bytes of the client are.
    enum class run : std::uint8_t {
        command, // each packet that does not continue one begins a command, and is 0
        answer,  // to what we sent last (LOAD DATA LOCAL, a password): numbered on behind it
        same,    // as what came before
    };
    void received(run what, std::span<std::byte> plain) {
        if (what != run::same)
            commands_ = what == run::command;
        if (what == run::answer)
            next_received_ = next_sent_;
        received_.follow(plain, [this](std::byte& id, bool continues) {
            if (commands_ && !continues)
                next_received_ = 0;
            id = std::byte{next_received_++};
        });
    }
    void sent(session::bytes plain) {
        sent_.follow(plain, [this](const std::byte& id, bool) {
            next_sent_ = static_cast<std::uint8_t>(std::to_integer<unsigned>(id) + 1);
        });
    }

private:
    // Where the packets of a stream begin, which comes in pieces of any size.
    class walk {
    public:
        template <class Byte, class F>
        void follow(std::span<Byte> stream, F on_id) {
            while (!stream.empty()) {
                if (payload_ > 0) {
                    const auto n = std::min<std::size_t>(payload_, stream.size());
                    payload_ -= static_cast<std::uint32_t>(n);
                    stream = stream.subspan(n);
                    continue;
                }
                Byte& b = stream.front();
                stream = stream.subspan(1);
                if (seen_ < 3) {
                    length_ |= std::to_integer<std::uint32_t>(b) << (8 * seen_++);
                    continue;
                }
                on_id(b, continues_);
                continues_ = length_ == wire::mysql::max_payload;
                payload_ = length_;
                length_ = 0;
                seen_ = 0;
            }
        }

    private:
        std::uint32_t payload_ = 0; // still to come of it
        std::uint32_t length_ = 0;  // of a header that is not complete
        unsigned seen_ = 0;         // bytes of that header
        bool continues_ = false;    // the packet before was full: the next one goes on with it
    };

    walk received_, sent_;
    bool commands_ = true;
    std::uint8_t next_received_ = 0;
    std::uint8_t next_sent_ = 0;
};

} // namespace ringfence::net
