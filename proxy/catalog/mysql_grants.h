// What SHOW GRANTS says, and what it lets an account do. MySQL Reference Manual, "SHOW GRANTS
// Statement", "Privileges Provided by MySQL"; MariaDB Knowledge Base, "GRANT".
#pragma once

#include "policy/sql/facts.h"
#include "policy/sql/mysql_analyzer.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::catalog::mysql {

struct privilege {
    std::string name;                   // in capitals: "SELECT", "CREATE VIEW", "SHOW_ROUTINE"
    std::vector<std::string> columns{}; // empty: of the whole object
};

// One line of SHOW GRANTS.
struct grant {
    enum class kind : std::uint8_t {
        privileges,
        revoked,   // MySQL: a global privilege that does not hold in `schema`
        role,      // `roles`
        proxy,     // to act as another account
        set_role,  // MariaDB: SET DEFAULT ROLE
        something, // that nobody here knows
    };
    enum class level : std::uint8_t { server, schema, table, routine, something };
    kind what = kind::something;
    level on = level::something;
    std::vector<privilege> privileges{};
    std::string schema{}; // level schema: a pattern, with % and _ and \ before either
    std::string name{};
    std::vector<std::string> roles{};
    bool with_option = false; // GRANT OPTION, ADMIN OPTION: may give it to others
};

// Pre: the session had sql_mode '' and sql_quote_show_create on. The line may hold a password's
// hash, of which nothing is kept.
[[nodiscard]] grant read_grant(std::string_view line, sql::mysql_flavour);

// Whether a schema's name is one that the pattern of a grant means.
[[nodiscard]] bool means_schema(std::string_view pattern, std::string_view name);

// `schemas`: all that the account sees, in which patterns are looked up.
[[nodiscard]] sql::login_rights rights_of(const std::vector<grant>&,
                                          const std::vector<std::string>& schemas);

} // namespace ringfence::catalog::mysql
