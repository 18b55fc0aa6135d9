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
    using rows = session::question::rows;
    struct answer {
        std::vector<rows> results; // of each statement that has any
        session::server_state_ptr server;
        std::string error; // a clean sentence; empty: all went well
    };
    // Called once, never from within start(). It may destroy the query.
    using done = std::function<void(answer)>;

    server_query(reactor&, resolver&, pool_key_ptr, std::string text,
                 std::chrono::milliseconds connect_timeout, std::chrono::milliseconds query_timeout,
                 done);
    ~server_query();
    void start();
    // As server_connector::only().
    void only(std::size_t host, const address& a) { connector_->only(host, a); }

private:
    void connected(server_connection_ptr, const server_connector::failure&);
    void on_event(std::uint32_t events);
    void send();
    void read();
    void take_output();
    void fail(std::string why);
    void finish();

    reactor& reactor_;
    const session::protocol& protocol_;
    std::unique_ptr<session::question> question_;
    session::output out_;
    std::string unsent_;
    std::chrono::milliseconds query_timeout_;
    done done_;
    std::optional<server_connector> connector_;
    server_connection_ptr connection_;
    watch watch_;
    std::size_t received_bytes_ = 0;
    answer answer_;
    bool finished_ = false;
    reactor::timer_id timer_ = reactor::no_timer;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace ringfence::net
