// Bytes as a test writes them down: in hexadecimal, with blanks for the reader.
#pragma once

#include "proxy/auth/crypto.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace ringfence::auth::test {

inline std::string hex(std::string_view text) {
    std::string digits(text);
    digits.erase(std::remove(digits.begin(), digits.end(), ' '), digits.end());
    return from_hex(digits).value();
}

} // namespace ringfence::auth::test
