// PostgreSQL's session. PostgreSQL documentation, "Message Flow".
#pragma once

#include "proxy/session/decider.h"
#include "proxy/session/postgresql/gate.h"
#include "proxy/session/postgresql/path_tracker.h"
#include "proxy/session/postgresql/pipeline.h"
#include "proxy/session/postgresql/prepared.h"
#include "proxy/session/postgresql/server_state.h"
#include "proxy/session/relay.h"
#include "proxy/wire/postgresql/frame.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ringfence::session::postgresql {

class relay final : public session::relay {
public:
    // See protocol::make_relay().
    relay(environment&, session_identity, std::shared_ptr<const server_state>,
          std::function<void()> wake);

    void start(std::string_view cancel_key, output& to_client) override;
    void from_client(bytes in, output& to_server, output& to_client) override;
    void from_server(bytes in, output& to_server, output& to_client) override;
    void resume(output& to_server, output& to_client) override;
    void client_gone() override;
    void server_lost(std::string_view sentence, std::string_view sqlstate,
                     output& to_client) override;
    void part(const last_words&, std::string& to_client) const override;

    [[nodiscard]] status current() const override { return now_; }
    [[nodiscard]] bool wants_client_bytes() const override;
    [[nodiscard]] bool reusable() const override;
    [[nodiscard]] bool quiescent() const override;
    [[nodiscard]] bool busy() const override { return desk_.busy(); }
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> deadline() const override;

private:
    // relay_client.cpp
    void client_bytes(bytes in, output& to_server, output& to_client);
    void held_bytes(output& to_server, output& to_client);
    [[nodiscard]] std::size_t client_messages(bytes in, output& to_server, output& to_client);
    [[nodiscard]] std::size_t client_message(wire::postgresql::header, bytes rest,
                                             output& to_server, output& to_client);
    [[nodiscard]] bool statement(wire::postgresql::header, bytes message, output& to_server,
                                 output& to_client);
    [[nodiscard]] std::size_t bind(wire::postgresql::header, bytes rest, output& to_server);
    void violation_of_protocol(std::string_view what, output& to_client);

    // relay_effects.cpp
    void look();
    void fill_scope(view&, const std::vector<std::string>& path) const;
    [[nodiscard]] bool refresh_view();                             // false: the service is gone
    [[nodiscard]] verdict_ptr stale_denial(std::string_view name); // null: `name` may run
    // When a statement's effects happen: as soon as it is sent, or whenever the client executes
    // what it prepared.
    enum class when : std::uint8_t {
        now,
        when_bound, // it is the unnamed statement, whose portal is watched
        any_time,
    };
    void apply(const verdict&, when);
    void moved_path(bool changed);

    // relay_server.cpp
    void server_bytes(bytes in, output& to_client);
    [[nodiscard]] std::size_t server_messages(bytes in, output& to_client);
    // Both empty: the message passes as it is.
    struct answer {
        std::string_view replacement; // encoded; goes to the client in its place
        std::string_view trouble;     // the session must end, with this sentence
    };
    [[nodiscard]] answer server_message(wire::postgresql::header, bytes message);
    [[nodiscard]] answer server_error(bytes message);
    void server_ready();
    void fatal(std::string_view sqlstate, std::string_view message, output& to_client);

    [[nodiscard]] environment::state& env() const { return desk_.env(); }
    [[nodiscard]] const session_identity& id() const { return desk_.identity(); }

    decider desk_;
    std::shared_ptr<const server_state> server_;
    status now_ = status::open;
    char transaction_ = 'I';        // as in ReadyForQuery
    bool parted_ = false;           // the server sent its last message, a FATAL error
    bool defined_ = false;          // the catalogue changes when the transaction commits
    bool mixed_ = false;            // statements were prepared in another view than the present one
    std::uint32_t client_skip_ = 0; // bytes of the message under way that still pass unread
    std::uint32_t server_skip_ = 0;
    std::size_t client_need_ = 0; // nothing can be done before `held_` has this many bytes
    std::size_t server_need_ = 0;
    std::string held_; // client bytes that wait: an incomplete message, or everything while paused
    std::string partial_; // server bytes of an incomplete message that must be seen whole

    pipeline pipe_;
    gate guard_;
    std::unique_ptr<path_tracker> path_; // null until the session sets its search_path
    std::unique_ptr<prepared_statements> prepared_;
};

} // namespace ringfence::session::postgresql
