// Strict reading of typed values out of a tree. Each function reports what is wrong, with its
// place, and goes on, so that one run tells all errors. `what` names the value in messages:
// "max_connections".
#pragma once

#include "policy/model.h"
#include "policy/yaml/node.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::policy::yaml {

// A mapping with a fixed list of keys. Unknown keys are reported when it is made; asking for a key
// that is not on the list is a bug. The node must outlive the reader.
class object_reader {
public:
    object_reader(const node&, std::string_view what, std::span<const std::string_view> known,
                  report&);

    [[nodiscard]] bool ok() const {
        return mapping_;
    } // false: not even a mapping, which was reported
    [[nodiscard]] position at() const { return node_.at; }
    [[nodiscard]] position
    at(std::string_view key) const; // of the value; of the mapping when absent

    [[nodiscard]] const node* find(std::string_view key) const; // null when absent
    [[nodiscard]] const node* need(std::string_view key) const; // reports missing-key when absent

    // Shortcuts: the value, or the fallback when it is absent or wrong (which was reported).
    [[nodiscard]] std::string text(std::string_view key, std::string_view fallback = {}) const;
    [[nodiscard]] std::string need_text(std::string_view key) const;
    [[nodiscard]] bool boolean(std::string_view key, bool fallback) const;
    [[nodiscard]] std::uint64_t number(std::string_view key, std::uint64_t fallback,
                                       std::uint64_t lowest, std::uint64_t highest) const;
    [[nodiscard]] std::chrono::milliseconds duration(std::string_view key,
                                                     std::chrono::milliseconds fallback) const;
    [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;
    // The index in `allowed`, or the fallback.
    [[nodiscard]] std::size_t choice(std::string_view key,
                                     std::span<const std::string_view> allowed,
                                     std::size_t fallback) const;

private:
    const node& node_;
    report& out_;
    bool mapping_;
};

inline constexpr std::size_t max_text_bytes = 1024; // of one value

[[nodiscard]] bool expect(const node&, node::kind, std::string_view what, report&);
// One non-empty line without control characters.
[[nodiscard]] std::optional<std::string> read_text(const node&, std::string_view what, report&);
[[nodiscard]] std::optional<bool> read_boolean(const node&, std::string_view what, report&);
[[nodiscard]] std::optional<std::uint64_t> read_number(const node&, std::string_view what,
                                                       std::uint64_t lowest, std::uint64_t highest,
                                                       report&);
// 500ms, 5s, 2m, 1h; at most 24 hours.
[[nodiscard]] std::optional<std::chrono::milliseconds>
read_duration(const node&, std::string_view what, report&);
// YYYY-MM-DD, a day that exists.
[[nodiscard]] std::optional<date> read_date(const node&, std::string_view what, report&);
[[nodiscard]] std::optional<std::size_t>
read_choice(const node&, std::string_view what, std::span<const std::string_view> allowed, report&);
// A list of texts without duplicates; never a single text.
[[nodiscard]] std::vector<std::string> read_texts(const node&, std::string_view what, report&);

// The same as read_date and read_duration on plain text, for command lines.
[[nodiscard]] std::optional<date> parse_date(std::string_view);
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view);
[[nodiscard]] std::string format_date(date);

} // namespace ringfence::policy::yaml
