// The machines that speak PostgreSQL's protocol 3.
#pragma once

#include "proxy/session/protocol.h"

namespace ringfence::session::postgresql {

[[nodiscard]] const session::protocol& protocol();

} // namespace ringfence::session::postgresql
