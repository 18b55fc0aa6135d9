// What a statement touches, as one short text: "read shop.orders.t(a); write …". Sorted, each once.
#pragma once

#include "policy/describe.h"
#include "policy/sql/analyzer.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

namespace ringfence::sql::test {

inline scope orders_scope() {
    scope s;
    s.database = "shop";
    s.path = {"orders"};
    s.settable = {"orders", "common"};
    s.backend_login = "orders_login";
    return s;
}

inline policy::footprint analyse(std::string_view text, const scope& s = orders_scope(),
                                 const limits& l = {}) {
    return with_large_stack([&] { return analyze_postgresql(text, s, l); });
}

inline std::string join(const std::set<std::string>& lines) {
    std::string all;
    for (const auto& line : lines)
        all += (all.empty() ? "" : "; ") + line;
    return all;
}

inline std::string show(const policy::footprint& f) {
    if (!f.analysed())
        return "! " + std::string(to_string(f.trouble));
    std::set<std::string> lines;
    for (const auto& t : f.touches) {
        auto line = policy::describe(t);
        if (const auto home = line.find("shop."); home != std::string::npos)
            line.erase(home, 5);
        lines.insert(std::move(line));
    }
    return join(lines);
}

// The touches of a statement; the database "shop" is left out.
inline std::string touches(std::string_view text, const scope& s = orders_scope()) {
    return show(analyse(text, s));
}

inline std::string effects(std::string_view text, const scope& s = orders_scope()) {
    using kind = policy::session_effect::kind;
    std::string all;
    for (const auto& e : analyse(text, s).effects) {
        static constexpr std::string_view names[] = {"search_path", "reset_search_path", "prepare",
                                                     "deallocate",  "execute",           "defines"};
        if (!all.empty())
            all += "; ";
        all += names[static_cast<std::size_t>(e.what)];
        for (const auto& v : e.values)
            all += ' ' + v;
        if (!e.text.empty())
            all += " [" + e.text + ']';
        const bool path = e.what == kind::search_path || e.what == kind::reset_search_path;
        if (path && !e.lasting)
            all += " local";
    }
    return all;
}

} // namespace ringfence::sql::test
