#include "proxy/auth/scram_server.h"

#include "proxy/auth/crypto.h"

#include <algorithm>
#include <cctype>

namespace ringfence::auth {
namespace {

constexpr std::size_t longest_nonce = 256;

// The value of "x=value" at the front of `text`, up to a comma; the comma is taken too.
bool attribute(std::string_view& text, char name, std::string_view& value) {
    if (text.size() < 2 || text[0] != name || text[1] != '=')
        return false;
    const auto comma = text.find(',');
    value = text.substr(2, comma == std::string_view::npos ? std::string_view::npos : comma - 2);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    return true;
}

bool printable(std::string_view s) {
    return std::all_of(s.begin(), s.end(),
                       [](char c) { return c >= 0x21 && c <= 0x7e && c != ','; });
}

verifier make_decoy(const scram_decoy& d) {
    verifier v;
    const auto like = parse_verifier(d.like);
    v.iterations = like ? like->iterations : default_iterations;
    const std::size_t size = like ? like->salt.size() : 16;
    std::string block = hmac_sha256(d.key, d.login);
    while (v.salt.size() < size) {
        v.salt += block.substr(0, size - v.salt.size());
        block = hmac_sha256(d.key, block);
    }
    v.stored_key.assign(32, '\0');
    v.server_key = hmac_sha256(d.key, v.salt);
    return v;
}

} // namespace

scram_server::scram_server(const std::vector<std::string>& verifiers, const scram_decoy& decoy,
                           std::string end_point_hash)
    : end_point_hash_(std::move(end_point_hash)) {
    for (const auto& text : verifiers) {
        auto v = parse_verifier(text);
        if (!v)
            continue;
        if (!known_.empty() && (v->salt != known_[0].salt || v->iterations != known_[0].iterations))
            continue;
        known_.push_back(std::move(*v));
    }
    if (!known_.empty())
        return;
    decoy_ = true;
    known_.push_back(make_decoy(decoy));
}

scram_server::answer scram_server::first(std::string_view mechanism, std::string_view text) {
    // gs2-header: "n,," no binding, "y,," the client could and thinks we cannot, "p=…,," binding.
    const std::string_view whole = text;
    const bool plus = mechanism == scram_plus;
    if ((!plus && mechanism != scram_plain) || (plus && end_point_hash_.empty()))
        return {};
    if (text.starts_with("p=")) {
        std::string_view type;
        if (!plus || !attribute(text, 'p', type) || type != "tls-server-end-point")
            return {};
        bound_ = true;
    } else if (text.starts_with("n,")) {
        if (plus)
            return {};
        text.remove_prefix(2);
    } else if (text.starts_with("y,")) {
        // We offer binding over TLS: a client that believes otherwise was shown another list.
        if (plus || !end_point_hash_.empty())
            return {};
        text.remove_prefix(2);
    } else {
        return {};
    }
    if (!text.starts_with(','))
        return {}; // an authorization identity, which PostgreSQL does not take either
    text.remove_prefix(1);
    gs2_header_ = whole.substr(0, whole.size() - text.size());
    first_bare_ = text;
    std::string_view name, nonce;
    // The name is ignored, as by PostgreSQL: the start-up packet has said it. "m=" asks for an
    // extension.
    if (!attribute(text, 'n', name) || !attribute(text, 'r', nonce))
        return {};
    if (nonce.empty() || nonce.size() > longest_nonce || !printable(nonce))
        return {};
    // Optional extensions, which the server may ignore (RFC 5802, section 5.1).
    while (!text.empty()) {
        std::string_view ignored;
        if (std::isalpha(static_cast<unsigned char>(text.front())) == 0 ||
            !attribute(text, text.front(), ignored))
            return {};
    }
    if (first_bare_.ends_with(','))
        return {};
    nonce_ = std::string(nonce) + base64(random_bytes(18));
    server_first_ = "r=" + nonce_ + ",s=" + base64(known_[0].salt) +
                    ",i=" + std::to_string(known_[0].iterations);
    return {status::more, server_first_};
}

scram_server::answer scram_server::final(std::string_view text) {
    const auto proof_at = text.rfind(",p=");
    if (proof_at == std::string_view::npos || server_first_.empty())
        return {};
    const std::string_view without_proof = text.substr(0, proof_at);
    const auto proof = from_base64(text.substr(proof_at + 3));
    std::string_view rest = without_proof, binding, nonce;
    if (!attribute(rest, 'c', binding) || !attribute(rest, 'r', nonce))
        return {};
    if (!proof || proof->size() != 32 || !equal(nonce, nonce_))
        return {};
    if (!equal(binding, base64(gs2_header_ + (bound_ ? end_point_hash_ : ""))))
        return {};

    const std::string message =
        first_bare_ + ',' + server_first_ + ',' + std::string(without_proof);
    const verifier* accepted = nullptr;
    for (const verifier& v : known_) {
        const std::string signature = hmac_sha256(v.stored_key, message);
        if (equal(sha256(exclusive_or(*proof, signature)), v.stored_key))
            accepted = &v;
    }
    if (decoy_ || accepted == nullptr)
        return {status::refused, {}};
    return {status::accepted, "v=" + base64(hmac_sha256(accepted->server_key, message))};
}

} // namespace ringfence::auth
