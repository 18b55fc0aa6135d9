#include "policy/lending.h"

#include <algorithm>

namespace ringfence::policy {

namespace {

bool concerns(const share& s, const object& o) {
    if (s.what.database != o.database)
        return false;
    if (o.kind == object_kind::database)
        return true;
    if (s.what.schema != o.schema)
        return false;
    return o.kind == object_kind::schema || s.tables.empty() || s.tables.contains(o.name);
}

// May the action be lent at all on this kind of object, and does this share lend it? `column` is
// empty for the whole.
bool lends(const share& s, const touch& t, std::string_view column) {
    if (t.act == action::define || t.act == action::execute)
        return false;
    if (t.act == action::write && s.access != action::write)
        return false;
    const auto listed = s.tables.find(t.what.name);
    const bool whole_table =
        s.tables.empty() || (listed != s.tables.end() && listed->second.empty());
    switch (t.what.kind) {
    case object_kind::table:
        return whole_table || (!column.empty() && listed != s.tables.end() &&
                               std::find(listed->second.begin(), listed->second.end(), column) !=
                                   listed->second.end());
    case object_kind::type: // a shared table's row type; any type of a schema that is lent as a
                            // whole
        return whole_table && t.act != action::write;
    case object_kind::schema: // a part of it is enough to name it
        return t.act == action::reference || s.tables.empty();
    case object_kind::database:
        return t.act == action::reference;
    case object_kind::function:
    case object_kind::server:
        return false;
    }
    return false;
}

std::optional<coverage> longest(const std::vector<lent_share>& shares, const touch& t,
                                std::string_view column) {
    std::optional<coverage> best;
    for (const auto& s : shares)
        if (lends(*s.what, t, column) && (!best || s.what->until > best->until))
            best = coverage{s.what->until, s};
    return best;
}

} // namespace

bool wants_whole_table(const touch& t) {
    return t.columns.empty() ||
           std::find(t.columns.begin(), t.columns.end(), all_columns) != t.columns.end();
}

std::vector<lent_share> shares_on(const snapshot& policies, const service& who,
                                  std::string_view server, const object& o) {
    std::vector<lent_share> found;
    for (const auto& owner : policies.services)
        for (const auto& s : owner.shares)
            if (s.with == who.name && s.what.server == server && concerns(s, o))
                found.push_back({&owner, &s});
    return found;
}

std::optional<coverage> coverage_of(const std::vector<lent_share>& shares, const touch& t) {
    if (t.what.kind != object_kind::table || wants_whole_table(t))
        return longest(shares, t, {});
    std::optional<coverage> all;
    for (const auto& column : t.columns) {
        const auto one = longest(shares, t, column);
        if (!one)
            return std::nullopt;
        if (!all || one->until < all->until)
            all = one;
    }
    return all;
}

} // namespace ringfence::policy
