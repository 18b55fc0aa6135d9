#include "proxy/net/worker.h"

#include "proxy/net/cancel_sender.h"
#include "proxy/net/catalogue_keeper.h"
#include "proxy/net/client_session.h"
#include "proxy/net/listener.h"
#include "proxy/net/server_query.h"
#include "proxy/net/server_reset.h"

#include <sys/socket.h>

#include <system_error>
#include <utility>

namespace ringfence::net {
namespace {

// Rows stream through it in few system calls, and one slow reader's unsent bytes are at most this.
constexpr std::size_t buffer_bytes = 128 * 1024;
// Beyond the parser's need: what the call stack above it takes.
constexpr std::size_t stack_bytes = sql::required_stack + 1024 * 1024;

} // namespace

worker::worker(shared_state& shared, session::observer& reports, session::analysis_pool& analyses,
               policy::snapshot_ptr policies, routes_ptr routes, policy::date today)
    : shared_(shared), reports_(reports), analyses_(analyses), routes_(std::move(routes)),
      first_policies_(std::move(policies)), first_today_(today), buffer_(buffer_bytes) {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    int failed = pthread_attr_setstacksize(&attributes, stack_bytes);
    if (failed == 0)
        failed = pthread_create(&thread_, &attributes, &worker::run, this);
    pthread_attr_destroy(&attributes);
    if (failed != 0)
        throw std::system_error(failed, std::generic_category(), "a worker thread");
}

worker::~worker() {
    stop();
}

void worker::stop() {
    if (std::exchange(joined_, true))
        return;
    reactor_.stop();
    pthread_join(thread_, nullptr);
}

void* worker::run(void* self) {
    auto& w = *static_cast<worker*>(self);
    pthread_setname_np(pthread_self(), "rf-worker");
    w.environment_ = std::make_unique<session::environment>(
        w.shared_.settings.session, std::move(w.first_policies_), w.reports_, w.analyses_,
        w.shared_.usages);
    w.environment_->set_today(w.first_today_);
    w.environment_->on_slot_freed = w.shared_.wake_everywhere;
    w.environment_->on_defined = [&w](const std::string& server, const std::string& database) {
        w.shared_.catalogues->changed(server, database);
    };
    w.environment_->on_kill = [&w](const session::session_identity& by, std::uint32_t id,
                                   bool connection, std::function<void(bool)> done) {
        const auto tell = [&w, done = std::move(done)](bool found) {
            w.loop().post([done, found] { done(found); });
        };
        if (!w.shared_.kills.kill(by.service, by.server, id, connection, [tell] { tell(true); }))
            tell(false);
    };
    if (w.shared_.settings.timeouts.client_idle.count() > 0)
        w.end_idle_sessions();
    w.reactor_.run();
    w.stop_listening();
    w.sessions_.clear();
    w.resets_.clear();
    w.cancels_.clear();
    w.queries_.clear();
    w.environment_.reset();
    return nullptr;
}

void worker::accept(int fd, origin from) {
    reactor_.post(
        [this, fd, from = std::move(from)]() mutable { add_session(fd, std::move(from)); });
}

void worker::add_session(int fd, origin from) {
    const auto id = next_session_++;
    try {
        auto made = std::make_unique<client_session>(*this, id, fd, std::move(from));
        if (draining_)
            made->drain();
        sessions_.emplace(id, std::move(made));
    } catch (const std::exception&) {
        // Out of memory or descriptors: this client is turned away, the others stay. Its socket is
        // closed by now.
    }
}

void worker::listen(std::unique_ptr<listener> l) {
    reactor_.post([this, shared = std::shared_ptr<listener>(std::move(l))] {
        shared->start(*this);
        listeners_.push_back(shared);
    });
}

void worker::stop_listening() {
    listeners_.clear();
}

void worker::end_idle_sessions() {
    static_cast<void>(reactor_.after(std::chrono::seconds(1), [this] {
        ++tick_;
        const auto most = static_cast<std::uint32_t>(
            std::chrono::ceil<std::chrono::seconds>(shared_.settings.timeouts.client_idle).count());
        if (tick_ > most)
            for (auto& [id, s] : sessions_)
                client_session::visit(*this, id, [since = tick_ - most - 1](client_session& c) {
                    c.end_if_idle_since(since);
                });
        end_idle_sessions();
    }));
}

void worker::set_policies(policy::snapshot_ptr p) {
    reactor_.post([this, p = std::move(p)] { environment_->set_policies(p); });
}

void worker::set_routes(routes_ptr r) {
    reactor_.post([this, r = std::move(r)] { routes_ = r; });
}

void worker::set_today(policy::date today) {
    reactor_.post([this, today] { environment_->set_today(today); });
}

void worker::set_facts(std::string server, std::string database, sql::facts_ptr known) {
    reactor_.post([this, server = std::move(server), database = std::move(database),
                   known = std::move(known)] { environment_->set_facts(server, database, known); });
}

void worker::drain() {
    reactor_.post([this] {
        draining_ = true;
        stop_listening();
        for (auto& [id, s] : sessions_)
            client_session::visit(*this, id, [](client_session& c) { c.drain(); });
    });
}

client_session* worker::find(std::uint64_t id) {
    auto it = sessions_.find(id);
    return it == sessions_.end() ? nullptr : it->second.get();
}

void worker::remove(std::uint64_t id) {
    sessions_.erase(id);
}

void worker::reset(server_connection_ptr c) {
    auto made = std::make_unique<server_reset>(*this, std::move(c));
    server_reset* at = made.get();
    resets_.emplace(at, std::move(made));
    at->start();
}

void worker::end_reset(server_reset* r) {
    resets_.erase(r);
}

void worker::send_cancel_statement(const server_connection& c, std::string text,
                                   std::function<void()> done) {
    address peer;
    peer.size = sizeof peer.storage;
    if (::getpeername(c.socket.fd(), reinterpret_cast<sockaddr*>(&peer.storage), &peer.size) != 0) {
        done();
        return;
    }
    const auto timeout = shared_.settings.timeouts.server_connect;
    auto slot = std::make_shared<server_query*>(nullptr);
    auto made = std::make_unique<server_query>(
        reactor_, shared_.names, c.key, server_query::just(std::move(text)), timeout, timeout,
        [this, slot, done = std::move(done)](const server_query::answer&) {
            done();
            reactor_.defer([this, slot] { queries_.erase(*slot); });
        });
    *slot = made.get();
    made->only(c.host, peer);
    made->start();
    queries_.emplace(*slot, std::move(made));
}

void worker::send_cancel(const server_connection& c, std::function<void()> done) {
    const auto& protocol = protocol_of(c.key->target->server.engine);
    if (auto text = protocol.cancel_statement(c.backend_key)) {
        send_cancel_statement(c, std::move(*text), std::move(done));
        return;
    }
    auto made = std::make_unique<cancel_sender>(*this, c, std::move(done));
    cancel_sender* at = made.get();
    cancels_.emplace(at, std::move(made));
    at->start();
}

void worker::end_cancel(cancel_sender* c) {
    cancels_.erase(c);
}

} // namespace ringfence::net
