// Names that stand inside string constants, read as the server reads them there.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::sql::postgresql {

inline constexpr std::size_t longest_name = 63; // NAMEDATALEN - 1

// What SplitIdentifierString of the server makes of a text: parts between `separator`, spaces
// around them dropped, unquoted ones folded, quoted ones with "" undone. Nothing when the server
// would raise an error, and for a part that it would cut to longest_name bytes.
[[nodiscard]] std::optional<std::vector<std::string>> split_identifiers(std::string_view text,
                                                                        char separator);

// `a.b.c` as in regclass and nextval; one to three parts.
[[nodiscard]] std::optional<std::vector<std::string>> qualified_name(std::string_view text);

// A number, as regclass and its kin take for an oid. Spaces around it do not matter.
[[nodiscard]] bool is_oid(std::string_view text);

// The engine's own schemas. `pg_temp_3` and `pg_toast_temp_3` are no one's.
[[nodiscard]] bool is_system_schema(std::string_view schema);

[[nodiscard]] std::string fold(std::string_view text); // ASCII letters to lower case

} // namespace ringfence::sql::postgresql
