#include "proxy/net/greeting_keeper.h"

#include <utility>

namespace ringfence::net {

greeting_keeper::greeting_keeper(reactor& r, resolver& names, std::chrono::milliseconds timeout)
    : reactor_(r), resolver_(names), connect_timeout_(timeout) {}

greeting_keeper::~greeting_keeper() = default;

session::server_state_ptr greeting_keeper::known(const std::string& server) const {
    const std::lock_guard lock(mutex_);
    const auto it = known_.find(server);
    return it != known_.end() ? it->second : nullptr;
}

void greeting_keeper::learn(const std::string& server, session::server_state_ptr state) {
    const std::lock_guard lock(mutex_);
    known_[server] = std::move(state);
}

void greeting_keeper::want(server_target_ptr target,
                           std::function<void(const server_connector::failure&)> then) {
    reactor_.post([this, target = std::move(target), then = std::move(then)]() mutable {
        const std::string server = target->server.name;
        if (known(server) != nullptr)
            return then({});
        question& q = questions_[server];
        q.waiting.push_back(std::move(then));
        if (q.connector)
            return;
        auto key = std::make_shared<pool_key>();
        key->target = std::move(target);
        q.connector = std::make_unique<server_connector>(
            reactor_, resolver_, std::move(key), connect_timeout_,
            [this, server](server_connection_ptr made, const server_connector::failure& why) {
                answered(server, std::move(made), why);
            });
        q.connector->start();
    });
}

void greeting_keeper::answered(const std::string& server, server_connection_ptr made,
                               const server_connector::failure& why) {
    const bool good = made != nullptr;
    if (good) {
        learn(server, made->state);
        const std::string bye = protocol_of(made->key->target->server.engine).goodbye();
        static_cast<void>(made->socket.write(session::as_bytes(bye)));
    }
    // We are inside the connector.
    reactor_.defer([this, server, failed = good ? server_connector::failure{} : why] {
        question q = std::move(questions_[server]);
        questions_.erase(server);
        for (const auto& then : q.waiting)
            then(failed);
    });
}

} // namespace ringfence::net
