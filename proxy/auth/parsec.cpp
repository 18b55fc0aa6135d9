#include "proxy/auth/parsec.h"

#include "proxy/auth/crypto.h"

#include <openssl/evp.h>

#include <memory>

namespace ringfence::auth {
namespace {

constexpr std::size_t salt_size = 18;
constexpr unsigned char most_factor = 3;
constexpr int least_iterations = 1024;
constexpr std::size_t key_size = 32;
constexpr std::size_t signature_size = 64;

const unsigned char* raw(std::string_view s) {
    return reinterpret_cast<const unsigned char*>(s.data());
}
unsigned char* raw(std::string& s) {
    return reinterpret_cast<unsigned char*>(s.data());
}

std::string derived_key(std::string_view password, std::string_view salt, int iterations) {
    std::string key(key_size, '\0');
    const std::string pass(password); // not a null pointer, even if it is empty
    const int made = PKCS5_PBKDF2_HMAC(pass.data(), static_cast<int>(pass.size()), raw(salt),
                                       static_cast<int>(salt.size()), iterations, EVP_sha512(),
                                       static_cast<int>(key.size()), raw(key));
    return made == 1 ? key : std::string();
}

std::string sign(std::string_view key, std::string_view text) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> private_key(
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, raw(key), key.size()),
        EVP_PKEY_free);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          EVP_MD_CTX_free);
    std::string signature(signature_size, '\0');
    std::size_t size = signature.size();
    const bool done =
        private_key && context &&
        EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, private_key.get()) == 1 &&
        EVP_DigestSign(context.get(), raw(signature), &size, raw(text), text.size()) == 1 &&
        size == signature_size;
    return done ? signature : std::string();
}

} // namespace

std::string parsec_answer(std::string_view password, std::string_view nonce, std::string_view how,
                          std::string_view own) {
    const std::string mine = own.empty() ? random_bytes(parsec_nonce_size) : std::string(own);
    if (nonce.size() != parsec_nonce_size || mine.size() != parsec_nonce_size ||
        how.size() != 2 + salt_size || how[0] != 'P' ||
        static_cast<unsigned char>(how[1]) > most_factor)
        return {};
    const int iterations = least_iterations << static_cast<unsigned char>(how[1]);
    const std::string key = derived_key(password, how.substr(2), iterations);
    const std::string signature = key.empty() ? key : sign(key, std::string(nonce) + mine);
    return signature.empty() ? signature : mine + signature;
}

} // namespace ringfence::auth
