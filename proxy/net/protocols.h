// The machines for each engine.
#pragma once

#include "proxy/session/protocol.h"

namespace ringfence::net {

[[nodiscard]] const session::protocol& protocol_of(policy::engine);

} // namespace ringfence::net
