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
    // A new key: 4 bytes of process id and a secret of 4 bytes (protocol 3.0) or 32 (3.2: a long
    // one).
    // `on_cancel` is called on any thread, under the registry's lock: it may only post. Throws when
    // the system has no random bytes.
    using passed_on = std::function<void()>; // to be called, on any thread, when the server has it
    using handler = std::function<void(passed_on)>;
    [[nodiscard]] std::string add(bool long_key, handler on_cancel);
    void remove(std::string_view key);
    // An unknown key is answered as a known one is: by nothing but `then`.
    void cancel(std::string_view key, passed_on then) const;

private:
    mutable std::mutex mutex_;
    std::map<std::string, handler, std::less<>> sessions_;
};

} // namespace ringfence::net
