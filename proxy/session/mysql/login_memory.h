// What all logins of clients share, as long as the process lives.
#pragma once

#include "proxy/auth/rsa_exchange.h"
#include "proxy/session/mysql/sha2_cache.h"

#include <memory>
#include <mutex>

namespace ringfence::session::mysql {

// The RSA key by which passwords come without TLS. Made when the first client asks. Thread-safe.
class shared_rsa_key {
public:
    using key_ptr = std::shared_ptr<const auth::rsa_key>;

    [[nodiscard]] key_ptr known() const; // null: there is none yet; never waits for make()
    // Slow, the first time. Throws if the system cannot.
    [[nodiscard]] key_ptr make();

private:
    std::mutex making_;
    mutable std::mutex mutex_;
    key_ptr key_;
};

struct login_memory {
    sha2_cache digests;
    shared_rsa_key key;

    [[nodiscard]] static login_memory& of_process();
};

} // namespace ringfence::session::mysql
