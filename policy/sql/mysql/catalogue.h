// The tables of the servers' own schemas: which of them a service may read. An allow list; what is
// not on it is refused.
//
// Natively, information_schema shows a login what it has rights on; our login may have rights on
// everything. So of the tables that list schemas' objects, a query may see the rows of schemas that
// it names: a condition that holds for every row of the query block must compare the schema's
// column with a constant (TABLE_SCHEMA = 'orders', = DATABASE(), IN (…)), or with such a column of
// another table. Reading these rows is reading that schema.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace ringfence::sql::mysql {

enum class catalogue_class : std::uint8_t {
    allowed,    // the same for everyone, or this session's own
    restricted, // by `schema_columns`
};

struct catalogue_rule {
    std::string_view schema;
    std::string_view name;
    catalogue_class what;
    std::array<std::string_view, 2> schema_columns{}; // each of them says whose the row is
};

// One of the servers' own schemas, in any case.
[[nodiscard]] bool is_system_schema(std::string_view name);
// Null: refused. In any case.
[[nodiscard]] const catalogue_rule* find_catalogue(std::string_view schema, std::string_view name);
[[nodiscard]] std::span<const catalogue_rule> catalogue_rules();

} // namespace ringfence::sql::mysql
