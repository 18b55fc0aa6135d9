// INVARIANT: the gate is the one place that puts a client's statement on a server connection, and
// it wants a verdict for it. What the verdict does not let through is replaced by a statement that
// raises an error at the server, with the same number: so what the server remembers of its last
// statement (SHOW WARNINGS, ROW_COUNT(), GET DIAGNOSTICS) is what it would be had it refused the
// client's. The server's error is then replaced by ours, which can say more.
#pragma once

#include "proxy/session/output.h"
#include "proxy/session/view.h"
#include "proxy/wire/mysql/capabilities.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace ringfence::session::mysql {

// What a client is told instead of an answer.
struct refusal {
    std::uint16_t code = 0;
    std::string sqlstate;
    std::string message;
};
// Of a denial (DESIGN 11).
[[nodiscard]] refusal refusal_of(const verdict&);

class gate {
public:
    explicit gate(wire::mysql::capabilities in_force) : in_force_(in_force) {}

    // All packets of a statement, of which `message` may be the first part only. Pre: it forwards.
    static void pass(const verdict&, bytes message, output& to_server);
    // In place of a statement of any form, all of whose packets are here or have been dropped;
    // `sequence`: the id that its answer has for the client.
    void refuse(refusal, std::uint8_t sequence, output& to_server);

    // The server answers a replacement: what it says is dropped, and answer() sent when it is done.
    [[nodiscard]] bool replacing() const { return replacing_; }
    // Ends the replacement: the encoded error for the client.
    [[nodiscard]] std::string answer();

private:
    wire::mysql::capabilities in_force_;
    bool replacing_ = false;
    std::uint8_t sequence_ = 0;
    refusal told_;
};

// An ERR packet, whole.
[[nodiscard]] std::string encode_refusal(const refusal&, std::uint8_t sequence);

} // namespace ringfence::session::mysql
