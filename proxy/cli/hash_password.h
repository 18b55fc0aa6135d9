// `ringfence hash-password`: a password goes in, the verifier for the credentials file comes out.
#pragma once

#include "proxy/cli/console.h"

#include <cstdint>
#include <string>

namespace ringfence::cli {

// What the password is for: PostgreSQL; MySQL's caching_sha2_password; mysql_native_password.
enum class hash_method : std::uint8_t { scram, caching_sha2, native };

struct hash_options {
    hash_method method = hash_method::scram;
    unsigned iterations = 0; // 0: the default, or those of `salt_of`; native has none
    std::string salt_of;     // scram: a verifier whose salt is used again, for rotation
};

[[nodiscard]] int hash_password(const hash_options&, console&);

} // namespace ringfence::cli
