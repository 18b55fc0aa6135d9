#include "policy/resource.h"

#include "policy/pattern.h"

#include <algorithm>

namespace ringfence::policy {

namespace {

bool whole_server(const resource& r) {
    return r.database.empty();
}

// All of a database. On MySQL this is all of a schema, and an object's `schema` is empty there,
// too.
bool whole_database(const resource& r) {
    return !r.database.empty() && r.schema.empty() && r.tables.empty();
}

bool any_matches(const std::vector<std::string>& patterns, std::string_view name) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const std::string& p) { return matches(p, name); });
}

} // namespace

ownership_level level_of(const resource& r, engine e) {
    if (whole_server(r))
        return ownership_level::server;
    if (!r.tables.empty())
        return ownership_level::tables;
    return r.schema.empty() && e == engine::postgresql ? ownership_level::database
                                                       : ownership_level::schema;
}

bool covers(const resource& r, std::string_view server, const object& o) {
    if (r.server != server)
        return false;
    if (whole_server(r))
        return true;
    if (o.kind == object_kind::server || r.database != o.database)
        return false;
    if (whole_database(r))
        return true;
    if (o.kind == object_kind::database || r.schema != o.schema)
        return false;
    if (r.tables.empty())
        return true;
    return o.kind != object_kind::schema && any_matches(r.tables, o.name);
}

bool reaches(const resource& r, std::string_view server, const object& o) {
    if (covers(r, server, o))
        return true;
    if (r.server != server)
        return false;
    if (o.kind == object_kind::server)
        return true;
    if (r.database != o.database)
        return false;
    return o.kind == object_kind::database ||
           (o.kind == object_kind::schema && r.schema == o.schema);
}

bool overlaps(const resource& a, const resource& b) {
    if (a.server != b.server)
        return false;
    if (whole_server(a) || whole_server(b))
        return true;
    if (a.database != b.database)
        return false;
    if (whole_database(a) || whole_database(b))
        return true;
    if (a.schema != b.schema)
        return false;
    if (a.tables.empty() || b.tables.empty())
        return true;
    return std::any_of(a.tables.begin(), a.tables.end(), [&](const std::string& p) {
        return std::any_of(b.tables.begin(), b.tables.end(),
                           [&](const std::string& q) { return overlap(p, q); });
    });
}

bool contains(const resource& outer, const resource& inner) {
    if (outer.server != inner.server)
        return false;
    if (whole_server(outer))
        return true;
    if (outer.database != inner.database)
        return false;
    if (whole_database(outer))
        return true;
    if (outer.schema != inner.schema || whole_database(inner))
        return false;
    if (outer.tables.empty())
        return true;
    // A pattern that matches another pattern's text matches all that the other one does, unless `?`
    // met `*`.
    return !inner.tables.empty() &&
           std::all_of(inner.tables.begin(), inner.tables.end(), [&](const std::string& q) {
               return std::any_of(
                   outer.tables.begin(), outer.tables.end(), [&](const std::string& p) {
                       return p == q || (p.find('?') == std::string::npos && matches(p, q)) ||
                              (!is_pattern(q) && matches(p, q));
                   });
           });
}

std::string to_string(const resource& r) {
    std::string out = r.server;
    for (const auto* part : {&r.database, &r.schema})
        if (!part->empty())
            out += "/" + *part;
    for (std::size_t i = 0; i < r.tables.size(); ++i)
        out += (i == 0 ? " (" : ", ") + r.tables[i];
    return r.tables.empty() ? out : out + ")";
}

} // namespace ringfence::policy
