// One client connection: carries bytes between its socket, the machines of proxy/session and the
// server connection leased for it. Lives on one worker.
#pragma once

#include "proxy/net/server_connector.h"
#include "proxy/net/server_pool.h"
#include "proxy/net/transport.h"
#include "proxy/net/worker.h"
#include "proxy/session/protocol.h"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace ringfence::net {

class client_session {
public:
    client_session(worker&, std::uint64_t id, int fd, origin);
    ~client_session();
    client_session(const client_session&) = delete;

    // A CancelRequest with our key arrived. `passed_on` is called when the server has it, or when
    // there is nothing to cancel.
    void cancel(std::function<void()> passed_on);
    void kill();  // by another session of the service
    void drain(); // end when that hurts nobody
    void cancel_finished() { --cancels_in_flight_; }
    void end_if_idle_since(std::uint32_t tick);

    // What happens to a session out of turn (timers, other threads) goes through here: it may have
    // ended meanwhile, and what it throws (out of memory, out of descriptors) ends this session
    // only.
    template <class F>
    static void visit(worker& w, std::uint64_t id, F f) {
        if (client_session* s = w.find(id); s != nullptr && !s->ended_)
            s->guarded([&] { f(*s); });
    }

private:
    enum class phase : std::uint8_t {
        login,    // start-up packets, TLS, authentication
        tls,      // the handshake
        waiting,  // for a place in the pool, or for a server connection to be made
        relaying, // logged in at both ends
        closing,  // the last bytes are on their way, or the client has yet to close its side
    };
    // What only a session that is not logged in yet needs.
    struct entry {
        origin from;
        std::unique_ptr<session::client_login> login;
        std::unique_ptr<server_connector> connector;
        server_pool::ticket_ptr ticket;
        session::session_identity identity;
        reactor::timer_id timer = reactor::no_timer;
        pool_key_ptr key;
        bool computing = false;  // login->work() is under way: the client's bytes wait
        bool place_held = false; // a place in the pool is ours, with no connection in it yet

        entry(origin o, std::unique_ptr<session::client_login> l)
            : from(std::move(o)), login(std::move(l)) {}
    };

    template <class F>
    void guarded(F f) {
        try {
            f();
        } catch (const std::exception&) {
            worker_.to_server().clear();
            worker_.to_client().clear();
            end();
        }
    }
    void enter(phase);
    void count(std::atomic<unsigned>*);
    void on_client(std::uint32_t events);
    void on_server(std::uint32_t events);

    // session_login.cpp
    [[nodiscard]] session::client_login::settings login_settings() const;
    void wait_for_login();
    void greet();
    void log_in_again();
    void compute();
    void read_login();
    void login_step(session::client_login::result);
    void shake_hands();
    void authenticated();
    void lease();
    void granted(grant);
    void connect();
    void begin_relay(server_connection_ptr);

    // session_relay.cpp
    [[nodiscard]] bool wants_client() const;
    [[nodiscard]] std::uint32_t wanted_of_client() const;
    void read_client();
    void read_server();
    void after_relay();
    void flush_to_client();
    void flush_to_server();
    // Sends what is in the output; what the socket does not take waits in `pending`.
    [[nodiscard]] static transport::outcome send(transport&, session::output&,
                                                 std::string& pending);
    [[nodiscard]] static transport::outcome send_pending(transport&, std::string& pending);
    void send_failed(transport::outcome);
    void watch_again();
    void arm_deadline();

    void fail(std::string_view sqlstate, std::string_view message, std::string_view hint = {});
    enum class parting : std::uint8_t {
        at_once, // the client has nothing under way
        linger,  // bytes of it may come yet: closing on them would take our last words away
    };
    void close_when_flushed(parting);
    void release_entry();
    void stop_work();
    void release_server();
    void release_usage();
    // Pre: the login is not over (`entry_` is there).
    void report_failure(session::login_failure, std::string_view sqlstate = {},
                        std::string_view cause = {});
    void gone(); // the client is
    void end();

    worker& worker_;
    const session::protocol& protocol_;
    std::uint64_t id_;
    phase phase_ = phase::login;
    bool ended_ = false;
    bool draining_ = false;
    bool server_deaf_ = false; // it takes no more bytes; what it said last is still to be read
    parting parting_ = parting::linger;
    unsigned cancels_in_flight_ = 0;
    std::uint32_t last_active_ = 0; // the worker's tick
    std::atomic<unsigned>* counted_ = nullptr;
    transport client_;
    watch client_watch_;
    watch server_watch_;
    std::unique_ptr<entry> entry_;
    std::unique_ptr<origin> from_; // kept where a client may log in again
    std::uint32_t kill_id_ = 0;    // MySQL: what the client knows as its connection id
    server_connection_ptr server_;
    std::unique_ptr<session::relay> relay_;
    std::string to_client_pending_;
    std::string to_server_pending_;
    std::string cancel_key_;
    std::shared_ptr<session::service_usage> usage_;  // set: counted among the service's connections
    reactor::timer_id deadline_ = reactor::no_timer; // of the statement; of closing
};

} // namespace ringfence::net
