#include "proxy/net/server_reset.h"

#include "proxy/net/protocols.h"

#include <array>
#include <utility>

namespace ringfence::net {

server_reset::server_reset(worker& w, server_connection_ptr c)
    : worker_(w), connection_(std::move(c)) {
    const server_connection& there = *connection_;
    cleaning_ =
        protocol_of(there.key->target->server.engine)
            .make_cleaning(login_settings(*there.key, there.host,
                                          there.socket.encrypted() ? session::tls_mode::require
                                                                   : session::tls_mode::disable),
                           there.state, there.backend_key);
    cleaning_->start(out_);
    take_output();
}

server_reset::~server_reset() {
    worker_.loop().cancel(timer_);
    watch_.stop();
    if (connection_ == nullptr)
        return;
    const pool_key_ptr key = connection_->key;
    connection_.reset();
    worker_.shared().pool.lost(*key);
}

void server_reset::start() {
    watch_.start(
        worker_.loop(), connection_->socket.fd(), watch::readable,
        [](void* self, std::uint32_t events) {
            static_cast<server_reset*>(self)->on_event(events);
        },
        this);
    timer_ = worker_.loop().after(std::chrono::seconds(15), [this] {
        timer_ = reactor::no_timer;
        finish(false);
    });
    send();
}

void server_reset::on_event(std::uint32_t events) {
    if (finished_)
        return;
    if ((events & watch::writable) != 0)
        send();
    if (!finished_ && (events & watch::readable) != 0)
        read();
}

void server_reset::send() {
    while (!unsent_.empty()) {
        const auto r = connection_->socket.write(session::as_bytes(unsent_));
        if (r.outcome == transport::outcome::again)
            break;
        if (r.outcome != transport::outcome::ok) {
            finish(false);
            return;
        }
        unsent_.erase(0, r.size);
    }
    watch_.want(watch::readable | (unsent_.empty() ? 0U : watch::writable));
}

void server_reset::read() {
    std::array<std::byte, 4096> buffer;
    for (;;) {
        const auto r = connection_->socket.read(buffer);
        if (r.outcome == transport::outcome::again)
            return;
        if (r.outcome != transport::outcome::ok) {
            finish(false);
            return;
        }
        switch (cleaning_->feed({buffer.data(), r.size}, out_)) {
        case session::cleaning::next::clean:
            finish(!connection_->socket.has_buffered());
            return;
        case session::cleaning::next::dirty:
            finish(false);
            return;
        case session::cleaning::next::more:
            break;
        }
        take_output();
        if (!unsent_.empty()) {
            send();
            if (finished_)
                return;
        }
        if (r.size < buffer.size() && !connection_->socket.has_buffered())
            return;
    }
}

void server_reset::take_output() {
    for (std::size_t i = 0; i < out_.count(); ++i)
        unsent_ += session::as_text(out_[i]);
    out_.clear();
}

void server_reset::finish(bool clean) {
    if (std::exchange(finished_, true))
        return;
    watch_.stop();
    if (clean)
        worker_.shared().pool.give_back(std::move(connection_));
    worker_.loop().cancel(timer_);
    worker_.loop().defer([&w = worker_, self = this] { w.end_reset(self); });
}

} // namespace ringfence::net
