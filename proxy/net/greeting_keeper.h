// What servers are like whose protocol begins with a greeting: ringfence greets its own clients in
// the same words. Learnt from every login at a server; asked for when the first client comes.
#pragma once

#include "proxy/net/reactor.h"
#include "proxy/net/resolver.h"
#include "proxy/net/server_connector.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace ringfence::net {

class greeting_keeper {
public:
    // Thread-safe but for the destructor, which must run when the reactor does not.
    greeting_keeper(reactor&, resolver&, std::chrono::milliseconds connect_timeout);
    ~greeting_keeper();

    [[nodiscard]] session::server_state_ptr known(const std::string& server) const; // null: not yet
    void learn(const std::string& server, session::server_state_ptr);
    // Logs in there to learn it. `then` is called on any thread, once.
    void want(server_target_ptr, std::function<void(const server_connector::failure&)> then);

private:
    struct question {
        std::unique_ptr<server_connector> connector;
        std::vector<std::function<void(const server_connector::failure&)>> waiting;
    };
    void answered(const std::string& server, server_connection_ptr,
                  const server_connector::failure&);

    reactor& reactor_;
    resolver& resolver_;
    std::chrono::milliseconds connect_timeout_;
    std::map<std::string, question> questions_; // on the reactor
    mutable std::mutex mutex_;
    std::map<std::string, session::server_state_ptr> known_;
};

} // namespace ringfence::net
