// What a machine wants sent to one peer: views into the bytes just fed, and bytes of its own, in
// order. No I/O.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::session {

using bytes = std::span<const std::byte>;

[[nodiscard]] inline bytes as_bytes(std::string_view s) {
    return std::as_bytes(std::span(s));
}
[[nodiscard]] inline std::string_view as_text(bytes b) {
    return {reinterpret_cast<const char*>(b.data()), b.size()};
}

// One per worker and direction, drained after each feed, so that an idle session holds none.
// Views must stay valid until the caller has drained the output, which is before the fed buffer is
// used again.
class output {
public:
    // Bytes that pass unchanged. Adjacent views merge, so that an untouched buffer leaves in one
    // write.
    void forward(bytes view) {
        if (view.empty())
            return;
        if (!segments_.empty()) {
            auto& last = segments_.back();
            if (last.view != nullptr && last.view + last.size == view.data()) {
                last.size += view.size();
                total_ += view.size();
                return;
            }
        }
        segments_.push_back({view.data(), 0, view.size()});
        total_ += view.size();
    }

    // Bytes of our own: copied.
    void append(bytes own) {
        if (own.empty())
            return;
        const std::size_t at = owned_.size();
        owned_.append(as_text(own));
        if (!segments_.empty() && segments_.back().view == nullptr &&
            segments_.back().offset + segments_.back().size == at) {
            segments_.back().size += own.size();
        } else {
            segments_.push_back({nullptr, at, own.size()});
        }
        total_ += own.size();
    }
    void append(std::string_view own) { append(as_bytes(own)); }

    [[nodiscard]] bool empty() const { return total_ == 0; }
    [[nodiscard]] std::size_t size() const { return total_; }
    [[nodiscard]] std::size_t count() const { return segments_.size(); }
    [[nodiscard]] bytes operator[](std::size_t i) const {
        const auto& s = segments_[i];
        return s.view != nullptr ? bytes{s.view, s.size}
                                 : as_bytes(owned_).subspan(s.offset, s.size);
    }

    void clear() {
        segments_.clear();
        owned_.clear();
        if (owned_.capacity() > keep_capacity)
            owned_.shrink_to_fit();
        total_ = 0;
    }

private:
    static constexpr std::size_t keep_capacity = std::size_t{64} * 1024;
    struct segment {
        const std::byte* view; // null: `owned_` at `offset`
        std::size_t offset;
        std::size_t size;
    };
    std::vector<segment> segments_;
    std::string owned_;
    std::size_t total_ = 0;
};

} // namespace ringfence::session
