// What decision.h offers beside the decision: which schemas, which server, which owner, until when.
#include "policy/decision.h"
#include "policy/resource.h"

#include <algorithm>

namespace ringfence::policy {

namespace {

void add(std::vector<std::string>& list, const std::string& name) {
    if (std::find(list.begin(), list.end(), name) == list.end())
        list.push_back(name);
}

bool offered_to(const publication& p, const service& who) {
    return std::find(p.to.begin(), p.to.end(), who.name) != p.to.end();
}

// An empty `database` stands for a connection that names none, which MySQL allows.
bool names(const resource& r, std::string_view database) {
    return !r.database.empty() && (database.empty() || r.database == database);
}

} // namespace

path_rights paths_of(const snapshot& policies, const service& who, std::string_view server,
                     std::string_view database) {
    path_rights rights;
    const auto* place = policies.find_server(server);
    const bool mysql = place != nullptr && place->engine == engine::mysql;
    const auto here = [&](const resource& r) {
        return r.server == server && r.database == database && (mysql || !r.schema.empty());
    };
    const auto schema = [&](const resource& r) -> const std::string& {
        return mysql ? r.database : r.schema;
    };
    for (const auto& r : who.owns) {
        const bool whole_server = r.server == server && r.database.empty();
        const bool whole_database = !mysql && r.server == server && r.database == database &&
                                    r.schema.empty() && r.tables.empty();
        rights.whole_database = rights.whole_database || whole_server || whole_database;
        if (here(r) && r.tables.empty())
            add(rights.home, schema(r));
    }
    rights.settable = rights.home;
    for (const auto& r : who.owns)
        if (here(r) && !r.tables.empty())
            add(rights.settable, schema(r));
    // Of a schema that others share, any unqualified name may be another's table, so it is on the
    // path of those who have nothing else.
    if (rights.home.empty())
        rights.home = rights.settable;
    for (const auto& r : policies.common)
        if (here(r))
            add(rights.settable, schema(r));
    for (const auto& owner : policies.services)
        for (const auto& p : owner.publishes)
            if (here(p.what) && offered_to(p, who))
                add(rights.settable, schema(p.what));
    return rights;
}

std::vector<std::string> servers_for(const snapshot& policies, const service& who, engine wanted,
                                     std::string_view database, date today) {
    std::vector<std::string> found;
    const auto consider = [&](const resource& r, bool fits) {
        const auto* s = policies.find_server(r.server);
        if (fits && s != nullptr && s->engine == wanted)
            add(found, r.server);
    };
    // An entry that names the database says more than one that takes a whole server.
    for (const auto& r : who.owns)
        consider(r, names(r, database));
    if (found.empty() || database.empty())
        for (const auto& r : who.owns)
            consider(r, r.database.empty());
    if (!found.empty())
        return found;
    for (const auto& owner : policies.services) {
        for (const auto& s : owner.shares)
            consider(s.what, s.with == who.name && s.until >= today && names(s.what, database));
        for (const auto& p : owner.publishes)
            consider(p.what, offered_to(p, who) && names(p.what, database));
    }
    return found;
}

bool owns_server(const service& who, std::string_view server) {
    return std::any_of(who.owns.begin(), who.owns.end(),
                       [&](const resource& r) { return r.server == server && r.database.empty(); });
}

const service* owner_of(const snapshot& policies, std::string_view server, const object& o) {
    for (const auto& s : policies.services)
        for (const auto& r : s.owns)
            if (covers(r, server, o))
                return &s;
    return nullptr;
}

std::optional<date> next_change(const snapshot& policies, const service& who, date today) {
    std::optional<date> next;
    for (const auto& owner : policies.services)
        for (const auto& s : owner.shares)
            if (s.with == who.name && s.until >= today && (!next || s.until < *next))
                next = s.until;
    return next ? std::optional(*next + std::chrono::days(1)) : std::nullopt;
}

} // namespace ringfence::policy
