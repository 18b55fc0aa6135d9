// Checks that need more than one file, and those that need a server's catalogue.
#pragma once

#include "policy/loader.h"
#include "policy/model.h"

#include <string>
#include <string_view>
#include <vector>

namespace ringfence::policy {

// What a server holds, as far as lint wants to know. MySQL: `schema` is empty.
struct schema_contents {
    std::string database;
    std::string schema;
    std::vector<std::string> names; // of tables, functions and types
};

// Patterns and shared tables of these policies that match nothing, for the schemas that are listed;
// a schema that is not listed is not judged.
[[nodiscard]] std::vector<diagnostic> unmatched(const snapshot&, std::string_view server,
                                                const std::vector<schema_contents>&);

} // namespace ringfence::policy
