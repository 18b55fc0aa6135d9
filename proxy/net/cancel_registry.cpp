#include "proxy/net/cancel_registry.h"

#include <sys/random.h>

#include <cerrno>
#include <system_error>

namespace ringfence::net {

std::string cancel_registry::add(bool long_key, handler on_cancel) {
    std::string key(long_key ? 4 + 32 : 4 + 4, '\0');
    const std::lock_guard lock(mutex_);
    do {
        if (getrandom(key.data(), key.size(), 0) != static_cast<ssize_t>(key.size()))
            throw std::system_error(errno, std::generic_category(), "getrandom");
        key[0] =
            static_cast<char>(key[0] & 0x7f); // clients show the process id as a positive number
    } while (sessions_.contains(key));
    sessions_.emplace(key, std::move(on_cancel));
    return key;
}

void cancel_registry::remove(std::string_view key) {
    const std::lock_guard lock(mutex_);
    if (auto it = sessions_.find(key); it != sessions_.end())
        sessions_.erase(it);
}

void cancel_registry::cancel(std::string_view key, passed_on then) const {
    {
        const std::lock_guard lock(mutex_);
        // An ordered map compares byte by byte; 2^32 keys over a network leave no timing to
        // measure.
        if (auto it = sessions_.find(key); it != sessions_.end()) {
            it->second(std::move(then));
            return;
        }
    }
    then();
}

} // namespace ringfence::net
