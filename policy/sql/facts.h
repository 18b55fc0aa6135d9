// What a server's catalogue says about one database (PostgreSQL) or all of them (MySQL): what the
// objects do, and what the logins may do natively. Plain data; read by proxy/catalog.
#pragma once

#include "policy/decision.h"
#include "policy/sql/reach.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::sql {

// Everything that a login may do by itself or by SET ROLE, in one database or on a MySQL server. On
// MySQL a touch of a schema stands for everything in it.
struct login_rights {
    std::string beyond; // more than any boundary holds: "is a superuser"; empty: nothing such
    std::vector<policy::touch> may;
    bool reads_all_settings = false; // also those that the server hides from other roles
    std::string account{};           // MySQL: the account that the login is, "user@host"
    bool operator==(const login_rights&) const = default;
};

struct database_facts {
    std::shared_ptr<const reach> objects;
    std::map<std::string, login_rights, std::less<>> logins;
    std::vector<std::string> loadable_functions{}; // MySQL: as mysql_scope has it
};
using facts_ptr = std::shared_ptr<const database_facts>;

// Why `login` is not confined to what `who` may do: natively it could do more. Empty: it is
// confined, so that whatever a statement turns out to be when it runs, the server itself keeps it
// within the boundary.
[[nodiscard]] std::string why_not_confined(const database_facts&, std::string_view login,
                                           const policy::snapshot&, const policy::service& who,
                                           std::string_view server, std::string_view database,
                                           policy::date today);

} // namespace ringfence::sql
