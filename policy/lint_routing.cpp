#include "policy/decision.h"
#include "policy/lint_files.h"
#include "policy/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace ringfence::policy {

namespace {

// Every database that the policies connect this service with; the empty name stands for one that no
// policy names.
std::set<std::string> databases_of(const snapshot& all, const service& s) {
    std::set<std::string> names;
    for (const auto& r : s.owns)
        names.insert(r.database);
    for (const auto& owner : all.services) {
        for (const auto& lent : owner.shares)
            if (lent.with == s.name)
                names.insert(lent.what.database);
        for (const auto& p : owner.publishes)
            if (std::find(p.to.begin(), p.to.end(), s.name) != p.to.end())
                names.insert(p.what.database);
    }
    return names;
}

// The entry that added the last of the servers: the one to look at.
yaml::position culprit(const service_draft& s, const std::string& server,
                       const std::string& database) {
    for (const auto& r : s.model.owns)
        if (r.server == server && r.database == database)
            return {r.place.line, r.place.column};
    return s.name_at;
}

} // namespace

void lint_routing(const policy_set& set, const snapshot& all) {
    for (const auto& s : set.services)
        for (const auto& database : databases_of(all, s.model))
            for (const auto kind : {engine::postgresql, engine::mysql}) {
                // A name with a control byte is in no policy.
                const std::string asked = database.empty() ? "\x01" : database;
                const auto servers = servers_for(all, s.model, kind, asked, set.today);
                if (servers.size() < 2)
                    continue;
                s.out->add(set.options.ambiguous_server, "ambiguous-server",
                           culprit(s, servers.back(), database),
                           fmt::format("{} is on several {} servers: {}; a connection to it could "
                                       "go to each",
                                       database.empty() ? "any other database"
                                                        : "database '" + printable(database) + "'",
                                       to_string(kind), fmt::join(servers, ", ")));
            }
}

} // namespace ringfence::policy
