// What is stored of a password of caching_sha2_password, as in mysql.user:
// $A$<rounds / 1000, three hexadecimal digits>$<salt of 20 bytes><43 characters of SHA-256 crypt>.
// MySQL documentation, "Caching_sha2_password information"; U. Drepper, "Unix crypt using SHA-256
// and SHA-512", but for the salt, which has 16 bytes there.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ringfence::auth {

struct sha2_verifier {
    unsigned rounds = 0; // a multiple of 1000
    std::string salt;    // raw bytes
    std::string digest;  // as crypt writes it
};

inline constexpr unsigned default_rounds = 5000; // of MySQL 8; 9.7 takes 10,000
inline constexpr unsigned least_rounds = 5000;
inline constexpr unsigned most_rounds = 4'095'000;

// Reads also what SHOW CREATE USER shows under print_identified_with_as_hex: "0x" and the same in
// hexadecimal digits, since a server's salts may hold anything but a zero and a '$'. Nothing: not
// of one of the two forms.
[[nodiscard]] std::optional<sha2_verifier> parse_sha2_verifier(std::string_view);
[[nodiscard]] std::string to_string(const sha2_verifier&);

// Salt: 20 random characters that can stand in any file, if empty. Pre: rounds within the bounds
// above and a multiple of 1000; a salt of 20 bytes; at most longest_mysql_password bytes.
[[nodiscard]] std::string make_sha2_verifier(std::string_view password,
                                             unsigned rounds = default_rounds,
                                             std::string_view salt = {});

// Costs as many hashes as the verifier has rounds. An empty or too long password is never right.
[[nodiscard]] bool check_sha2_password(const sha2_verifier&, std::string_view password);

// For a login that is not known: costs the same, and no password fits. The same at each attempt.
[[nodiscard]] sha2_verifier sha2_decoy(std::string_view key, std::string_view login,
                                       unsigned rounds = default_rounds);

} // namespace ringfence::auth
