// The start-up parameters of a client, as the settings of a session: what may not be set later may
// not be set here.
#pragma once

#include "proxy/session/client_login.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringfence::session::postgresql {

// Splits `options` as the server does (pg_split_opts, then -c name=value and --name=value). False:
// it holds anything else.
[[nodiscard]] bool split_options(std::string_view options,
                                 std::vector<std::pair<std::string, std::string>>& out);

// Takes one parameter other than user, database, replication and _pq_.*. Empty: fine; otherwise the
// sentence for the client.
[[nodiscard]] std::string take_parameter(std::string_view name, std::string_view value,
                                         login_request&);

} // namespace ringfence::session::postgresql
