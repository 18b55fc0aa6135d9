// What a MySQL or MariaDB server turned out to be when ringfence logged in there, and how it reads
// the texts of a session.
#pragma once

#include "policy/sql/mysql_analyzer.h"
#include "proxy/session/server_state.h"
#include "proxy/wire/mysql/capabilities.h"

#include <cstdint>
#include <string>

namespace ringfence::session::mysql {

// How texts are read and names resolve in a session.
struct reading {
    std::string schema; // empty: none is selected
    sql::mysql_mode mode;
    std::string charset;
    bool operator==(const reading&) const = default;
};

struct server_state final : session::server_state {
    std::string version; // as in the greeting, for clients
    sql::mysql_flavour flavour = sql::mysql_flavour::mysql;
    unsigned version_number = 0;            // 80400, 101114
    wire::mysql::capabilities offered = 0;  // by the server's greeting, and known to ringfence
    wire::mysql::capabilities in_force = 0; // on connections with this state
    std::uint8_t collation = 0;             // the server's default, of its greeting
    unsigned lower_case_table_names = 0;
    reading begins; // of a new session; its schema is that of the login

    [[nodiscard]] bool alike(const session::server_state& o) const override {
        const auto& s = static_cast<const server_state&>(o);
        return says_role == s.says_role && standby == s.standby && read_only == s.read_only &&
               version == s.version && flavour == s.flavour && version_number == s.version_number &&
               offered == s.offered && in_force == s.in_force && collation == s.collation &&
               lower_case_table_names == s.lower_case_table_names && begins == s.begins;
    }
};

} // namespace ringfence::session::mysql
