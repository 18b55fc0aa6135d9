// The packets between a login and its OK or ERR: a server that asks for another plugin, and what
// plugins say to each other. MySQL documentation, "Connection Phase Packets".
#pragma once

#include "proxy/wire/mysql/capabilities.h"
#include "proxy/wire/mysql/cursor.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace ringfence::wire::mysql {

// What the server's packet is, by its first byte.
enum class authentication_kind : std::uint8_t {
    ok,          // decode_ok()
    error,       // decode_error()
    old_switch,  // to mysql_old_password, which nobody may use any more
    switch_to,   // AuthSwitchRequest: begin anew with this plugin
    more_data,   // AuthMoreData: of the plugin in use
    plain_data,  // the same from a MariaDB, which wraps only what would look like another packet
    next_factor, // AuthNextFactor: a further plugin, after the first was content (MySQL 8.0.27)
};

struct authentication {
    authentication_kind kind = authentication_kind::error;
    std::string_view plugin; // of switch_to and next_factor
    std::string_view data;   // as the plugin defines it; a nonce keeps the zero at its end
};

// Takes the payload of a packet that is no greeting; an empty one is malformed. Views point into
// the payload. A further factor exists only if both sides can multi_factor_auth.
outcome decode_authentication(bytes payload, capabilities in_force, authentication&);

// Each appends the payload. The client's answers have no form of their own: a payload is what the
// plugin says.
void encode_auth_switch(std::string& out, std::string_view plugin, std::string_view data);
void encode_auth_more_data(std::string& out, std::string_view data);

// The nonce of a switch, which most plugins send with a zero at its end.
[[nodiscard]] std::string_view without_zero(std::string_view nonce);

// What caching_sha2_password says. MySQL documentation, "Caching_sha2_password information".
namespace caching_sha2 {
inline constexpr char request_key = 2; // the client wants the server's RSA key
inline constexpr char fast_ok = 3;     // more_data: the server knew the answer to be right
inline constexpr char full_login = 4;  // more_data: it wants the password, by TLS or RSA
} // namespace caching_sha2

} // namespace ringfence::wire::mysql
