// (dialect, text, scope) -> footprint. Knows nothing of policies, sockets or services.
#pragma once

#include "policy/access.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::sql {

class reach;

// What the session knows and the text does not say.
struct scope {
    std::string database;
    // Every schema that may stand on the session's search_path at this moment (after a SET that
    // might still be rolled back: the union of both lists). An unqualified name is taken to mean an
    // object in each of them.
    std::vector<std::string> path;
    // Every schema that this session may ever put on its path. Names in bodies of functions resolve
    // when they run, with the path of that moment, so there all of these count.
    std::vector<std::string> settable;
    // Any list is allowed for search_path: the service owns the whole database.
    bool any_path = false;
    // The backend login is confined (DESIGN 10), so dynamic SQL and other languages need no
    // analysis.
    bool confined = false;
    // The backend login's name: what "$user" on a path means.
    std::string backend_login;
    unsigned server_major = 15;
    // The backend login may see settings that the server hides from other roles.
    bool reads_all_settings = true;
    // What the database's objects do when they are used; null: not known.
    std::shared_ptr<const reach> objects;
    // A text that uses objects is not analysed completely without `objects`. False for callers that
    // have no server at hand (the command line, tests).
    bool needs_objects = false;
};

// Caps, each checked before work or memory is spent. See limits.h for why each exists.
struct limits {
    std::size_t max_bytes = 4 * 1024 * 1024;
    unsigned max_comment_depth = 32;
    unsigned max_operator_run = 64; // characters of one operator token
    unsigned max_nesting = 500;     // parentheses, brackets, CASE
    unsigned max_chain = 1500;      // operators, UNIONs, joins chained without parentheses
    unsigned max_nodes = 2'000'000;
};

// Pre: runs on a thread with at least `required_stack` bytes of stack (see sql::with_large_stack).
inline constexpr std::size_t required_stack = std::size_t{64} * 1024 * 1024;

[[nodiscard]] policy::footprint analyze_postgresql(std::string_view text, const scope&,
                                                   const limits& = {});

// The text with each plain string constant replaced by '' and each plain number by 0, when a
// scanner is certain of its lexing; empty otherwise. Two texts with the same skeleton differ in
// literals only. Appends to `out`, which is cleared first (so that a caller can keep its capacity).
// Assumes standard_conforming_strings on and a client encoding in which no ASCII byte is part of a
// character. Returns false when not certain.
[[nodiscard]] bool literal_skeleton_postgresql(std::string_view text, std::string& out);

// The statement with literals replaced by `?`, cut to `max_bytes`: for the audit log, never for a
// decision. Works on any bytes; when the lexing is not certain it leaves out more rather than less.
[[nodiscard]] std::string redact_postgresql(std::string_view text, std::size_t max_bytes = 2048);

// Runs `work` on a thread of its own with `required_stack` bytes of stack and waits for it: for
// callers (command line, tests) that do not own such a thread.
template <class F>
auto with_large_stack(F work);

} // namespace ringfence::sql

#include "policy/sql/large_stack.h"
