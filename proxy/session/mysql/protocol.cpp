#include "proxy/session/mysql/protocol.h"

#include "policy/sql/mysql_analyzer.h"
#include "proxy/session/mysql/client_login.h"
#include "proxy/session/mysql/question.h"
#include "proxy/session/mysql/relay.h"
#include "proxy/session/mysql/server_login.h"
#include "proxy/wire/mysql/packet.h"

#include <algorithm>

namespace ringfence::session::mysql {
namespace {

namespace my = wire::mysql;

class machines final : public session::protocol {
    [[nodiscard]] bool greets_first() const override { return true; }

    [[nodiscard]] std::unique_ptr<session::client_login>
    make_client_login(const session::client_login::settings& s, policy::snapshot_ptr policies,
                      credentials_ptr verifiers) const override {
        return std::make_unique<client_login>(s, std::move(policies), std::move(verifiers));
    }

    // To begin in a schema is what USE does.
    [[nodiscard]] opening open(const policy::snapshot& policies, const policy::service& who,
                               const std::string& server, const login_request& request,
                               std::string_view, policy::date today) const override {
        opening made;
        made.parameters = request.parameters;
        std::sort(made.parameters.begin(), made.parameters.end());
        if (request.database.empty())
            return made;
        policy::footprint use;
        use.touches.push_back({.act = policy::action::reference,
                               .what = {.kind = policy::object_kind::database,
                                        .database = request.database,
                                        .schema = {},
                                        .name = {}},
                               .columns = {}});
        const policy::decision d = policy::decide(policies, who, server, use, today);
        if (!d.allowed() && who.mode == policy::mode::enforce)
            made.refused = {"42501", "ringfence: " + d.message + "; " + d.detail, d.hint};
        return made;
    }

    [[nodiscard]] std::unique_ptr<session::server_login>
    make_server_login(session::server_login::settings s) const override {
        return std::make_unique<server_login>(std::move(s));
    }

    [[nodiscard]] std::unique_ptr<session::relay>
    make_relay(environment& env, session_identity id, const session::client_login& login,
               server_state_ptr state, std::function<void()> wake) const override {
        const auto& own = static_cast<const client_login&>(login);
        return std::make_unique<relay>(
            env, std::move(id), relay::client_side{own.negotiated(), own.next_sequence()},
            std::static_pointer_cast<const server_state>(state), std::move(wake));
    }

    [[nodiscard]] std::unique_ptr<session::question>
    make_question(std::string text, const session::server_state& state) const override {
        return std::make_unique<question>(std::move(text),
                                          static_cast<const server_state&>(state).in_force);
    }

    [[nodiscard]] std::unique_ptr<session::cleaning>
    make_cleaning(session::server_login::settings s, server_state_ptr state,
                  std::string_view backend_key) const override {
        return std::make_unique<cleaning>(
            std::move(s), std::static_pointer_cast<const server_state>(state), backend_key);
    }

    [[nodiscard]] std::string goodbye() const override {
        std::string packet;
        std::uint8_t sequence = 0;
        my::encode_packets(packet, sequence, std::string(1, static_cast<char>(my::command::quit)));
        return packet;
    }

    [[nodiscard]] std::uint32_t connection_id(std::string_view backend_key) const override {
        my::reader r(as_bytes(backend_key));
        return r.u32();
    }

    [[nodiscard]] std::optional<std::string>
    cancel_statement(std::string_view backend_key) const override {
        return "KILL QUERY " + std::to_string(connection_id(backend_key));
    }
};

} // namespace

const session::protocol& protocol() {
    static const machines all;
    return all;
}

} // namespace ringfence::session::mysql
