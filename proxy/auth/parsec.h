// MariaDB's parsec (11.6 and later), the client's side. The server sends a nonce; the client
// answers with an empty packet; the server sends how to make a key of the password, and the client
// signs both nonces with it, by plain Ed25519. MariaDB documentation, "Authentication Plugin -
// PARSEC".
#pragma once

#include <string>
#include <string_view>

namespace ringfence::auth {

inline constexpr std::string_view mariadb_parsec = "parsec";
inline constexpr std::size_t parsec_nonce_size = 32;

// `how`: the server's packet, 'P', the logarithm of the iterations less 10 (at most 3), a salt of
// 18 bytes. The answer is the client's nonce and the signature, 96 bytes. Empty: `how` or a nonce
// is of another form; a server that asks for more work than MariaDB ever does is not answered.
// `own`: the client's nonce, random if empty.
[[nodiscard]] std::string parsec_answer(std::string_view password, std::string_view nonce,
                                        std::string_view how, std::string_view own = {});

} // namespace ringfence::auth
