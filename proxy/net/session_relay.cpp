// The way of the bytes once both ends are logged in.
//
// What a transaction costs here: one read and one write in each direction, and the loop's waiting,
// which all sessions of the worker share. No system call is made to learn that there is nothing to
// read, none to arm a socket anew, and nothing is allocated.
#include "proxy/net/client_session.h"

namespace ringfence::net {

using outcome = transport::outcome;

bool client_session::wants_client() const {
    return relay_->wants_client_bytes() && to_server_pending_.empty() && !server_deaf_;
}

void client_session::on_server(std::uint32_t events) {
    if (ended_ || phase_ != phase::relaying)
        return;
    if ((events & watch::writable) != 0)
        flush_to_server();
    if (!ended_ && phase_ == phase::relaying && (events & watch::readable) != 0)
        read_server();
}

void client_session::read_client() {
    last_active_ = worker_.tick();
    do {
        if (!wants_client())
            break;
        const auto r = client_.read(worker_.buffer());
        if (r.outcome == outcome::again)
            break;
        if (r.outcome != outcome::ok) {
            gone();
            return;
        }
        relay_->from_client(session::bytes(worker_.buffer().data(), r.size), worker_.to_server(),
                            worker_.to_client());
        after_relay();
    } while (!ended_ && phase_ == phase::relaying && client_.has_buffered());
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
            send_failed(outcome::failed);
            after_relay();
            return;
        }
        relay_->from_server(session::bytes(worker_.buffer().data(), r.size), worker_.to_server(),
                            worker_.to_client());
        after_relay();
    } while (!ended_ && phase_ == phase::relaying && server_->socket.has_buffered());
    watch_again();
}

// Sends what the relay has put out, and follows what became of it.
void client_session::after_relay() {
    if (server_deaf_) {
        worker_.to_server().clear();
    } else if (!worker_.to_server().empty()) {
        if (const auto o = send(server_->socket, worker_.to_server(), to_server_pending_);
            o != outcome::ok)
            send_failed(o);
    }
    if (!worker_.to_client().empty() &&
        send(client_, worker_.to_client(), to_client_pending_) != outcome::ok) {
        gone();
        return;
    }
    switch (relay_->current()) {
    case session::relay::status::open: {
        arm_deadline();
        const bool quiescent = relay_->quiescent();
        auto& n = worker_.session_counts();
        count(quiescent ? &n.idle : &n.active);
        if (draining_ && quiescent)
            drain();
        return;
    }
    case session::relay::status::client_done:
        stop_work();
        release_server();
        end();
        return;
    case session::relay::status::login_again:
        log_in_again();
        return;
    case session::relay::status::broken:
        close_when_flushed(parting::linger);
        return;
    }
}

// The server's end of the connection is gone. It may have said why: that is read first.
void client_session::send_failed(transport::outcome how) {
    server_deaf_ = true;
    std::string().swap(to_server_pending_);
    if (how == outcome::failed)
        relay_->server_lost("ringfence: the server closed the connection", "08006",
                            worker_.to_client());
}

outcome client_session::send(transport& to, session::output& out, std::string& pending) {
    std::size_t sent = 0;
    if (pending.empty()) {
        const auto r = to.write(out);
        if (r.outcome == outcome::failed || r.outcome == outcome::closed) {
            out.clear();
            return r.outcome;
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
    return outcome::ok;
}

outcome client_session::send_pending(transport& to, std::string& pending) {
    std::size_t sent = 0;
    while (sent < pending.size()) {
        const auto r = to.write(session::as_bytes(pending).subspan(sent));
        if (r.outcome == outcome::again)
            break;
        if (r.outcome != outcome::ok)
            return r.outcome;
        sent += r.size;
    }
    if (sent == pending.size())
        std::string().swap(pending); // an idle session holds no buffer, and `= {}` would keep it
    else
        pending.erase(0, sent);
    return outcome::ok;
}

void client_session::flush_to_client() {
    if (send_pending(client_, to_client_pending_) != outcome::ok) {
        gone();
        return;
    }
    if (phase_ == phase::relaying) {
        // TLS may hold bytes of the server that no event will tell of.
        if (to_client_pending_.empty() && draining_ && relay_->quiescent())
            drain();
        else if (to_client_pending_.empty() && server_->socket.has_buffered())
            read_server();
        else
            watch_again();
        return;
    }
    if (phase_ == phase::closing && to_client_pending_.empty()) {
        if (parting_ == parting::at_once) {
            end();
            return;
        }
        client_.end_writing();
    }
    client_watch_.want(wanted_of_client());
}

void client_session::flush_to_server() {
    if (const auto o = send_pending(server_->socket, to_server_pending_); o != outcome::ok) {
        send_failed(o);
        after_relay();
    }
    if (ended_ || phase_ != phase::relaying)
        return;
    if (wants_client() && client_.has_buffered())
        read_client();
    else
        watch_again();
}

std::uint32_t client_session::wanted_of_client() const {
    std::uint32_t want = to_client_pending_.empty() ? 0U : watch::writable;
    switch (phase_) {
    case phase::waiting:
        return want | watch::hang_up;
    case phase::relaying:
        return want | (wants_client() ? watch::readable : 0U);
    case phase::login:
        return want | (entry_->computing ? watch::hang_up : watch::readable);
    case phase::tls:
    case phase::closing:
        return want | watch::readable;
    }
    return want;
}

// INVARIANT: at most one buffer of unsent bytes a direction: while some are pending, the other side
// is not read.
void client_session::watch_again() {
    if (ended_ || phase_ != phase::relaying)
        return;
    client_watch_.want(wanted_of_client());
    server_watch_.want((to_client_pending_.empty() ? watch::readable : 0U) |
                       (to_server_pending_.empty() ? 0U : watch::writable));
}

// One timer at most, looked at when it fires: arming it anew for each statement would cost more
// than it is worth.
void client_session::arm_deadline() {
    if (deadline_ != reactor::no_timer)
        return;
    const auto due = relay_->deadline();
    if (!due)
        return;
    deadline_ = worker_.loop().at(*due, [&w = worker_, id = id_] {
        visit(w, id, [](client_session& s) {
            s.deadline_ = reactor::no_timer;
            if (s.phase_ != phase::relaying)
                return;
            const auto now_due = s.relay_->deadline();
            if (!now_due)
                return;
            if (*now_due > reactor::clock::now()) {
                s.arm_deadline();
                return;
            }
            s.cancel({});
            // Again, should the server not react.
            s.deadline_ =
                s.worker_.loop().after(std::chrono::seconds(1), [&w = s.worker_, id = s.id_] {
                    visit(w, id, [](client_session& again) {
                        again.deadline_ = reactor::no_timer;
                        if (again.phase_ == phase::relaying)
                            again.arm_deadline();
                    });
                });
        });
    });
}

} // namespace ringfence::net
