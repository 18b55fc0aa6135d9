// The inside of session::environment, for the session's own sources.
#pragma once

#include "proxy/session/environment.h"
#include "proxy/session/view.h"

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ringfence::session {

struct environment::state {
    environment::settings settings;
    policy::snapshot_ptr policies;
    policy::date today{};
    observer& reports;
    analysis_pool& pool;
    usage_registry& usages;
    environment& self;

    decision_cache cache;

    // Changes whenever every view must be made anew: new policies, a new day.
    std::uint64_t generation = 1;
    std::uint64_t next_view = 1;
    std::unordered_map<std::string, view_ptr> views; // by everything that tells views apart
    std::map<std::pair<std::string, std::string>, sql::facts_ptr> facts; // server, database
    std::map<std::vector<std::string>, bool> confined; // service, server, database, login

    // Scratch space, so that a session holds none while it is idle.
    std::string skeleton;
    // Bytes that were handed out as views and must live until the caller has drained its outputs,
    // which is before the next call to any session of this worker.
    std::string keep_alive;

    // Sessions that wait for a statement slot, by service. Keyed by an id, because sessions end.
    struct waiter {
        std::uint64_t id;
        std::function<void()> wake;
    };
    std::map<std::string, std::deque<waiter>, std::less<>> waiting;
    std::uint64_t next_waiter = 1;

    // The view for this identity and whatever else tells views apart there; made, and its scope
    // filled, on first use.
    [[nodiscard]] view_ptr view_of(const session_identity&, std::string_view more,
                                   const std::function<void(view&)>& fill);
    void forget_views();
    [[nodiscard]] sql::facts_ptr facts_of(const std::string& server,
                                          const std::string& database) const;
    [[nodiscard]] bool is_confined(const session_identity&, const sql::facts_ptr&);
};

// With its length first, so that no two different lists make the same key.
void add_to_key(std::string& key, std::string_view part);

} // namespace ringfence::session
