// Host names to addresses, away from the event loops: getaddrinfo blocks.
#pragma once

#include "proxy/net/reactor.h"
#include "proxy/net/settings.h"

#include <sys/socket.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
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
    ~resolver();
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
    void run();

    std::mutex mutex_;
    std::condition_variable more_;
    std::deque<question> questions_;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace ringfence::net
