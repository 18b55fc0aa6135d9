// From a text to a verdict, for a session of either engine: looked up, analysed here or on another
// thread, decided, reported; and the statement slots of the service (limits.
// max_statements_in_flight), for which a session may have to wait before it can go on.
#pragma once

#include "proxy/session/environment_state.h"
#include "proxy/session/view.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ringfence::session {

class decider {
public:
    using clock = std::chrono::steady_clock;

    // `env` outlives the decider. `wake`: see protocol::make_relay().
    decider(environment::state& env, session_identity, std::function<void()> wake);
    ~decider();
    decider(const decider&) = delete;

    [[nodiscard]] environment::state& env() const { return env_; }
    [[nodiscard]] const session_identity& identity() const { return id_; }
    [[nodiscard]] const policy::service& who() const { return *view_->who; }
    void wake() const { wake_(); }

    // What decisions depend on. It must be looked at anew when it is stale: the policies, the
    // day, or what is known of the server changed.
    [[nodiscard]] const view& sees() const { return *view_; }
    [[nodiscard]] const view_ptr& shared_view() const { return view_; }
    [[nodiscard]] bool stale() const { return view_ == nullptr || generation_ != env_.generation; }
    void look(view_ptr);
    // False: the service is gone from the policies.
    [[nodiscard]] bool served() const { return view_ != nullptr && view_->who != nullptr; }

    // Why the client's bytes are left alone.
    enum class pause : std::uint8_t {
        none,
        verdict, // a long text is being analysed on another thread
        slot,    // the service has as many statements in flight as its policy allows
    };
    [[nodiscard]] bool paused() const { return paused_ != pause::none; }
    // After `wake`. False: still waiting.
    [[nodiscard]] bool resume();

    // Null: paused; ask again with the same text after resume().
    [[nodiscard]] verdict_ptr decide(std::string_view text);
    // The verdict that was waited for is there.
    [[nodiscard]] bool arrived() const { return arrived_ != nullptr; }
    // In any view, now, without a report.
    [[nodiscard]] verdict_ptr decide_now(const view&, std::string_view text);
    [[nodiscard]] verdict_ptr decide_now(std::string_view text) { return decide_now(*view_, text); }
    // A denial by the session itself, reported; in observe mode it lets through, as any other.
    [[nodiscard]] verdict_ptr refusal(std::string rule, std::string message,
                                      std::string hint) const;
    void report(const verdict&, std::string_view text) const;
    // An error of the server about rights: the analysis let through what it should not have.
    void caught_by_server(std::string_view text) const;

    [[nodiscard]] bool begin_work(); // false: paused for a slot
    void end_work();
    [[nodiscard]] bool busy() const { return busy_; }
    void work_completed(); // an answer is complete; further ones may be under way
    // When the work of the server began.
    [[nodiscard]] std::optional<clock::time_point> deadline() const;

private:
    // A text on its way to the analysis pool and back. Outlives the session if it must.
    struct job {
        std::string text;
        std::string skeleton;
        view_ptr in;
        judgement made;
        std::chrono::nanoseconds took{};
        decider* owner = nullptr; // null: the session has ended
    };

    [[nodiscard]] judgement judge_here(const view&, std::string_view text,
                                       std::string_view skeleton);
    void submit(std::string_view text);
    [[nodiscard]] decided_statement described(const policy::decision&, std::string_view text) const;
    void decided(const verdict&, std::string_view text, cache_outcome) const;

    environment::state& env_;
    session_identity id_;
    std::function<void()> wake_;
    std::shared_ptr<service_usage> usage_;
    view_ptr view_;
    std::uint64_t generation_ = 0;

    pause paused_ = pause::none;
    bool busy_ = false;    // something that the server works on has been sent
    bool counted_ = false; // … and it is counted in `usage_`
    clock::time_point since_{};
    std::uint64_t waiter_ = 0;
    std::shared_ptr<job> pending_;
    verdict_ptr arrived_;
};

} // namespace ringfence::session
