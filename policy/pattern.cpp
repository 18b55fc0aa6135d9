#include "policy/pattern.h"

#include "policy/text.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace ringfence::policy {

namespace {

// A character is a well-formed UTF-8 sequence; a stray byte counts as one, too.
std::size_t character(std::string_view text) {
    return std::max<std::size_t>(1, utf8_length(text));
}

std::vector<std::string_view> characters(std::string_view text) {
    std::vector<std::string_view> out;
    while (!text.empty()) {
        out.push_back(text.substr(0, character(text)));
        text.remove_prefix(out.back().size());
    }
    return out;
}

} // namespace

bool matches(std::string_view pattern, std::string_view name) {
    // Only the last `*` is ever tried again: an earlier one could gain nothing by taking more.
    std::string_view after_star, retry;
    bool star = false;
    while (true) {
        if (!pattern.empty() && pattern.front() == '*') {
            pattern.remove_prefix(1);
            after_star = pattern;
            retry = name;
            star = true;
            continue;
        }
        if (!pattern.empty() && !name.empty()) {
            const std::size_t length = character(name);
            if (pattern.front() == '?') {
                pattern.remove_prefix(1);
                name.remove_prefix(length);
                continue;
            }
            if (pattern.substr(0, length) == name.substr(0, length)) {
                pattern.remove_prefix(length);
                name.remove_prefix(length);
                continue;
            }
        }
        if (pattern.empty() && name.empty())
            return true;
        if (!star || retry.empty())
            return false;
        retry.remove_prefix(character(retry));
        pattern = after_star;
        name = retry;
    }
}

bool overlap(std::string_view a, std::string_view b) {
    const auto p = characters(a), q = characters(b);
    const std::size_t width = q.size() + 1;
    // reached[i][j]: some name is matched by the first i characters of p and the first j of q.
    std::vector<std::uint8_t> reached((p.size() + 1) * width, 0);
    reached[0] = 1;
    for (std::size_t i = 0; i <= p.size(); ++i)
        for (std::size_t j = 0; j <= q.size(); ++j) {
            if (reached[i * width + j] == 0)
                continue;
            const bool p_star = i < p.size() && p[i] == "*";
            const bool q_star = j < q.size() && q[j] == "*";
            if (p_star)
                reached[(i + 1) * width + j] = 1; // takes nothing (more)
            if (q_star)
                reached[i * width + j + 1] = 1;
            if (i == p.size() || j == q.size())
                continue;
            if (p_star && !q_star)
                reached[i * width + j + 1] = 1; // takes what q's character stands for
            else if (q_star && !p_star)
                reached[(i + 1) * width + j] = 1;
            else if (!p_star && (p[i] == q[j] || p[i] == "?" || q[j] == "?"))
                reached[(i + 1) * width + j + 1] = 1;
        }
    return reached.back() != 0;
}

bool is_pattern(std::string_view text) {
    return text.find_first_of("*?") != std::string_view::npos;
}

} // namespace ringfence::policy
