#include "proxy/net/server_connector.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace ringfence::net {

using session::server_login;

session::server_login::settings login_settings(const pool_key& key, std::size_t host,
                                               session::tls_mode tls) {
    const server_settings& server = key.target->server;
    session::server_login::settings s;
    s.tls = tls;
    s.unix_socket = server.hosts[host].host.starts_with('/');
    s.clear_password = server.tls == session::tls_mode::disable;
    s.login = key.target->login;
    s.database = key.database;
    s.parameters = key.parameters;
    return s;
}

server_connector::server_connector(reactor& r, resolver& names, pool_key_ptr key,
                                   std::chrono::milliseconds timeout, done d)
    : reactor_(r), resolver_(names), key_(std::move(key)), timeout_(timeout), done_(std::move(d)),
      tls_(key_->target->server.tls) {
    last_ = {"ringfence: no host of server " + key_->target->server.name + " could be reached",
             "08006"};
}

server_connector::~server_connector() {
    reactor_.cancel(timer_);
    *alive_ = false;
}

void server_connector::only(std::size_t host, const address& a) {
    host_ = host;
    addresses_ = {a};
    only_ = true;
}

void server_connector::start() {
    reactor_.defer([this, alive = alive_] {
        if (*alive)
            next_host();
    });
}

void server_connector::next_host() {
    login_.reset();
    watch_.stop();
    socket_.close();
    reactor_.cancel(timer_);
    const auto& hosts = key_->target->server.hosts;
    if (host_ >= hosts.size() || std::exchange(tried_, only_)) {
        if (only_ || key_->target->server.target != session_attrs::prefer_standby ||
            second_round_) {
            finish(nullptr);
            return;
        }
        second_round_ = true;
        host_ = 0;
    }
    timer_ = reactor_.after(timeout_, [this] {
        timer_ = reactor::no_timer;
        failed("ringfence: server " + key_->target->server.name + " did not answer in time",
               "08006");
    });
    if (only_) {
        next_address();
        return;
    }
    const endpoint& e = hosts[host_];
    auto known = resolver::immediate(e);
    if (!known.empty()) {
        resolved(std::move(known));
        return;
    }
    resolver_.resolve(e, reactor_,
                      [this, alive = alive_, asked = host_](std::vector<address> found) {
                          if (*alive && host_ == asked && !socket_.open())
                              resolved(std::move(found));
                      });
}

void server_connector::resolved(std::vector<address> found) {
    addresses_ = std::move(found);
    next_address();
}

void server_connector::next_address() {
    if (addresses_.empty()) {
        ++host_;
        next_host();
        return;
    }
    current_ = addresses_.front();
    addresses_.erase(addresses_.begin());
    tls_ = key_->target->server.tls;
    second_attempt_ = false;
    open(current_);
}

void server_connector::open(const address& a) {
    const int fd = ::socket(a.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        next_address();
        return;
    }
    socket_ = transport(fd);
    if (a.storage.ss_family != AF_UNIX) {
        const int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    }
    const int r = ::connect(fd, reinterpret_cast<const sockaddr*>(&a.storage), a.size);
    if (r != 0 && errno != EINPROGRESS) {
        socket_.close();
        next_address();
        return;
    }
    connecting_ = true;
    watch_.start(
        reactor_, fd, watch::writable,
        [](void* self, std::uint32_t events) {
            static_cast<server_connector*>(self)->on_event(events);
        },
        this);
}

void server_connector::connected() {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(socket_.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) {
        watch_.stop();
        socket_.close();
        next_address();
        return;
    }
    connecting_ = false;
    login_ = protocol_of(key_->target->server.engine)
                 .make_server_login(login_settings(*key_, host_, tls_));
    act(login_->start(out_));
}

void server_connector::on_event(std::uint32_t events) {
    if (connecting_) {
        connected();
        return;
    }
    if (shaking_) {
        shake_hands();
        return;
    }
    if ((events & watch::writable) != 0 && !unsent_.empty())
        send();
    if ((events & watch::readable) != 0)
        read();
}

void server_connector::act(server_login::next step) {
    for (std::size_t i = 0; i < out_.count(); ++i)
        unsent_ += session::as_text(out_[i]);
    out_.clear();
    switch (step) {
    case server_login::next::more:
        send();
        return;
    case server_login::next::start_tls:
        if (key_->target->tls == nullptr) {
            failed("ringfence: TLS is not set up for server " + key_->target->server.name, "08006");
            return;
        }
        // The request, a few bytes into an empty socket: taken whole, or nothing comes of it.
        if (!unsent_.empty()) {
            const auto r = socket_.write(session::as_bytes(unsent_));
            if (r.outcome != transport::outcome::ok || r.size != unsent_.size()) {
                failed("ringfence: server " + key_->target->server.name + " closed the connection",
                       "08006");
                return;
            }
            unsent_.clear();
        }
        socket_.begin_tls_client(key_->target->tls.get(), key_->target->server.hosts[host_].host,
                                 key_->target->server.tls == session::tls_mode::verify_full);
        shaking_ = true;
        shake_hands();
        return;
    case server_login::next::ready:
        logged_in();
        return;
    case server_login::next::failed:
        refused();
        return;
    }
}

