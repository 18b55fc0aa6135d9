// One client connection: carries bytes between its socket, the machines of proxy/session and the
// server connection leased for it. Lives on one worker.
#pragma once

#include "proxy/net/server_connector.h"
#include "proxy/net/server_pool.h"
#include "proxy/net/transport.h"
#include "proxy/net/worker.h"
#include "proxy/session/relay.h"

#include <memory>
#include <optional>
#include <string>

namespace ringfence::net {

class client_session {
public:
    client_session(worker&, std::uint64_t id, int fd, origin);
    ~client_session();
    client_session(const client_session&) = delete;

    void cancel(); // a CancelRequest with our key arrived
    void drain();  // end when that hurts nobody
    void cancel_finished() { --cancels_in_flight_; }

private:
    enum class phase : std::uint8_t {
        login,    // start-up packets, TLS, authentication
        tls,      // the handshake
        waiting,  // for a place in the pool, or for a server connection to be made
        relaying, // logged in at both ends
        closing,  // the last bytes to the client are on their way
    };
    // What only a session that is not logged in yet needs.
    struct entry {
        origin from;
        session::client_login login;
        std::unique_ptr<server_connector> connector;
        server_pool::ticket_ptr ticket;
        session::session_identity identity;
        reactor::timer_id timer = reactor::no_timer;
        pool_key_ptr key;
        std::uint32_t protocol = 0;
        bool place_held = false; // a place in the pool is ours, with no connection in it yet

        entry(origin o, session::client_login l) : from(std::move(o)), login(std::move(l)) {}
    };

    void enter(phase);
    void on_client(std::uint32_t events);
    void on_server(std::uint32_t events);

    // session_login.cpp
    void read_login();
    void login_step(session::client_login::result);
    void shake_hands();
    void authenticated();
    void granted(grant);
    void connect();
    void begin_relay(server_connection_ptr);

    void read_client();
    void read_server();
    void after_relay();
    void flush_to_client();
    void flush_to_server();
    // Sends what is in the output; what the socket does not take waits in `pending`. False: the
    // connection is gone.
    [[nodiscard]] bool send(transport&, session::output&, std::string& pending);
    [[nodiscard]] bool send_pending(transport&, std::string& pending);
    void watch_again();
    void arm_deadline();
    void fail(std::string_view sqlstate, std::string_view message, std::string_view hint = {});
    void close_when_flushed();
    void release_server();
    void end();

    worker& worker_;
    std::uint64_t id_;
    phase phase_ = phase::login;
    bool ended_ = false;
    bool draining_ = false;
    unsigned cancels_in_flight_ = 0;
    transport client_;
    watch client_watch_;
    watch server_watch_;
    std::unique_ptr<entry> entry_;
    server_connection_ptr server_;
    std::optional<session::relay> relay_;
    std::string to_client_pending_;
    std::string to_server_pending_;
    std::string cancel_key_;
    std::shared_ptr<session::service_usage> usage_; // set: counted among the service's connections
    reactor::timer_id deadline_ = reactor::no_timer;
};

} // namespace ringfence::net
