// Makes a server connection good for the next client, and gives it back to the pool.
#pragma once

#include "proxy/net/server_connection.h"
#include "proxy/net/worker.h"
#include "proxy/session/question.h"

#include <string>

namespace ringfence::net {

class server_reset {
public:
    server_reset(worker&, server_connection_ptr);
    ~server_reset();
    void start();

private:
    void on_event(std::uint32_t events);
    void send();
    void read();
    void take_output();
    void finish(bool clean);

    worker& worker_;
    server_connection_ptr connection_;
    watch watch_;
    std::unique_ptr<session::cleaning> cleaning_;
    session::output out_;
    std::string unsent_;
    bool finished_ = false;
    reactor::timer_id timer_ = reactor::no_timer;
};

} // namespace ringfence::net
