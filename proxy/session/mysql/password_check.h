// Whether a client knows a password of its login: what MySQL's plugins answer, against the
// verifiers in the credentials. INVARIANT: a login that is not known has verifiers, too, which look
// like those of some known login and which no password fits; so everything takes the same way.
#pragma once

#include "proxy/auth/sha2_verifier.h"
#include "proxy/session/credentials.h"
#include "proxy/session/mysql/sha2_cache.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::session::mysql {

class password_check {
public:
    // `known`: a service has this login. Without a verifier of MySQL's kinds it is not, either.
    password_check(const credentials&, std::string_view login, bool known);

    [[nodiscard]] bool known() const { return known_; }
    [[nodiscard]] bool has_native() const { return !natives_.empty(); }
    [[nodiscard]] bool has_sha2() const { return !sha2s_.empty(); }

    // mysql_native_password; of its own verifiers only.
    [[nodiscard]] bool native(std::string_view answer, std::string_view nonce) const;
    // caching_sha2_password's fast path; of both kinds, once their password was seen.
    [[nodiscard]] bool fast(std::string_view answer, std::string_view nonce,
                            const sha2_cache&) const;
    // The password itself: which verifier it fits, of either kind. Slow.
    [[nodiscard]] std::optional<std::string> clear(std::string_view password) const;

    [[nodiscard]] const std::string& login() const { return login_; }

private:
    struct sha2 {
        std::string text; // as in the credentials
        auth::sha2_verifier verifier;
    };
    struct native_hash {
        std::string text;
        std::string hash;
    };
    void read(const client_login_entry&);
    void become_decoy(std::string_view key);

    std::string login_;
    bool known_ = false;
    std::vector<sha2> sha2s_;
    std::vector<native_hash> natives_;
};

} // namespace ringfence::session::mysql
