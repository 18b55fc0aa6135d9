#include "proxy/auth/rsa_exchange.h"

#include "proxy/auth/caching_sha2.h"
#include "proxy/auth/crypto.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <stdexcept>

namespace ringfence::auth {
namespace {

constexpr int least_public_bits = 1024; // what servers of some age have
constexpr int most_public_bits = 16384;
constexpr int own_bits = 2048;
constexpr std::size_t longest_pem = std::size_t{16} * 1024;

using key_ptr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using context_ptr = std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)>;
using bio_ptr = std::unique_ptr<BIO, decltype(&BIO_free)>;

const unsigned char* raw(std::string_view s) {
    return reinterpret_cast<const unsigned char*>(s.data());
}
unsigned char* raw(std::string& s) {
    return reinterpret_cast<unsigned char*>(s.data());
}

// Never asks at a terminal.
int no_passphrase(char*, int, int, void*) {
    return -1;
}

key_ptr read_key(std::string_view pem, bool is_public) {
    key_ptr key(nullptr, EVP_PKEY_free);
    const bio_ptr bio(pem.empty() || pem.size() > longest_pem
                          ? nullptr
                          : BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                      BIO_free);
    if (bio)
        key.reset(is_public ? PEM_read_bio_PUBKEY(bio.get(), nullptr, no_passphrase, nullptr)
                            : PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
    ERR_clear_error();
    if (key && EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA)
        key.reset();
    return key;
}

using crypt_init = int (*)(EVP_PKEY_CTX*);
using crypt_run = int (*)(EVP_PKEY_CTX*, unsigned char*, std::size_t*, const unsigned char*,
                          std::size_t);

std::optional<std::string> run_oaep(EVP_PKEY* key, crypt_init init, crypt_run run,
                                    std::string_view in) {
    const context_ptr context(EVP_PKEY_CTX_new(key, nullptr), EVP_PKEY_CTX_free);
    std::string out(static_cast<std::size_t>(EVP_PKEY_get_size(key)), '\0');
    std::size_t size = out.size();
    const bool done = context && init(context.get()) > 0 &&
                      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) > 0 &&
                      run(context.get(), raw(out), &size, raw(in), in.size()) > 0;
    ERR_clear_error();
    if (!done)
        return std::nullopt;
    out.resize(size);
    return out;
}

// The nonce, again and again. Pre: not empty.
std::string masked(std::string text, std::string_view nonce) {
    for (std::size_t i = 0; i < text.size(); ++i)
        text[i] = static_cast<char>(static_cast<unsigned char>(text[i]) ^
                                    static_cast<unsigned char>(nonce[i % nonce.size()]));
    return text;
}

} // namespace

std::optional<std::string> seal_password(std::string_view public_key, std::string_view password,
                                         std::string_view nonce) {
    const key_ptr key = read_key(public_key, true);
    if (!key || nonce.empty() || EVP_PKEY_get_bits(key.get()) < least_public_bits ||
        EVP_PKEY_get_bits(key.get()) > most_public_bits)
        return std::nullopt;
    return run_oaep(key.get(), EVP_PKEY_encrypt_init, EVP_PKEY_encrypt,
                    masked(std::string(password) + '\0', nonce));
}

rsa_key rsa_key::generate() {
    EVP_PKEY* key = EVP_RSA_gen(own_bits);
    if (key == nullptr)
        throw std::runtime_error("no RSA key could be made");
    return rsa_key(std::shared_ptr<EVP_PKEY>(key, EVP_PKEY_free));
}

std::optional<rsa_key> rsa_key::from_pem(std::string_view pem) {
    key_ptr key = read_key(pem, false);
    if (!key || EVP_PKEY_get_bits(key.get()) < own_bits)
        return std::nullopt;
    return rsa_key(std::shared_ptr<EVP_PKEY>(std::move(key)));
}

std::string rsa_key::public_pem() const {
    const bio_ptr bio(BIO_new(BIO_s_mem()), BIO_free);
    if (!bio || PEM_write_bio_PUBKEY(bio.get(), static_cast<EVP_PKEY*>(key_.get())) != 1)
        return {};
    char* text = nullptr;
    const auto size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

std::optional<std::string> rsa_key::open_password(std::string_view sealed,
                                                  std::string_view nonce) const {
    auto* key = static_cast<EVP_PKEY*>(key_.get());
    if (nonce.empty() || sealed.size() != static_cast<std::size_t>(EVP_PKEY_get_size(key)))
        return std::nullopt;
    const auto opened = run_oaep(key, EVP_PKEY_decrypt_init, EVP_PKEY_decrypt, sealed);
    if (!opened)
        return std::nullopt;
    const std::string clear = masked(*opened, nonce);
    const auto password = password_in(clear);
    return password ? std::optional<std::string>(*password) : std::nullopt;
}

} // namespace ringfence::auth
