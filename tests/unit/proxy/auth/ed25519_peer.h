// Ed25519 as OpenSSL has it, against which our clients are checked.
#pragma once

#include <openssl/evp.h>

#include <string>
#include <string_view>

namespace ringfence::auth::test {

inline const unsigned char* raw(std::string_view s) {
    return reinterpret_cast<const unsigned char*>(s.data());
}

inline std::string ed25519_public(std::string_view seed) {
    EVP_PKEY* key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, raw(seed), seed.size());
    std::string out(32, '\0');
    std::size_t size = out.size();
    EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(out.data()), &size);
    EVP_PKEY_free(key);
    return out;
}

inline std::string ed25519_sign(std::string_view seed, std::string_view text) {
    EVP_PKEY* key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, raw(seed), seed.size());
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    std::string out(64, '\0');
    std::size_t size = out.size();
    EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key);
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(out.data()), &size, raw(text),
                   text.size());
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return out;
}

inline bool ed25519_verifies(std::string_view key_bytes, std::string_view signature,
                             std::string_view text) {
    EVP_PKEY* key =
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(key_bytes), key_bytes.size());
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    const bool good =
        key != nullptr && EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, key) == 1 &&
        EVP_DigestVerify(context, raw(signature), signature.size(), raw(text), text.size()) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return good;
}

} // namespace ringfence::auth::test
