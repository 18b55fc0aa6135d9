// `ringfence hash-password`: a password goes in, the verifier for the credentials file comes out.
#pragma once

#include "proxy/cli/console.h"

#include <string>

namespace ringfence::cli {

struct hash_options {
    unsigned iterations = 0; // 0: the default, or those of `salt_of`
    std::string salt_of;     // a verifier whose salt is used again, for rotation
};

[[nodiscard]] int hash_password(const hash_options&, console&);

} // namespace ringfence::cli
