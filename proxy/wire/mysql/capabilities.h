// What client and server can do, as they tell each other in the handshake. The lower 32 bits are
// MySQL's; the upper 32 are MariaDB's extension, which travels in bytes that MySQL leaves zero.
// MySQL documentation, "Capabilities Flags"; MariaDB documentation, "Connection: Capabilities".
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace ringfence::wire::mysql {

using capabilities = std::uint64_t;

namespace capability {

// MySQL: "long password". MariaDB: the peer is not a MariaDB, and the extension is not there.
inline constexpr capabilities mysql = 1ULL << 0;
inline constexpr capabilities found_rows = 1ULL << 1;
inline constexpr capabilities long_flag = 1ULL << 2;
inline constexpr capabilities connect_with_db = 1ULL << 3;
inline constexpr capabilities no_schema = 1ULL << 4;
inline constexpr capabilities compress = 1ULL << 5;
inline constexpr capabilities odbc = 1ULL << 6;
inline constexpr capabilities local_files = 1ULL << 7;
inline constexpr capabilities ignore_space = 1ULL << 8;
inline constexpr capabilities protocol_41 = 1ULL << 9;
inline constexpr capabilities interactive = 1ULL << 10;
inline constexpr capabilities ssl = 1ULL << 11;
inline constexpr capabilities ignore_sigpipe = 1ULL << 12;
inline constexpr capabilities transactions = 1ULL << 13;
inline constexpr capabilities reserved = 1ULL << 14;
inline constexpr capabilities secure_connection = 1ULL << 15; // MySQL 8: "reserved 2"
inline constexpr capabilities multi_statements = 1ULL << 16;
inline constexpr capabilities multi_results = 1ULL << 17;
inline constexpr capabilities ps_multi_results = 1ULL << 18;
inline constexpr capabilities plugin_auth = 1ULL << 19;
inline constexpr capabilities connect_attrs = 1ULL << 20;
inline constexpr capabilities plugin_auth_lenenc = 1ULL << 21;
inline constexpr capabilities expired_passwords = 1ULL << 22;
inline constexpr capabilities session_track = 1ULL << 23;
inline constexpr capabilities deprecate_eof = 1ULL << 24;
inline constexpr capabilities optional_metadata = 1ULL << 25;
inline constexpr capabilities zstd_compression = 1ULL << 26;
inline constexpr capabilities query_attributes = 1ULL << 27;
inline constexpr capabilities multi_factor_auth = 1ULL << 28;
inline constexpr capabilities capability_extension = 1ULL << 29; // MariaDB, once: progress
inline constexpr capabilities ssl_verify_server_cert = 1ULL << 30;
inline constexpr capabilities remember_options = 1ULL << 31;

inline constexpr capabilities mariadb_progress = 1ULL << 32;
inline constexpr capabilities mariadb_com_multi = 1ULL << 33; // was an experiment
inline constexpr capabilities mariadb_bulk_operations = 1ULL << 34;
inline constexpr capabilities mariadb_extended_metadata = 1ULL << 35;
inline constexpr capabilities mariadb_cache_metadata = 1ULL << 36;
inline constexpr capabilities mariadb_bulk_unit_results = 1ULL << 37;

} // namespace capability

inline constexpr capabilities mariadb_extension = 0xffffffff00000000ULL;

[[nodiscard]] constexpr bool has(capabilities all, capabilities one) {
    return (all & one) == one;
}

struct capability_name {
    capabilities flag = 0;
    std::string_view name; // as in the headers of the servers
};

// Every flag that has a name, in the order of their values.
[[nodiscard]] std::span<const capability_name> capability_names();

} // namespace ringfence::wire::mysql
