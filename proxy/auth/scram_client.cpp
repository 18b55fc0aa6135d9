#include "proxy/auth/scram_client.h"

#include "proxy/auth/crypto.h"
#include "proxy/auth/saslprep.h"

#include <charconv>
#include <map>
#include <mutex>

namespace ringfence::auth {
namespace {

// A few logins with a few salts: more would be a server that changes its salt at each login.
constexpr std::size_t most_cached = 1024;

// The server chooses how often we hash, and a worker's other sessions wait meanwhile: a third of a
// second at most.
constexpr unsigned most_accepted_iterations = 1'000'000;

std::string salted_password(const std::string& password, const std::string& salt,
                            unsigned iterations) {
    static std::mutex mutex;
    static std::map<std::string, std::string>
        cache; // by a hash, so that no password lies about in it
    const std::string key = sha256(std::to_string(iterations) + ':' + std::to_string(salt.size()) +
                                   ':' + salt + password);
    {
        const std::lock_guard lock(mutex);
        if (auto it = cache.find(key); it != cache.end())
            return it->second;
    }
    std::string made = pbkdf2_sha256(password, salt, iterations);
    const std::lock_guard lock(mutex);
    if (cache.size() >= most_cached)
        cache.clear();
    cache.emplace(key, made);
    return made;
}

} // namespace

scram_client::scram_client(std::string_view password, std::string end_point_hash, bool could_bind)
    : password_(saslprep(password)), end_point_hash_(std::move(end_point_hash)),
      gs2_header_(!end_point_hash_.empty() ? "p=tls-server-end-point,,"
                  : could_bind             ? "y,,"
                                           : "n,,"),
      nonce_(base64(random_bytes(18))), first_bare_("n=,r=" + nonce_) {}

std::string scram_client::first() {
    return gs2_header_ + first_bare_;
}

std::string scram_client::final(std::string_view server_first) {
    std::string_view rest = server_first;
    const auto next = [&rest](std::string_view name) -> std::string_view {
        if (!rest.starts_with(name))
            return {};
        const auto comma = rest.find(',');
        const auto value = rest.substr(2, comma == std::string_view::npos ? comma : comma - 2);
        rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
        return value;
    };
    const std::string nonce(next("r="));
    const auto salt = from_base64(next("s="));
    const std::string_view count = next("i=");
    unsigned iterations = 0;
    const auto parsed = std::from_chars(count.data(), count.data() + count.size(), iterations);
    if (!nonce.starts_with(nonce_) || nonce.size() == nonce_.size() || !salt || count.empty() ||
        parsed.ptr != count.data() + count.size() || iterations == 0 ||
        iterations > most_accepted_iterations)
        return {};
    const std::string salted = salted_password(password_, *salt, iterations);
    const std::string without_proof = "c=" + base64(gs2_header_ + end_point_hash_) + ",r=" + nonce;
    const std::string message = first_bare_ + ',' + std::string(server_first) + ',' + without_proof;
    const std::string client_key = hmac_sha256(salted, "Client Key");
    const std::string proof = exclusive_or(client_key, hmac_sha256(sha256(client_key), message));
    server_signature_ = hmac_sha256(hmac_sha256(salted, "Server Key"), message);
    return without_proof + ",p=" + base64(proof);
}

bool scram_client::verify(std::string_view server_final) const {
    if (server_signature_.empty() || !server_final.starts_with("v="))
        return false;
    const auto signature = from_base64(server_final.substr(
        2, server_final.find(',') == std::string_view::npos ? std::string_view::npos
                                                            : server_final.find(',') - 2));
    return signature && equal(*signature, server_signature_);
}

} // namespace ringfence::auth
