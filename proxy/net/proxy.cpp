#include "proxy/net/proxy.h"

#include "proxy/net/analysis_threads.h"
#include "proxy/net/greeting_keeper.h"
#include "proxy/net/listener.h"
#include "proxy/net/worker.h"

#include <algorithm>
#include <csignal>
#include <thread>

namespace ringfence::net {
namespace {

catalogue_keeper::ownership ownership_of(const policy::snapshot_ptr& policies) {
    // MySQL's schemas are its databases; its catalogue is the whole server's.
    const auto is_schema = [](const policy::resource& r, std::string_view server,
                              std::string_view database, std::string_view schema) {
        return r.server == server &&
               (database.empty() ? r.database == schema
                                 : r.database == database && r.schema == schema);
    };
    const auto here = [](const policy::resource& r, std::string_view server,
                         std::string_view database) {
        return r.server == server && r.database == database && !r.schema.empty();
    };
    return {.divided =
                [policies, is_schema](std::string_view server, std::string_view database,
                                      std::string_view schema) {
                    return std::any_of(policies->services.begin(), policies->services.end(),
                                       [&](const policy::service& s) {
                                           return std::any_of(
                                               s.owns.begin(), s.owns.end(),
                                               [&](const policy::resource& r) {
                                                   return !r.tables.empty() &&
                                                          is_schema(r, server, database, schema);
                                               });
                                       });
                },
            .lent =
                [policies, here](std::string_view server, std::string_view database) {
                    std::vector<std::string> schemas;
                    for (const auto& r : policies->common)
                        if (here(r, server, database))
                            schemas.push_back(r.schema);
                    for (const auto& s : policies->services)
                        for (const auto& p : s.publishes)
                            if (here(p.what, server, database))
                                schemas.push_back(p.what.schema);
                    return schemas;
                }};
}

} // namespace

struct proxy::state {
    net::hooks hooks;
    shared_state shared;
    routes_ptr current;
    std::vector<std::uint16_t> ports;
    std::vector<std::unique_ptr<analysis_threads::lane>> lanes;
    std::vector<std::unique_ptr<worker>> workers;
    std::unique_ptr<analysis_threads> analyses;
    // Closes idle server connections that grew old; reads the servers' catalogues.
    std::unique_ptr<reactor> housekeeping;
    std::unique_ptr<catalogue_keeper> catalogues;
    std::unique_ptr<greeting_keeper> greetings;
    std::thread housekeeper;

