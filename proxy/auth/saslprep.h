// How a password is prepared before it is hashed (RFC 4013), as PostgreSQL does it.
#pragma once

#include <string>
#include <string_view>

namespace ringfence::auth {

// A password that is not UTF-8, or holds what RFC 4013 prohibits, is used as it is: so do
// PostgreSQL and libpq. ASCII never changes. What we leave out is the normalisation to NFKC:
// whoever wants compatibility forms (ligatures, full-width letters, combining accents) in a
// password must let PostgreSQL make the verifier.
[[nodiscard]] std::string saslprep(std::string_view password);

} // namespace ringfence::auth
