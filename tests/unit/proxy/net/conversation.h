// A whole proxy between two peers that a test plays itself: a client that logs in, and a server
// that trusts everybody. All in one thread, with blocking sockets, so that a test reads as a
// conversation. Whoever waits in vain fails after ten seconds.
#pragma once

#include "proxy/auth/scram_client.h"
#include "proxy/auth/verifier.h"
#include "proxy/net/proxy.h"
#include "proxy/net/transport.h"
#include "proxy/wire/postgresql/authentication.h"
#include "proxy/wire/postgresql/backend.h"
#include "proxy/wire/postgresql/frame.h"
#include "proxy/wire/postgresql/frontend.h"
#include "proxy/wire/postgresql/startup.h"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringfence::net {

namespace pg = wire::postgresql;

inline void never_wait_forever(int fd) {
    timeval t{.tv_sec = 10, .tv_usec = 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t);
}

inline sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    a.sin_port = htons(port);
    return a;
}

// One end of a connection, in plain text or with TLS.
class peer {
public:
    peer() = default;
    explicit peer(int fd) : socket_(fd) { never_wait_forever(fd); }

    [[nodiscard]] int fd() const { return socket_.fd(); }
    void close() { socket_.close(); }
    [[nodiscard]] transport& socket() { return socket_; }

    void say(std::string_view what) {
        while (!what.empty()) {
            const auto r = socket_.write(session::as_bytes(what));
            ASSERT_EQ(r.outcome, transport::outcome::ok);
            what.remove_prefix(r.size);
        }
    }
    // At least `n` bytes more, or what there is before the end.
    bool fill(std::size_t n) {
        std::array<std::byte, 65536> some;
        while (buffer_.size() < n) {
            const auto r = socket_.read(some);
            if (r.outcome != transport::outcome::ok) {
                EXPECT_NE(r.outcome, transport::outcome::again) << "waited in vain";
                return false;
            }
            buffer_ += session::as_text({some.data(), r.size});
        }
        return true;
    }
    [[nodiscard]] std::string hear(std::size_t n) {
        fill(n);
        return std::exchange(buffer_, buffer_.substr(std::min(n, buffer_.size()))).substr(0, n);
    }
    // The next message whole; empty: the connection is over.
    [[nodiscard]] std::string hear_message() {
        pg::header head;
        if (!fill(pg::header_size) ||
            pg::read_header(session::as_bytes(buffer_), head) != pg::outcome::ok)
            return {};
        return fill(head.size) ? hear(head.size) : std::string();
    }
    // Messages up to one of this type; empty when it never comes.
    [[nodiscard]] std::string hear_until(char type) {
        for (;;) {
            std::string m = hear_message();
            if (m.empty() || m[0] == type)
                return m;
        }
    }
    [[nodiscard]] std::string hear_packet() { // of the start-up, which has no type
        fill(4);
        std::uint32_t size = 0;
        for (std::size_t i = 0; i < 4 && i < buffer_.size(); ++i)
            size = size << 8 | static_cast<unsigned char>(buffer_[i]);
        return hear(size);
    }
    [[nodiscard]] std::string hear_all() {
        fill(std::size_t{1} << 40);
        return std::exchange(buffer_, {});
    }
    // True: the other side has closed, and nothing was left to be read.
    [[nodiscard]] bool hears_the_end() { return !fill(1) && buffer_.empty(); }

private:
    transport socket_;
    std::string buffer_;
};

inline std::string query(std::string_view text) {
    std::string m;
    pg::encode_query(m, text);
    return m;
}

inline std::string terminate() {
    std::string m;
    pg::encode_terminate(m);
    return m;
}

inline std::string message(char type, std::string_view body) {
    std::string m(1, type);
    const auto size = static_cast<std::uint32_t>(body.size() + 4);
    for (int shift = 24; shift >= 0; shift -= 8)
        m += static_cast<char>(size >> shift & 0xff);
    return m.append(body);
}

