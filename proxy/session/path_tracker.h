// Which schemas may stand on a session's search_path now. A SET takes effect when the server
// executes it and is undone by a rollback; neither is known when the next statement is decided. So
// the tracker holds every schema that may be on the path, and narrows down when the server reports
// that it is idle and nothing was rolled back.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace ringfence::session {

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

    // A statement that sets the path was prepared: it may run at any time from now on, unseen.
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
    bool add(const std::vector<std::string>& list) {
        const auto before = possible_.size();
        possible_.insert(possible_.end(), list.begin(), list.end());
        possible_ = sorted(std::move(possible_));
        return possible_.size() != before;
    }

    std::vector<std::string> last_;
    std::vector<std::string> always_;
    std::vector<std::string> possible_; // sorted, unique
    bool pending_ = false;
    bool lossy_ = false;
};

} // namespace ringfence::session
