// Passes a cancellation on: a connection of its own to the same address (a name may stand for
// several servers), one CancelRequest, and the wait until the server has closed it, which is when
// the signal has been sent. Over TLS if the session's connection is.
#pragma once

#include "proxy/net/server_connection.h"
#include "proxy/net/worker.h"

#include <functional>
#include <string>

namespace ringfence::net {

class cancel_sender {
public:
    cancel_sender(worker&, const server_connection&, std::function<void()> done);
    ~cancel_sender();
    void start();

private:
    enum class step : std::uint8_t { connecting, asking_tls, shaking_hands, sending, waiting };
    void on_event();
    void finish();

    worker& worker_;
    server_target_ptr target_;
    std::size_t host_;
    bool encrypted_;
    address peer_;
    std::string backend_key_;
    std::function<void()> done_;
    step step_ = step::connecting;
    bool finished_ = false;
    transport socket_;
    watch watch_;
    reactor::timer_id timer_ = reactor::no_timer;
};

} // namespace ringfence::net
