#include "policy/lint_files.h"
#include "policy/text.h"

#include <fmt/format.h>

#include <map>
#include <utility>

namespace ringfence::policy {

void lint_identities(const policy_set& all) {
    std::map<std::string, const service_draft*> names;
    std::map<std::pair<identity::kind, std::string>, std::string> seen; // -> where
    for (const auto& s : all.services) {
        if (!s.model.name.empty()) {
            const auto [first, fresh] = names.emplace(s.model.name, &s);
            if (!fresh)
                s.out->error("duplicate-service", s.name_at,
                             fmt::format("service '{}' has a file already: {}", s.model.name,
                                         first->second->model.file));
        }
        for (std::size_t i = 0; i < s.model.identities.size(); ++i) {
            const auto& id = s.model.identities[i];
            const auto at = s.identities_at[i];
            const auto [first, fresh] = seen.emplace(std::pair(id.what, id.name),
                                                     fmt::format("{}:{}", s.model.file, at.line));
            if (!fresh)
                s.out->error("duplicate-identity", at,
                             fmt::format("{} '{}' is taken already ({})",
                                         id.what == identity::kind::login ? "login" : "certificate",
                                         printable(id.name, 64), first->second));
        }
    }
}

} // namespace ringfence::policy
