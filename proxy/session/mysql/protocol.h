// The machines that speak MySQL's and MariaDB's protocol 10.
#pragma once

#include "proxy/session/protocol.h"

namespace ringfence::session::mysql {

[[nodiscard]] const session::protocol& protocol();

} // namespace ringfence::session::mysql
