#include "proxy/auth/mariadb_ed25519.h"

#include "proxy/auth/crypto.h"

#include <openssl/bn.h>
#include <openssl/ec.h>

#include <memory>

// OpenSSL multiplies points of curves in Weierstrass's form, in constant time. Curve25519 in that
// form is "Wei25519" (draft-ietf-lwig-curve-representations, appendix E): a point is shifted by A/3
// from Montgomery's form, from which Edwards's is x = c u / v, y = (u - 1) / (u + 1) with c the
// square root of -486664 for which the base points of both forms are the same (RFC 7748,
// section 4.1).
namespace ringfence::auth {
namespace {

constexpr const char* prime = "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed";
constexpr const char* order = "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed";
constexpr const char* curve_a = "2aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa984914a144";
constexpr const char* curve_b = "7b425ed097b425ed097b425ed097b425ed097b425ed097b4260b5e9c7710c864";
constexpr const char* base_x = "2aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaad245a";
constexpr const char* base_y = "20ae19a1b8a086b4e01edd2c7748d14c923d4d7e6d7c61b229e9c5a27eced3d9";
constexpr const char* shift = "2aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaad2451";
constexpr const char* root = "70d9120b9f5ff9442d84f723fc03b0813a5e2c2eb482e57d3391fb5500ba81e7";
constexpr unsigned cofactor = 8;
constexpr std::size_t half = 32; // of a hash and of a signature

using number = std::unique_ptr<BIGNUM, decltype(&BN_clear_free)>;
using context = std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)>;
using group = std::unique_ptr<EC_GROUP, decltype(&EC_GROUP_free)>;
using point = std::unique_ptr<EC_POINT, decltype(&EC_POINT_clear_free)>;

number zero() {
    return {BN_new(), BN_clear_free};
}
number from_hex_digits(const char* digits) {
    BIGNUM* n = nullptr;
    BN_hex2bn(&n, digits);
    return {n, BN_clear_free};
}
number from_bytes(std::string_view little_endian) {
    return {BN_lebin2bn(reinterpret_cast<const unsigned char*>(little_endian.data()),
                        static_cast<int>(little_endian.size()), nullptr),
            BN_clear_free};
}
std::string to_bytes(const number& n) {
    std::string out(half, '\0');
    BN_bn2lebinpad(n.get(), reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(half));
    return out;
}

class curve {
public:
    curve() {
        const number p = from_hex_digits(prime), a = from_hex_digits(curve_a),
                     b = from_hex_digits(curve_b), n = from_hex_digits(order), h = zero(),
                     x = from_hex_digits(base_x), y = from_hex_digits(base_y);
        const context c(BN_CTX_new(), BN_CTX_free);
        if (!BN_set_word(h.get(), cofactor))
            return;
        group_.reset(EC_GROUP_new_curve_GFp(p.get(), a.get(), b.get(), c.get()));
        const point base(group_ ? EC_POINT_new(group_.get()) : nullptr, EC_POINT_clear_free);
        good_ = base &&
                EC_POINT_set_affine_coordinates(group_.get(), base.get(), x.get(), y.get(),
                                                c.get()) == 1 &&
                EC_GROUP_set_generator(group_.get(), base.get(), n.get(), h.get()) == 1;
    }

    // The multiple of the base point, as RFC 8032 writes it: y, and the lowest bit of x on top.
    // Empty: OpenSSL failed.
    [[nodiscard]] std::string multiple(const number& scalar) const {
        const context c(BN_CTX_new(), BN_CTX_free);
        const point r(good_ ? EC_POINT_new(group_.get()) : nullptr, EC_POINT_clear_free);
        const number p = from_hex_digits(prime), u = zero(), v = zero(), x = zero(), y = zero();
        if (!r ||
            EC_POINT_mul(group_.get(), r.get(), scalar.get(), nullptr, nullptr, c.get()) != 1 ||
            EC_POINT_get_affine_coordinates(group_.get(), r.get(), u.get(), v.get(), c.get()) != 1)
            return {};
        const number third = from_hex_digits(shift), scale = from_hex_digits(root);
        const bool done = BN_mod_sub(u.get(), u.get(), third.get(), p.get(), c.get()) == 1 &&
                          BN_mod_inverse(v.get(), v.get(), p.get(), c.get()) != nullptr &&
                          BN_mod_mul(x.get(), scale.get(), u.get(), p.get(), c.get()) == 1 &&
                          BN_mod_mul(x.get(), x.get(), v.get(), p.get(), c.get()) == 1 &&
                          BN_copy(y.get(), u.get()) != nullptr && BN_sub_word(y.get(), 1) == 1 &&
                          BN_add_word(u.get(), 1) == 1 &&
                          BN_mod_inverse(u.get(), u.get(), p.get(), c.get()) != nullptr &&
                          BN_mod_mul(y.get(), y.get(), u.get(), p.get(), c.get()) == 1;
        if (!done)
            return {};
        std::string out = to_bytes(y);
        if (BN_is_odd(x.get()))
            out.back() = static_cast<char>(static_cast<unsigned char>(out.back()) | 0x80);
        return out;
    }

private:
    group group_{nullptr, EC_GROUP_free};
    bool good_ = false;
};

const curve& the_curve() {
    static const curve c;
    return c;
}

number reduced(std::string_view bytes) {
    const context c(BN_CTX_new(), BN_CTX_free);
    const number n = from_hex_digits(order);
    number r = from_bytes(bytes);
    BN_mod(r.get(), r.get(), n.get(), c.get());
    return r;
}

// The secret scalar in the first half of the password's hash (RFC 8032, section 5.1.5).
number secret(std::string first_half) {
    const auto at = [&first_half](std::size_t i) -> char& { return first_half[i]; };
    at(0) = static_cast<char>(static_cast<unsigned char>(at(0)) & 0xf8);
    at(half - 1) = static_cast<char>((static_cast<unsigned char>(at(half - 1)) & 0x3f) | 0x40);
    return reduced(first_half);
}

} // namespace

std::string ed25519_key(std::string_view password) {
    const std::string hash = sha512(password);
    return hash.empty() ? hash : the_curve().multiple(secret(hash.substr(0, half)));
}

std::string ed25519_answer(std::string_view password, std::string_view nonce) {
    const std::string hash = sha512(password);
    if (nonce.size() != ed25519_nonce_size || hash.empty())
        return {};
    const number a = secret(hash.substr(0, half));
    const std::string key = the_curve().multiple(a);
    const number r = reduced(sha512(hash.substr(half) + std::string(nonce)));
    const std::string r_point = the_curve().multiple(r);
    if (key.empty() || r_point.empty())
        return {};
    const number h = reduced(sha512(r_point + key + std::string(nonce)));
    const number n = from_hex_digits(order), s = zero();
    const context c(BN_CTX_new(), BN_CTX_free);
    if (BN_mod_mul(s.get(), h.get(), a.get(), n.get(), c.get()) != 1 ||
        BN_mod_add(s.get(), s.get(), r.get(), n.get(), c.get()) != 1)
        return {};
    return r_point + to_bytes(s);
}

} // namespace ringfence::auth
