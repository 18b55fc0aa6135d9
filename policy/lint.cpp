#include "policy/lint.h"

#include "policy/pattern.h"
#include "policy/resource.h"
#include "policy/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace ringfence::policy {

namespace {

const schema_contents* find(const std::vector<schema_contents>& all, const resource& r) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const schema_contents& c) {
        return c.database == r.database && c.schema == r.schema;
    });
    return found == all.end() ? nullptr : &*found;
}

void check(const resource& r, const std::vector<std::string>& patterns, std::string_view server,
           const std::vector<schema_contents>& contents, const source_place& place,
           std::vector<diagnostic>& out) {
    const auto* schema = r.server == server ? find(contents, r) : nullptr;
    if (schema == nullptr)
        return;
    for (const auto& p : patterns)
        if (std::none_of(schema->names.begin(), schema->names.end(),
                         [&](const std::string& n) { return matches(p, n); }))
            out.push_back(
                {severity::error, "matches-nothing", place,
                 fmt::format("'{}' matches nothing in {}", printable(p, 64),
                             to_string(resource{r.server, r.database, r.schema, {}, {}}))});
}

} // namespace

std::vector<diagnostic> unmatched(const snapshot& policies, std::string_view server,
                                  const std::vector<schema_contents>& contents) {
    std::vector<diagnostic> out;
    for (const auto& r : policies.common)
        check(r, r.tables, server, contents, r.place, out);
    for (const auto& s : policies.services) {
        for (const auto& r : s.owns)
            check(r, r.tables, server, contents, r.place, out);
        for (const auto& lent : s.shares) {
            std::vector<std::string> tables;
            for (const auto& [table, columns] : lent.tables)
                tables.push_back(table);
            check(lent.what, tables, server, contents, lent.place, out);
        }
    }
    return out;
}

} // namespace ringfence::policy
