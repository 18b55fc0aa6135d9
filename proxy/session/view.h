// A view: everything except the text that a decision depends on (one policy snapshot, one service,
// one database, one set of possible search_path schemas). Immutable. Sessions alike in all of these
// share one.
#pragma once

#include "policy/decision.h"
#include "policy/model.h"
#include "policy/sql/analyzer.h"
#include "policy/sql/mysql_analyzer.h"
#include "proxy/session/decision_cache.h"
#include "proxy/session/observer.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ringfence::session {

// A decision with what the session needs to act on it. Immutable and shared: by the cache, by the
// tables of prepared statements, by a statement that is in flight.
struct verdict {
    policy::decision decision;
    policy::mode mode = policy::mode::enforce;
    policy::problem trouble = policy::problem::none;
    unsigned trouble_at = 0; // as in footprint
    std::string trouble_words;
    std::vector<policy::session_effect> effects;
    std::uint64_t view = 0; // the id of the view in which it was taken
    // The text that was decided: with its literals taken out when they do not matter, otherwise as
    // sent. Enough to decide again in another view.
    std::string text;

    [[nodiscard]] bool forwards() const {
        return decision.allowed() || mode == policy::mode::observe;
    }
};
struct view {
    std::uint64_t id = 0;
    policy::snapshot_ptr policies;
    const policy::service* who = nullptr; // null: the service is gone from the policies
    std::string server;
    policy::date today{};
    std::variant<sql::scope, sql::mysql_scope> scope; // by the server's engine
};
using view_ptr = std::shared_ptr<const view>;

// The text with each literal replaced, when a scanner is certain of its lexing; false if not.
[[nodiscard]] bool skeleton_of(const view&, std::string_view text, std::string& out);

// What came out of looking a text up in a view.
struct lookup {
    verdict_ptr found; // null: analyse
    cache_outcome outcome = cache_outcome::miss;
    bool skeleton_usable = false; // `skeleton` is certain, and nothing is known of it yet
};

// `skeleton` is scratch space of the caller; it holds the text's skeleton afterwards if
// skeleton_usable.
[[nodiscard]] lookup look_up(decision_cache&, const view&, std::string_view text,
                             std::string& skeleton);

// Analyses and decides `text`; pure but for the clock-free work, so any thread with a large stack
// may do it. When `skeleton` is not empty and the text is longer than `sql::limits` allow, the
// skeleton is analysed in its place.
struct judgement {
    verdict_ptr made;
    bool literals_immaterial = false;
};
[[nodiscard]] judgement judge(const view&, std::string_view text, std::string_view skeleton,
                              const sql::limits&);

// Files a judgement under the right key.
void remember(decision_cache&, const view&, std::string_view text, std::string_view skeleton,
              const judgement&);

} // namespace ringfence::session
