#include "proxy/cli/explain.h"

#include "policy/decision.h"
#include "policy/loader.h"
#include "policy/sql/analyzer.h"
#include "policy/sql/mysql_analyzer.h"
#include "policy/text.h"
#include "policy/yaml/reader.h"
#include "proxy/cli/explained.h"
#include "proxy/cli/findings.h"

#include <fmt/format.h>

#include <istream>
#include <iterator>
#include <ostream>
#include <set>

namespace ringfence::cli {

namespace {

constexpr std::size_t max_input = std::size_t{64} * 1024 * 1024;

template <class List>
std::string suggestion(const List& all, std::string_view name) {
    std::vector<std::string_view> names;
    for (const auto& entry : all)
        names.push_back(entry.name);
    auto hint = policy::did_you_mean(name, names);
    return hint.empty() ? fmt::format("; there is {}", fmt::join(names, ", ")) : hint;
}

// The database that a service means when it names none: the only one it has anything in on this
// server.
std::string only_database(const policy::service& who, std::string_view server) {
    std::set<std::string> found;
    for (const auto& r : who.owns)
        if (r.server == server && !r.database.empty())
            found.insert(r.database);
    return found.size() == 1 ? *found.begin() : std::string();
}

std::string read_input(std::istream& in) {
    std::string text(std::istreambuf_iterator<char>(in), {});
    if (text.size() > max_input)
        text.clear();
    return text;
}

int refuse(console& io, const std::string& sentence) {
    io.err << "ringfence explain: " << sentence << "\n";
    return wrong_use;
}

policy::footprint postgresql_footprint(const std::string& text, const policy::snapshot& policies,
                                       explained& e) {
    const auto rights = policy::paths_of(policies, *e.service, e.server, e.database);
    sql::scope scope;
    scope.database = e.database;
    scope.path = rights.whole_database ? std::vector<std::string>{"public"} : rights.home;
    scope.settable = rights.settable;
    scope.any_path = rights.whole_database;
    e.path = scope.path;
    return sql::with_large_stack([&] { return sql::analyze_postgresql(text, scope); });
}

sql::mysql_flavour flavour_of(const explain_options& o) {
    return o.mariadb ? sql::mysql_flavour::mariadb : sql::mysql_flavour::mysql;
}

policy::footprint mysql_footprint(const std::string& text, const std::string& schema,
                                  const explain_options& o, const sql::mysql_mode& mode) {
    sql::mysql_scope scope;
    scope.flavour = flavour_of(o);
    scope.schema = schema;
    scope.mode = mode;
    return sql::with_large_stack([&] { return sql::analyze_mysql(text, scope); });
}

} // namespace

int explain(const explain_options& o, console& io) {
    auto loaded =
        policy::load(o.policies, o.today, {policy::severity::warning, policy::severity::warning});
    if (!loaded.ok()) {
        below_folder(loaded.findings, o.policies);
        io.err << render(loaded.findings, format::text, false);
        return finding;
    }
    const auto& policies = *loaded.policies;
    const auto* who = policies.find_service(o.service);
    if (who == nullptr)
        return refuse(io, fmt::format("unknown service '{}'{}", policy::printable(o.service, 64),
                                      suggestion(policies.services, o.service)));
    const auto* server = policies.find_server(o.server);
    if (server == nullptr)
        return refuse(io, fmt::format("unknown server '{}'{}", policy::printable(o.server, 64),
                                      suggestion(policies.servers, o.server)));
    const bool mysql = server->engine == policy::engine::mysql;
    explained e;
    e.service = who;
    e.server = server->name;
    e.database = o.database.empty() ? only_database(*who, server->name) : o.database;
    if (e.database.empty() && !mysql) // MySQL's sessions need not have a schema
        return refuse(io, fmt::format("name the database with --database: {} uses none or several "
                                      "on {}",
                                      who->name, server->name));
    const std::string text = o.sql.empty() ? read_input(io.in) : o.sql;
    if (text.find_first_not_of(" \t\r\n") == std::string::npos)
        return refuse(io, "no statement: give it as an argument or on the input");

    if (mysql) {
        const auto mode = sql::mysql_mode_of(o.sql_mode, flavour_of(o));
        if (!mode)
            return refuse(io, fmt::format("unknown sql_mode '{}'", policy::printable(o.sql_mode)));
        e.footprint = mysql_footprint(text, e.database, o, *mode);
    } else {
        e.footprint = postgresql_footprint(text, policies, e);
    }
    e.decision = policy::decide(policies, *who, e.server, e.footprint, o.today);
    e.today = o.today;
    io.out << (o.how == format::json ? explained_json(e) : explained_text(e, io.colour));
    return e.decision.allowed() ? fine : finding;
}

} // namespace ringfence::cli
