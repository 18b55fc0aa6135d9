// The keys that clients cancel with: ours, never the server's. PostgreSQL documentation, "Canceling
// Requests in Progress".
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace ringfence::net {

class cancel_registry {
public:
    // A new key: 4 bytes of process id and a secret of 4 bytes (protocol 3.0) or 32 (3.2).
    // `on_cancel` is called on any thread, under the registry's lock: it may only post. Throws when
    // the system has no random bytes.
    [[nodiscard]] std::string add(std::uint32_t protocol, std::function<void()> on_cancel);
    void remove(std::string_view key);
    void cancel(std::string_view key) const; // unknown keys are ignored, as the protocol wants

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::function<void()>, std::less<>> sessions_;
};

} // namespace ringfence::net
