// The words that the grammar knows. `word` is checked when compiled: a word that is not in the list
// does not compile.
#pragma once

#include "policy/sql/mysql_analyzer.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace ringfence::sql::mysql {

struct word_entry {
    std::string_view text;
    // The first version in which it is reserved, so that it cannot be a name without quotes; never:
    // not reserved.
    unsigned mysql = 0;
    unsigned mariadb = 0;
};

inline constexpr unsigned never = 0xffffffff;

namespace detail {
#include "policy/sql/mysql/words_data.inc"
static_assert(std::is_sorted(std::begin(word_list), std::end(word_list),
                             [](const auto& a, const auto& b) { return a.text < b.text; }));
} // namespace detail

using word_id = std::uint16_t; // 0: not in the list

[[nodiscard]] constexpr word_id find_word_exactly(std::string_view upper) {
    const auto* found =
        std::lower_bound(std::begin(detail::word_list), std::end(detail::word_list), upper,
                         [](const word_entry& e, std::string_view t) { return e.text < t; });
    if (found == std::end(detail::word_list) || found->text != upper)
        return 0;
    return static_cast<word_id>(found - std::begin(detail::word_list) + 1);
}

class word {
public:
    consteval word(const char* upper) : id_(find_word_exactly(upper)) {
        if (id_ == 0)
            throw "not in the list of words";
    }
    [[nodiscard]] constexpr word_id id() const { return id_; }

private:
    word_id id_;
};

// In any case; 0: not in the list.
[[nodiscard]] word_id find_word(std::string_view text);
// Pre: `id` is not 0.
[[nodiscard]] std::string_view text_of(word_id id);
[[nodiscard]] bool is_reserved(word_id, mysql_flavour, unsigned version);

} // namespace ringfence::sql::mysql
