// What was sent to the server and is not answered yet, as far as the session must know it: the
// messages that will be answered with ReadyForQuery, and the ends of COPY data. PostgreSQL
// documentation, "Message Flow": Pipelining, COPY Operations.
#pragma once

#include <cstdint>
#include <string>

namespace ringfence::session::postgresql {

class pipeline {
public:
    void query() {
        // A Query behind extended messages without a Sync: whether an error makes the server skip
        // it depends on which of them raised it, so what follows cannot be told apart any more.
        if (unsynced_)
            lost_ = true;
        marks_.push_back('Q');
    }
    void extended() { unsynced_ = true; }
    void sync() {
        if (copying_in_)
            return; // the server ignores a Sync while it reads COPY data
        marks_.push_back('S');
        unsynced_ = false;
    }
    void copy_end() {
        if (copying_in_)
            copying_in_ = false;
        else if (!marks_.empty() || unsynced_)
            marks_.push_back('c'); // sent ahead of the server's CopyInResponse
    }

    // CopyInResponse or CopyBothResponse. False: messages that do not belong into COPY data were
    // sent after it.
    [[nodiscard]] bool copy_in() {
        std::size_t at = !marks_.empty() && marks_.front() == 'Q' ? 1 : 0;
        while (at < marks_.size()) {
            const char mark = marks_[at];
            if (mark == 'Q')
                return false;
            marks_.erase(at, 1);
            if (mark == 'c')
                return true;
        }
        copying_in_ = true;
        return true;
    }

    void error() {
        copying_in_ = false;
        // The server ignores what is left of the COPY data.
        for (std::size_t at = 0, ready = 0; at < marks_.size() && ready < 2;) {
            if (marks_[at] == 'c') {
                marks_.erase(at, 1);
            } else {
                ++at;
                ++ready;
            }
        }
    }

    void ready() {
        const auto at = marks_.find_first_of("QS");
        if (at == std::string::npos) {
            lost_ = true; // an answer that nobody asked for
            return;
        }
        marks_.erase(0, at + 1);
        // Nothing else was asked for: a CopyDone that came late is behind the server already.
        if (marks_.find_first_of("QS") == std::string::npos && !unsynced_)
            marks_.clear();
        if (marks_.empty() && marks_.capacity() > 256)
            marks_.shrink_to_fit();
    }

    [[nodiscard]] bool copying_in() const { return copying_in_; }
    [[nodiscard]] bool idle() const { return !unsynced_ && !copying_in_ && marks_.empty(); }
    // Requests and answers cannot be matched any more: nothing may be concluded from being idle.
    [[nodiscard]] bool lost() const { return lost_; }
    [[nodiscard]] std::size_t depth() const { return marks_.size(); }

private:
    std::string
        marks_; // 'Q' Query, 'S' Sync, 'c' CopyDone or CopyFail; short enough to need no allocation
    bool unsynced_ = false;
    bool copying_in_ = false;
    bool lost_ = false;
};

} // namespace ringfence::session::postgresql
