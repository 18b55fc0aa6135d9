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
        scope s;
        s.database = database;
        s.confined = true; // what runs with its own rights is in `may`
        s.backend_login = login;
        const auto paths = policy::paths_of(policies, who, server, database);
        s.settable = paths.settable;
        facts.objects->extend(all, s);
    }
    const auto decided = policy::decide(policies, who, server, all, today);
    return decided.allowed() ? std::string() : "natively, it may do what " + decided.message;
}

} // namespace ringfence::sql
