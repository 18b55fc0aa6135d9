#include "proxy/net/kill_registry.h"

#include <algorithm>
#include <utility>

namespace ringfence::net {

std::uint32_t kill_registry::add(handler on_kill) {
    const std::lock_guard lock(mutex_);
    while (next_ < (1U << 30) || sessions_.contains(next_))
        ++next_;
    sessions_.emplace(next_, entry{std::move(on_kill), {}, {}, 0});
    return next_++;
}

void kill_registry::identify(std::uint32_t id, std::string service, std::string server,
                             std::uint32_t backend_id) {
    const std::lock_guard lock(mutex_);
    if (auto it = sessions_.find(id); it != sessions_.end()) {
        it->second.service = std::move(service);
        it->second.server = std::move(server);
        it->second.backend_id = backend_id;
    }
}

void kill_registry::remove(std::uint32_t id) {
    const std::lock_guard lock(mutex_);
    sessions_.erase(id);
}

bool kill_registry::kill(const std::string& service, const std::string& server, std::uint32_t id,
                         bool connection, passed_on then) const {
    const std::lock_guard lock(mutex_);
    const auto own = [&](const entry& e) { return e.service == service && e.server == server; };
    auto it = sessions_.find(id);
    if (it == sessions_.end() || !own(it->second))
        it = std::find_if(sessions_.begin(), sessions_.end(), [&](const auto& s) {
            return own(s.second) && s.second.backend_id == id;
        });
    if (it == sessions_.end())
        return false;
    it->second.on_kill(connection, std::move(then));
    return true;
}

} // namespace ringfence::net