inline std::string complete(std::string_view tag, char transaction = 'I') {
    std::string m = message('C', std::string(tag) + '\0');
    pg::encode_ready_for_query(m, transaction);
    return m;
}

inline std::string error(std::string_view severity, std::string_view sqlstate,
                         std::string_view text) {
    pg::error e;
    e.severity = severity;
    e.sqlstate = sqlstate;
    e.message = text;
    std::string m;
    pg::encode_error(m, e);
    return m;
}

inline std::string sqlstate_of(std::string_view m) {
    pg::error_fields f;
    if (m.empty() || m[0] != 'E' || pg::decode_error(session::as_bytes(m), f) != pg::outcome::ok)
        return {};
    return std::string(f.sqlstate);
}

// The server's side.
class fake_server {
public:
    fake_server() : listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        never_wait_forever(listening_);
        const sockaddr_in a = loopback(0);
        EXPECT_EQ(::bind(listening_, reinterpret_cast<const sockaddr*>(&a), sizeof a), 0);
        EXPECT_EQ(::listen(listening_, 100), 0);
        sockaddr_in bound{};
        socklen_t size = sizeof bound;
        getsockname(listening_, reinterpret_cast<sockaddr*>(&bound), &size);
        port_ = ntohs(bound.sin_port);
    }
    ~fake_server() { ::close(listening_); }
    fake_server(const fake_server&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] peer accept() const {
        const int fd = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
        EXPECT_GE(fd, 0) << "nobody connects";
        return peer(fd);
    }
    // A login without any questions.
    [[nodiscard]] peer log_in(std::string_view backend_key = "\0\0\0\x2akey!",
                              std::string_view standby = "off") const {
        peer p = accept();
        EXPECT_FALSE(p.hear_packet().empty());
        std::string out;
        pg::encode_authentication(out, pg::authentication_kind::ok);
        pg::encode_parameter_status(out, "server_version", "15.4");
        pg::encode_parameter_status(out, "client_encoding", "UTF8");
        pg::encode_parameter_status(out, "standard_conforming_strings", "on");
        pg::encode_parameter_status(out, "in_hot_standby", standby);
        pg::encode_backend_key_data(out, backend_key.size() == 8 ? backend_key : default_key());
        pg::encode_ready_for_query(out, 'I');
        p.say(out);
        return p;
    }
    [[nodiscard]] static std::string_view default_key() {
        using namespace std::string_view_literals;
        return "\0\0\0\x2akey!"sv;
    }

private:
    int listening_;
    std::uint16_t port_ = 0;
};

struct nobody_watches : session::observer {
    void statement(const policy::service&, policy::verdict, session::cache_outcome) override {}
    void analysed(std::chrono::nanoseconds) override {}
    void completed(const policy::service&, std::chrono::nanoseconds) override {}
    void violated(const session::violation&) override {}
    void traffic(std::size_t, std::size_t) override {}
};

// The proxy, with one service ("shop", password "secret") that owns the whole server.
class conversation {
public:
    fake_server server;
    net::settings settings;
    policy::limits limits;

    conversation() {
        settings.workers = 1;
        auto& listen = settings.listen.emplace_back();
        listen.address = "127.0.0.1";
        listen.port = 0;
        server_settings s;
        s.name = "db";
        s.hosts = {{"127.0.0.1", server.port()}};
        s.tls = session::tls_mode::disable;
        settings.servers.emplace("db", s);
    }

