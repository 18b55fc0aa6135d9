// Host names to addresses, away from the event loops: getaddrinfo blocks.
#pragma once

#include "proxy/net/reactor.h"
#include "proxy/net/settings.h"

#include <sys/socket.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace ringfence::net {

struct address {
    sockaddr_storage storage{};
    socklen_t size = 0;
};

class resolver {
public:
    using answer = std::function<void(std::vector<address>)>; // empty: not found

    resolver();
    ~resolver() { stop(); }
    resolver(const resolver&) = delete;
    // No answer comes after it returns. Does not wait for a look-up that is under way: that may
    // take long.
    void stop();
    // Calls `then` on `r`'s thread. The caller guards against its own end.
    void resolve(const endpoint&, reactor& r, answer then);
    // Numeric addresses and Unix sockets, which need no look-up; empty: a name.
    [[nodiscard]] static std::vector<address> immediate(const endpoint&);

private:
    struct question {
        endpoint what;
        reactor* where;
        answer then;
    };
    // Shared with the thread, which may outlive the resolver by one look-up.
    struct state {
        std::mutex mutex;
        std::condition_variable more;
        std::deque<question> questions;
        bool stopping = false;
    };
    static void run(const std::shared_ptr<state>&);

    std::shared_ptr<state> state_ = std::make_shared<state>();
};

} // namespace ringfence::net
