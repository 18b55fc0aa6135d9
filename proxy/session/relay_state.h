// The inside of session::relay, for its own sources.
#pragma once

#include "proxy/session/environment_state.h"
#include "proxy/session/gate.h"
#include "proxy/session/path_tracker.h"
#include "proxy/session/pipeline.h"
#include "proxy/session/prepared.h"
#include "proxy/session/relay.h"
#include "proxy/wire/postgresql/frame.h"

#include <chrono>
#include <optional>

namespace ringfence::session {

struct relay::state {
    using clock = std::chrono::steady_clock;

    // Why the client's bytes are left alone.
    enum class pause : std::uint8_t {
        none,
        verdict, // a long text is being analysed on another thread
        slot,    // the service has as many statements in flight as its policy allows
    };

    // A text on its way to the analysis pool and back. Outlives the session if it must.
    struct job {
        std::string text;
        std::string skeleton;
        view_ptr in;
        judgement made;
        std::chrono::nanoseconds took{};
        state* owner = nullptr; // null: the session has ended
    };

    environment::state& env;
    session_identity id;
    std::function<void()> wake;
    std::shared_ptr<service_usage> usage;
    view_ptr view;
    std::uint64_t generation = 0;

    relay::status now = relay::status::open;
    pause paused = pause::none;
    char transaction = 'I';        // as in ReadyForQuery
    bool parted = false;           // the server sent its last message, a FATAL error
    bool busy = false;             // something that the server works on has been sent
    bool counted = false;          // … and it is counted in `usage`
    bool defined = false;          // the catalogue changes when the transaction commits
    bool mixed = false;            // statements were prepared in another view than the present one
    std::uint32_t client_skip = 0; // bytes of the message under way that still pass unread
    std::uint32_t server_skip = 0;
    std::size_t client_need = 0; // nothing can be done before `held` has this many bytes
    std::size_t server_need = 0;
    std::string held; // client bytes that wait: an incomplete message, or everything while paused
    std::string partial;       // server bytes of an incomplete message that must be seen whole
    clock::time_point since{}; // when the work of the server began
    std::uint64_t waiter = 0;

    pipeline pipe;
    gate guard;
    std::unique_ptr<path_tracker> path; // null until the session sets its search_path
    std::unique_ptr<prepared_statements> prepared;
    std::shared_ptr<job> pending;
    verdict_ptr arrived; // of the message at the front of `held`

    state(environment::state& e, session_identity i, std::function<void()> w);
    ~state();
    state(const state&) = delete;

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

    // relay_decide.cpp
    [[nodiscard]] bool refresh_view(); // false: the service is gone
    [[nodiscard]] judgement judge_here(std::string_view text, std::string_view skeleton);
    [[nodiscard]] verdict_ptr decide(std::string_view text); // null: paused, see `pending`
    [[nodiscard]] verdict_ptr decide_now(std::string_view text);
    [[nodiscard]] verdict_ptr stale_denial(std::string_view name); // null: `name` may run
    // A denial by the session itself, reported; in observe mode it lets through, as any other.
    [[nodiscard]] verdict_ptr refusal(std::string rule, std::string message,
                                      std::string hint) const;
    // When a statement's effects happen: as soon as it is sent, or whenever the client executes
    // what it prepared.
    enum class when : std::uint8_t {
        now,
        when_bound, // it is the unnamed statement, whose portal is watched
        any_time,
    };
    void apply(const verdict&, when);
    void moved_path(bool changed);
    [[nodiscard]] decided_statement described(const policy::decision&, std::string_view text) const;
    void decided(const verdict&, std::string_view text, cache_outcome) const;
    void report(const verdict&, std::string_view text) const;
    [[nodiscard]] bool begin_work(); // false: paused for a slot
    void end_work();

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
};

} // namespace ringfence::session
