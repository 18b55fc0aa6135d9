#include "proxy/observe/known_names.h"

namespace ringfence::observe {

known_names::known_names(const policy::snapshot& policies) {
    for (const auto& resource : policies.common)
        add(resource);
    for (const auto& service : policies.services) {
        for (const auto& resource : service.owns)
            add(resource);
        for (const auto& publication : service.publishes)
            add(publication.what);
        for (const auto& share : service.shares)
            add(share.what);
    }
}

void known_names::add(const policy::resource& r) {
    if (!r.database.empty())
        schemas_.emplace(r.server, r.database, r.schema);
}

std::string_view known_names::schema_label(std::string_view server,
                                           const policy::object& what) const {
    if (what.kind == policy::object_kind::server || what.kind == policy::object_kind::database)
        return {};
    const auto found = schemas_.find(std::tie(server, what.database, what.schema));
    if (found == schemas_.end())
        return "other";
    // MySQL: the database is the schema, and `schema` stays empty.
    return what.schema.empty() ? std::get<1>(*found) : std::get<2>(*found);
}

} // namespace ringfence::observe
