// Which texts a session's prepared statements may stand for. Needed when the view changes (a SET
// search_path, a new policy, a share that ended): what was allowed at Parse must then be decided
// anew before it runs.
//
// A Parse or Close that was sent may yet be skipped by the server, after an error earlier in the
// pipeline. So a name keeps every text that it may stand for until the pipeline has come through
// without an error.
#pragma once

#include "proxy/session/view.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::session::postgresql {

class prepared_statements {
public:
    // False: there are `max` names already.
    [[nodiscard]] bool parsed(std::string_view name, verdict_ptr, std::size_t max);
    void closed(std::string_view name);
    void closed_all();

    // Every text that `name` may stand for now; null: never seen, or more texts than are kept.
    [[nodiscard]] const std::vector<verdict_ptr>* find(std::string_view name) const;
    // The text was decided anew and is allowed in the view of `now`.
    void renew(std::string_view name, std::vector<verdict_ptr> now);

    void error() { clean_ = false; }
    void settle(); // nothing is in flight

    [[nodiscard]] std::size_t size() const { return names_.size(); }

private:
    static constexpr std::size_t max_possible = 16;
    struct entry {
        std::vector<verdict_ptr> possible; // the last is the newest
        bool closing = false;
        bool overflow = false; // more possible texts than are kept
        bool touched = false;
    };
    std::map<std::string, entry, std::less<>> names_;
    std::vector<std::string> touched_;
    bool clean_ = true;
};

} // namespace ringfence::session::postgresql
