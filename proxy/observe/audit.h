// The audit log: one JSON line a violation (and one a statement, if asked), written by a thread of
// its own. The data path hands over a copy and goes on; when the disk is slower than the violations
// come, lines are dropped and counted, never waited for.
#pragma once

#include "policy/access.h"
#include "policy/decision.h"
#include "proxy/session/observer.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace ringfence::observe {

// Owned copies of what a line says. `statement` is still raw: it is redacted by the writing thread.
struct audit_event {
    std::chrono::system_clock::time_point when;
    bool denied = true; // by the decision; in observe mode it was forwarded all the same
    std::string service;
    std::string owner;
    std::string identity;
    std::string peer;
    policy::engine engine = policy::engine::postgresql; // of the server: how to read `statement`
    std::string server;
    std::string database;
    std::string schema;
    std::string object; // "users.accounts", or empty
    std::string action; // empty when the statement was not analysed
    std::string reason;
    std::string problem; // why it was not analysed; "none" otherwise
    std::string rule;
    std::string message;
    policy::mode mode = policy::mode::enforce;
    bool caught_by_server = false;
    std::string statement;
};

[[nodiscard]] audit_event make_event(const session::decided_statement&,
                                     std::chrono::system_clock::time_point when);

// One line with its newline. No literal of the statement is in it.
[[nodiscard]] std::string audit_line(const audit_event&);

class audit_log {
public:
    struct settings {
        std::filesystem::path file; // "-": standard output; empty: no audit log
        bool statements = false;    // allowed ones, too
        std::size_t max_queued_lines = 10'000;
        std::size_t max_queued_bytes = std::size_t{16} * 1024 * 1024;
        std::size_t max_statement_bytes = std::size_t{16} * 1024; // taken over before redaction
    };

    // Opens the file, for appending. On failure `error` says why (with the file's name) and the log
    // is not usable.
    audit_log(settings, std::string& error);
    ~audit_log(); // writes what is queued, but does not wait for ever on a target that blocks
    audit_log(const audit_log&) = delete;

    // Any thread. Never blocks on I/O.
    void record(const session::decided_statement&);
    void record(audit_event);

    void reopen(); // after the file was renamed (SIGHUP): done by the writing thread
    [[nodiscard]] bool
    flush(std::chrono::milliseconds patience); // true: all that was queued is written

    [[nodiscard]] bool enabled() const;
    [[nodiscard]] bool wants_allowed() const;
    [[nodiscard]] std::uint64_t written() const;
    [[nodiscard]] std::uint64_t dropped() const; // queue full, or the write failed

private:
    struct state;
    std::shared_ptr<state>
        state_; // shared with the thread, which may outlive us on a target that blocks
};

} // namespace ringfence::observe
