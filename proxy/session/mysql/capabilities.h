// What ringfence can do of what clients and servers tell each other in the handshake, and what of
// it both connections of a session must have in common.
#pragma once

#include "proxy/wire/mysql/capabilities.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringfence::session::mysql {

namespace capability = wire::mysql::capability;

// Flags that change what a statement does or how its answer looks: answers pass as they are, so
// the client's connection and the server's must agree.
inline constexpr wire::mysql::capabilities shared_capabilities =
    capability::found_rows | capability::odbc | capability::local_files | capability::ignore_space |
    capability::interactive | capability::multi_statements | capability::multi_results |
    capability::ps_multi_results | capability::session_track | capability::deprecate_eof |
    capability::optional_metadata | capability::query_attributes | capability::mariadb_progress |
    capability::mariadb_bulk_operations | capability::mariadb_extended_metadata |
    capability::mariadb_cache_metadata | capability::mariadb_bulk_unit_results;

// Between a client and ringfence only.
inline constexpr wire::mysql::capabilities compressions =
    capability::compress | capability::zstd_compression;

// Of the login, or without a meaning today.
inline constexpr wire::mysql::capabilities login_capabilities =
    capability::mysql | capability::long_flag | capability::connect_with_db |
    capability::ignore_sigpipe | capability::protocol_41 | capability::transactions |
    capability::reserved | capability::secure_connection | capability::plugin_auth |
    capability::plugin_auth_lenenc | capability::connect_attrs | capability::expired_passwords |
    capability::ssl_verify_server_cert | capability::remember_options;

// What ringfence offers to clients, where the server behind it does; ssl, where TLS is configured.
// Not among it: no_schema, by which the server drops the schema of `schema.table`, so that it reads
// another statement than the analyser; a second factor; what was an experiment of MariaDB.
inline constexpr wire::mysql::capabilities supported =
    shared_capabilities | compressions | login_capabilities;

// What ringfence offers, whatever the server does.
inline constexpr wire::mysql::capabilities always_offered =
    capability::connect_with_db | capability::protocol_41 | capability::transactions |
    capability::secure_connection | capability::plugin_auth | capability::plugin_auth_lenenc |
    capability::connect_attrs;

// Of connections that ringfence makes for itself.
inline constexpr wire::mysql::capabilities own_capabilities =
    capability::multi_statements | capability::multi_results | capability::deprecate_eof;

// What the server connection must have of what client and ringfence have agreed upon.
[[nodiscard]] constexpr wire::mysql::capabilities
same_on_both(wire::mysql::capabilities negotiated) {
    return negotiated & shared_capabilities;
}

// What a client login hands to a server login (login_request::parameters).
inline constexpr std::string_view capabilities_parameter = "capabilities"; // decimal
inline constexpr std::string_view collation_parameter = "collation";       // decimal
using parameter_list = std::vector<std::pair<std::string, std::string>>;
// Nothing: it is not there, or no number.
[[nodiscard]] std::optional<std::uint64_t> number_in(const parameter_list&, std::string_view name);

} // namespace ringfence::session::mysql