void server_connector::shake_hands() {
    switch (socket_.continue_tls()) {
    case transport::handshake::want_read:
        watch_.want(watch::readable);
        return;
    case transport::handshake::want_write:
        watch_.want(watch::writable);
        return;
    case transport::handshake::failed:
        if (try_otherwise())
            return;
        failed("ringfence: no TLS with server " + key_->target->server.name + ": " +
                   socket_.trouble(),
               "08006");
        return;
    case transport::handshake::done:
        shaking_ = false;
        act(login_->tls_established(socket_.peer(false), out_));
        return;
    }
}

void server_connector::send() {
    if (!unsent_.empty()) {
        const auto r = socket_.write(session::as_bytes(unsent_));
        if (r.outcome == transport::outcome::ok)
            unsent_.erase(0, r.size);
        if (r.outcome == transport::outcome::failed || r.outcome == transport::outcome::closed) {
            failed("ringfence: server " + key_->target->server.name + " closed the connection",
                   "08006");
            return;
        }
    }
    watch_.want(watch::readable | (unsent_.empty() ? 0U : watch::writable));
}

void server_connector::read() {
    std::array<std::byte, 8192> buffer;
    do {
        const std::size_t most = login_->reads_one_byte() ? 1 : buffer.size();
        const auto r = socket_.read(std::span(buffer).first(most));
        if (r.outcome == transport::outcome::again)
            return;
        if (r.outcome != transport::outcome::ok) {
            failed("ringfence: server " + key_->target->server.name + " closed the connection",
                   "08006");
            return;
        }
        const auto alive = alive_;
        const auto* at = login_.get();
        act(login_->feed(session::bytes(buffer.data(), r.size), out_));
        if (!*alive || login_.get() != at || shaking_)
            return;
    } while (socket_.has_buffered());
}

bool server_connector::suits() const {
    const auto server = login_->state();
    switch (key_->target->server.target) {
    case session_attrs::any:
        return true;
    case session_attrs::read_write:
        return !server->read_only;
    case session_attrs::read_only:
        return server->read_only;
    case session_attrs::primary:
        return !server->standby;
    case session_attrs::standby:
        return server->standby;
    case session_attrs::prefer_standby:
        return server->standby || second_round_;
    }
    return false;
}

void server_connector::logged_in() {
    if (key_->target->server.target != session_attrs::any && !login_->state()->says_role) {
        failed("ringfence: server " + key_->target->server.name +
                   " does not say whether it is a standby (PostgreSQL 14 does), so that "
                   "target_session_attrs cannot be used",
               "08006");
        return;
    }
    if (!suits()) {
        failed("ringfence: no host of server " + key_->target->server.name +
                   " is what target_session_attrs asks for",
               "08006");
        return;
    }
    auto made = std::make_unique<server_connection>();
    watch_.stop();
    made->socket = std::move(socket_);
    made->key = key_;
    made->backend_key = login_->backend_key();
    made->state = login_->state();
    made->host = host_;
    made->born = made->idle_since = reactor::clock::now();
    finish(std::move(made));
}

// As libpq: `allow` tries without TLS first and with it when that is refused; `prefer` the other
// way round. True: the second attempt has begun.
bool server_connector::try_otherwise() {
    if (second_attempt_ || key_->target->server.hosts[host_].host.starts_with('/'))
        return false;
    if (tls_ == session::tls_mode::allow)
        tls_ = session::tls_mode::require;
    else if (tls_ == session::tls_mode::prefer && socket_.encrypted())
        tls_ = session::tls_mode::disable;
    else
        return false;
    second_attempt_ = true;
    shaking_ = connecting_ = false;
    unsent_.clear();
    out_.clear();
    watch_.stop();
    socket_.close();
    open(current_);
    return true;
}

// A host that does not take the login has the last word, unless it says that it cannot take anybody
// now (as libpq): the next one would be asked with the same login in vain.
void server_connector::refused() {
    const failure why{login_->error_text(), login_->error_state()};
    if (try_otherwise())
        return;
    failed(why.sentence, why.sqlstate,
           why.sqlstate.starts_with("57P") || why.sqlstate.starts_with("08") ? then::next_host
                                                                             : then::give_up);
}

void server_connector::failed(std::string sentence, std::string sqlstate, then next) {
    last_ = {std::move(sentence), std::move(sqlstate)};
    shaking_ = connecting_ = false;
    unsent_.clear();
    out_.clear();
    if (next == then::give_up) {
        finish(nullptr);
        return;
    }
    ++host_;
    next_host();
}

void server_connector::finish(server_connection_ptr c) {
    reactor_.cancel(timer_);
    watch_.stop();
    done_(std::move(c), last_);
}

} // namespace ringfence::net