    void start() {
        auto p = std::make_shared<policy::snapshot>();
        p->id = 1;
        p->approved_engines = {policy::engine::postgresql};
        p->servers.push_back({"db", policy::engine::postgresql});
        policy::service shop;
        shop.name = "shop";
        shop.file = "services/shop.yaml";
        shop.identities.push_back({policy::identity::kind::login, "shop"});
        shop.owns.push_back({"db", "", "", {}, {}});
        shop.limits = limits;
        p->services.push_back(shop);
        auto c = std::make_shared<session::credentials>();
        c->clients["shop"].verifiers.push_back(auth::make_scram_verifier("secret", 4096));
        c->backend_by_server["db"] = {"backend", "", "", ""};
        c->decoy_key = "0123456789abcdef0123456789abcdef";
        edge_ = std::make_unique<proxy>(
            settings, hooks{[this]() -> session::observer& { return observer_; },
                            [this](const failed_login& f) {
                                const std::lock_guard lock(mutex_);
                                failures_ += std::string(session::to_string(f.why)) +
                                             " service=" + std::string(f.service) +
                                             " server=" + std::string(f.server) +
                                             " sqlstate=" + std::string(f.sqlstate) + "\n";
                            },
                            {}});
        edge_->start(p, c, std::chrono::sys_days{std::chrono::days{20'000}});
    }
    [[nodiscard]] proxy& edge() { return *edge_; }
    // Failed logins as they were reported, a line each. To be asked when the client has heard the
    // end.
    [[nodiscard]] std::string failures() {
        const std::lock_guard lock(mutex_);
        return failures_;
    }

    [[nodiscard]] peer connect() const { return connect(::socket(AF_INET, SOCK_STREAM, 0)); }
    [[nodiscard]] peer connect(int fd) const {
        const sockaddr_in a = loopback(edge_->port(0));
        EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&a), sizeof a), 0);
        return peer(fd);
    }
    [[nodiscard]] static std::string start_up(std::string_view database = "shop") {
        std::string m;
        pg::encode_startup(m, 0x00030000, {{"user", "shop"}, {"database", std::string(database)}});
        return m;
    }
    // Up to and with AuthenticationOk, or to the error, which is returned.
    static std::string authenticate(peer& c, std::string_view password = "secret") {
        auth::scram_client scram{std::string(password), "", false};
        std::string out;
        std::string m = c.hear_message();
        if (m.empty() || m[0] == 'E')
            return m;
        pg::encode_sasl_initial(out, "SCRAM-SHA-256", scram.first());
        c.say(out);
        m = c.hear_message();
        pg::authentication a;
        EXPECT_EQ(pg::decode_authentication(session::as_bytes(m), a), pg::outcome::ok);
        out.clear();
        pg::encode_sasl_response(out, scram.final(a.data));
        c.say(out);
        m = c.hear_message(); // SASLFinal
        if (m.empty() || m[0] == 'E')
            return m;
        EXPECT_EQ(c.hear_message(), message('R', std::string(4, '\0')));
        return {};
    }
    [[nodiscard]] peer authenticated(std::string_view database = "shop") const {
        peer c = connect();
        c.say(start_up(database));
        EXPECT_EQ(authenticate(c), "");
        return c;
    }
    // Both ends logged in. `key`: with which the client may cancel.
    struct pair {
        peer client, server;
        std::string key;
    };
    [[nodiscard]] pair logged_in() const {
        pair p;
        p.client = authenticated();
        p.server = server.log_in();
        p.key = greeted(p.client);
        return p;
    }
    // The greeting of a session that has got its server connection; returns the cancel key.
    [[nodiscard]] static std::string greeted(peer& client) {
        const std::string m = client.hear_until('K');
        EXPECT_FALSE(m.empty());
        EXPECT_FALSE(client.hear_until('Z').empty());
        return m.empty() ? m : m.substr(pg::header_size);
    }
    // The client leaves as it should, and its server connection is cleaned.
    static void leave(pair& p) {
        p.client.say(terminate());
        EXPECT_EQ(p.server.hear_message(), query("DISCARD ALL"));
        p.server.say(complete("DISCARD ALL"));
    }

private:
    nobody_watches observer_;
    std::mutex mutex_;
    std::string failures_;
    std::unique_ptr<proxy> edge_;
};

} // namespace ringfence::net
