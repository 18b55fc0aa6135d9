#include "proxy/session/client_login.h"

namespace ringfence::session {

std::string_view to_string(login_failure f) {
    switch (f) {
    case login_failure::none:
        return "none";
    case login_failure::protocol:
        return "protocol";
    case login_failure::tls_required:
        return "tls_required";
    case login_failure::certificate:
        return "certificate";
    case login_failure::unknown_or_password:
        return "unknown_or_password";
    case login_failure::database:
        return "database";
    case login_failure::replication:
        return "replication";
    case login_failure::timeout:
        return "timeout";
    case login_failure::limit:
        return "limit";
    case login_failure::pool:
        return "pool";
    case login_failure::server:
        return "server";
    }
    return "none";
}

} // namespace ringfence::session
