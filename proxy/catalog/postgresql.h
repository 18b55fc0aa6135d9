// What ringfence asks a PostgreSQL server about one database, and what it makes of the answers. No
// I/O: proxy/net carries the question.
#pragma once

#include "policy/sql/facts.h"
#include "policy/sql/reach.h"
#include "proxy/catalog/rows.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::catalog::postgresql {

// What is to be known.
struct subject {
    std::vector<std::string> logins;
    std::vector<std::string> lent; // schemas whose relations are to be listed
};

// One simple Query: everything in one snapshot. Its results: the links, the relations, then the
// rights of each login in turn. The session's search_path must be empty.
[[nodiscard]] std::string question(const subject&);

struct answer {
    std::vector<sql::catalogue_link> links;
    sql::reach::relations lent;
    std::map<std::string, sql::login_rights, std::less<>> logins;
    bool operator==(const answer&) const = default;
};
// Nothing: these are not the results of that question.
[[nodiscard]] std::optional<answer> understand(const std::vector<rows>& results, const subject&,
                                               std::string_view database);

} // namespace ringfence::catalog::postgresql
