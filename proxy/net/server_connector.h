// Opens a server connection: look-up, connect, TLS, login, and the choice among several hosts. One
// attempt, one owner: destroying it abandons the attempt.
#pragma once

#include "proxy/net/protocols.h"
#include "proxy/net/reactor.h"
#include "proxy/net/resolver.h"
#include "proxy/net/server_connection.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ringfence::net {

class server_connector {
public:
    struct failure {
        std::string sentence; // for the client: names the server by its policy name only
        std::string sqlstate;
    };
    // Called once, never from within the constructor or start(). `connection` is null on failure.
    // It may destroy the connector.
    using done = std::function<void(server_connection_ptr connection, failure)>;

    server_connector(reactor&, resolver&, pool_key_ptr, std::chrono::milliseconds timeout, done);
    // To this address of that host, and to no other.
    void only(std::size_t host, const address&);
    ~server_connector();
    void start();

private:
    void next_host();
    void resolved(std::vector<address>);
    void next_address();
    void connected();
    void on_event(std::uint32_t events);
    void act(session::server_login::next);
    void shake_hands();
    void send();
    void read();
    void logged_in();
    // This host will not do; is another to be tried?
    enum class then : std::uint8_t { next_host, give_up };
    void failed(std::string sentence, std::string sqlstate, then = then::next_host);
    void refused();
    [[nodiscard]] bool try_otherwise();
    [[nodiscard]] bool suits() const; // target_session_attrs
    void open(const address&);
    void finish(server_connection_ptr);

    reactor& reactor_;
    resolver& resolver_;
    pool_key_ptr key_;
    std::chrono::milliseconds timeout_;
    done done_;
    failure last_{};
    std::size_t host_ = 0;
    bool only_ = false; // one address, given from the start
    bool tried_ = false;
    bool second_round_ = false; // prefer_standby: any will do now
    bool shaking_ = false;
    bool connecting_ = false;
    session::tls_mode tls_; // of this attempt: `allow` and `prefer` may take two
    bool second_attempt_ = false;
    std::vector<address> addresses_;
    address current_;
    transport socket_;
    watch watch_;
    session::output out_;
    std::string unsent_;
    std::unique_ptr<session::server_login> login_;
    reactor::timer_id timer_ = reactor::no_timer;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace ringfence::net
