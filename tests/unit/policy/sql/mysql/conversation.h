// What a statement of MySQL or MariaDB touches, as one short text. Sorted, each once.
#pragma once

#include "policy/describe.h"
#include "policy/sql/mysql_analyzer.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::sql::test {

inline mysql_scope on_mysql(unsigned version = 80400) {
    mysql_scope s;
    s.version = version;
    s.schema = "own";
    s.backend_login = "root";
    return s;
}

inline mysql_scope on_mariadb(unsigned version = 101119) {
    auto s = on_mysql(version);
    s.flavour = mysql_flavour::mariadb;
    return s;
}

inline std::string show(const policy::footprint& f) {
    if (!f.analysed())
        return "! " + std::string(to_string(f.trouble));
    std::set<std::string> lines;
    for (const auto& t : f.touches)
        lines.insert(policy::describe(t));
    std::string all;
    for (const auto& line : lines)
        all += (all.empty() ? "" : "; ") + line;
    return all;
}

inline std::string touches(std::string_view text, const mysql_scope& s = on_mysql()) {
    return show(analyze_mysql(text, s));
}

// Each as its name and its values.
inline std::vector<std::string> effects_of(const policy::footprint& f) {
    static constexpr std::string_view names[] = {
        "search_path", "reset_search_path", "prepare",       "deallocate", "execute", "defines",
        "schema",      "sql_mode",          "character_set", "kill"};
    std::vector<std::string> all;
    for (const auto& e : f.effects) {
        all.emplace_back(names[static_cast<std::size_t>(e.what)]);
        for (const auto& v : e.values)
            all.back() += " " + v;
    }
    return all;
}

inline std::string effects(std::string_view text, const mysql_scope& s = on_mysql()) {
    const auto found = analyze_mysql(text, s);
    if (!found.analysed())
        return show(found);
    std::string all;
    for (const auto& e : effects_of(found))
        all += (all.empty() ? "" : "; ") + e;
    return all;
}

} // namespace ringfence::sql::test
