#include "policy/lint_files.h"
#include "policy/resource.h"
#include "policy/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace ringfence::policy {

namespace {

// Who owns the whole of it, if anyone does.
const service_draft* owner_of_all(const policy_set& all, const resource& r) {
    const auto found =
        std::find_if(all.services.begin(), all.services.end(), [&](const service_draft& s) {
            return std::any_of(s.model.owns.begin(), s.model.owns.end(),
                               [&](const resource& mine) { return contains(mine, r); });
        });
    return found == all.services.end() ? nullptr : &*found;
}

bool owns_all(const service_draft& s, const resource& r) {
    return std::any_of(s.model.owns.begin(), s.model.owns.end(),
                       [&](const resource& mine) { return contains(mine, r); });
}

std::string true_owner(const policy_set& all, const resource& r) {
    const auto* owner = owner_of_all(all, r);
    return owner == nullptr ? "; nobody does"
                            : fmt::format("; {} does, so this belongs in {}", owner->model.name,
                                          owner->model.file);
}

void check_share(const policy_set& all, const service_draft& lender, const share& s) {
    const yaml::position at{s.place.line, s.place.column};
    if (s.what.server.empty())
        return;
    const auto refuse = [&](const resource& r, std::string_view what) {
        lender.out->error(
            "share-not-owned", at,
            fmt::format("{} does not own {}{}", lender.model.name, what, true_owner(all, r)));
    };
    if (s.tables.empty() && !owns_all(lender, s.what))
        refuse(s.what, to_string(s.what));
    for (const auto& [table, columns] : s.tables) {
        resource one = s.what;
        one.tables = {table};
        if (!owns_all(lender, one))
            refuse(one, fmt::format("{}/{}", to_string(s.what), printable(table, 64)));
    }
}

void check_domains(const policy_set& all, const service_draft& lender, const share& s) {
    const auto with = std::find_if(all.services.begin(), all.services.end(),
                                   [&](const auto& o) { return o.model.name == s.with; });
    if (with == all.services.end() || with->model.domain.empty() || lender.model.domain.empty() ||
        with->model.domain == lender.model.domain)
        return;
    lender.out->add(severity::information, "cross-domain-share", {s.place.line, s.place.column},
                    fmt::format("crosses from domain {} to domain {} ({})", lender.model.domain,
                                with->model.domain, s.with));
}

} // namespace

void lint_lending(const policy_set& all) {
    for (const auto& s : all.services) {
        for (const auto& lent : s.model.shares) {
            check_share(all, s, lent);
            check_domains(all, s, lent);
        }
        for (const auto& p : s.model.publishes)
            if (!p.what.server.empty() && !owns_all(s, p.what))
                s.out->error("publish-not-owned", {p.place.line, p.place.column},
                             fmt::format("{} does not own {} as a whole{}", s.model.name,
                                         to_string(p.what), true_owner(all, p.what)));
    }
}

} // namespace ringfence::policy
