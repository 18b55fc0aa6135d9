// What several logins see, put together.
#include "policy/sql/mysql/functions.h"
#include "proxy/catalog/mysql.h"

#include <algorithm>
#include <utility>

namespace ringfence::catalog::mysql {

using sql::catalogue_link;
using link_kind = catalogue_link::kind;

namespace {

// The schema whose readers are shown it. A key belongs to the table that it is declared on.
const std::string& home_of(const catalogue_link& l) {
    return l.what == link_kind::cascade && !l.touches.empty() ? l.touches.front().what.database
                                                              : l.carrier.database;
}

bool sees(const answer& a, const std::string& schema) {
    return !a.seen || a.seen->contains(schema);
}

bool is_hidden(const catalogue_link& l) {
    return l.what == link_kind::opaque && l.note == hidden_definitions;
}

// What one login may not read, another one may have made.
bool is_of(const catalogue_link& hidden, const catalogue_link& other) {
    return !is_hidden(other) && other.carrier == hidden.carrier && other.maker == hidden.maker &&
           other.on == hidden.on && other.runs_as == hidden.runs_as;
}

std::vector<catalogue_link> each_once(std::vector<catalogue_link> links) {
    std::map<std::string, std::vector<std::size_t>> by_carrier;
    for (std::size_t i = 0; i < links.size(); ++i)
        by_carrier[links[i].carrier.database + '\0' + links[i].carrier.name].push_back(i);
    std::vector<bool> left_out(links.size());
    for (const auto& [carrier, same] : by_carrier)
        for (const auto i : same)
            for (const auto other : same)
                if (other != i && !left_out[other] &&
                    ((other < i && links[other] == links[i]) ||
                     (is_hidden(links[i]) && is_of(links[i], links[other]))))
                    left_out[i] = true;
    std::vector<catalogue_link> once;
    for (std::size_t i = 0; i < links.size(); ++i)
        if (!left_out[i])
            once.push_back(std::move(links[i]));
    return once;
}

void judge_functions(sql::login_rights& rights, const server_facts& s) {
    if (!rights.beyond.empty())
        return;
    if (!s.loadable_functions)
        rights.beyond = "may call functions of shared libraries, if there are any: ringfence may "
                        "not read which there are";
    else if (!s.library_functions.empty())
        rights.beyond = "may call a function of a shared library, " + s.library_functions.front();
}

} // namespace

sql::mysql_scope scope_on(const server_facts& s) {
    sql::mysql_scope scope;
    scope.flavour = s.flavour;
    scope.version = s.version;
    scope.lower_case_table_names = s.lower_case_table_names;
    scope.mode = sql::mysql_mode_of(s.sql_mode, s.flavour)
                     .value_or(sql::mysql_mode{.foreign_grammar = true});
    if (s.loadable_functions)
        scope.loadable_functions = *s.loadable_functions;
    return scope;
}

snapshot together(const std::map<std::string, answer, std::less<>>& answers) {
    snapshot all;
    all.seen.emplace();
    for (const auto& [login, a] : answers) {
        if (!a.server.loadable_functions && all.server.loadable_functions) {
            auto functions = std::move(all.server.loadable_functions);
            auto foreign = std::move(all.server.library_functions);
            all.server = a.server;
            all.server.loadable_functions = std::move(functions);
            all.server.library_functions = std::move(foreign);
        } else {
            all.server = a.server;
        }
        all.logins[login] = a.rights;
        if (!a.seen)
            all.seen.reset();
        else if (all.seen)
            all.seen->insert(a.seen->begin(), a.seen->end());
    }
    std::vector<catalogue_link> links;
    for (const auto& [login, a] : answers)
        for (const auto& l : a.links) {
            const bool somebody = !all.seen || all.seen->contains(home_of(l));
            if (!somebody || sees(a, home_of(l)))
                links.push_back(l);
        }
    all.links = each_once(std::move(links));
    for (auto& [login, rights] : all.logins)
        judge_functions(rights, all.server);
    return all;
}

std::shared_ptr<const sql::reach>
objects_of(const snapshot& s, const std::function<bool(std::string_view schema)>& divided) {
    return sql::reach::of(s.links, sql::reach::of_mysql(scope_on(s.server)), divided, {}, s.seen);
}

} // namespace ringfence::catalog::mysql
