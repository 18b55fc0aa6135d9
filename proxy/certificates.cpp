#include "proxy/certificates.h"

#include "policy/text.h"
#include "proxy/files.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>

namespace ringfence::config {

namespace {

constexpr std::size_t max_bytes =
    std::size_t{4} * 1024 * 1024; // a bundle of the world's authorities is 250 kB

struct free_openssl {
    void operator()(BIO* p) const { BIO_free(p); }
    void operator()(X509* p) const { X509_free(p); }
    void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
};
template <class T>
using owned = std::unique_ptr<T, free_openssl>;

// OpenSSL would ask on the terminal for the passphrase of an encrypted key.
int no_passphrase(char*, int, int, void*) {
    return -1;
}

owned<BIO> open(const std::string& text) {
    return owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

owned<X509> read_certificate(const std::filesystem::path& path, std::string& problem) {
    const auto text = read_file(path, max_bytes, problem);
    owned<X509> certificate;
    if (text) {
        const auto bio = open(*text);
        certificate.reset(PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr));
        ERR_clear_error();
        if (!certificate)
            problem = "no certificate in PEM format";
    }
    return certificate;
}

std::string about(const std::filesystem::path& path, const std::string& problem) {
    return policy::printable(path.string(), 512) + ": " + problem;
}

} // namespace

std::string certificate_problem(const std::filesystem::path& path) {
    std::string problem;
    const auto certificate = read_certificate(path, problem);
    return certificate ? std::string() : about(path, problem);
}

std::string key_pair_problem(const std::filesystem::path& path,
                             const std::filesystem::path& key_path) {
    std::string problem;
    const auto certificate = read_certificate(path, problem);
    if (!certificate)
        return about(path, problem);
    const auto text = read_file(key_path, max_bytes, problem);
    if (!text)
        return about(key_path, problem);
    const auto bio = open(*text);
    const owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
    const bool fits = key && X509_check_private_key(certificate.get(), key.get()) == 1;
    ERR_clear_error();
    if (!key)
        return about(key_path, "no private key in PEM format without a passphrase");
    return fits ? std::string()
                : about(key_path, "does not belong to the certificate " +
                                      policy::printable(path.string(), 512));
}

std::optional<std::chrono::system_clock::time_point>
certificate_expiry(const std::filesystem::path& path) {
    std::string problem;
    const auto certificate = read_certificate(path, problem);
    std::tm end{};
    if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end) != 1)
        return std::nullopt;
    return std::chrono::system_clock::from_time_t(timegm(&end));
}

} // namespace ringfence::config
