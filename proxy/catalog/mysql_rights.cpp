// What grants let an account do.
#include "policy/sql/mysql/bytes.h"
#include "policy/sql/mysql/catalogue.h"
#include "proxy/catalog/mysql_grants.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ringfence::catalog::mysql {

using policy::action;
using policy::object_kind;
using sql::mysql::equal_ignoring_case;

bool means_schema(std::string_view pattern, std::string_view name) {
    // Where the last % is, and how much of the name it has taken.
    auto star = std::string_view::npos;
    std::size_t taken = 0;
    std::size_t p = 0;
    std::size_t n = 0;
    while (n < name.size()) {
        const bool escaped = p + 1 < pattern.size() && pattern[p] == '\\';
        if (p < pattern.size() && pattern[p] == '%') {
            star = p++;
            taken = n;
        } else if (p < pattern.size() &&
                   ((!escaped && pattern[p] == '_') || pattern[p + (escaped ? 1 : 0)] == name[n])) {
            p += escaped ? 2 : 1;
            ++n;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            n = ++taken;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '%')
        ++p;
    return p == pattern.size();
}

namespace {

constexpr std::uint8_t reads = 1;
constexpr std::uint8_t writes = 2;
constexpr std::uint8_t executes = 4;
constexpr std::uint8_t defines = 8;
constexpr std::uint8_t refers = 16;
constexpr std::uint8_t everything = reads | writes | executes | defines | refers;

struct meaning {
    std::string_view privilege;
    std::uint8_t what;
};

// What a privilege on a schema, a table or a routine lets do.
constexpr auto meanings = std::to_array<meaning>({
    {"ALL PRIVILEGES", everything},
    {"ALTER", defines},
    {"ALTER ROUTINE", defines},
    {"CREATE", defines},
    {"CREATE ROUTINE", defines},
    {"CREATE TEMPORARY TABLES", defines},
    {"CREATE VIEW", defines},
    {"DELETE", writes},
    {"DELETE HISTORY", writes},
    {"DROP", defines},
    {"EVENT", defines},
    {"EXECUTE", executes},
    {"GRANT OPTION", defines},
    {"INDEX", defines},
    {"INSERT", writes},
    {"LOCK TABLES", writes},
    {"REFERENCES", refers},
    {"SELECT", reads},
    {"SHOW CREATE ROUTINE", reads},
    {"SHOW VIEW", reads},
    {"TRIGGER", defines},
    {"UPDATE", writes},
    {"USAGE", 0},
});

// The more telling ones of those on the whole server.
constexpr auto on_server = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"ALL PRIVILEGES", "may do everything on the server (ALL PRIVILEGES)"},
    {"SUPER", "is a superuser (SUPER)"},
    {"FILE", "may read and write the server's files (FILE)"},
    {"CREATE USER", "may create accounts (CREATE USER)"},
    {"PROCESS", "may see the sessions of others (PROCESS)"},
    {"SHOW DATABASES", "may see every schema's name (SHOW DATABASES)"},
});

constexpr auto actions = std::to_array<std::pair<std::uint8_t, action>>({
    {reads, action::read},
    {writes, action::write},
    {executes, action::execute},
    {defines, action::define},
    {refers, action::reference},
});

// Of the servers' own schemas: what is the same for everyone.
bool harmless(const grant& g, const privilege& p) {
    if (p.name == "USAGE")
        return true;
    if (g.on != grant::level::table || p.name != "SELECT" || g.with_option)
        return false;
    if (equal_ignoring_case(g.schema, "mysql") && equal_ignoring_case(g.name, "func"))
        return true; // ringfence itself asks for these two
    if (equal_ignoring_case(g.schema, "performance_schema") &&
        equal_ignoring_case(g.name, "user_defined_functions"))
        return true;
    const auto* rule = sql::mysql::find_catalogue(g.schema, g.name);
    return rule != nullptr && rule->what == sql::mysql::catalogue_class::allowed;
}

class collector {
public:
    explicit collector(const std::vector<std::string>& schemas) : schemas_(schemas) {}

