// Which schemas may stand on a session's search_path now. A SET takes effect when the server
// executes it and is undone by a rollback; neither is known when the next statement is decided. So
// the tracker holds every schema that may be on the path, and narrows down when the server reports
// that it is idle and nothing was rolled back.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringfence::session::postgresql {

class path_tracker {
public:
    explicit path_tracker(std::vector<std::string> start) : possible_(sorted(std::move(start))) {}

    // A statement that sets the path was sent. Returns true when the possible set grew.
    bool sent(const std::vector<std::string>& list, bool lasting) {
        if (lasting && !lossy_) {
            last_ = list;
            pending_ = true;
        } else {
            lossy_ = true; // the former list comes back at an unknown moment
        }
        return add(list);
    }

    // The unnamed statement: what it sets, if anything. It does so when its portal is executed,
    // which is seen. An error may make the server skip a Parse or a Bind; then a former one stands
    // in its place, so former ones are possible until the server is idle.
    struct setting {
        std::vector<std::string> list;
        bool lasting = false;
        bool operator==(const setting&) const = default;
    };
    void parsed_unnamed(std::optional<setting> what) { newest(unnamed_, std::move(what)); }
    // Returns true when the possible set grew: a portal with a name may be executed unseen.
    bool bound(std::string_view portal, std::string_view statement) {
        bool grew = false;
        if (!portal.empty() && statement.empty())
            for (const auto& s : unnamed_)
                grew = (s && prepared(s->list)) || grew;
        if (portal.empty() && !statement.empty())
            newest(portal_, std::nullopt); // what it may set is possible already: see prepared()
        if (portal.empty() && statement.empty())
            for (const auto& s : unnamed_)
                newest(portal_, s);
        return grew;
    }
    // Returns true when the possible set grew.
    bool executed(std::string_view portal) {
        if (!portal.empty() || portal_.empty())
            return false;
        bool grew = false;
        for (std::size_t i = 0; i + 1 < portal_.size(); ++i)
            grew = (portal_[i] && add(portal_[i]->list)) || grew;
        if (const auto& last = portal_.back())
            grew = sent(last->list, last->lasting) || grew;
        return grew;
    }
    // Whether bound() and executed() must be told.
    [[nodiscard]] bool follows_portals() const {
        const auto sets = [](const auto& s) { return s.has_value(); };
        return std::any_of(portal_.begin(), portal_.end(), sets) ||
               std::any_of(unnamed_.begin(), unnamed_.end(), sets);
    }

    // A statement that sets the path was prepared by a name: it may run at any time, unseen.
    bool prepared(const std::vector<std::string>& list) {
        always_.insert(always_.end(), list.begin(), list.end());
        always_ = sorted(std::move(always_));
        return add(list);
    }

    // Something since the last settle() failed or was rolled back, so the SETs may have been
    // undone.
    void undone() {
        if (pending_)
            lossy_ = true;
    }

    // The server is idle, outside a transaction, and nothing is in flight. Returns true when the
    // set shrank.
    bool settle() {
        portal_.clear(); // portals end with their transaction
        if (unnamed_.size() > 1 && !lossy_)
            unnamed_.erase(unnamed_.begin(), unnamed_.end() - 1);
        if (!pending_ && !lossy_)
            return false;
        const bool exact = pending_ && !lossy_;
        pending_ = lossy_ = false;
        if (!exact)
            return false; // both lists stay possible until a later SET succeeds
        auto now = std::move(last_);
        now.insert(now.end(), always_.begin(), always_.end());
        now = sorted(std::move(now));
        if (now == possible_)
            return false;
        possible_ = std::move(now);
        return true;
    }

    [[nodiscard]] bool pending() const { return pending_ || lossy_; }
    [[nodiscard]] const std::vector<std::string>& possible() const { return possible_; }

private:
    static std::vector<std::string> sorted(std::vector<std::string> list) {
        std::sort(list.begin(), list.end());
        list.erase(std::unique(list.begin(), list.end()), list.end());
        return list;
    }
    static void newest(std::vector<std::optional<setting>>& all, std::optional<setting> what) {
        std::erase(all, what);
        all.push_back(std::move(what));
    }
    bool add(const std::vector<std::string>& list) {
        const auto before = possible_.size();
        possible_.insert(possible_.end(), list.begin(), list.end());
        possible_ = sorted(std::move(possible_));
        return possible_.size() != before;
    }

    std::vector<std::optional<setting>> unnamed_; // the last is the newest
    std::vector<std::optional<setting>> portal_;  // of the unnamed portal, likewise
    std::vector<std::string> last_;
    std::vector<std::string> always_;
    std::vector<std::string> possible_; // sorted, unique
    bool pending_ = false;
    bool lossy_ = false;
};

} // namespace ringfence::session::postgresql
