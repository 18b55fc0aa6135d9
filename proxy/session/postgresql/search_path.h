// The search_path with which a session starts: pinned as a start-up parameter, so that RESET,
// DISCARD ALL and SET … TO DEFAULT all come back to it.
#pragma once

#include "policy/decision.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::session::postgresql {

struct start_path {
    std::vector<std::string> schemas;     // what unqualified names may mean
    std::optional<std::string> parameter; // to be sent to the server; none: the login's own default
    std::string refused; // not empty: the schema that this service may not have on its path
};

// `asked`: the client's own start-up parameter, null if it sent none. `backend_login` is what
// "$user" means.
[[nodiscard]] start_path choose_path(const policy::path_rights&, const std::string* asked,
                                     std::string_view backend_login);

// Splits a list of identifiers as the server does (SplitIdentifierString): folded unless quoted.
// Nullopt: malformed.
[[nodiscard]] std::optional<std::vector<std::string>> split_identifiers(std::string_view list);

} // namespace ringfence::session::postgresql
