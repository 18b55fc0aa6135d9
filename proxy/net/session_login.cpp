// From the first byte of a client to the moment when both ends are logged in.
#include "proxy/net/client_session.h"

#include "proxy/net/catalogue_keeper.h"
#include "proxy/net/greeting_keeper.h"

#include <algorithm>

namespace ringfence::net {

using outcome = transport::outcome;
using session::client_login;
using session::login_failure;

session::client_login::settings client_session::login_settings() const {
    const origin& from = entry_ ? entry_->from : *from_;
    session::client_login::settings s;
    s.tls = from.tls;
    s.unix_socket = from.unix_socket;
    s.tls_available =
        !from.unix_socket && worker_.current_routes()->listener_tls(from.listener) != nullptr;
    s.connection_id = kill_id_;
    return s;
}

void client_session::wait_for_login() {
    entry_->timer = worker_.loop().after(worker_.shared().settings.timeouts.client_login, [this] {
        entry_->timer = reactor::no_timer;
        report_failure(login_failure::timeout);
        end();
    });
}

// Where the server speaks first, ringfence does so in the words of the server behind it.
void client_session::greet() {
    if (!protocol_.greets_first())
        return;
    auto& shared = worker_.shared();
    const auto routes = worker_.current_routes();
    const server_target_ptr target = routes->greeter(entry_->from.engine, entry_->from.server);
    session::client_login::settings s = login_settings();
    if (target != nullptr)
        s.server = shared.greetings->known(target->server.name);
    if (target == nullptr || s.server != nullptr) {
        entry_->login =
            protocol_.make_client_login(s, worker_.environment().policies(), routes->credentials());
        login_step(entry_->login->start(worker_.to_client()));
        return;
    }
    shared.greetings->want(target, [&w = worker_, id = id_](const server_connector::failure& why) {
        w.loop().post([&w, id, why] {
            visit(w, id, [&why](client_session& c) {
                if (c.phase_ != phase::login)
                    return;
                if (why.sentence.empty())
                    return c.greet();
                c.report_failure(login_failure::server, why.sqlstate, why.sentence);
                c.fail(why.sqlstate, why.sentence);
            });
        });
    });
}

// COM_CHANGE_USER: all but the connection begins anew.
void client_session::log_in_again() {
    auto login = relay_->take_login(login_settings(), worker_.environment().policies(),
                                    worker_.current_routes()->credentials(),
                                    client_.encrypted() ? client_.peer(true) : session::tls_peer{});
    stop_work();
    release_server();
    release_usage();
    relay_.reset();
    entry_ = std::make_unique<entry>(*from_, std::move(login));
    wait_for_login();
    enter(phase::login);
    login_step(entry_->login->start(worker_.to_client()));
    if (!ended_ && phase_ == phase::login && client_.has_buffered())
        read_login();
}

void client_session::compute() {
    entry_->computing = true;
    client_watch_.want(wanted_of_client());
    worker_.compute(entry_->login->work(), [&w = worker_, id = id_] {
        visit(w, id, [&w](client_session& s) {
            if (s.phase_ != phase::login || !s.entry_->computing)
                return;
            s.entry_->computing = false;
            s.login_step(s.entry_->login->worked(w.to_client()));
            if (!s.ended_ && s.phase_ == phase::login && s.client_.has_buffered())
                s.read_login();
        });
    });
}

void client_session::read_login() {
    while (!ended_ && phase_ == phase::login && !entry_->computing) {
        const auto room = worker_.buffer();
        const bool peeking = entry_->login->peeking();
        const auto r = peeking ? client_.peek(room) : client_.read(room);
        if (r.outcome == outcome::again)
            return;
        if (r.outcome != outcome::ok) {
            end();
            return;
        }
        const auto step = entry_->login->feed({room.data(), r.size}, worker_.to_client());
        if (peeking)
            client_.skip(step.consumed);
        const bool stuck = peeking && step.consumed == 0 && step.next == client_login::next::more;
        login_step(step);
        if (stuck) {
            // A part of a packet that must stay in the socket: level-triggered waiting would spin.
            client_watch_.want(watch::hang_up);
            static_cast<void>(
                worker_.loop().after(std::chrono::milliseconds(20), [&w = worker_, id = id_] {
                    visit(w, id, [](client_session& s) {
                        if (s.phase_ == phase::login)
                            s.client_watch_.want(s.wanted_of_client());
                    });
                }));
            return;
        }
    }
}

void client_session::login_step(client_login::result step) {
    if (send(client_, worker_.to_client(), to_client_pending_) != outcome::ok) {
        end();
        return;
    }
    switch (step.next) {
    case client_login::next::more:
        client_watch_.want(wanted_of_client());
        return;
    case client_login::next::start_tls:
        client_.begin_tls_server(
            worker_.current_routes()->listener_tls(entry_->from.listener).get());
        enter(phase::tls);
        shake_hands();
        return;
    case client_login::next::work:
        compute();
        return;
    case client_login::next::authenticated:
        authenticated();
        return;
    case client_login::next::cancel:
        // The client waits for our closing, so that its next statement is not the one that is hit.
        enter(phase::closing);
        parting_ = parting::at_once;
        worker_.shared().cancels.cancel(entry_->login->cancel_key(), [&w = worker_, id = id_] {
            w.loop().post([&w, id] { visit(w, id, [](client_session& s) { s.end(); }); });
        });
        return;
    case client_login::next::close:
        report_failure(entry_->login->failure());
        close_when_flushed(parting::linger);
        return;
    }
}

void client_session::shake_hands() {
    switch (client_.continue_tls()) {
    case transport::handshake::want_read:
        client_watch_.want(watch::readable);
        return;
    case transport::handshake::want_write:
        client_watch_.want(watch::writable);
        return;
    case transport::handshake::failed:
        report_failure(login_failure::certificate);
        end();
        return;
    case transport::handshake::done:
        enter(phase::login);
        client_watch_.want(watch::readable);
        login_step(entry_->login->tls_established(client_.peer(true), worker_.to_client()));
        if (!ended_ && phase_ == phase::login && client_.has_buffered())
            read_login();
        return;
    }
}

void client_session::report_failure(login_failure why, std::string_view sqlstate,
                                    std::string_view cause) {
    if (why == login_failure::none || !worker_.shared().login_failed)
        return;
    const auto& login = *entry_->login;
    // After a wrong password: whose it should have been. A name that nobody has is not told, it may
    // be a password in the wrong field.
    const auto* who =
        login.who() != nullptr ? login.who() : login.policies()->find_login(login.request().user);
    worker_.shared().login_failed({.why = why,
                                   .peer = entry_->from.peer,
                                   .service = who != nullptr ? std::string_view(who->name) : "",
                                   .server = entry_->identity.server,
                                   .sqlstate = sqlstate,
                                   .cause = cause});
}

void client_session::authenticated() {
    worker_.loop().cancel(entry_->timer);
    enter(phase::waiting);
    auto& shared = worker_.shared();
    const auto& request = entry_->login->request();
    const std::string service = entry_->login->who()->name;

    // The policies may have changed during the login: what counts is what holds now.
    const policy::snapshot_ptr policies = worker_.environment().policies();
    const policy::service* who = policies->find_service(service);
    const auto refuse = [&](login_failure why, std::string_view state, const std::string& message,
                            std::string_view hint) {
        report_failure(why, {}, message);
        fail(state, message, hint);
    };
    if (who == nullptr) {
        refuse(login_failure::unknown_or_password, "28000",
               "ringfence: service " + service + " is no longer in the policies",
               "ask the platform team");
        return;
    }

    auto usage = shared.usages.of(service);
    const unsigned connections = ++usage->connections;
    usage_ = std::move(usage);
    if (who->limits.max_connections != 0 && connections > who->limits.max_connections) {
        refuse(login_failure::limit, "53300",
               "ringfence: too many connections for service " + service,
               "limits.max_connections in " + who->file + " is " +
                   std::to_string(who->limits.max_connections));
        return;
    }

    if (entry_->from.over_limit) {
        refuse(login_failure::limit, "53300", "ringfence: no more connections allowed",
               "max_client_conn in the configuration is " +
                   std::to_string(shared.settings.max_client_connections));
        return;
    }

    auto servers = policy::servers_for(*policies, *who, entry_->from.engine, request.database,
                                       worker_.environment().today());
    // Of no service, perhaps not there at all: MySQL refuses both alike, when it is known where.
    if (servers.empty() && protocol_.greets_first())
        servers = policy::servers_for(*policies, *who, entry_->from.engine, {},
                                      worker_.environment().today());
    if (!entry_->from.server.empty())
        std::erase_if(servers, [this](const std::string& s) { return s != entry_->from.server; });
    if (servers.empty()) {
        refuse(login_failure::database, "3D000",
               "ringfence: service " + service + " owns nothing in database \"" +
                   request.database.substr(0, 63) + "\"",
               "check the database name, or give the service something to own there in " +
                   who->file);
        return;
    }
    if (servers.size() > 1) {
        refuse(login_failure::database, "3D000",
               "ringfence: database \"" + request.database + "\" of service " + service +
                   " is on several servers",
               "connect to a listener that leads to one server only");
        return;
    }
    const server_target_ptr target = worker_.current_routes()->target(service, servers.front());
    if (target == nullptr) {
        refuse(login_failure::database, "08001",
               "ringfence: there is no login for service " + service + " at server " +
                   servers.front(),
               "add the server to the configuration and its login to the credentials file");
        return;
    }

    session::opening opening = protocol_.open(*policies, *who, servers.front(), request,
                                              target->login.user, worker_.environment().today());
    if (opening.refused) {
        refuse(login_failure::database, opening.refused->sqlstate, opening.refused->message,
               opening.refused->hint);
        return;
    }

    entry_->identity = {.engine = entry_->from.engine,
                        .service = service,
                        .server = servers.front(),
                        .database = request.database,
                        .peer = entry_->from.peer,
                        .identity = entry_->login->identity(),
                        .backend_login = target->login.user,
                        .server_major = 0,
                        .search_path = std::move(opening.search_path)};
    auto key = std::make_shared<pool_key>();
    key->target = target;
    key->database = request.database;
    key->parameters = std::move(opening.parameters);
    entry_->key = shared.pool.intern(std::move(key));

    client_watch_.want(wanted_of_client());
    entry_->timer = worker_.loop().after(shared.settings.timeouts.query_wait, [this] {
        entry_->timer = reactor::no_timer;
        report_failure(login_failure::pool);
        fail("53300", "ringfence: no server connection became free in time",
             "the pool of the server is full (servers, pool, size); see "
             "ringfence_pool_waiting_clients");
    });
    // The first in a database waits until it is known what the objects in it do. MySQL's catalogue
    // is the whole server's.
    const std::string catalogue =
        target->server.engine == policy::engine::mysql ? std::string() : request.database;
    if (policy::owns_server(*who, servers.front()) ||
        worker_.environment().knows(servers.front(), catalogue, target->login.user)) {
        lease();
        return;
    }
    shared.catalogues->want(target, catalogue, [&w = worker_, id = id_] {
        w.loop().post([&w, id] {
            visit(w, id, [](client_session& s) {
                if (s.phase_ == phase::waiting)
                    s.lease();
            });
        });
    });
}

void client_session::lease() {
    auto& w = worker_;
    auto& shared = worker_.shared();
    auto answer = shared.pool.acquire(entry_->key, [&w, id = id_, key = entry_->key](grant g) {
        // On any thread. If the session has ended meanwhile, the grant goes back.
        auto held = std::make_shared<grant>(std::move(g));
        w.loop().post([&w, id, key, held] {
            auto* s = w.find(id);
            if (s != nullptr && !s->ended_ && s->phase_ == phase::waiting) {
                s->guarded([&] { s->granted(std::move(*held)); });
            } else if (held->connection) {
                w.shared().pool.give_back(std::move(held->connection));
            } else {
                w.shared().pool.lost(*key);
            }
        });
    });
    if (answer.granted)
        granted(std::move(answer.now));
    else
        entry_->ticket = std::move(answer.waiting);
}

void client_session::granted(grant g) {
    entry_->ticket.reset();
    if (g.connection) {
        begin_relay(std::move(g.connection));
        return;
    }
    entry_->place_held = true;
    connect();
}

void client_session::connect() {
    auto& shared = worker_.shared();
    worker_.loop().cancel(entry_->timer); // the connector has its own
    entry_->connector = std::make_unique<server_connector>(
        worker_.loop(), shared.names, entry_->key, shared.settings.timeouts.server_connect,
        [&w = worker_, id = id_](server_connection_ptr made, const server_connector::failure& why) {
            visit(w, id, [&](client_session& s) {
                if (s.phase_ != phase::waiting)
                    return; // the place has been given back, and nobody wants what was made
                // We are inside the connector: it goes when the loop is done with this event.
                w.loop().defer(
                    [c = std::shared_ptr<server_connector>(std::move(s.entry_->connector))] {});
                if (made == nullptr) {
                    s.report_failure(login_failure::server, why.sqlstate, why.sentence);
                    s.fail(why.sqlstate, why.sentence);
                    return;
                }
                made->state = w.shared().pool.intern(made->key->target->server.engine,
                                                     std::move(made->state));
                s.begin_relay(std::move(made));
            });
        });
    entry_->connector->start();
}

void client_session::begin_relay(server_connection_ptr connection) {
    worker_.loop().cancel(entry_->timer);
    server_ = std::move(connection);
    entry_->place_held = false;
    auto& w = worker_;
    const session::session_identity identity = entry_->identity;
    if (!protocol_.greets_first())
        cancel_key_ = w.shared().cancels.add(
            entry_->login->request().long_cancel_key,
            [&w, id = id_](std::function<void()> passed_on) {
                w.loop().post([&w, id, then = std::move(passed_on)] {
                    if (w.find(id) == nullptr)
                        then();
                    visit(w, id, [&then](client_session& s) { s.cancel(then); });
                });
            });
    relay_ = protocol_.make_relay(w.environment(), std::move(entry_->identity), *entry_->login,
                                  server_->state, [&w, id = id_] {
                                      // Never from within the relay: it may be in the middle of a
                                      // call.
                                      w.loop().defer([&w, id] {
                                          visit(w, id, [&w](client_session& s) {
                                              if (s.phase_ != phase::relaying)
                                                  return;
                                              s.relay_->resume(w.to_server(), w.to_client());
                                              s.after_relay();
                                              if (!s.ended_ && s.phase_ == phase::relaying &&
                                                  s.client_.has_buffered())
                                                  s.read_client();
                                              else
                                                  s.watch_again();
                                          });
                                      });
                                  });
    // COM_CHANGE_USER goes on as the connection is.
    const auto compression = client_.compresses() ? std::nullopt : entry_->login->compresses();
    if (protocol_.greets_first()) {
        w.shared().kills.identify(kill_id_, identity.service, identity.server,
                                  protocol_.connection_id(server_->backend_key));
        from_ = std::make_unique<origin>(std::move(entry_->from));
    }
    entry_.reset();
    last_active_ = w.tick();
    enter(phase::relaying);
    server_watch_.start(
        w.loop(), server_->socket.fd(), watch::readable,
        [](void* self, std::uint32_t events) {
            auto* me = static_cast<client_session*>(self);
            me->guarded([&] { me->on_server(events); });
        },
        this);
    relay_->start(cancel_key_, w.to_client());
    after_relay();
    if (ended_ || phase_ != phase::relaying)
        return;
    if (compression)
        client_.begin_compression(*compression, to_client_pending_.size());
    if (draining_ || w.draining()) {
        drain();
        return;
    }
    if (client_.has_buffered())
        read_client();
    else
        watch_again();
}

} // namespace ringfence::net
