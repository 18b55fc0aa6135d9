// What a resource of a policy file covers. Everything here is a pure function of its arguments.
#pragma once

#include "policy/access.h"
#include "policy/model.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace ringfence::policy {

enum class ownership_level : std::uint8_t {
    server,   // everything on it
    database, // everything in it. PostgreSQL only
    schema,   // PostgreSQL: database and schema; MySQL: a database
    tables,   // the objects of a schema whose names match
};
[[nodiscard]] ownership_level level_of(const resource&, engine);

// The whole object lies within the resource.
[[nodiscard]] bool covers(const resource&, std::string_view server, const object&);

// The resource lies within the object, or the object within the resource: there is something to
// find in it.
[[nodiscard]] bool reaches(const resource&, std::string_view server, const object&);

// Something could lie within both.
[[nodiscard]] bool overlaps(const resource&, const resource&);

// Every object that lies within `inner` lies within `outer`.
[[nodiscard]] bool contains(const resource& outer, const resource& inner);

// "shop-pg/shop/public (user_*, sessions)"
[[nodiscard]] std::string to_string(const resource&);

} // namespace ringfence::policy
