// The relations of pg_catalog and information_schema: which of them a service may read. An allow
// list, each entry with the tool that needs it; what is on neither list is refused.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace ringfence::sql::postgresql {

// The newest major version whose relations and functions were reviewed. On a newer server, what we
// do not know may be the engine's own.
inline constexpr unsigned newest_reviewed_major = 18;

// guarded: allowed but for some columns, separated by commas.
enum class catalogue_class : std::uint8_t { allowed, guarded, refused };

struct catalogue_rule {
    std::string_view name;
    catalogue_class what;
    std::string_view why; // who needs it, or what it would leak
    std::string_view guarded_columns = {};
};

// Pre: `schema` and `relation` are folded names. Nothing: no such relation is known.
[[nodiscard]] std::optional<catalogue_class> find_catalogue(std::string_view schema,
                                                            std::string_view relation);
[[nodiscard]] std::string_view guarded_columns(std::string_view schema, std::string_view relation);

// A view of a widespread extension that shows what others do or have, whatever schema it was
// installed in.
[[nodiscard]] bool is_telling_extension_view(std::string_view relation);

// Every rule, sorted by name: for documentation and tests.
[[nodiscard]] std::span<const catalogue_rule> catalogue_rules();
[[nodiscard]] std::span<const catalogue_rule> information_schema_rules();

} // namespace ringfence::sql::postgresql
