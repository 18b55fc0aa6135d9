#include "policy/decision.h"

#include "policy/explain.h"
#include "policy/resource.h"
#include "policy/ruling.h"

#include <algorithm>

namespace ringfence::policy {

namespace {

// Of the rulings that allow, the most remarkable one stands for the decision.
int weight(reason why) {
    switch (why) {
    case reason::shared:
        return 4;
    case reason::published:
        return 3;
    case reason::common:
        return 2;
    case reason::owned:
        return 1;
    default:
        return 0;
    }
}

void keep_earlier(std::optional<date>& best, const std::optional<date>& other) {
    if (other && (!best || *other < *best))
        best = other;
}

// Whoever may use a thing may use what its owner made it of. The common schemas are the platform's,
// and count as one owner's.
bool of_one_owner(const snapshot& policies, std::string_view server, const object& carrier,
                  const object& part) {
    if (part.kind == object_kind::server || part.kind == object_kind::database)
        return false;
    const auto* owner = owner_of(policies, server, carrier);
    if (owner != nullptr)
        return owner == owner_of(policies, server, part);
    const auto common = [&](const object& o) {
        return std::any_of(policies.common.begin(), policies.common.end(),
                           [&](const resource& r) { return covers(r, server, o); });
    };
    return common(carrier) && common(part);
}

decision denied(const snapshot& policies, const service& who, std::string_view server,
                const touch& t, const ruling& r) {
    decision d;
    d.why = r.why;
    d.rule = rule_text(who, r);
    d.owner = r.owner;
    d.offending = t;
    auto texts = explain(policies, who, server, t, r);
    d.message = std::move(texts.message);
    d.detail = std::move(texts.detail);
    d.hint = std::move(texts.hint);
    return d;
}

} // namespace

std::string_view to_string(verdict v) {
    return v == verdict::allow ? "allow" : "deny";
}

std::string_view to_string(reason r) {
    switch (r) {
    case reason::owned:
        return "owned";
    case reason::published:
        return "published";
    case reason::shared:
        return "shared";
    case reason::common:
        return "common";
    case reason::system:
        return "system";
    case reason::no_touch:
        return "no_touch";
    case reason::foreign:
        return "foreign";
    case reason::unowned:
        return "unowned";
    case reason::share_expired:
        return "share_expired";
    case reason::share_read_only:
        return "share_read_only";
    case reason::column_not_shared:
        return "column_not_shared";
    case reason::publication_read_only:
        return "publication_read_only";
    case reason::common_read_only:
        return "common_read_only";
    case reason::server_facility:
        return "server_facility";
    case reason::not_analysed:
        return "not_analysed";
    }
    return "not_analysed";
}

bool allows(reason r) {
    switch (r) {
    case reason::owned:
    case reason::published:
    case reason::shared:
    case reason::common:
    case reason::system:
    case reason::no_touch:
        return true;
    default:
        return false;
    }
}

decision decide(const snapshot& policies, const service& who, std::string_view server,
                const footprint& what, date today) {
    if (!what.analysed()) {
        decision d; // denies unless told otherwise
        d.rule = rule_text(who, {.why = reason::not_analysed});
        auto texts = explain_not_analysed(who, what);
        d.message = std::move(texts.message);
        d.detail = std::move(texts.detail);
        d.hint = std::move(texts.hint);
        return d;
    }
    ruling heaviest{.why = reason::no_touch};
    std::optional<date> good_before;
    for (const auto& t : what.touches) {
        const ruling r = rule_on(policies, who, server, t, today);
        keep_earlier(good_before, r.good_before);
        if (!allows(r.why) && t.through && of_one_owner(policies, server, *t.through, t.what))
            continue;
        if (!allows(r.why)) {
            decision d = denied(policies, who, server, t, r);
            d.good_before = good_before;
            return d;
        }
        if (weight(r.why) > weight(heaviest.why))
            heaviest = r;
    }
    decision d;
    d.verdict = verdict::allow;
    d.why = heaviest.why;
    d.rule = rule_text(who, heaviest);
    d.owner = heaviest.owner;
    d.good_before = good_before;
    return d;
}

} // namespace ringfence::policy
