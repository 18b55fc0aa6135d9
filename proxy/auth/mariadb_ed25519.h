// MariaDB's client_ed25519, the client's side: the nonce is signed with a key that is made of the
// password. Ed25519 (RFC 8032), but its secret is the password itself, of any length, where the RFC
// has 32 random bytes. OpenSSL signs with the latter only; so this uses its arithmetic. MariaDB
// documentation, "Authentication Plugin - ed25519".
#pragma once

#include <string>
#include <string_view>

namespace ringfence::auth {

inline constexpr std::string_view mariadb_ed25519 = "client_ed25519";
inline constexpr std::size_t ed25519_nonce_size = 32;

// The public key, 32 bytes: what the server stores (in base 64, without its padding).
[[nodiscard]] std::string ed25519_key(std::string_view password);

// The answer to the nonce: a signature, 64 bytes. Empty: the nonce has another size, or OpenSSL
// lacks what this needs.
[[nodiscard]] std::string ed25519_answer(std::string_view password, std::string_view nonce);

} // namespace ringfence::auth
