#include "proxy/session/mysql/password_check.h"

#include "proxy/auth/caching_sha2.h"
#include "proxy/auth/crypto.h"
#include "proxy/auth/mysql_native.h"

#include <algorithm>
#include <functional>
#include <iterator>

namespace ringfence::session::mysql {
namespace {

constexpr std::size_t native_hash_size = 20;

// Whether one of MySQL's kinds, told by how it begins: the credentials file was checked.
bool for_mysql(const client_login_entry& e) {
    return std::any_of(e.verifiers.begin(), e.verifiers.end(), [](std::string_view v) {
        return v.starts_with("$A$") || v.starts_with("0x") || v.starts_with('*');
    });
}

// Some login that has verifiers of MySQL's kinds: always the same one for the same name. Null:
// nobody has.
const client_login_entry* look_alike(const credentials& c, std::string_view login) {
    if (c.clients.empty())
        return nullptr;
    const auto begin =
        static_cast<std::ptrdiff_t>(std::hash<std::string_view>{}(login) % c.clients.size());
    auto it = std::next(c.clients.begin(), begin);
    for (std::size_t n = 0; n < c.clients.size(); ++n) {
        if (for_mysql(it->second))
            return &it->second;
        if (++it == c.clients.end())
            it = c.clients.begin();
    }
    return nullptr;
}

} // namespace

password_check::password_check(const credentials& c, std::string_view login, bool known)
    : login_(login) {
    const client_login_entry* alike = look_alike(c, login);
    const auto entry = c.clients.find(login);
    known_ = known && entry != c.clients.end() && for_mysql(entry->second);
    if (known_)
        read(entry->second);
    else if (alike != nullptr)
        read(*alike);
    known_ = known_ && (has_native() || has_sha2());
    if (!known_)
        become_decoy(c.decoy_key);
}

void password_check::read(const client_login_entry& e) {
    for (const std::string& text : e.verifiers) {
        if (auto v = auth::parse_sha2_verifier(text))
            sha2s_.push_back({text, std::move(*v)});
        else if (auto hash = auth::parse_native_verifier(text))
            natives_.push_back({text, std::move(*hash)});
    }
}

void password_check::become_decoy(std::string_view key) {
    if (sha2s_.empty() && natives_.empty())
        sha2s_.push_back({{}, {.rounds = auth::default_rounds, .salt = {}, .digest = {}}});
    for (sha2& s : sha2s_)
        s = {{}, auth::sha2_decoy(key, login_, s.verifier.rounds)};
    for (native_hash& n : natives_)
        n = {{}, auth::hmac_sha256(key, "native " + login_).substr(0, native_hash_size)};
}

bool password_check::native(std::string_view answer, std::string_view nonce) const {
    bool right = false;
    for (const native_hash& n : natives_)
        right = auth::check_native_answer(answer, nonce, n.hash) || right;
    return right && known_;
}

bool password_check::fast(std::string_view answer, std::string_view nonce,
                          const sha2_cache& cache) const {
    const std::string no_digest(32, '\0');
    bool right = false;
    const auto check = [&](const std::string& verifier) {
        const auto digest = cache.find(login_, verifier);
        const bool fits = auth::check_sha2_answer(answer, nonce, digest.value_or(no_digest));
        right = (fits && digest) || right;
    };
    for (const sha2& s : sha2s_)
        check(s.text);
    for (const native_hash& n : natives_)
        check(n.text);
    return right && known_;
}

std::optional<std::string> password_check::clear(std::string_view password) const {
    const std::string* fits = nullptr;
    for (const sha2& s : sha2s_)
        if (auth::check_sha2_password(s.verifier, password))
            fits = &s.text;
    const std::string hash = auth::sha1(auth::sha1(password));
    for (const native_hash& n : natives_)
        if (auth::equal(hash, n.hash))
            fits = &n.text;
    return fits != nullptr && known_ ? std::optional(*fits) : std::nullopt;
}

} // namespace ringfence::session::mysql
