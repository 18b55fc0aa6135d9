#include "proxy/observe/digest.h"

#include <openssl/evp.h>

#include <array>

namespace ringfence::observe {

std::string short_digest(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned length = 0;
    if (EVP_Digest(text.data(), text.size(), hash.data(), &length, EVP_sha256(), nullptr) != 1)
        return {};
    std::string out;
    for (std::size_t i = 0; i < 8; ++i) {
        out += digits[hash[i] >> 4U];
        out += digits[hash[i] & 0x0fU];
    }
    return out;
}

} // namespace ringfence::observe
