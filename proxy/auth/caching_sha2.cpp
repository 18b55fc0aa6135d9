#include "proxy/auth/caching_sha2.h"

#include "proxy/auth/crypto.h"

namespace ringfence::auth {
namespace {

constexpr std::size_t digest_size = 32;

std::string with_nonce(std::string_view digest, std::string_view nonce) {
    return sha256(std::string(digest) + std::string(nonce));
}

} // namespace

std::string sha2_answer(std::string_view password, std::string_view nonce) {
    if (password.empty())
        return {};
    const std::string once = sha256(password);
    return exclusive_or(once, with_nonce(sha256(once), nonce));
}

std::string sha2_digest(std::string_view password) {
    return sha256(sha256(password));
}

bool check_sha2_answer(std::string_view answer, std::string_view nonce, std::string_view digest) {
    if (answer.size() != digest_size || digest.size() != digest_size)
        return false;
    return equal(sha256(exclusive_or(answer, with_nonce(digest, nonce))), digest);
}

std::optional<std::string_view> password_in(std::string_view packet) {
    const std::string_view password = packet.substr(0, packet.find('\0'));
    if (password.empty() || password.size() > longest_mysql_password ||
        packet.size() != password.size() + 1)
        return std::nullopt;
    return password;
}

} // namespace ringfence::auth
