#include "proxy/catalog/mysql.h"

#include "policy/sql/mysql/bytes.h"
#include "policy/sql/mysql/catalogue.h"
#include "policy/sql/mysql/functions.h"
#include "proxy/catalog/mysql_queries.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace ringfence::catalog::mysql {

using policy::action;
using policy::object_kind;
using sql::mysql_flavour;
using sql::mysql::equal_ignoring_case;
using sql::mysql::is_system_schema;
using sql::mysql::to_lower;

namespace {

// "10.11.19-MariaDB" -> 101119
unsigned version_of(std::string_view text) {
    unsigned version = 0;
    for (int part = 0; part < 3; ++part) {
        unsigned n = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
        if (error != std::errc{} || (part != 0 && n > 99))
            return 0;
        version = version * 100 + n;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (part < 2 && (text.empty() || text.front() != '.'))
            return 0;
        text.remove_prefix(text.empty() ? 0 : 1);
    }
    return version;
}

unsigned number_of(std::string_view text) {
    unsigned n = 0;
    (void)std::from_chars(text.data(), text.data() + text.size(), n);
    return n;
}

bool has_columns(const rows& all, std::size_t count) {
    return std::all_of(all.begin(), all.end(), [&](const row& r) { return r.size() == count; });
}

std::string in_backticks(std::string_view name) {
    std::string out = "`";
    for (const char c : name)
        out.append(c == '`' ? 2 : 1, c);
    return out + '`';
}

policy::touch touch_of(action act, policy::object what) {
    return {.act = act, .what = std::move(what), .columns = {}};
}

} // namespace

reading::reading(purpose p, definitions known) : purpose_(p), known_(std::move(known)) {
    ask(settings, &reading::nothing);
    ask(server_query, &reading::server);
}

const std::string& reading::next() const {
    static const std::string none;
    return good_ && at_ < steps_.size() ? steps_[at_].text : none;
}

// A step may add others, so it is taken out first.
void reading::take(const rows& result) {
    if (next().empty())
        return;
    const auto now = std::move(steps_[at_++]);
    good_ = now.take(result);
}

void reading::refused() {
    if (next().empty())
        return;
    const auto now = std::move(steps_[at_++]);
    good_ = now.refused && now.refused();
}

void reading::ask(std::string_view text, rows_taker taker, bool may_fail) {
    steps_.push_back({.text = std::string(text),
                      .take = [this, taker](const rows& r) { return (this->*taker)(r); },
                      .refused = {}});
    if (may_fail)
        steps_.back().refused = [] { return true; };
}

std::string reading::folded(std::string_view name) const {
    return answer_.server.lower_case_table_names == 0 ? std::string(name) : to_lower(name);
}

bool reading::nothing(const rows&) {
    return true;
}

bool reading::server(const rows& result) {
    if (result.size() != 1 || result.front().size() != 7)
        return false;
    const auto& r = result.front();
    auto& s = answer_.server;
    s.flavour =
        r[0].find("MariaDB") == std::string::npos ? mysql_flavour::mysql : mysql_flavour::mariadb;
    s.version = version_of(r[0]);
    s.lower_case_table_names = number_of(r[1]);
    s.sql_mode = r[2];
    s.charset = r[3];
    s.init_connect = r[4];
    const bool performance_schema = r[5] == "1" || r[5] == "ON";
    answer_.rights.account = r[6];
    if (s.version == 0 || r[6].empty())
        return false;

    const bool mysql = s.flavour == mysql_flavour::mysql;
    if (mysql)
        ask(all_roles, &reading::nothing, true);
    ask(schemas_query, &reading::schemas);
    ask(grants_query, &reading::grants);
    ask(mysql && performance_schema ? mysql_functions_query : functions_query, &reading::functions,
        true);
    if (purpose_ == purpose::everything)
        ask_for_links();
    return true;
}

bool reading::schemas(const rows& result) {
    if (!has_columns(result, 1))
        return false;
    for (const auto& r : result)
        schemas_.push_back(r[0]);
    return true;
}

// The first time with the roles that are active by default (MariaDB) or all (MySQL); MariaDB's
// others are then asked for one by one, since only one can be active.
bool reading::grants(const rows& result) {
    if (!has_columns(result, 1) || result.empty())
        return false;
    const bool first = grants_.empty();
    for (const auto& r : result)
        grants_.push_back(read_grant(r[0], answer_.server.flavour));
    if (!first)
        return true;
    see();
    if (answer_.server.flavour == mysql_flavour::mariadb) {
        std::set<std::string> roles;
        for (const auto& g : grants_)
            roles.insert(g.roles.begin(), g.roles.end());
        for (const auto& role : roles) { // one that a role has is refused, and shown with that
            ask("SET ROLE " + in_backticks(role), &reading::nothing, true);
            ask(grants_query, &reading::grants);
        }
    }
    if (rights_of(grants_, schemas_).beyond.empty())
        ask(columns_query, &reading::columns);
    return true;
}

