// Makes a server connection good for the next client: DISCARD ALL, and proof that it worked.
#pragma once

#include "proxy/net/server_connection.h"
#include "proxy/net/worker.h"

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
    void finish(bool clean);

    worker& worker_;
    server_connection_ptr connection_;
    watch watch_;
    std::string unsent_;
    std::string received_;
    bool discarded_ = false;
    reactor::timer_id timer_ = reactor::no_timer;
};

} // namespace ringfence::net
