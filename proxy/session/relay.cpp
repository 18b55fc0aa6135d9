#include "proxy/session/relay.h"

#include "proxy/session/relay_state.h"
#include "proxy/wire/postgresql/backend.h"

#include <algorithm>

namespace ringfence::session {

namespace pg = wire::postgresql;

relay::state::state(environment::state& e, session_identity i, std::function<void()> w)
    : env(e), id(std::move(i)), wake(std::move(w)), usage(e.usages.of(id.service)) {
    static_cast<void>(refresh_view());
}

relay::state::~state() {
    if (pending)
        pending->owner = nullptr;
    if (waiter != 0) {
        usage->waiting.fetch_sub(1);
        if (auto it = env.waiting.find(id.service); it != env.waiting.end())
            std::erase_if(it->second, [this](const auto& w) { return w.id == waiter; });
    }
    end_work();
}

relay::relay(environment& env, session_identity identity, std::function<void()> wake)
    : state_(std::make_unique<state>(env.internals(), std::move(identity), std::move(wake))) {}
relay::~relay() = default;
relay::relay(relay&&) noexcept = default;

void relay::start(std::string_view parameter_status, std::string_view cancel_key,
                  output& to_client) {
    // The same look as at any other bytes of the server: a login default (ALTER ROLE … SET) may be
    // an unsafe setting.
    output seen;
    state_->server_bytes(as_bytes(parameter_status), seen);
    if (state_->now != status::open) {
        for (std::size_t i = 0; i < seen.count(); ++i)
            to_client.append(seen[i]);
        return;
    }
    std::string out(parameter_status);
    pg::encode_backend_key_data(out, cancel_key);
    pg::encode_ready_for_query(out, 'I');
    to_client.append(out);
}

void relay::from_client(bytes in, output& to_server, output& to_client) {
    state_->client_bytes(in, to_server, to_client);
    state_->env.reports.traffic(in.size(), 0);
}

void relay::from_server(bytes in, output&, output& to_client) {
    state_->server_bytes(in, to_client);
    state_->env.reports.traffic(0, in.size());
}

void relay::resume(output& to_server, output& to_client) {
    if (state_->now != status::open)
        return;
    // `wake` may come for a slot that another session was faster to take: the message simply waits
    // again.
    if (state_->pending == nullptr && state_->waiter == 0)
        state_->paused = state::pause::none;
    if (state_->paused != state::pause::none)
        return;
    state_->env.keep_alive.clear();
    if (state_->held.size() >= state_->client_need || state_->arrived)
        state_->held_bytes(to_server, to_client);
}

void relay::client_gone() {
    if (state_->now == status::open)
        state_->now = status::client_done;
}

void relay::server_lost(std::string_view sentence, std::string_view sqlstate, output& to_client) {
    if (state_->now != status::broken)
        state_->fatal(sqlstate, sentence, to_client);
}

relay::status relay::current() const {
    return state_->now;
}

bool relay::wants_client_bytes() const {
    return state_->now == status::open && state_->paused == state::pause::none;
}

bool relay::quiescent() const {
    const state& s = *state_;
    return s.pipe.idle() && !s.pipe.lost() && s.transaction == 'I' && s.held.empty() &&
           s.partial.empty() && s.client_skip == 0 && s.server_skip == 0 && !s.guard.expecting();
}

bool relay::busy() const {
    return state_->busy;
}

bool relay::reusable() const {
    return state_->now == status::client_done && quiescent();
}

std::optional<std::chrono::steady_clock::time_point> relay::deadline() const {
    const state& s = *state_;
    if (!s.busy || !s.view || s.view->who == nullptr)
        return std::nullopt;
    const auto limit = s.view->who->limits.statement_timeout;
    if (limit.count() == 0)
        return std::nullopt;
    return s.since + limit;
}

} // namespace ringfence::session
