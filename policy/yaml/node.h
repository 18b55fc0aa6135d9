// A YAML document as a plain tree in which every value knows its place. Only what strict files
// need: no anchors, aliases, tags or second documents.
#pragma once

#include "policy/yaml/report.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringfence::policy::yaml {

struct node {
    enum class kind : std::uint8_t { null, scalar, sequence, mapping };
    struct entry;

    kind what = kind::null;
    position at;
    std::string text;           // of a scalar, verbatim: `yes` is "yes", `1.10` is "1.10"
    bool quoted = false;        // "5" is a text where a number is wanted
    std::vector<node> items;    // of a sequence
    std::vector<entry> entries; // of a mapping, in the order of the file, keys unique

    [[nodiscard]] bool is(kind k) const { return what == k; }
    [[nodiscard]] std::string_view kind_name() const; // "a text", "a list" …, for messages
};

struct node::entry {
    std::string key;
    position at;
    node value;
};

inline constexpr std::size_t max_bytes = std::size_t{1024} * 1024; // of one file
inline constexpr std::size_t max_depth = 24;
inline constexpr std::size_t max_nodes = 100'000;

// Never throws for bad input. Reports everything that is wrong; nullopt only if there is no tree at
// all. A tree that comes with errors (duplicate keys) is still good for finding more of them.
[[nodiscard]] std::optional<node> parse(std::string_view text, report&);

} // namespace ringfence::policy::yaml
