#include "proxy/session/mysql/server_trouble.h"

#include "policy/text.h"

namespace ringfence::session::mysql {

// What a client may know: that the server is full, or has no such database. Not who we tried to be.
server_trouble trouble_of(const wire::mysql::error& e) {
    const std::string number = " (error " + std::to_string(e.code) + ")";
    switch (e.code) {
    case 1040: // too many connections
    case 1203: // max_user_connections
    case 1226: // max_connections_per_hour, and the like
        return {"ringfence: the server has no connection to spare", "53300"};
    case 1049:
        return {policy::printable(e.message, 256), "3D000"};
    case 1044: // of the database
    case 1045: // of the password
    case 1698: // of an account without one
    case 1820: // its password has expired
    case 1862:
    case 3118: // it is locked
    case 4151:
        return {"ringfence: the server refused ringfence's own login" + number +
                    ": see the credentials file and the server's log",
                "08006"};
    case 1129: // after too many errors
    case 1130:
        return {"ringfence: the server takes no connections from ringfence's host" + number,
                "08006"};
    case 3159:
        return {"ringfence: the server demands TLS" + number, "08006"};
    default:
        return {"ringfence: the server did not take the connection" + number, "08006"};
    }
}

} // namespace ringfence::session::mysql
