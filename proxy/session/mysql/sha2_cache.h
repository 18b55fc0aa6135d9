// What caching_sha2_password caches: of passwords that were right, what it takes to recognise them
// without asking for them again. In memory only. Thread-safe.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ringfence::session::mysql {

class sha2_cache {
public:
    // When it is full it is emptied: that costs each login one full authentication.
    explicit sha2_cache(std::size_t most = 16 * 1024) : most_(most) {}

    // `verifier`: as in the credentials, so that one that was replaced is not found any more.
    // `digest`: from auth::sha2_digest().
    void remember(std::string_view login, std::string_view verifier, std::string digest) {
        const std::lock_guard lock(mutex_);
        if (digests_.size() >= most_)
            digests_.clear();
        digests_.insert_or_assign({std::string(login), std::string(verifier)}, std::move(digest));
    }
    [[nodiscard]] std::optional<std::string> find(std::string_view login,
                                                  std::string_view verifier) const {
        const std::lock_guard lock(mutex_);
        const auto it = digests_.find({std::string(login), std::string(verifier)});
        return it == digests_.end() ? std::nullopt : std::optional(it->second);
    }

private:
    std::size_t most_;
    mutable std::mutex mutex_;
    std::map<std::pair<std::string, std::string>, std::string> digests_;
};

} // namespace ringfence::session::mysql
