// What all sessions of one worker share: policies, decision cache, observer, limits. Used from that
// worker only, except where a comment says otherwise.
#pragma once

#include "policy/decision.h"
#include "policy/model.h"
#include "policy/sql/analyzer.h"
#include "policy/sql/facts.h"
#include "proxy/session/observer.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ringfence::session {

// Who is on a connection and where it leads; fixed at login.
struct session_identity {
    policy::engine engine = policy::engine::postgresql; // of the server
    std::string service;
    std::string server; // the policy's name of it
    std::string database;
    std::string peer;     // "10.0.0.7:51234" or "unix"
    std::string identity; // what it logged in as: "login orders", "certificate spiffe://…"
    std::string backend_login;
    unsigned server_major = 0;            // PostgreSQL
    std::vector<std::string> search_path; // PostgreSQL: as pinned at the server's start-up
};

// Runs `work` on a thread with sql::required_stack, then `done` on the worker that submitted it.
// Never drops either.
class analysis_pool {
public:
    virtual ~analysis_pool() = default;
    virtual void submit(std::function<void()> work, std::function<void()> done) = 0;
};

// Counts of one service over all workers; shared, atomic.
struct service_usage {
    std::atomic<unsigned> connections{0};
    std::atomic<unsigned> statements{0}; // sessions with work in flight, counted only under a limit
    std::atomic<unsigned> waiting{0};    // sessions that wait for a statement slot
};

// Service name -> usage, kept for the life of the process (names come from policies, so they are
// few). Thread-safe.
class usage_registry {
public:
    usage_registry();
    ~usage_registry();
    [[nodiscard]] std::shared_ptr<service_usage> of(std::string_view service);

private:
    struct state;
    std::unique_ptr<state> state_;
};

class environment {
public:
    struct settings {
        std::size_t cache_bytes = 8 * 1024 * 1024; // decisions kept, per worker
        std::size_t inline_bytes = 16 * 1024;      // longer texts are analysed on the analysis pool
        std::size_t max_statement_bytes = 64 * 1024 * 1024; // one Query or Parse message
        std::size_t max_prepared = 10'000;                  // named statements per session
        sql::limits sql;
        // What a statement's objects do is looked up in the server's catalogue; while that is not
        // known, a statement that uses any is denied.
        bool needs_catalogue = false;
    };

    // All references outlive the environment. Pre: the worker's thread has sql::required_stack
    // bytes of stack.
    environment(settings, policy::snapshot_ptr, observer&, analysis_pool&, usage_registry&);
    ~environment();
    environment(const environment&) = delete;

    void set_policies(policy::snapshot_ptr);
    void set_today(policy::date);
    // What is known of a database from now on; null: nothing.
    void set_facts(const std::string& server, const std::string& database, sql::facts_ptr);
    [[nodiscard]] bool knows(const std::string& server, const std::string& database,
                             std::string_view login) const;

    [[nodiscard]] const policy::snapshot_ptr& policies() const;
    [[nodiscard]] policy::date today() const;

    // Sessions that wait for a statement slot of this service try again. Called on the worker; the
    // worker is told through `on_slot_freed` (possibly from this worker itself) to call it
    // everywhere.
    void wake(std::string_view service);
    std::function<void(const std::string& service)> on_slot_freed;
    // A session of this worker kills another of its service: `done` is called later, on this
    // worker; with false if there is no such session.
    std::function<void(const session_identity& by, std::uint32_t id, bool connection,
                       std::function<void(bool found)> done)>
        on_kill;
    // A session of this worker changed the catalogue.
    std::function<void(const std::string& server, const std::string& database)> on_defined;

    struct state;
    [[nodiscard]] state& internals() { return *state_; }

private:
    std::unique_ptr<state> state_;
};

} // namespace ringfence::session
