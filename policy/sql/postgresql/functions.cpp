#include "policy/sql/postgresql/functions.h"

#include <algorithm>

namespace ringfence::sql::postgresql {
namespace {

using policy::action;
using policy::object_kind;

// Both lists are sorted by the bytes of the names.
#include "policy/sql/postgresql/functions_data.inc"

constexpr function_rule harmless_rule{.name = {}, .what = function_class::harmless};

} // namespace

const function_rule* find_function(std::string_view name) {
    if (std::binary_search(harmless_names.begin(), harmless_names.end(), name))
        return &harmless_rule;
    const auto* found = std::lower_bound(
        special_rules.begin(), special_rules.end(), name,
        [](const function_rule& rule, std::string_view wanted) { return rule.name < wanted; });
    return found != special_rules.end() && found->name == name ? found : nullptr;
}

} // namespace ringfence::sql::postgresql
