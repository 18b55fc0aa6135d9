#include "policy/lint_files.h"
#include "policy/pattern.h"
#include "policy/resource.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace ringfence::policy {

namespace {

// An entry under some `owns`.
struct claim {
    const service_draft* owner;
    const resource* what;
};

yaml::position at(const resource& r) {
    return {r.place.line, r.place.column};
}

std::string place(const resource& r) {
    return fmt::format("{}:{}", r.place.file, r.place.line);
}

// Comparing patterns costs their product, and each is compared with each.
bool affordable(const std::vector<claim>& claims, const policy_set& all) {
    constexpr std::size_t most_patterns = 300, most_names = 5000; // in one schema
    std::map<std::tuple<std::string, std::string, std::string>, std::pair<std::size_t, std::size_t>>
        counts;
    for (const auto& c : claims) {
        auto& [patterns, names] = counts[{c.what->server, c.what->database, c.what->schema}];
        patterns += static_cast<std::size_t>(
            std::count_if(c.what->tables.begin(), c.what->tables.end(), is_pattern));
        names += c.what->tables.size();
        if (patterns > most_patterns || names > most_names) {
            c.owner->out->error("too-large", at(*c.what),
                                fmt::format("more than {} patterns or {} names are owned in one "
                                            "schema; give it one owner",
                                            most_patterns, most_names));
            return false;
        }
    }
    if (claims.size() > 20'000)
        all.org_report.error("too-large", {}, "more than 20000 owned resources");
    return claims.size() <= 20'000;
}

void compare(const claim& earlier, const claim& later) {
    if (!overlaps(*earlier.what, *later.what))
        return;
    if (earlier.owner == later.owner)
        later.owner->out->warning("redundant-ownership", at(*later.what),
                                  fmt::format("{} is owned already, as {} ({})",
                                              to_string(*later.what), to_string(*earlier.what),
                                              place(*earlier.what)));
    else
        later.owner->out->error(
            "two-owners", at(*later.what),
            fmt::format("two owners: {} is within reach of {}, which {} owns ({})",
                        to_string(*later.what), to_string(*earlier.what), earlier.owner->model.name,
                        place(*earlier.what)));
}

} // namespace

void lint_ownership(const policy_set& all) {
    std::vector<claim> claims;
    for (const auto& s : all.services)
        for (const auto& r : s.model.owns)
            claims.push_back({&s, &r});
    if (!affordable(claims, all))
        return;
    for (std::size_t later = 1; later < claims.size(); ++later)
        for (std::size_t earlier = 0; earlier < later; ++earlier)
            compare(claims[earlier], claims[later]);
    for (const auto& common : all.org.common)
        for (const auto& c : claims)
            if (overlaps(common, *c.what))
                all.org_report.error(
                    "common-owned", at(common),
                    fmt::format(
                        "{} cannot be common: {} owns {} ({}); only the owner can publish it",
                        to_string(common), c.owner->model.name, to_string(*c.what),
                        place(*c.what)));
}

} // namespace ringfence::policy
