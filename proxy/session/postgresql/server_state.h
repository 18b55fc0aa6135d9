// What a PostgreSQL server said of itself at the login.
#pragma once

#include "proxy/session/server_state.h"

#include <string>

namespace ringfence::session::postgresql {

struct server_state final : session::server_state {
    std::string parameter_status; // encoded messages, in the order received, for the client
    unsigned server_major = 0;

    [[nodiscard]] bool alike(const session::server_state& o) const override {
        const auto& other = static_cast<const server_state&>(o);
        return parameter_status == other.parameter_status && says_role == other.says_role &&
               standby == other.standby && read_only == other.read_only;
    }
};

} // namespace ringfence::session::postgresql
