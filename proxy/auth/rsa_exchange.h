// How caching_sha2_password (and sha256_password) carry a password without TLS: XORed with the
// nonce and encrypted with the server's RSA key (OAEP with SHA-1), which the server hands out on
// request. Nobody vouches for that key: it keeps out who listens, not who stands in between. MySQL
// documentation, "Caching_sha2_password information".
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ringfence::auth {

// The client's side: what to send to a server with this key (PEM). Nothing: the key is none, is
// not RSA, is shorter than 1024 bits or longer than 16384, or too short for the password.
[[nodiscard]] std::optional<std::string>
seal_password(std::string_view public_key, std::string_view password, std::string_view nonce);

// The server's side. Its key may be kept as long as the process lives; threads may share it.
class rsa_key {
public:
    [[nodiscard]] static rsa_key generate(); // 2048 bits; throws if the system cannot
    // Nothing: not a private RSA key of at least 2048 bits in PEM, without a password.
    [[nodiscard]] static std::optional<rsa_key> from_pem(std::string_view);

    [[nodiscard]] std::string public_pem() const;

    // The password in what a client sent. Nothing: not sealed with this key and nonce, or not of
    // the form of password_in(). To the client, that must look like a wrong password.
    [[nodiscard]] std::optional<std::string> open_password(std::string_view sealed,
                                                           std::string_view nonce) const;

private:
    explicit rsa_key(std::shared_ptr<void> key) : key_(std::move(key)) {}
    std::shared_ptr<void> key_; // an EVP_PKEY
};

} // namespace ringfence::auth
