// Copies a text but for its literals: what the skeletons of all dialects share. It runs on every
// statement that was not found by its exact text, so it is a tight loop over a table of bytes.
// Whatever a dialect does not know for certain makes it answer false, which costs time but no
// safety.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

namespace ringfence::sql {

// `Dialect` has the table `inert`: bytes that are copied without a look at their neighbours; and
// special(char), which moves `at_` over one of the others and what belongs to it. False: not
// certain.
template <class Dialect>
class skeleton_writer {
public:
    skeleton_writer(std::string_view text, std::string& out) : text_(text), out_(out) {}

    // False: not certain, and `out` is empty.
    [[nodiscard]] bool run() {
        out_.clear();
        if (text_.empty())
            return true;
        if (std::memchr(text_.data(), '\0', text_.size()) == nullptr && all()) {
            copy_up_to(text_.size());
            return true;
        }
        out_.clear();
        return false;
    }

protected:
    static constexpr std::size_t npos = std::string_view::npos;

    // What was not copied yet, and is to be kept.
    void copy_up_to(std::size_t end) {
        out_.append(text_.data() + kept_, end - kept_);
        kept_ = end;
    }
    // In the place of what begins at `start` and ends at `at_`.
    void put(std::size_t start, std::string_view instead) {
        copy_up_to(start);
        out_.append(instead);
        kept_ = at_;
    }

    [[nodiscard]] char peek(std::size_t at) const { return at < text_.size() ? text_[at] : ' '; }
    [[nodiscard]] char previous() const { return at_ > 0 ? text_[at_ - 1] : ' '; }
    // The next `c` from `from` on, or npos.
    [[nodiscard]] std::size_t find(char c, std::size_t from) const {
        const void* found = std::memchr(text_.data() + from, c, text_.size() - from);
        return found == nullptr
                   ? npos
                   : static_cast<std::size_t>(static_cast<const char*>(found) - text_.data());
    }

    std::string_view text_;
    std::string& out_;
    std::size_t at_ = 0;

private:
    bool all() {
        while (true) {
            while (at_ < text_.size() && Dialect::inert[static_cast<unsigned char>(text_[at_])])
                ++at_;
            if (at_ == text_.size())
                return true;
            if (!static_cast<Dialect*>(this)->special(text_[at_]))
                return false;
        }
    }

    std::size_t kept_ = 0; // up to here it is in `out_`
};

} // namespace ringfence::sql
