#include "policy/sql/mysql/words.h"

#include "policy/sql/mysql/bytes.h"

namespace ringfence::sql::mysql {

namespace {

constexpr std::size_t slots = 4096; // a power of two, several times the list

// Of a few of its bytes, in any case. Pre: not empty.
constexpr std::uint32_t hash(std::string_view word) {
    auto h = static_cast<std::uint32_t>(word.size());
    for (const std::size_t at : {std::size_t{0}, word.size() / 3, word.size() / 2, word.size() - 1})
        h = h * 37 + (static_cast<unsigned char>(word[at]) & 0xdfU);
    return h ^ (h >> 12);
}

constexpr std::array<word_id, slots> make_table() {
    std::array<word_id, slots> table{};
    word_id id = 0;
    for (const auto& entry : detail::word_list) {
        auto at = hash(entry.text) % slots;
        while (table[at] != 0)
            at = (at + 1) % slots;
        table[at] = ++id;
    }
    return table;
}

constexpr auto table = make_table();
static_assert(std::size(detail::word_list) * 2 < slots);

} // namespace

word_id find_word(std::string_view text) {
    if (text.empty())
        return 0;
    for (auto at = hash(text) % slots; table[at] != 0; at = (at + 1) % slots)
        if (equal_ignoring_case(detail::word_list[table[at] - 1].text, text))
            return table[at];
    return 0;
}

std::string_view text_of(word_id id) {
    return detail::word_list[id - 1].text;
}

bool is_reserved(word_id id, mysql_flavour flavour, unsigned version) {
    if (id == 0)
        return false;
    const auto& entry = detail::word_list[id - 1];
    const auto since = flavour == mysql_flavour::mysql ? entry.mysql : entry.mariadb;
    // A version that is not known: as the newest.
    return since != never && (version == 0 || version >= since);
}

} // namespace ringfence::sql::mysql
