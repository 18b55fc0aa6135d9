#include "policy/sql/facts.h"

namespace ringfence::sql {

std::string why_not_confined(const database_facts& facts, std::string_view login,
                             const policy::snapshot& policies, const policy::service& who,
                             std::string_view server, std::string_view database,
                             policy::date today) {
    const auto rights = facts.logins.find(login);
    if (rights == facts.logins.end())
        return "its rights have not been read";
    if (!rights->second.beyond.empty())
        return "it " + rights->second.beyond;
    policy::footprint all;
    all.touches = rights->second.may;
    all.effects.push_back(
        {.what = policy::session_effect::kind::defines, .values = {}, .text = {}});
    if (facts.objects != nullptr) {
        const auto* place = policies.find_server(server);
        const bool mysql = place != nullptr && place->engine == policy::engine::mysql;
        // What runs with its own rights is in `may`.
        reach::caller c{.database = std::string(mysql ? std::string_view{} : database),
                        .login = mysql ? rights->second.account : std::string(login),
                        .confined = true,
                        .of_rights = true};
        if (!mysql)
            c.schemas = policy::paths_of(policies, who, server, database).settable;
        facts.objects->extend(all, c);
    }
    const auto decided = policy::decide(policies, who, server, all, today);
    return decided.allowed() ? std::string() : "natively, it may do what " + decided.message;
}

} // namespace ringfence::sql
