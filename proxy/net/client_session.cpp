// The way of the bytes once both ends are logged in.
#include "proxy/net/client_session.h"

#include "proxy/wire/postgresql/backend.h"

namespace ringfence::net {

using outcome = transport::outcome;
namespace pg = wire::postgresql;

client_session::client_session(worker& w, std::uint64_t id, int fd, origin from)
    : worker_(w), id_(id), client_(fd) {
    const bool unix_socket = from.unix_socket;
    session::client_login::settings s;
    s.tls = from.tls;
    s.unix_socket = unix_socket;
    s.tls_available =
        !unix_socket && worker_.current_routes()->listener_tls(from.listener) != nullptr;
    entry_ = std::make_unique<entry>(
        std::move(from), session::client_login(s, worker_.environment().policies(),
                                               worker_.current_routes()->credentials()));
    ++worker_.session_counts().login;
    ++worker_.shared().connections;
    client_watch_.start(
        worker_.loop(), client_.fd(), watch::readable,
        [](void* self, std::uint32_t events) {
            static_cast<client_session*>(self)->on_client(events);
        },
        this);
    entry_->timer = worker_.loop().after(worker_.shared().settings.timeouts.client_login, [this] {
        entry_->timer = reactor::no_timer;
        if (worker_.shared().login_failed)
            worker_.shared().login_failed(session::login_failure::timeout);
        end();
    });
}

client_session::~client_session() {
    enter(phase::closing);
    if (!cancel_key_.empty())
        worker_.shared().cancels.remove(cancel_key_);
    worker_.loop().cancel(deadline_);
    release_server();
    if (entry_) {
        worker_.loop().cancel(entry_->timer);
        entry_->connector.reset();
        const bool place = entry_->ticket && !worker_.shared().pool.withdraw(entry_->ticket)
                               ? false // the grant finds nobody here and goes back by itself
                               : entry_->place_held;
        if (place)
            worker_.shared().pool.lost(*entry_->key);
    }
    if (usage_)
        --usage_->connections;
    --worker_.shared().connections;
}

void client_session::enter(phase next) {
    auto& n = worker_.session_counts();
    const auto counter = [&n](phase p) -> std::atomic<unsigned>* {
        switch (p) {
        case phase::login:
        case phase::tls:
            return &n.login;
        case phase::waiting:
            return &n.waiting;
        case phase::relaying:
            return &n.active;
        case phase::closing:
            return nullptr;
        }
        return nullptr;
    };
    if (auto* c = counter(phase_))
        --*c;
    if (auto* c = counter(next))
        ++*c;
    phase_ = next;
}

void client_session::on_client(std::uint32_t events) {
    if (ended_)
        return;
    if ((events & watch::writable) != 0 && phase_ != phase::tls)
        flush_to_client();
    if (ended_ || (events & watch::readable) == 0) {
        if (!ended_ && phase_ == phase::tls)
            shake_hands();
        return;
    }
    switch (phase_) {
    case phase::login:
        read_login();
        break;
    case phase::tls:
        shake_hands();
        break;
    case phase::waiting: {
        // Bytes of a client that does not wait for our answer stay in the socket; its leaving is
        // noticed.
        std::byte one{};
        const auto r =
            client_.encrypted() ? transport::result{outcome::again, 0} : client_.peek({&one, 1});
        if (r.outcome == outcome::closed || r.outcome == outcome::failed)
            end();
        else
            client_watch_.want(watch::none);
        break;
    }
    case phase::relaying:
        read_client();
        break;
    case phase::closing: {
        // Whatever still comes is dropped, so that closing does not reset the connection under our
        // last words.
        const auto r = client_.read(worker_.buffer());
        if (r.outcome == outcome::closed || r.outcome == outcome::failed)
            end();
        break;
    }
    }
}

void client_session::on_server(std::uint32_t events) {
    if (ended_)
        return;
    if ((events & watch::writable) != 0)
        flush_to_server();
    if (!ended_ && (events & watch::readable) != 0)
        read_server();
}

// One read, one write: what the client sent goes to the server with the same call that every other
// client's does.
void client_session::read_client() {
    do {
        if (!relay_->wants_client_bytes() || !to_server_pending_.empty())
            break;
        const auto r = client_.read(worker_.buffer());
        if (r.outcome == outcome::again)
            break;
        if (r.outcome != outcome::ok) {
            relay_->client_gone();
            release_server();
            end();
            return;
        }
        relay_->from_client(session::bytes(worker_.buffer().data(), r.size), worker_.to_server(),
                            worker_.to_client());
        after_relay();
    } while (!ended_ && phase_ == phase::relaying && client_.has_buffered());
    if (!ended_ && phase_ == phase::relaying)
        watch_again();
}

void client_session::read_server() {
    do {
        if (!to_client_pending_.empty())
            break;
        const auto r = server_->socket.read(worker_.buffer());
        if (r.outcome == outcome::again)
            break;
        if (r.outcome != outcome::ok) {
            relay_->server_lost("ringfence: the server closed the connection", "08006",
                                worker_.to_client());
            after_relay();
            return;
        }
        relay_->from_server(session::bytes(worker_.buffer().data(), r.size), worker_.to_server(),
                            worker_.to_client());
        after_relay();
    } while (!ended_ && phase_ == phase::relaying &&
             (server_->socket.has_buffered() || !server_watch_.active()));
    if (!ended_ && phase_ == phase::relaying)
        watch_again();
}

// Sends what the relay has put out, and follows what became of it.
void client_session::after_relay() {
    if (!worker_.to_server().empty() &&
        !send(server_->socket, worker_.to_server(), to_server_pending_))
        relay_->server_lost("ringfence: the server closed the connection", "08006",
                            worker_.to_client());
    if (!worker_.to_client().empty() && !send(client_, worker_.to_client(), to_client_pending_)) {
        worker_.to_server().clear();
        release_server();
        end();
        return;
    }
    switch (relay_->current()) {
    case session::relay::status::open:
        arm_deadline();
        if (draining_ && relay_->quiescent() && to_client_pending_.empty())
            fail("57P01", "ringfence: terminating connection due to administrator command",
                 "connect again; another instance may take over");
        return;
    case session::relay::status::client_done:
        release_server();
        end();
        return;
    case session::relay::status::broken:
        release_server();
        close_when_flushed();
        return;
    }
}

bool client_session::send(transport& to, session::output& out, std::string& pending) {
    std::size_t sent = 0;
    if (pending.empty()) {
        const auto r = to.write(out);
        if (r.outcome == outcome::failed || r.outcome == outcome::closed) {
            out.clear();
            return false;
        }
        sent = r.size;
    }
    if (sent < out.size()) {
        pending.reserve(pending.size() + out.size() - sent);
        std::size_t skip = sent;
        for (std::size_t i = 0; i < out.count(); ++i) {
            const auto piece = session::as_text(out[i]);
            if (skip >= piece.size()) {
                skip -= piece.size();
                continue;
            }
            pending += piece.substr(skip);
            skip = 0;
        }
    }
    out.clear();
    return true;
}

bool client_session::send_pending(transport& to, std::string& pending) {
    if (pending.empty())
        return true;
    std::size_t sent = 0;
    while (sent < pending.size()) {
        const auto r = to.write(session::as_bytes(pending).subspan(sent));
        if (r.outcome == outcome::again)
            break;
        if (r.outcome != outcome::ok)
            return false;
        sent += r.size;
    }
    if (sent == pending.size())
        pending = {}; // an idle session holds no buffer
    else
        pending.erase(0, sent);
    return true;
}

void client_session::flush_to_client() {
    if (!send_pending(client_, to_client_pending_)) {
        release_server();
        end();
        return;
    }
    if (phase_ == phase::closing && to_client_pending_.empty()) {
        end();
        return;
    }
    if (phase_ != phase::relaying) {
        client_watch_.want(watch::readable | (to_client_pending_.empty() ? 0U : watch::writable));
        return;
    }
    // TLS may hold bytes of the server that no event will tell of; and one that hung up is not watched any more.
    if (to_client_pending_.empty() && (server_->socket.has_buffered() || !server_watch_.active()))
        read_server();
    else
        watch_again();
}

void client_session::flush_to_server() {
    if (phase_ != phase::relaying)
        return;
    if (!send_pending(server_->socket, to_server_pending_)) {
        relay_->server_lost("ringfence: the server closed the connection", "08006",
                            worker_.to_client());
        after_relay();
        return;
    }
    if (to_server_pending_.empty() && client_.has_buffered())
        read_client();
    else
        watch_again();
}

// INVARIANT: at most one buffer of unsent bytes a direction: while some are pending, the other side
// is not read.
void client_session::watch_again() {
    client_watch_.want((relay_->wants_client_bytes() && to_server_pending_.empty()
                            ? std::uint32_t{watch::readable}
                            : 0U) |
                       (to_client_pending_.empty() ? 0U : std::uint32_t{watch::writable}));
    server_watch_.want((to_client_pending_.empty() ? std::uint32_t{watch::readable} : 0U) |
                       (to_server_pending_.empty() ? 0U : std::uint32_t{watch::writable}));
}

// One timer at most, looked at when it fires: arming it anew for each statement would cost more
// than it is worth.
void client_session::arm_deadline() {
    if (deadline_ != reactor::no_timer)
        return;
    const auto due = relay_->deadline();
    if (!due)
        return;
    deadline_ = worker_.loop().at(*due, [this] {
        deadline_ = reactor::no_timer;
        if (phase_ != phase::relaying)
            return;
        const auto now_due = relay_->deadline();
        if (!now_due)
            return;
        if (*now_due <= reactor::clock::now()) {
            cancel();
            // Again, should the server not react.
            deadline_ = worker_.loop().after(std::chrono::seconds(1), [this] {
                deadline_ = reactor::no_timer;
                if (phase_ == phase::relaying)
                    arm_deadline();
            });
            return;
        }
        arm_deadline();
    });
}

void client_session::cancel() {
    if (phase_ != phase::relaying || server_ == nullptr || server_->backend_key.empty())
        return;
    if (cancels_in_flight_ > 0)
        return; // the one under way does it
    ++cancels_in_flight_;
    worker_.send_cancel(*server_, [&w = worker_, id = id_] {
        if (auto* s = w.find(id))
            s->cancel_finished();
    });
}

void client_session::drain() {
    draining_ = true;
    switch (phase_) {
    case phase::relaying:
        if (relay_->quiescent() && to_client_pending_.empty())
            fail("57P01", "ringfence: terminating connection due to administrator command",
                 "connect again; another instance may take over");
        return;
    case phase::login:
    case phase::tls:
    case phase::waiting:
        fail("57P03", "ringfence: shutting down", "connect again; another instance may take over");
        return;
    case phase::closing:
        return;
    }
}

void client_session::fail(std::string_view sqlstate, std::string_view message,
                          std::string_view hint) {
    pg::error e;
    e.severity = "FATAL";
    e.sqlstate = sqlstate;
    e.message = message;
    e.hint = hint;
    pg::encode_error(to_client_pending_, e);
    release_server();
    close_when_flushed();
}

void client_session::close_when_flushed() {
    if (ended_)
        return;
    if (phase_ == phase::tls) { // no error can be told before the handshake is over
        end();
        return;
    }
    enter(phase::closing);
    if (!send_pending(client_, to_client_pending_) || to_client_pending_.empty()) {
        end();
        return;
    }
    client_watch_.want(watch::readable | watch::writable);
}

// The server connection goes back to the pool if nothing of this client can be left in it;
// otherwise it is closed.
void client_session::release_server() {
    if (server_ == nullptr)
        return;
    server_watch_.stop();
    server_connection_ptr leaving = std::move(server_);
    const bool clean = relay_ && relay_->reusable() && to_server_pending_.empty() &&
                       // A cancel that is still under way could hit the next client.
                       cancels_in_flight_ == 0;
    if (clean) {
        worker_.reset(std::move(leaving));
        return;
    }
    const pool_key_ptr key = leaving->key;
    leaving.reset();
    worker_.shared().pool.lost(*key);
}

void client_session::end() {
    if (ended_)
        return;
    ended_ = true;
    client_watch_.stop();
    server_watch_.stop();
    // The caller is one of our own functions: go when it has returned.
    worker_.loop().defer([&w = worker_, id = id_] { w.remove(id); });
}

} // namespace ringfence::net
