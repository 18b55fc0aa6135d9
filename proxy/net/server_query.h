// One question of ringfence's own to a server, on a connection of its own: connects, asks, collects
// the rows, closes. One owner: destroying it abandons the question.
#pragma once

#include "proxy/net/server_connector.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ringfence::net {

class server_query {
public:
    using rows = std::vector<std::vector<std::string>>; // NULL is empty
    struct answer {
        std::vector<rows> results; // of each statement that has any
        unsigned server_major = 0;
        std::string error; // a clean sentence; empty: all went well
    };
    // Called once, never from within start(). It may destroy the query.
    using done = std::function<void(answer)>;

    server_query(reactor&, resolver&, pool_key_ptr, std::string text,
                 std::chrono::milliseconds connect_timeout, std::chrono::milliseconds query_timeout,
                 done);
    ~server_query();
    void start();

private:
    void connected(server_connection_ptr, const server_connector::failure&);
    void on_event(std::uint32_t events);
    void send();
    void read();
    void message(char type, session::bytes whole);
    void fail(std::string why);
    void finish();

    reactor& reactor_;
    std::string unsent_;
    std::chrono::milliseconds query_timeout_;
    done done_;
    std::optional<server_connector> connector_;
    server_connection_ptr connection_;
    watch watch_;
    std::string received_;
    std::size_t received_bytes_ = 0;
    answer answer_;
    bool finished_ = false;
    reactor::timer_id timer_ = reactor::no_timer;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace ringfence::net
