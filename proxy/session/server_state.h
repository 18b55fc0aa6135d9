// What a server turned out to be when ringfence logged in there. Immutable; connections that are
// alike share one.
#pragma once

#include <memory>

namespace ringfence::session {

struct server_state {
    bool says_role = false; // whether it is a standby, and read-only, is known
    bool standby = false;
    bool read_only = false;

    server_state() = default;
    virtual ~server_state() = default;
    // Pre: both are of the same engine.
    [[nodiscard]] virtual bool alike(const server_state&) const = 0;

protected:
    server_state(const server_state&) = default;
    server_state& operator=(const server_state&) = default;
};
using server_state_ptr = std::shared_ptr<const server_state>;

} // namespace ringfence::session
