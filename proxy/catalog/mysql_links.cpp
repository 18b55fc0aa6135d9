// What the objects of a server do, from what its catalogue says of them.
#include "policy/sql/mysql/bytes.h"
#include "policy/sql/mysql/lexer.h"
#include "proxy/catalog/mysql.h"
#include "proxy/catalog/mysql_queries.h"

#include <algorithm>
#include <utility>

namespace ringfence::catalog::mysql {

using policy::action;
using policy::object;
using policy::object_kind;
using sql::catalogue_link;
using sql::mysql::equal_ignoring_case;
using sql::mysql::to_lower;
using link_kind = catalogue_link::kind;

namespace {

// With whose rights a server follows a foreign key or a MERGE table: it asks nobody for any. No
// account is written so.
constexpr std::string_view the_server = "@";

std::string quoted(std::string_view name) {
    std::string out = "`";
    for (const char c : name)
        out.append(c == '`' ? 2 : 1, c);
    return out + '`';
}

std::string quoted(std::string_view schema, std::string_view name) {
    return quoted(schema) + '.' + quoted(name);
}

bool has_columns(const rows& all, std::size_t count) {
    return std::all_of(all.begin(), all.end(), [&](const row& r) { return r.size() == count; });
}

catalogue_link link_of(link_kind what, object carrier, std::uint8_t on) {
    catalogue_link link;
    link.what = what;
    link.carrier = std::move(carrier);
    link.on = on;
    return link;
}

// The row by which a change would be noticed, if its last column says so.
std::string as_listed(const row& r) {
    std::string all;
    if (r.back() == "1")
        for (const auto& column : r)
            all += column + '\0';
    return all;
}

constexpr std::uint8_t any_use_of_rows = sql::use::read | sql::use::write;

} // namespace

object reading::table(std::string_view schema, std::string_view name) const {
    return {object_kind::table, folded(schema), {}, folded(name)};
}

object reading::function(std::string_view schema, std::string_view name) const {
    return {object_kind::function, folded(schema), {}, to_lower(name)};
}

// What may be used, but not be looked at.
void reading::hidden(catalogue_link link) {
    link.what = link_kind::opaque;
    link.definition.clear();
    link.note = hidden_definitions;
    answer_.links.push_back(std::move(link));
}

void reading::add_definition(catalogue_link link, std::string text, std::string mode) {
    link.definition = std::move(text);
    link.mode = std::move(mode);
    if (link.definition.empty())
        hidden(std::move(link));
    else
        answer_.links.push_back(std::move(link));
}

// `column` has the definition, the second one its sql_mode where there are several. What is
// `listed` as before (if that says enough) is what it was.
void reading::ask_for_definition(std::string text, std::size_t column, catalogue_link link,
                                 std::string listed) {
    const auto found = known_.find(text);
    if (found != known_.end() && !listed.empty() && found->second.listed == listed) {
        add_definition(std::move(link), found->second.text, found->second.mode);
        answer_.read.insert(known_.extract(found));
        return;
    }
    auto read = [this, text, column, link, listed](const rows& result) {
        if (result.size() != 1 || result.front().size() <= column)
            return false;
        const auto& r = result.front();
        definition d{.listed = listed, .text = r[column], .mode = column > 1 ? r[1] : ""};
        add_definition(link, d.text, d.mode);
        if (!listed.empty())
            answer_.read.insert_or_assign(text, std::move(d));
        return true;
    };
    // It may be gone in the meantime; then this says too much, for a while.
    auto none = [this, link] {
        hidden(link);
        return true;
    };
    steps_.push_back({std::move(text), std::move(read), std::move(none)});
}

void reading::ask_for_links() {
    ask(views_query, &reading::views);
    ask(engines_query, &reading::engines);
    if (answer_.server.flavour == sql::mysql_flavour::mariadb)
        ask(mariadb_defaults_query, &reading::defaults);
    ask(keys_query, &reading::keys);
    ask(cascades_query, &reading::cascades);
    ask(triggers_query, &reading::triggers);
    ask(routines_query, &reading::routines);
    ask(events_query, &reading::events);
}

bool reading::views(const rows& result) {
    if (!has_columns(result, 5))
        return false;
    for (const auto& r : result) {
        auto link = link_of(link_kind::view, table(r[0], r[1]), any_use_of_rows);
        link.definition = r[2];
        link.maker = r[4];
        if (r[3] != "INVOKER")
            link.runs_as = r[4];
        if (r[2].empty())
            hidden(std::move(link));
        else
            answer_.links.push_back(std::move(link));
    }
    return true;
}

// A MERGE table is the tables that its definition lists; of other engines nobody knows here where
// the rows are.
bool reading::engines(const rows& result) {
    if (!has_columns(result, 3))
        return false;
    for (const auto& r : result) {
        auto link = link_of(link_kind::inheritance, table(r[0], r[1]), any_use_of_rows);
        link.runs_as = the_server;
        link.maker = the_server;
        if (!equal_ignoring_case(r[2], "MRG_MyISAM")) {
            link.what = link_kind::opaque;
            link.note = "engines that reach beyond a schema";
            answer_.links.push_back(std::move(link));
            continue;
        }
        for (const auto on : {sql::use::read, sql::use::write}) {
            link.on = on;
            ask_for_definition("SHOW CREATE TABLE " + quoted(r[0], r[1]), 1, link);
        }
    }
    return true;
}

bool reading::defaults(const rows& result) {
    if (!has_columns(result, 3))
        return false;
    for (const auto& r : result) {
        auto link = link_of(link_kind::code, table(r[0], r[1]), sql::use::write);
        link.definition = "SELECT " + r[2];
        answer_.links.push_back(std::move(link));
    }
    return true;
}

// One row for each column; several keys may refer to one table.
bool reading::keys(const rows& result) {
    if (!has_columns(result, 6))
        return false;
    for (const auto& r : result) {
        auto& to = keys_[{r[0], r[1], r[2]}];
        to.act = action::reference;
        to.what = table(r[3], r[4]);
        to.columns.push_back(to_lower(r[5]));
    }
    for (auto& [from, to] : keys_) {
        std::sort(to.columns.begin(), to.columns.end());
        auto link = link_of(link_kind::reference, table(from.schema, from.table), sql::use::write);
        link.touches = {to};
        link.runs_as = the_server;
        answer_.links.push_back(std::move(link));
    }
    return true;
}

// It is declared on the table whose rows follow, so that is its owner's word.
bool reading::cascades(const rows& result) {
    if (!has_columns(result, 3))
        return false;
    for (const auto& r : result) {
        const auto found = keys_.find({r[0], r[1], r[2]});
        if (found == keys_.end())
            continue; // made between the two questions
        auto link = link_of(link_kind::cascade, found->second.what, sql::use::write);
        link.touches.push_back({.act = action::write, .what = table(r[0], r[1]), .columns = {}});
        link.touches.back().through = link.touches.back().what;
        link.runs_as = the_server;
        answer_.links.push_back(std::move(link));
    }
    return true;
}

bool reading::triggers(const rows& result) {
    if (!has_columns(result, 8))
        return false;
    for (const auto& r : result) {
        auto link = link_of(link_kind::code, table(r[2], r[3]), sql::use::write);
        link.runs_as = r[4];
        link.maker = r[4];
        ask_for_definition("SHOW CREATE TRIGGER " + quoted(r[0], r[1]), 2, std::move(link),
                           as_listed(r));
    }
    return true;
}

bool reading::routines(const rows& result) {
    if (!has_columns(result, 9))
        return false;
    for (const auto& r : result) {
        auto link = link_of(link_kind::code, function(r[0], r[1]), sql::use::execute);
        link.maker = r[5];
        if (r[4] != "INVOKER")
            link.runs_as = r[5];
        const bool known = r[2] == "PROCEDURE" || r[2] == "FUNCTION";
        if (!known || r[3] != "SQL") {
            link.what = link_kind::opaque;
            link.note = known ? "other languages" : "packages";
            if (!known)
                package(link, r[1], r[6]);
            answer_.links.push_back(std::move(link));
        } else if (r[6].empty()) {
            hidden(std::move(link));
        } else {
            ask_for_definition("SHOW CREATE " + r[2] + ' ' + quoted(r[0], r[1]), 2, std::move(link),
                               as_listed(r));
        }
    }
    return true;
}

// A call of package.routine reads like one of schema.routine.
void reading::package(const catalogue_link& link, std::string_view name,
                      std::string_view definition) {
    sql::mysql_scope s;
    s.flavour = answer_.server.flavour;
    const auto read = sql::mysql::lex(definition, s, answer_.server.version);
    for (std::size_t i = 1; i < read.tokens.size(); ++i) {
        const auto& before = read.tokens[i - 1];
        const auto word = definition.substr(before.begin, before.end - before.begin);
        if (!equal_ignoring_case(word, "PROCEDURE") && !equal_ignoring_case(word, "FUNCTION"))
            continue;
        auto inside = link;
        inside.carrier = function(name, sql::mysql::name_of(definition, read.tokens[i]));
        answer_.links.push_back(std::move(inside));
    }
}

// They run by themselves, for nobody who could be asked here. But who alters one becomes its
// definer, and says when it runs.
bool reading::events(const rows& result) {
    if (!has_columns(result, 3))
        return false;
    for (const auto& r : result) {
        auto link = link_of(link_kind::code, function(r[0], r[1]), sql::use::define);
        link.maker = r[2];
        ask_for_definition("SHOW CREATE EVENT " + quoted(r[0], r[1]), 3, std::move(link));
    }
    return true;
}

} // namespace ringfence::catalog::mysql
