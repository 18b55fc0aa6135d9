// INVARIANT: the gate is the one place that puts a client's statement on a server connection, and
// it wants a verdict for it. What the verdict does not let through is replaced by a statement that
// the server itself must refuse, at the same point of the same pipeline: so the server's
// transaction state, its skipping to Sync and its dropping of the unnamed statement are what they
// would be had it raised the error. The server's error is then replaced by ours.
#pragma once

#include "proxy/session/output.h"
#include "proxy/session/view.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::session::postgresql {

class gate {
public:
    // Each takes the client's whole message, type byte and all.
    void query(const verdict&, bytes message, output& to_server);
    void parse(const verdict&, std::string_view statement_name, bytes message, output& to_server);

    void function_call(const verdict&, bytes message, output& to_server);

    // In place of a Bind that refers to a statement which may no longer run. Pre:
    // !verdict.forwards().
    void refuse(const verdict&, output& to_server);

    // If this ErrorResponse is the server's answer to one of our replacements: the encoded error to
    // send in its place. `text` is the message field. Empty: it is the server's own.
    [[nodiscard]] std::string_view ours(std::string_view text);

    [[nodiscard]] bool expecting() const { return !denials_.empty(); }
    // Nothing is in flight any more: replacements that the server skipped will never be answered.
    void settle() { denials_.clear(); }

private:
    struct denial {
        std::uint32_t number;
        std::string error;
    };
    [[nodiscard]] std::string replacement(const verdict&);

    std::vector<denial> denials_;
    std::uint32_t next_ = 1;
    std::string answer_;
};

// The ErrorResponse that a client sees for a denial (DESIGN 11).
[[nodiscard]] std::string encode_denial(const verdict&);

} // namespace ringfence::session::postgresql
