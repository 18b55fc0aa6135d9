#include "proxy/session/mysql/relay.h"

#include "proxy/session/mysql/client_login.h"
#include "proxy/session/mysql/farewell.h"
#include "proxy/wire/mysql/response.h"

#include <utility>

namespace ringfence::session::mysql {

namespace my = wire::mysql;

namespace {

// What a client that does not wait for answers may have sent ahead.
constexpr std::size_t most_ahead = std::size_t{64} * 1024;

} // namespace

relay::relay(environment& env, session_identity id, client_side client,
             std::shared_ptr<const server_state> server, std::function<void()> wake)
    : desk_(env.internals(), std::move(id), std::move(wake)), client_(client),
      server_(std::move(server)), tracker_(server_->in_force), guard_(server_->in_force),
      reading_(server_->begins) {
    look();
}

relay::~relay() {
    if (alive_)
        *alive_ = nullptr;
}

void relay::start(std::string_view, output& to_client) {
    my::ok ok;
    ok.status = my::status::autocommit;
    std::string payload;
    my::encode_ok(payload, client_.negotiated, ok);
    std::string packet;
    std::uint8_t sequence = client_.next_sequence;
    my::encode_packets(packet, sequence, payload);
    to_client.append(packet);
}

void relay::from_client(bytes in, output& to_server, output& to_client) {
    client_bytes(in, to_server, to_client);
    env().reports.traffic(in.size(), 0);
}

void relay::from_server(bytes in, output& to_server, output& to_client) {
    server_bytes(in, to_server, to_client);
    env().reports.traffic(0, in.size());
}

void relay::resume(output& to_server, output& to_client) {
    if (now_ != status::open || !desk_.resume())
        return;
    env().keep_alive.clear();
    if (phase_ == phase::killing) {
        if (kill_->found)
            killed(to_server);
        return;
    }
    if (takes_client() && (held_.size() >= client_need_ || desk_.arrived()))
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
    // While a command is read, the client waits for its answer.
    const bool asked = phase_ != phase::idle || !held_.empty();
    const std::uint8_t answer = phase_ == phase::answering ? tracker_.next_sequence() : 1;
    encode_farewell(words, asked ? answer : 0, to_client);
}

std::unique_ptr<session::client_login> relay::take_login(const session::client_login::settings& s,
                                                         policy::snapshot_ptr policies,
                                                         credentials_ptr verifiers, tls_peer peer) {
    auto settings = s;
    settings.server = server_;
    return std::make_unique<client_login>(settings, std::move(policies), std::move(verifiers),
                                          std::move(peer), client_.negotiated,
                                          std::exchange(change_user_, {}));
}

bool relay::wants_client_bytes() const {
    if (now_ != status::open || desk_.paused())
        return false;
    return takes_client() || held_.size() < most_ahead;
}

bool relay::quiescent() const {
    return phase_ == phase::idle && tracker_.idle() &&
           (tracker_.status() & my::status::in_transaction) == 0 && held_.empty() &&
           partial_.empty() && server_skip_ == 0;
}

bool relay::reusable() const {
    return (now_ == status::client_done || now_ == status::login_again) && quiescent() &&
           !option_changed_;
}

std::optional<std::chrono::steady_clock::time_point> relay::deadline() const {
    return desk_.deadline();
}

} // namespace ringfence::session::mysql
