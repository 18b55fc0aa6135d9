// From the first byte to the last: what a session holds, and how it lets go of it.
#include "proxy/net/client_session.h"

#include "proxy/net/protocols.h"

namespace ringfence::net {

using outcome = transport::outcome;

namespace {

// How long a client may take over our last words.
constexpr auto most_parting = std::chrono::seconds(3);
constexpr unsigned most_cancels = 4;

} // namespace

client_session::client_session(worker& w, std::uint64_t id, int fd, origin from)
    : worker_(w), protocol_(protocol_of(from.engine)), id_(id), client_(fd) {
    entry_ = std::make_unique<entry>(std::move(from), nullptr);
    if (protocol_.greets_first())
        kill_id_ = worker_.shared().kills.add([&w, id](bool connection, auto passed_on) {
            w.loop().post([&w, id, connection, then = std::move(passed_on)] {
                if (w.find(id) == nullptr || connection)
                    then();
                visit(w, id, [&](client_session& s) { connection ? s.kill() : s.cancel(then); });
            });
        });
    entry_->login = protocol_.make_client_login(login_settings(), worker_.environment().policies(),
                                                worker_.current_routes()->credentials());
    client_watch_.start(
        worker_.loop(), client_.fd(), watch::readable,
        [](void* self, std::uint32_t events) {
            auto* me = static_cast<client_session*>(self);
            me->guarded([&] { me->on_client(events); });
        },
        this);
    wait_for_login();
    enter(phase::login);
    ++worker_.shared().connections;
    greet();
}

client_session::~client_session() {
    enter(phase::closing);
    if (!cancel_key_.empty())
        worker_.shared().cancels.remove(cancel_key_);
    if (kill_id_ != 0)
        worker_.shared().kills.remove(kill_id_);
    worker_.loop().cancel(deadline_);
    release_entry();
    release_server();
    release_usage();
    --worker_.shared().connections;
}

void client_session::enter(phase next) {
    phase_ = next;
    auto& n = worker_.session_counts();
    switch (next) {
    case phase::login:
    case phase::tls:
        return count(&n.login);
    case phase::waiting:
        return count(&n.waiting);
    case phase::relaying:
        return count(&n.active);
    case phase::closing:
        return count(nullptr);
    }
}

// One thread writes these counters, so a plain load and store do; others only read them.
void client_session::count(std::atomic<unsigned>* as) {
    if (as == counted_)
        return;
    constexpr auto relaxed = std::memory_order_relaxed;
    if (counted_ != nullptr)
        counted_->store(counted_->load(relaxed) - 1, relaxed);
    if (as != nullptr)
        as->store(as->load(relaxed) + 1, relaxed);
    counted_ = as;
}

void client_session::on_client(std::uint32_t events) {
    if (ended_)
        return;
    if ((events & watch::writable) != 0 && phase_ != phase::tls)
        flush_to_client();
    if (ended_)
        return;
    switch (phase_) {
    case phase::login:
        if ((events & watch::readable) != 0)
            read_login();
        // What arrived before the end counts (a CancelRequest needs no answer); a part of it does
        // not.
        if ((events & watch::hang_up) != 0 && !ended_ && phase_ == phase::login)
            end();
        return;
    case phase::tls:
        shake_hands();
        return;
    case phase::waiting:
        // Bytes of a client that does not wait for our answer stay in the socket.
        if ((events & watch::hang_up) != 0)
            end();
        return;
    case phase::relaying:
        if ((events & watch::readable) != 0)
            read_client();
        return;
    case phase::closing:
        if ((events & watch::readable) != 0) {
            const auto r = client_.read(worker_.buffer());
            if (r.outcome == outcome::closed || r.outcome == outcome::failed)
                end();
        }
        return;
    }
}

void client_session::cancel(std::function<void()> passed_on) {
    if (phase_ != phase::relaying || server_ == nullptr || server_->backend_key.empty() ||
        cancels_in_flight_ >= most_cancels) {
        if (passed_on)
            passed_on();
        return;
    }
    ++cancels_in_flight_;
    worker_.send_cancel(*server_, [&w = worker_, id = id_, then = std::move(passed_on)] {
        visit(w, id, [](client_session& s) { s.cancel_finished(); });
        if (then)
            then();
    });
}

void client_session::kill() {
    if (phase_ == phase::relaying)
        fail("57P01", "Connection was killed");
}

void client_session::drain() {
    draining_ = true;
    switch (phase_) {
    case phase::relaying:
        if (relay_->quiescent() && to_client_pending_.empty()) {
            parting_ = parting::at_once;
            fail("57P01", "ringfence: terminating connection due to administrator command",
                 "connect again; another instance may take over");
        }
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

void client_session::end_if_idle_since(std::uint32_t tick) {
    if (phase_ != phase::relaying || last_active_ > tick || !relay_->quiescent())
        return;
    parting_ = parting::at_once;
    fail("57P05", "ringfence: terminating connection due to idle-session timeout",
         "client_idle_timeout in the configuration says how long a session may be idle");
}

void client_session::fail(std::string_view sqlstate, std::string_view message,
                          std::string_view hint) {
    const session::last_words words{std::string(sqlstate), std::string(message), std::string(hint)};
    if (relay_)
        relay_->part(words, to_client_pending_);
    else
        entry_->login->part(words, to_client_pending_);
    close_when_flushed(parting_);
}

void client_session::close_when_flushed(parting how) {
    if (ended_)
        return;
    parting_ = how;
    release_entry();
    stop_work();
    release_server();
    release_usage();            // before the client hears the end: it may connect anew at once
    if (phase_ == phase::tls) { // no error can be told before the handshake is over
        end();
        return;
    }
    enter(phase::closing);
    worker_.loop().cancel(deadline_);
    deadline_ = worker_.loop().after(most_parting, [this] {
        deadline_ = reactor::no_timer;
        end();
    });
    flush_to_client();
}

// The way to a server connection: who has not arrived yet waits no longer.
void client_session::release_entry() {
    if (entry_ == nullptr)
        return;
    worker_.loop().cancel(entry_->timer);
    if (entry_->connector)
        // We may be inside one of its calls.
        worker_.loop().defer(
            [c = std::shared_ptr<server_connector>(std::move(entry_->connector))] {});
    if (entry_->ticket && !worker_.shared().pool.withdraw(entry_->ticket)) {
        // A grant is on its way. It finds nobody waiting here and goes back by itself.
    }
    entry_->ticket.reset();
    if (std::exchange(entry_->place_held, false))
        worker_.shared().pool.lost(*entry_->key);
}

// The server connection goes back to the pool if nothing of this client can be left in it;
// otherwise it is closed.
void client_session::release_server() {
    if (server_ == nullptr)
        return;
    server_watch_.stop();
    server_connection_ptr leaving = std::move(server_);
    const bool clean = relay_ && relay_->reusable() && to_server_pending_.empty() &&
                       !server_deaf_ &&
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

// A server looks at its client only when a statement is done. What works on for nobody is told to
// stop.
void client_session::stop_work() {
    if (server_ != nullptr && relay_ && relay_->busy() && !server_deaf_ &&
        !server_->backend_key.empty())
        worker_.send_cancel(*server_, [] {});
}

void client_session::release_usage() {
    if (const auto usage = std::exchange(usage_, nullptr))
        --usage->connections;
}

void client_session::gone() {
    if (relay_)
        relay_->client_gone();
    stop_work();
    release_server();
    end();
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
