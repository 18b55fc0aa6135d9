#include "proxy/net/cancel_sender.h"

#include "proxy/wire/postgresql/startup.h"

#include <array>

namespace ringfence::net {

namespace pg = wire::postgresql;
using outcome = transport::outcome;

cancel_sender::cancel_sender(worker& w, const server_connection& c, std::function<void()> done)
    : worker_(w), target_(c.key->target), host_(c.host), encrypted_(c.socket.encrypted()),
      backend_key_(c.backend_key), done_(std::move(done)) {
    peer_.size = sizeof peer_.storage;
    if (::getpeername(c.socket.fd(), reinterpret_cast<sockaddr*>(&peer_.storage), &peer_.size) != 0)
        peer_.size = 0;
}

cancel_sender::~cancel_sender() {
    worker_.loop().cancel(timer_);
}

void cancel_sender::start() {
    timer_ = worker_.loop().after(worker_.shared().settings.timeouts.server_connect, [this] {
        timer_ = reactor::no_timer;
        finish();
    });
    const int fd = peer_.size == 0 ? -1
                                   : ::socket(peer_.storage.ss_family,
                                              SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        finish();
        return;
    }
    socket_ = transport(fd);
    // Its outcome is an event.
    static_cast<void>(::connect(fd, reinterpret_cast<const sockaddr*>(&peer_.storage), peer_.size));
    watch_.start(
        worker_.loop(), fd, watch::writable,
        [](void* self, std::uint32_t) { static_cast<cancel_sender*>(self)->on_event(); }, this);
}

void cancel_sender::on_event() {
    if (finished_)
        return;
    // Each message is a few bytes into an empty socket: it is taken whole or the connection is of
    // no use.
    const auto put = [this](const std::string& message) {
        const auto r = socket_.write(session::as_bytes(message));
        return r.outcome == outcome::ok && r.size == message.size();
    };
    std::array<std::byte, 16> drop;
    std::string message;
    switch (step_) {
    case step::connecting:
        if (encrypted_) {
            pg::encode_ssl_request(message);
            if (!put(message))
                break;
            step_ = step::asking_tls;
            watch_.want(watch::readable);
            return;
        }
        step_ = step::sending;
        on_event();
        return;
    case step::asking_tls: {
        const auto r = socket_.read(std::span(drop).first(1));
        if (r.outcome == outcome::again)
            return;
        if (r.outcome != outcome::ok || drop[0] != std::byte{'S'})
            break;
        socket_.begin_tls_client(target_->tls.get(), target_->server.hosts[host_].host,
                                 target_->server.tls == session::tls_mode::verify_full);
        step_ = step::shaking_hands;
        on_event();
        return;
    }
    case step::shaking_hands:
        switch (socket_.continue_tls()) {
        case transport::handshake::want_read:
            watch_.want(watch::readable);
            return;
        case transport::handshake::want_write:
            watch_.want(watch::writable);
            return;
        case transport::handshake::done:
            step_ = step::sending;
            on_event();
            return;
        case transport::handshake::failed:
            break;
        }
        break;
    case step::sending:
        pg::encode_cancel_request(message, backend_key_);
        if (!put(message))
            break;
        step_ = step::waiting;
        watch_.want(watch::readable);
        return;
    case step::waiting:
        if (socket_.read(drop).outcome == outcome::again)
            return;
        break; // closed: the server has done it
    }
    finish();
}

void cancel_sender::finish() {
    if (finished_)
        return;
    finished_ = true;
    watch_.stop();
    done_();
    worker_.loop().defer([&w = worker_, self = this] { w.end_cancel(self); });
}

} // namespace ringfence::net
