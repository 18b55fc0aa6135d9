#include "proxy/auth/verifier.h"

#include "proxy/auth/crypto.h"
#include "proxy/auth/saslprep.h"

#include <charconv>

namespace ringfence::auth {
namespace {

constexpr std::string_view prefix = "SCRAM-SHA-256$";
constexpr std::size_t key_size = 32;

} // namespace

std::optional<verifier> parse_verifier(std::string_view text) {
    if (!text.starts_with(prefix))
        return std::nullopt;
    text.remove_prefix(prefix.size());
    verifier v;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), v.iterations);
    if (parsed.ec != std::errc() || v.iterations == 0 || v.iterations > most_iterations)
        return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
    const auto dollar = text.find('$');
    if (!text.starts_with(':') || dollar == std::string_view::npos)
        return std::nullopt;
    const auto colon = text.find(':', dollar);
    if (colon == std::string_view::npos)
        return std::nullopt;
    const auto salt = from_base64(text.substr(1, dollar - 1));
    const auto stored = from_base64(text.substr(dollar + 1, colon - dollar - 1));
    const auto server = from_base64(text.substr(colon + 1));
    if (!salt || !stored || !server || stored->size() != key_size || server->size() != key_size)
        return std::nullopt;
    v.salt = *salt;
    v.stored_key = *stored;
    v.server_key = *server;
    return v;
}

std::string to_string(const verifier& v) {
    return std::string(prefix) + std::to_string(v.iterations) + ':' + base64(v.salt) + '$' +
           base64(v.stored_key) + ':' + base64(v.server_key);
}

std::string make_scram_verifier(std::string_view password, unsigned iterations,
                                std::string_view salt) {
    verifier v;
    v.iterations = iterations;
    v.salt = salt.empty() ? random_bytes(16) : std::string(salt);
    const std::string salted = pbkdf2_sha256(saslprep(password), v.salt, iterations);
    v.stored_key = sha256(hmac_sha256(salted, "Client Key"));
    v.server_key = hmac_sha256(salted, "Server Key");
    return to_string(v);
}

} // namespace ringfence::auth