// Triggers are all that an account can set off without seeing them; the rest is there with an empty
// definition.
void reading::see() {
    const auto has_triggers = [](const grant& g) {
        return std::any_of(g.privileges.begin(), g.privileges.end(), [](const privilege& p) {
            return p.name == "TRIGGER" || p.name == "ALL PRIVILEGES";
        });
    };
    const auto shows = [&](const grant& g) {
        return g.what == grant::kind::privileges && has_triggers(g);
    };
    const auto hides = [&](const grant& g) {
        return g.what == grant::kind::revoked && has_triggers(g);
    };
    const bool everywhere = std::any_of(grants_.begin(), grants_.end(), [&](const grant& g) {
        return shows(g) && g.on == grant::level::server;
    });
    if (everywhere && std::none_of(grants_.begin(), grants_.end(), hides))
        return;
    auto& seen = answer_.seen.emplace();
    for (const auto& schema : schemas_) {
        bool here = everywhere;
        for (const auto& g : grants_)
            if (g.on == grant::level::schema && means_schema(g.schema, schema))
                here = (here || shows(g)) && !hides(g);
        if (here)
            seen.insert(folded(schema));
    }
}

// Of a library, if it says which; and what neither the server brings along nor we know.
bool reading::functions(const rows& result) {
    if (!has_columns(result, 2))
        return false;
    static constexpr std::string_view servers[] = {"asynchronous_connection_failover_", "innodb_",
                                                   "group_replication_"};
    auto& s = answer_.server;
    auto& all = s.loadable_functions.emplace();
    for (const auto& r : result) {
        all.push_back(to_lower(r[0]));
        const auto& name = all.back();
        const auto* known = sql::mysql::find_function(name);
        const bool of_server =
            (known != nullptr && known->facility.empty()) ||
            std::any_of(std::begin(servers), std::end(servers),
                        [&](std::string_view prefix) { return name.starts_with(prefix); });
        if (!r[1].empty() || !of_server)
            s.library_functions.push_back(name);
    }
    std::sort(all.begin(), all.end());
    std::sort(s.library_functions.begin(), s.library_functions.end());
    return true;
}

// Rights that columns are shown with, and schemas that are shown at all, beside those that grants
// tell of: the anonymous account's are everybody's.
bool reading::columns(const rows& result) {
    if (!has_columns(result, 4))
        return false;
    for (const auto& r : result)
        for (const auto& [word, act] : {std::pair{"select", action::read},
                                        {"insert", action::write},
                                        {"update", action::write},
                                        {"references", action::reference}})
            if (r[3].find(word) != std::string::npos)
                effective_.push_back(
                    {.act = act, .what = table(r[0], r[1]), .columns = {to_lower(r[2])}});
    return true;
}

namespace {

bool explains(const policy::touch& right, const policy::touch& t) {
    if (right.what.database != t.what.database)
        return false;
    if (right.what.kind == object_kind::schema)
        return right.act == t.act || (right.act == action::read && t.act == action::reference);
    return right.act == t.act && right.what == t.what &&
           (right.columns.empty() ||
            std::any_of(right.columns.begin(), right.columns.end(), [&](const std::string& c) {
                return equal_ignoring_case(c, t.columns.front());
            }));
}

} // namespace

void reading::check_rights() {
    auto account = std::move(answer_.rights.account);
    answer_.rights = rights_of(grants_, schemas_);
    answer_.rights.account = std::move(account);
    auto& may = answer_.rights.may;
    for (auto& t : may) {
        t.what.database = folded(t.what.database);
        if (t.what.kind == object_kind::table)
            t.what.name = folded(t.what.name);
    }
    for (const auto& t : effective_)
        if (std::none_of(may.begin(), may.end(),
                         [&](const policy::touch& right) { return explains(right, t); }))
            may.push_back(t);
    for (const auto& schema : schemas_) {
        const auto here = [&](const policy::touch& t) { return t.what.database == folded(schema); };
        if (is_system_schema(schema) || !answer_.rights.beyond.empty() ||
            std::any_of(may.begin(), may.end(), here))
            continue;
        for (const auto act : {action::read, action::write, action::execute, action::define})
            may.push_back(touch_of(act, {object_kind::schema, folded(schema), {}, {}}));
    }
}

std::optional<answer> reading::done() {
    if (!good_ || at_ != steps_.size())
        return std::nullopt;
    check_rights();
    return std::move(answer_);
}

} // namespace ringfence::catalog::mysql
