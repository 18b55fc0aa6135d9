#include "proxy/auth/sha2_verifier.h"

#include "proxy/auth/caching_sha2.h"
#include "proxy/auth/crypto.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace ringfence::auth {
namespace {

constexpr std::string_view prefix = "$A$";
constexpr std::size_t rounds_size = 3;
constexpr unsigned rounds_unit = 1000;
constexpr std::size_t salt_size = 20;
constexpr std::size_t digest_size = 43;
// Crypt's own base 64: another order of the letters, and the lowest bits first.
constexpr std::string_view letters =
    "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

// `size` bytes of `block`, again and again.
std::string repeated(std::string_view block, std::size_t size) {
    std::string out;
    while (out.size() < size)
        out += block.substr(0, size - out.size());
    return out;
}

// The order in which crypt writes the bytes of the hash is its own, too: three at a time, each a
// third of the hash away from the one before.
std::string written(std::string_view hash) {
    std::string out;
    const auto write = [&out](unsigned bits, unsigned characters) {
        for (; characters > 0; --characters, bits >>= 6)
            out += letters[bits & 0x3f];
    };
    const auto byte = [hash](std::size_t i) {
        return static_cast<unsigned>(static_cast<unsigned char>(hash[i]));
    };
    for (std::size_t i = 0; i < 10; ++i) {
        std::array<std::size_t, 3> from{i, i + 10, i + 20};
        // The thirds change places from one group to the next.
        std::rotate(from.begin(), from.begin() + static_cast<std::ptrdiff_t>((3 - i % 3) % 3),
                    from.end());
        write(byte(from[0]) << 16 | byte(from[1]) << 8 | byte(from[2]), 4);
    }
    write(byte(31) << 8 | byte(30), 3);
    return out;
}

// SHA-256 crypt, by the steps of Drepper's paper; pre: a password and a salt that are not empty.
std::string crypt_sha256(std::string_view password, std::string_view salt, unsigned rounds) {
    const std::string pass(password), salted = pass + std::string(salt);
    const std::string b = sha256(salted + pass);
    std::string begin = salted + repeated(b, pass.size());
    for (std::size_t n = pass.size(); n > 0; n >>= 1)
        begin += (n & 1) != 0 ? b : pass;
    std::string hash = sha256(begin);

    std::string many;
    for (std::size_t i = 0; i < pass.size(); ++i)
        many += pass;
    const std::string p = repeated(sha256(many), pass.size());
    many.clear();
    for (unsigned i = 0; i < 16U + static_cast<unsigned char>(hash[0]); ++i)
        many += salt;
    const std::string s = repeated(sha256(many), salt.size());

    std::string round;
    for (unsigned i = 0; i < rounds; ++i) {
        round = i % 2 != 0 ? p : hash;
        if (i % 3 != 0)
            round += s;
        if (i % 7 != 0)
            round += p;
        round += i % 2 != 0 ? hash : p;
        hash = sha256(round);
    }
    return written(hash);
}

std::string made_salt() {
    std::string salt = random_bytes(salt_size);
    for (char& c : salt)
        c = letters[static_cast<unsigned char>(c) & 0x3f];
    return salt;
}

} // namespace

std::optional<sha2_verifier> parse_sha2_verifier(std::string_view text) {
    constexpr std::size_t size = prefix.size() + rounds_size + 1 + salt_size + digest_size;
    if (text.starts_with("0x")) {
        const auto raw = from_hex(text.substr(2));
        return raw && !raw->starts_with("0x") ? parse_sha2_verifier(*raw) : std::nullopt;
    }
    if (text.size() != size || !text.starts_with(prefix))
        return std::nullopt;
    text.remove_prefix(prefix.size());
    sha2_verifier v;
    const auto [end, error] = std::from_chars(text.data(), text.data() + rounds_size, v.rounds, 16);
    v.rounds *= rounds_unit;
    if (error != std::errc() || end != text.data() + rounds_size || *end != '$' ||
        v.rounds < least_rounds)
        return std::nullopt;
    text.remove_prefix(rounds_size + 1);
    v.salt = text.substr(0, salt_size);
    v.digest = text.substr(salt_size);
    const bool known = v.digest.find_first_not_of(letters) == std::string::npos;
    return known && v.salt.find_first_of(std::string_view("\0$", 2)) == std::string::npos
               ? std::optional(v)
               : std::nullopt;
}

std::string to_string(const sha2_verifier& v) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    const unsigned n = v.rounds / rounds_unit;
    std::string out(prefix);
    for (const unsigned shift : {8U, 4U, 0U})
        out += digits[(n >> shift) & 15];
    return out + '$' + v.salt + v.digest;
}

std::string make_sha2_verifier(std::string_view password, unsigned rounds, std::string_view salt) {
    sha2_verifier v{rounds, salt.empty() ? made_salt() : std::string(salt), {}};
    v.digest = crypt_sha256(password, v.salt, rounds);
    return to_string(v);
}

bool check_sha2_password(const sha2_verifier& v, std::string_view password) {
    if (password.empty() || password.size() > longest_mysql_password)
        return false;
    return equal(crypt_sha256(password, v.salt, v.rounds), v.digest);
}

sha2_verifier sha2_decoy(std::string_view key, std::string_view login, unsigned rounds) {
    const std::string block = hmac_sha256(key, login);
    // No digest of 32 bytes is written so: its last character holds four bits only.
    return {rounds, block.substr(0, salt_size), std::string(digest_size, 'z')};
}

} // namespace ringfence::auth
