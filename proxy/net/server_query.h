// Statements of ringfence's own to a server, one after the other, on a connection of their own:
// connects, asks, hands on the rows, closes. One owner: destroying it abandons them.
#pragma once

#include "proxy/net/server_connector.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ringfence::net {

class server_query {
public:
    using rows = session::question::rows;
    // What is asked; the next statement may depend on the answers so far.
    class script {
    public:
        virtual ~script() = default;
        [[nodiscard]] virtual std::string next() = 0; // empty: that was all
        virtual void take(std::vector<rows>) = 0;     // of each statement that has any
        // The server answered with an error. False: that is the end.
        [[nodiscard]] virtual bool refused() { return false; }
    };
    // One text, of whose answer only the arrival matters.
    [[nodiscard]] static std::unique_ptr<script> just(std::string text);

    struct answer {
        session::server_state_ptr server;
        std::string error; // a clean sentence; empty: all went well
    };
    // Called once, never from within start(). It may destroy the query.
    using done = std::function<void(answer)>;

    server_query(reactor&, resolver&, pool_key_ptr, std::unique_ptr<script>,
                 std::chrono::milliseconds connect_timeout, std::chrono::milliseconds query_timeout,
                 done);
    ~server_query();
    void start();
    // As server_connector::only().
    void only(std::size_t host, const address& a) { connector_->only(host, a); }

private:
    void connected(server_connection_ptr, const server_connector::failure&);
    void ask();
    void on_event(std::uint32_t events);
    void send();
    void read();
    void take_output();
    void fail(std::string why);
    void finish();

    reactor& reactor_;
    const session::protocol& protocol_;
    std::unique_ptr<script> script_;
    std::unique_ptr<session::question> question_;
    session::output out_;
    std::string unsent_;
    std::chrono::milliseconds query_timeout_; // of all statements together
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
