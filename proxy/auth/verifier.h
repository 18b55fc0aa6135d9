// What is stored of a password: SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>, as in
// pg_authid (RFC 5803).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ringfence::auth {

struct verifier {
    unsigned iterations = 0;
    std::string salt; // raw bytes, as the keys
    std::string stored_key;
    std::string server_key;
};

inline constexpr unsigned default_iterations = 4096;
inline constexpr unsigned most_iterations = 10'000'000;

[[nodiscard]] std::optional<verifier> parse_verifier(std::string_view);
[[nodiscard]] std::string to_string(const verifier&);

// See saslprep.h for passwords beyond ASCII. Salt: 16 random bytes if empty. During a rotation both
// verifiers of a login must have the same salt and iterations, because one exchange can name only
// one.
[[nodiscard]] std::string make_scram_verifier(std::string_view password,
                                              unsigned iterations = default_iterations,
                                              std::string_view salt = {});

} // namespace ringfence::auth
