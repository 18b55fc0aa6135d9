// Decisions by (space, text): a space is a view and the kind of key (whole text, or skeleton). One
// per worker, so that all views share one budget.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace ringfence::session {

struct verdict;
using verdict_ptr = std::shared_ptr<const verdict>;

// Texts seen, in two generations: when the young one is full it becomes the old one, and what is
// found in the old one moves back. Constant time, no list to keep, and what is used stays.
class decision_cache {
public:
    explicit decision_cache(std::size_t max_bytes) : max_bytes_(max_bytes) {}

    // Null: not known. A null pointer inside: whatever was inserted as such. Valid until the next
    // call.
    [[nodiscard]] const verdict_ptr* find(std::uint64_t space, std::string_view text);
    void insert(std::uint64_t space, std::string_view text, verdict_ptr);

private:
    struct key_view {
        std::uint64_t space;
        std::string_view text;
    };
    struct key {
        std::uint64_t space;
        std::string text;
        operator key_view() const { return {space, text}; } // NOLINT(google-explicit-constructor)
    };
    // Seeded with a secret of the process: a client that could choose colliding texts could slow
    // all others down. Equality compares the whole key, so a collision costs time and never a wrong
    // decision.
    struct hash {
        using is_transparent = void;
        std::size_t operator()(key_view) const noexcept;
    };
    struct equal {
        using is_transparent = void;
        bool operator()(key_view a, key_view b) const noexcept {
            return a.space == b.space && a.text == b.text;
        }
    };
    using table = std::unordered_map<key, verdict_ptr, hash, equal>;

    table young_;
    table old_;
    std::size_t young_bytes_ = 0;
    std::size_t max_bytes_;
};

} // namespace ringfence::session
