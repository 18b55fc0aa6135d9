// The few primitives that the login dialogues need, from OpenSSL.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ringfence::auth {

[[nodiscard]] std::string base64(std::string_view);
// Strict: no white space, no missing padding.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view);
// Strict: an even number of digits, of either case.
[[nodiscard]] std::optional<std::string> from_hex(std::string_view);
[[nodiscard]] std::string to_hex(std::string_view); // lower case
[[nodiscard]] std::string sha1(std::string_view);
[[nodiscard]] std::string sha256(std::string_view);
[[nodiscard]] std::string sha512(std::string_view);
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view data);
[[nodiscard]] std::string pbkdf2_sha256(std::string_view password, std::string_view salt,
                                        unsigned iterations);
[[nodiscard]] std::string md5_hex(std::string_view); // empty where the system forbids MD5
[[nodiscard]] std::string random_bytes(std::size_t); // throws when there are none
[[nodiscard]] std::string exclusive_or(std::string_view a, std::string_view b); // pre: same size
// Takes the same time wherever they differ.
[[nodiscard]] bool equal(std::string_view a, std::string_view b);

} // namespace ringfence::auth
