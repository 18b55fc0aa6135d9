#include "policy/text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace ringfence::policy {

namespace {

std::uint8_t byte_at(std::string_view text, std::size_t i) {
    return static_cast<std::uint8_t>(text[i]);
}

// C1 controls, and what changes the direction of the text around it. `c` is one well-formed
// character.
bool misleading(std::string_view c) {
    if (c.size() == 1)
        return byte_at(c, 0) < 0x20 || byte_at(c, 0) == 0x7f;
    if (c.size() == 2)
        return byte_at(c, 0) == 0xc2 && byte_at(c, 1) < 0xa0;
    return (c >= "\xe2\x80\x8b" && c <= "\xe2\x80\x8f") ||
           (c >= "\xe2\x80\xa8" && c <= "\xe2\x80\xae") ||
           (c >= "\xe2\x81\xa0" && c <= "\xe2\x81\xaf") || c == "\xef\xbb\xbf";
}

// Edit distance in which swapping two neighbours counts once. Pre: both are short.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t swap_cost = a[i - 1] == b[j - 1] ? 0 : 1;
            now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + swap_cost});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = std::min(now[j], before[j - 2] + 1);
        }
        before.swap(last);
        last.swap(now);
    }
    return last[b.size()];
}

} // namespace

std::size_t utf8_length(std::string_view text) {
    if (text.empty())
        return 0;
    const auto first = byte_at(text, 0);
    if (first < 0x80)
        return 1;
    // Unicode 15, table 3-7: the second byte's range depends on the first.
    std::size_t length = 0;
    std::uint8_t low = 0x80, high = 0xbf;
    if (first >= 0xc2 && first <= 0xdf)
        length = 2;
    else if (first >= 0xe0 && first <= 0xef)
        length = 3;
    else if (first >= 0xf0 && first <= 0xf4)
        length = 4;
    else
        return 0;
    if (first == 0xe0)
        low = 0xa0;
    if (first == 0xed)
        high = 0x9f;
    if (first == 0xf0)
        low = 0x90;
    if (first == 0xf4)
        high = 0x8f;
    if (text.size() < length || byte_at(text, 1) < low || byte_at(text, 1) > high)
        return 0;
    for (std::size_t i = 2; i < length; ++i)
        if ((byte_at(text, i) & 0xc0) != 0x80)
            return 0;
    return length;
}

std::string printable(std::string_view name, std::size_t max_bytes) {
    std::string out;
    while (!name.empty()) {
        const std::size_t length = utf8_length(name);
        const std::string_view c = name.substr(0, std::max<std::size_t>(length, 1));
        const std::string_view shown = length == 0 || misleading(c) ? std::string_view("?") : c;
        if (out.size() + shown.size() > max_bytes)
            return out + "...";
        out += shown;
        name.remove_prefix(c.size());
    }
    return out;
}

std::string_view nearest(std::string_view name, std::span<const std::string_view> candidates) {
    constexpr std::size_t longest = 64; // the comparison is quadratic
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(1, name.size() / 3) + 1;
    if (name.size() > longest)
        return best;
    for (const auto candidate : candidates) {
        if (candidate.size() > longest || candidate == name)
            continue;
        const std::size_t d = distance(name, candidate);
        if (d < best_distance && d < candidate.size()) {
            best = candidate;
            best_distance = d;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view name, std::span<const std::string_view> candidates) {
    const auto best = nearest(name, candidates);
    return best.empty() ? std::string() : " (did you mean '" + printable(best) + "'?)";
}

} // namespace ringfence::policy
