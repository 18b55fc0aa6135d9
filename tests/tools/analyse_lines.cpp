// Analyses statements in bulk: a JSON object per line in, its footprint per line out. For the tests
// that compare the analyser with a server's own opinion.
//
//   {"text": "SELECT 1", "flavour": "mariadb", "version": 101114, "schema": "s", "sql_mode": "",
//    "charset": "utf8mb4", "backend_login": "root"}          all but `text` may be left out
//   `hex` in place of `text`: bytes that are not UTF-8
#include "policy/sql/mysql_analyzer.h"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

namespace {

using nlohmann::json;
namespace policy = ringfence::policy;
namespace sql = ringfence::sql;

// Those that MySQL has.
std::string_view name_of(policy::session_effect::kind what) {
    using enum policy::session_effect::kind;
    switch (what) {
    case prepare:
        return "prepare";
    case deallocate:
        return "deallocate";
    case execute:
        return "execute";
    case defines:
        return "defines";
    case schema:
        return "schema";
    case sql_mode:
        return "sql_mode";
    case character_set:
        return "character_set";
    default:
        return "other";
    }
}

std::string bytes_of(const std::string& hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
    return bytes;
}

// An sql_mode that is not known is one that nothing here reads.
sql::mysql_scope scope_of(const json& line) {
    sql::mysql_scope s;
    s.flavour = line.value("flavour", "mariadb") == "mysql" ? sql::mysql_flavour::mysql
                                                            : sql::mysql_flavour::mariadb;
    s.version = line.value("version", 0U);
    s.schema = line.value("schema", "");
    s.mode = sql::mysql_mode_of(line.value("sql_mode", ""), s.flavour)
                 .value_or(sql::mysql_mode{.foreign_grammar = true});
    s.charset = line.value("charset", "utf8mb4");
    s.backend_login = line.value("backend_login", "root");
    s.lower_case_table_names = line.value("lower_case_table_names", 0U);
    return s;
}

json described(const policy::touch& t) {
    json described{{"action", policy::to_string(t.act)},
                   {"kind", policy::to_string(t.what.kind)},
                   {"schema", t.what.database},
                   {"name", t.what.name}};
    if (!t.columns.empty())
        described["columns"] = t.columns;
    return described;
}

json described(const policy::footprint& found) {
    json touches = json::array();
    for (const auto& t : found.touches)
        touches.push_back(described(t));
    json effects = json::array();
    for (const auto& e : found.effects)
        effects.push_back({{"what", name_of(e.what)}, {"values", e.values}});
    return {{"trouble", policy::to_string(found.trouble)},
            {"why", found.trouble_text},
            {"at", found.trouble_at},
            {"statements", found.statements},
            {"touches", touches},
            {"effects", effects}};
}

} // namespace

int main() {
    std::ios::sync_with_stdio(false);
    std::string line;
    while (std::getline(std::cin, line)) {
        const auto asked = json::parse(line, nullptr, false);
        if (!asked.is_object()) {
            std::cerr << "not a JSON object\n";
            return EXIT_FAILURE;
        }
        const auto text =
            asked.contains("hex") ? bytes_of(asked.value("hex", "")) : asked.value("text", "");
        std::cout << described(sql::analyze_mysql(text, scope_of(asked)))
                         .dump(-1, ' ', false, json::error_handler_t::replace)
                  << '\n';
    }
    return EXIT_SUCCESS;
}
