// caching_sha2_password, both sides. The fast path: the nonce is answered with SHA256(password) XOR
// SHA256(SHA256(SHA256(password)) + nonce), which a server can check that has seen the password
// before. If it has not, it asks for the password itself, over TLS or encrypted with its RSA key
// (rsa_exchange.h), and checks that against what is stored (sha2_verifier.h). MySQL documentation,
// "Caching_sha2_password information". Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ringfence::auth {

inline constexpr std::string_view caching_sha2 = "caching_sha2_password";

// A longer password is refused before anything is hashed: SHA-crypt takes the square of its length.
inline constexpr std::size_t longest_mysql_password = 256;

// The client's side. 32 bytes; none for an empty password, as the protocol has it.
[[nodiscard]] std::string sha2_answer(std::string_view password, std::string_view nonce);

// What a server keeps in memory of a password that was right: SHA256(SHA256(password)). Whoever
// has it cannot log in with it, but can check guesses fast: it is not for files.
[[nodiscard]] std::string sha2_digest(std::string_view password);

// The server's side of the fast path. An empty answer is never right.
[[nodiscard]] bool check_sha2_answer(std::string_view answer, std::string_view nonce,
                                     std::string_view digest);

// The packet in which a client sends its password over TLS: the password and a zero. Nothing: not
// of this form, empty, too long, or a zero inside. A view into the packet.
[[nodiscard]] std::optional<std::string_view> password_in(std::string_view packet);

} // namespace ringfence::auth
