#include "proxy/session/postgresql/protocol.h"

#include "proxy/session/postgresql/client_login.h"
#include "proxy/session/postgresql/question.h"
#include "proxy/session/postgresql/relay.h"
#include "proxy/session/postgresql/search_path.h"
#include "proxy/session/postgresql/server_login.h"
#include "proxy/wire/postgresql/frontend.h"

#include <algorithm>

namespace ringfence::session::postgresql {
namespace {

class machines final : public session::protocol {
    [[nodiscard]] bool greets_first() const override { return false; }

    [[nodiscard]] std::unique_ptr<session::client_login>
    make_client_login(const session::client_login::settings& s, policy::snapshot_ptr policies,
                      credentials_ptr verifiers) const override {
        return std::make_unique<client_login>(s, std::move(policies), std::move(verifiers));
    }

    [[nodiscard]] opening open(const policy::snapshot& policies, const policy::service& who,
                               const std::string& server, const login_request& request,
                               std::string_view backend_login, policy::date) const override {
        opening made;
        made.parameters = request.parameters;
        const auto asked = std::find_if(made.parameters.begin(), made.parameters.end(),
                                        [](const auto& p) { return p.first == "search_path"; });
        const std::string* wanted = asked == made.parameters.end() ? nullptr : &asked->second;
        start_path path = choose_path(policy::paths_of(policies, who, server, request.database),
                                      wanted, backend_login);
        if (!path.refused.empty()) {
            made.refused = {"42501",
                            "ringfence: " + who.name + " may not have " +
                                path.refused.substr(0, 63) + " on its search_path",
                            "its search_path may hold schemas that it owns, common ones, and those "
                            "published to it"};
            return made;
        }
        if (asked != made.parameters.end())
            made.parameters.erase(asked);
        if (path.parameter)
            made.parameters.emplace_back("search_path", *path.parameter);
        made.parameters.emplace_back("standard_conforming_strings", "on");
        std::sort(made.parameters.begin(), made.parameters.end());
        made.search_path = std::move(path.schemas);
        return made;
    }

    [[nodiscard]] std::unique_ptr<session::server_login>
    make_server_login(session::server_login::settings s) const override {
        return std::make_unique<server_login>(std::move(s));
    }

    [[nodiscard]] std::unique_ptr<session::relay>
    make_relay(environment& env, session_identity id, const session::client_login&,
               server_state_ptr state, std::function<void()> wake) const override {
        return std::make_unique<relay>(env, std::move(id),
                                       std::static_pointer_cast<const server_state>(state),
                                       std::move(wake));
    }

    [[nodiscard]] std::unique_ptr<session::question>
    make_question(std::string text) const override {
        return std::make_unique<question>(std::move(text));
    }

    [[nodiscard]] std::unique_ptr<session::cleaning>
    make_cleaning(session::server_login::settings, server_state_ptr,
                  std::string_view) const override {
        return std::make_unique<cleaning>();
    }

    [[nodiscard]] std::string goodbye() const override {
        std::string out;
        wire::postgresql::encode_terminate(out);
        return out;
    }

    [[nodiscard]] std::optional<std::string> cancel_statement(std::string_view) const override {
        return std::nullopt;
    }
};

} // namespace

const session::protocol& protocol() {
    static const machines all;
    return all;
}

} // namespace ringfence::session::postgresql
