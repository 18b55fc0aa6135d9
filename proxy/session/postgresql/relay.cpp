#include "proxy/session/postgresql/relay.h"

#include "proxy/session/postgresql/farewell.h"
#include "proxy/wire/postgresql/backend.h"

namespace ringfence::session::postgresql {

namespace pg = wire::postgresql;

namespace {

session_identity with_major(session_identity id, unsigned major) {
    id.server_major = major;
    return id;
}

} // namespace

relay::relay(environment& env, session_identity id, std::shared_ptr<const server_state> server,
             std::function<void()> wake)
    : desk_(env.internals(), with_major(std::move(id), server->server_major), std::move(wake)),
      server_(std::move(server)) {
    look();
}

void relay::start(std::string_view cancel_key, output& to_client) {
    // The same look as at any other bytes of the server: a login default (ALTER ROLE … SET) may be
    // an unsafe setting.
    output seen;
    server_bytes(as_bytes(server_->parameter_status), seen);
    if (now_ != status::open) {
        for (std::size_t i = 0; i < seen.count(); ++i)
            to_client.append(seen[i]);
        return;
    }
    std::string out(server_->parameter_status);
    pg::encode_backend_key_data(out, cancel_key);
    pg::encode_ready_for_query(out, 'I');
    to_client.append(out);
}

void relay::from_client(bytes in, output& to_server, output& to_client) {
    client_bytes(in, to_server, to_client);
    env().reports.traffic(in.size(), 0);
}

void relay::from_server(bytes in, output&, output& to_client) {
    server_bytes(in, to_client);
    env().reports.traffic(0, in.size());
}

void relay::resume(output& to_server, output& to_client) {
    if (now_ != status::open || !desk_.resume())
        return;
    env().keep_alive.clear();
    if (held_.size() >= client_need_ || desk_.arrived())
        held_bytes(to_server, to_client);
}

void relay::client_gone() {
    if (now_ == status::open)
        now_ = status::client_done;
}

void relay::server_lost(std::string_view sentence, std::string_view sqlstate, output& to_client) {
    if (now_ != status::broken)
        fatal(sqlstate, sentence, to_client);
}

void relay::part(const last_words& words, std::string& to_client) const {
    encode_farewell(words, to_client);
}

bool relay::wants_client_bytes() const {
    return now_ == status::open && !desk_.paused();
}

bool relay::quiescent() const {
    return pipe_.idle() && !pipe_.lost() && transaction_ == 'I' && held_.empty() &&
           partial_.empty() && client_skip_ == 0 && server_skip_ == 0 && !guard_.expecting();
}

bool relay::reusable() const {
    return now_ == status::client_done && quiescent();
}

std::optional<std::chrono::steady_clock::time_point> relay::deadline() const {
    return desk_.deadline();
}

} // namespace ringfence::session::postgresql
