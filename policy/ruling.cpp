#include "policy/ruling.h"

#include "policy/lending.h"
#include "policy/resource.h"

#include <algorithm>

namespace ringfence::policy {

namespace {

struct owned {
    const service* owner = nullptr;
    const resource* by = nullptr;
};

constexpr date day_after(date day) {
    return day + std::chrono::days(1);
}

const resource* first_that_covers(const std::vector<resource>& all, std::string_view server,
                                  const object& o) {
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const resource& r) { return covers(r, server, o); });
    return found == all.end() ? nullptr : &*found;
}

const resource* first_that_reaches(const std::vector<resource>& all, std::string_view server,
                                   const object& o) {
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const resource& r) { return reaches(r, server, o); });
    return found == all.end() ? nullptr : &*found;
}

owned owner_covering(const snapshot& policies, std::string_view server, const object& o) {
    for (const auto& s : policies.services)
        if (const auto* by = first_that_covers(s.owns, server, o))
            return {&s, by};
    return {};
}

// Who owns a part of it, when nobody owns all of it: table patterns in a schema.
owned owner_within(const snapshot& policies, std::string_view server, const object& o) {
    for (const auto& s : policies.services)
        if (const auto* by = first_that_reaches(s.owns, server, o))
            return {&s, by};
    return {};
}

// A schema may be named, and a database connected to, by who has anything in it.
bool part_is_enough(const touch& t) {
    return t.act == action::reference &&
           (t.what.kind == object_kind::schema || t.what.kind == object_kind::database);
}

bool readable(const touch& t) {
    return t.act == action::read || t.act == action::execute || t.act == action::reference;
}

struct offered {
    const service* owner = nullptr;
    const publication* what = nullptr;
};

offered publication_for(const snapshot& policies, const service& who, std::string_view server,
                        const touch& t) {
    for (const auto& s : policies.services)
        for (const auto& p : s.publishes) {
            const bool to_me = std::find(p.to.begin(), p.to.end(), who.name) != p.to.end();
            if (to_me && (part_is_enough(t) ? reaches(p.what, server, t.what)
                                            : covers(p.what, server, t.what)))
                return {&s, &p};
        }
    return {};
}

// What the shares say: an allowing ruling, a denying one that a share explains, or nothing.
std::optional<ruling> rule_by_shares(const std::vector<lent_share>& shares, const touch& t,
                                     date today) {
    // Tables are lent, not names: a borrowed schema on a search_path would lend its meaning to
    // every unqualified name in functions that were analysed without it.
    if (t.what.kind == object_kind::schema && t.act == action::reference)
        return std::nullopt;
    ruling r;
    if (const auto covered = coverage_of(shares, t)) {
        r.owner = covered->share.owner;
        r.lent = covered->share.what;
        r.why = covered->until >= today ? reason::shared : reason::share_expired;
        if (r.why == reason::shared)
            r.good_before = day_after(covered->until);
        return r;
    }
    if (t.what.kind != object_kind::table)
        return std::nullopt;
    // A share that still holds, and lends less than was asked for, is the better explanation.
    std::vector<lent_share> holding;
    std::copy_if(shares.begin(), shares.end(), std::back_inserter(holding),
                 [&](const lent_share& s) { return s.what->until >= today; });
    if (holding.empty())
        return std::nullopt;
    touch reading = t;
    reading.act = action::read;
    const auto readable_too = coverage_of(holding, reading);
    const auto& shown = readable_too ? readable_too->share : holding.front();
    r.owner = shown.owner;
    r.lent = shown.what;
    r.why = t.act == action::define || readable_too ? reason::share_read_only
                                                    : reason::column_not_shared;
    for (const auto& s : holding)
        r.good_before =
            std::min(r.good_before.value_or(day_after(s.what->until)), day_after(s.what->until));
    return r;
}

ruling rule_on_server(const snapshot& policies, const service& who, std::string_view server,
                      const touch& t) {
    ruling r;
    const auto whole = owner_covering(policies, server, t.what);
    r.owner = whole.owner;
    r.by = whole.by;
    r.why = whole.owner == &who ? reason::owned : reason::server_facility;
    return r;
}

} // namespace

ruling rule_on(const snapshot& policies, const service& who, std::string_view server,
               const touch& t, date today) {
    if (t.what.kind == object_kind::server)
        return rule_on_server(policies, who, server, t);

    ruling r;
    const auto* mine = part_is_enough(t) ? first_that_reaches(who.owns, server, t.what)
                                         : first_that_covers(who.owns, server, t.what);
    if (mine != nullptr)
        return {reason::owned, &who, mine, nullptr, nullptr, std::nullopt};

    const auto* common = t.what.kind == object_kind::schema && part_is_enough(t)
                             ? first_that_reaches(policies.common, server, t.what)
                             : first_that_covers(policies.common, server, t.what);
    if (common != nullptr && readable(t))
        return {reason::common, nullptr, common, nullptr, nullptr, std::nullopt};

    const auto offer = publication_for(policies, who, server, t);
    if (offer.what != nullptr && readable(t))
        return {reason::published, offer.owner, &offer.what->what,
                nullptr,           offer.what,  std::nullopt};

    const auto by_shares = rule_by_shares(shares_on(policies, who, server, t.what), t, today);
    if (by_shares)
        return *by_shares;

    if (offer.what != nullptr) {
        r.owner = offer.owner;
        r.published = offer.what;
        r.why = reason::publication_read_only;
        return r;
    }
    if (common != nullptr) {
        r.by = common;
        r.why = reason::common_read_only;
        return r;
    }
    auto theirs = owner_covering(policies, server, t.what);
    if (theirs.owner == nullptr && t.what.kind == object_kind::schema && part_is_enough(t))
        theirs = owner_within(policies, server, t.what);
    r.owner = theirs.owner;
    r.by = theirs.by;
    r.why = theirs.owner != nullptr ? reason::foreign : reason::unowned;
    return r;
}

} // namespace ringfence::policy