    state(settings s, net::hooks h) : hooks(std::move(h)), shared(std::move(s)) {}
    void sweep() {
        static_cast<void>(housekeeping->after(std::chrono::seconds(10), [this] {
            shared.pool.sweep();
            sweep();
        }));
    }
};

proxy::proxy(settings s, hooks h) : state_(std::make_unique<state>(std::move(s), std::move(h))) {
    std::signal(SIGPIPE, SIG_IGN); // TLS writes without MSG_NOSIGNAL
}

proxy::~proxy() {
    stop();
}

void proxy::start(policy::snapshot_ptr policies, session::credentials_ptr credentials,
                  policy::date today) {
    state& s = *state_;
    const settings& c = s.shared.settings;
    s.current = std::make_shared<const routes>(c, std::move(credentials), nullptr);
    s.shared.login_failed = s.hooks.login_failed;
    s.housekeeping = std::make_unique<reactor>();
    s.catalogues = std::make_unique<catalogue_keeper>(
        *s.housekeeping, s.shared.names,
        catalogue_keeper::settings{.refresh = c.catalogue_refresh,
                                   .max_age = c.catalogue_max_age,
                                   .connect_timeout = c.timeouts.server_connect},
        [&s](const catalogue_reading& r) {
            if (r.changed)
                for (auto& w : s.workers)
                    w->set_facts(r.server, r.database, r.facts);
            if (s.hooks.catalogue_read)
                s.hooks.catalogue_read(r);
        });
    s.catalogues->set_ownership(ownership_of(policies));
    s.catalogues->retarget(s.current->all());
    s.shared.catalogues = s.catalogues.get();
    s.greetings = std::make_unique<greeting_keeper>(*s.housekeeping, s.shared.names,
                                                    c.timeouts.server_connect);
    s.shared.greetings = s.greetings.get();
    s.shared.settings.session.needs_catalogue = true;

    // A worker that has more to do at each wake-up costs less per statement, so a core is left to
    // the kernel and to the analysis threads.
    const unsigned cores = std::max(2U, std::thread::hardware_concurrency());
    const unsigned count = c.workers != 0 ? c.workers : cores - 1;
    // Every socket is bound before the first client is served: a port that is taken is an error of
    // the start.
    std::vector<std::vector<std::unique_ptr<listener>>> sockets(count);
    for (std::size_t i = 0; i < c.listen.size(); ++i) {
        std::uint16_t port = c.listen[i].port;
        for (unsigned w = 0; w < count; ++w) {
            sockets[w].push_back(listener::tcp(c.listen[i], port, i));
            port = sockets[w].back()->port();
        }
        s.ports.push_back(port);
    }
    s.shared.wake_everywhere = [&s](const std::string& service) {
        for (auto& w : s.workers)
            w->loop().post([worker = w.get(), service] { worker->environment().wake(service); });
    };
    s.analyses = std::make_unique<analysis_threads>(2);
    for (unsigned w = 0; w < count; ++w) {
        s.lanes.push_back(std::make_unique<analysis_threads::lane>(*s.analyses));
        s.workers.push_back(std::make_unique<worker>(s.shared, s.hooks.new_worker(),
                                                     *s.lanes.back(), policies, s.current, today));
        s.lanes.back()->lead_to(s.workers.back()->loop());
    }
    std::vector<worker*> all;
    for (auto& w : s.workers)
        all.push_back(w.get());
    if (!c.unix_listen.directory.empty())
        s.workers.front()->listen(listener::unix_socket(c.unix_listen, all));
    for (unsigned w = 0; w < count; ++w)
        for (auto& l : sockets[w])
            s.workers[w]->listen(std::move(l));

    s.sweep();
    s.housekeeper = std::thread([&s] { s.housekeeping->run(); });
}

void proxy::set_policies(policy::snapshot_ptr p) {
    state_->catalogues->set_ownership(ownership_of(p));
    for (auto& w : state_->workers)
        w->set_policies(p);
}

void proxy::set_credentials(session::credentials_ptr credentials) {
    state& s = *state_;
    auto next =
        std::make_shared<const routes>(s.shared.settings, std::move(credentials), s.current.get());
    s.current = next;
    s.shared.pool.retire(next->all());
    s.catalogues->retarget(next->all());
    for (auto& w : s.workers)
        w->set_routes(next);
}

void proxy::set_today(policy::date today) {
    for (auto& w : state_->workers)
        w->set_today(today);
}

void proxy::drain() {
    for (auto& w : state_->workers)
        w->drain();
}

bool proxy::drained() const {
    return state_->shared.connections == 0;
}

void proxy::stop() {
    state& s = *state_;
    if (s.housekeeper.joinable()) {
        s.housekeeping->stop();
        s.housekeeper.join();
    }
    // Each may still hand something to those after it, and none to those before.
    for (auto& w : s.workers)
        w->stop();
    s.shared.names.stop();
    s.analyses.reset();
    s.catalogues.reset();
    s.greetings.reset();
    s.workers.clear();
}

proxy::figures proxy::look() const {
    figures f;
    for (const auto& w : state_->workers) {
        f.login += w->sessions().login;
        f.waiting += w->sessions().waiting;
        f.active += w->sessions().active;
        f.idle += w->sessions().idle;
    }
    f.pools = state_->shared.pool.look();
    if (state_->catalogues)
        f.catalogues = state_->catalogues->look();
    return f;
}

std::uint16_t proxy::port(std::size_t i) const {
    return state_->ports.at(i);
}

} // namespace ringfence::net
