// The connection ids that MySQL's clients know, and KILL with: ours, never the server's, since a
// client hears its id before it is known who it is. What a client learns of the server's ids
// (CONNECTION_ID()) works as well. MySQL documentation, "KILL Statement".
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>

namespace ringfence::net {

class kill_registry {
public:
    using passed_on = std::function<void()>; // to be called, on any thread, when it is done
    // `connection`: not just its statement. Called on any thread, under the registry's lock: it may
    // only post.
    using handler = std::function<void(bool connection, passed_on)>;

    [[nodiscard]] std::uint32_t add(handler); // a new id
    // The session has logged in.
    void identify(std::uint32_t id, std::string service, std::string server,
                  std::uint32_t backend_id);
    void remove(std::uint32_t id);

    // False: this service has no such session at this server, and `then` is not called.
    [[nodiscard]] bool kill(const std::string& service, const std::string& server, std::uint32_t id,
                            bool connection, passed_on then) const;

private:
    struct entry {
        handler on_kill;
        std::string service; // empty: not logged in
        std::string server;
        std::uint32_t backend_id = 0;
    };
    mutable std::mutex mutex_;
    // Far from those that servers give, which count from 1.
    std::uint32_t next_ = 1U << 30;
    std::map<std::uint32_t, entry> sessions_;
};

} // namespace ringfence::net
