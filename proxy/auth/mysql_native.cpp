#include "proxy/auth/mysql_native.h"

#include "proxy/auth/crypto.h"

#include <algorithm>
#include <cctype>

namespace ringfence::auth {
namespace {

constexpr std::size_t hash_size = 20;
constexpr std::size_t nonce_size = 20;

std::string with_nonce(std::string_view nonce, std::string_view hash) {
    return sha1(std::string(nonce) + std::string(hash));
}

} // namespace

std::string make_mysql_nonce() {
    std::string nonce;
    while (nonce.size() < nonce_size)
        for (const char c : random_bytes(2 * nonce_size)) {
            const auto ascii = static_cast<char>(static_cast<unsigned char>(c) & 0x7f);
            if (ascii != '\0' && ascii != '$' && nonce.size() < nonce_size)
                nonce += ascii;
        }
    return nonce;
}

std::optional<std::string> parse_native_verifier(std::string_view text) {
    if (text.size() != 1 + 2 * hash_size || !text.starts_with('*'))
        return std::nullopt;
    return from_hex(text.substr(1));
}

std::string format_native_verifier(std::string_view hash) {
    std::string text = '*' + to_hex(hash);
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

std::string make_native_verifier(std::string_view password) {
    return format_native_verifier(sha1(sha1(password)));
}

std::string native_answer(std::string_view password, std::string_view nonce) {
    if (password.empty())
        return {};
    const std::string once = sha1(password);
    return exclusive_or(once, with_nonce(nonce, sha1(once)));
}

bool check_native_answer(std::string_view answer, std::string_view nonce, std::string_view hash) {
    if (answer.size() != hash_size || hash.size() != hash_size)
        return false;
    const std::string mask = with_nonce(nonce, hash);
    return mask.size() == hash_size && equal(sha1(exclusive_or(answer, mask)), hash);
}

} // namespace ringfence::auth
