// mysql_native_password, both sides: the nonce is answered with
// SHA1(password) XOR SHA1(nonce + SHA1(SHA1(password))). MySQL documentation, "Native
// Authentication". Old and weak (whoever has read the stored hash needs one answer on the wire to
// log in), but what most MariaDB accounts still use. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ringfence::auth {

inline constexpr std::string_view mysql_native = "mysql_native_password";

// For the two methods of MySQL that share the nonce of the greeting: 20 random bytes of ASCII, none
// of them a zero or a '$', which clients and servers of some age would trip over.
[[nodiscard]] std::string make_mysql_nonce();

// What is stored: SHA1(SHA1(password)), written as in mysql.user, '*' and 40 hexadecimal digits.
// Reads that as 20 raw bytes; writes it in upper case. Nothing: not of this form.
[[nodiscard]] std::optional<std::string> parse_native_verifier(std::string_view);
[[nodiscard]] std::string format_native_verifier(std::string_view hash);
[[nodiscard]] std::string make_native_verifier(std::string_view password);

// The client's side. 20 bytes; none for an empty password, as the protocol has it.
[[nodiscard]] std::string native_answer(std::string_view password, std::string_view nonce);

// The server's side. `hash`: from parse_native_verifier(). An empty answer, which would be an empty
// password, is never right.
[[nodiscard]] bool check_native_answer(std::string_view answer, std::string_view nonce,
                                       std::string_view hash);

} // namespace ringfence::auth