    void take(const grant& g) {
        switch (g.what) {
        case grant::kind::privileges:
            return privileges(g);
        case grant::kind::revoked: // of privileges that say too much already
        case grant::kind::set_role:
            return;
        case grant::kind::role: // what it may do has lines of its own
            if (g.with_option)
                beyond("may give a role to others");
            return;
        case grant::kind::proxy:
            return beyond("may act as another account (PROXY)");
        case grant::kind::something:
            return beyond("was granted something that is not known here");
        }
    }

    sql::login_rights done() { return std::move(rights_); }

private:
    void beyond(std::string_view what) {
        if (rights_.beyond.empty())
            rights_.beyond = what;
    }

    void privileges(const grant& g) {
        if (g.on == grant::level::server)
            return of_server(g);
        if (g.on == grant::level::schema && has_wildcard(g.schema))
            return beyond("holds privileges on every schema like " + g.schema);
        std::uint8_t whole = g.with_option ? defines : std::uint8_t{0};
        for (const auto& p : g.privileges) {
            if (sql::mysql::is_system_schema(g.schema)) {
                if (!harmless(g, p))
                    beyond("may use the server's own schema " + sql::mysql::to_lower(g.schema));
                continue;
            }
            const auto* found =
                std::find_if(meanings.begin(), meanings.end(),
                             [&](const meaning& m) { return m.privilege == p.name; });
            if (found == meanings.end())
                beyond("holds a privilege that is not known here, " + p.name);
            else if (p.columns.empty())
                whole |= found->what;
            else
                add(g, found->what, p.columns);
        }
        if (whole != 0 && !sql::mysql::is_system_schema(g.schema))
            add(g, whole, {});
    }

    void of_server(const grant& g) {
        for (const auto& [name, text] : on_server)
            for (const auto& p : g.privileges)
                if (p.name == name)
                    return beyond(text);
        for (const auto& p : g.privileges)
            if (p.name != "USAGE")
                return beyond("holds " + p.name + " on the whole server");
        if (g.with_option)
            beyond("may give its privileges to others (GRANT OPTION)");
    }

    static bool has_wildcard(std::string_view pattern) {
        for (std::size_t i = 0; i < pattern.size(); ++i) {
            if (pattern[i] == '%')
                return true;
            if (pattern[i] == '\\')
                ++i;
        }
        return false;
    }

    void add(const grant& g, std::uint8_t what, std::vector<std::string> columns) {
        std::sort(columns.begin(), columns.end());
        for (const auto& [bit, act] : actions) {
            if ((what & bit) == 0)
                continue;
            switch (g.on) {
            case grant::level::schema:
                // To refer to all tables is no less than to read them: what is in them shows.
                for (auto& schema : meant(g.schema))
                    add({.act = act == action::reference ? action::read : act,
                         .what = {object_kind::schema, std::move(schema), {}, {}},
                         .columns = {}});
                break;
            case grant::level::table:
                add({.act = act,
                     .what = {object_kind::table, g.schema, {}, g.name},
                     .columns = columns});
                break;
            case grant::level::routine:
                add({.act = act,
                     .what = {object_kind::function, g.schema, {}, sql::mysql::to_lower(g.name)},
                     .columns = {}});
                break;
            default:
                beyond("was granted something that is not known here");
            }
        }
    }

    void add(policy::touch t) {
        auto& may = rights_.may;
        if (std::find(may.begin(), may.end(), t) == may.end())
            may.push_back(std::move(t));
    }

    // Those that are there, and the one that the pattern names if it was not meant as one.
    [[nodiscard]] std::vector<std::string> meant(std::string_view pattern) const {
        std::string plain;
        for (std::size_t i = 0; i < pattern.size(); ++i) {
            if (pattern[i] == '\\' && i + 1 < pattern.size())
                ++i;
            plain += pattern[i];
        }
        std::vector<std::string> all{plain};
        for (const auto& s : schemas_)
            if (s != plain && means_schema(pattern, s))
                all.push_back(s);
        return all;
    }

    const std::vector<std::string>& schemas_;
    sql::login_rights rights_;
};

} // namespace

sql::login_rights rights_of(const std::vector<grant>& grants,
                            const std::vector<std::string>& schemas) {
    collector all(schemas);
    // What holds everywhere says the most.
    for (const bool everywhere : {true, false})
        for (const auto& g : grants)
            if ((g.on == grant::level::server) == everywhere)
                all.take(g);
    return all.done();
}

} // namespace ringfence::catalog::mysql
