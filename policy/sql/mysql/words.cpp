#include "policy/sql/mysql/words.h"

namespace ringfence::sql::mysql {

namespace {

constexpr std::size_t slots = 4096; // a power of two, several times the list
constexpr std::size_t longest_word = 32;

constexpr std::uint32_t hash(std::string_view upper) {
    std::uint32_t h = 0x811c9dc5; // FNV-1a
    for (const char c : upper)
        h = (h ^ static_cast<unsigned char>(c)) * 0x01000193;
    return h ^ (h >> 15);
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
    if (text.size() > longest_word)
        return 0;
    std::array<char, longest_word> upper{};
    for (std::size_t i = 0; i < text.size(); ++i)
        upper[i] = text[i] >= 'a' && text[i] <= 'z' ? static_cast<char>(text[i] - 32) : text[i];
    const std::string_view word(upper.data(), text.size());
    for (auto at = hash(word) % slots; table[at] != 0; at = (at + 1) % slots)
        if (detail::word_list[table[at] - 1].text == word)
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
