// The keys of ringfence.yaml and credentials.yaml.
#pragma once

#include <array>
#include <string_view>

namespace ringfence::config::keys {

inline constexpr std::array<std::string_view, 20> root{
    "listen",
    "tls",
    "policies",
    "credentials",
    "servers",
    "audit",
    "log",
    "limits",
    "workers",
    "max_client_conn",
    "client_login_timeout",
    "client_idle_timeout",
    "server_connect_timeout",
    "query_wait_timeout",
    "server_idle_timeout",
    "server_lifetime",
    "drain_timeout",
    "policy_check_interval",
    "catalogue_refresh_interval",
    "catalogue_max_age",
};
inline constexpr std::array<std::string_view, 6> listen{
    "postgresql", "mysql", "admin", "unix_socket_dir", "unix_socket_mode", "unix_socket_port"};
inline constexpr std::array<std::string_view, 4> listener{"address", "port", "tls", "server"};
inline constexpr std::array<std::string_view, 2> admin{"address", "port"};
inline constexpr std::array<std::string_view, 3> tls{"certificate", "key", "client_ca"};
inline constexpr std::array<std::string_view, 7> server{
    "host", "hosts", "port", "target_session_attrs", "tls", "ca", "pool"};
inline constexpr std::array<std::string_view, 2> pool{"mode", "size"};
inline constexpr std::array<std::string_view, 2> audit{"file", "statements"};
inline constexpr std::array<std::string_view, 2> log{"level", "format"};
inline constexpr std::array<std::string_view, 4> limits{
    "max_statement_bytes", "max_analysis_bytes", "max_prepared_statements", "decision_cache_bytes"};

inline constexpr std::array<std::string_view, 6> tls_modes{"disable", "allow",     "prefer",
                                                           "require", "verify-ca", "verify-full"};
inline constexpr std::array<std::string_view, 6> session_attrs{
    "any", "read-write", "read-only", "primary", "standby", "prefer-standby"};
inline constexpr std::array<std::string_view, 1> pool_modes{"session"};
inline constexpr std::array<std::string_view, 4> log_levels{"debug", "info", "warning", "error"};
inline constexpr std::array<std::string_view, 2> log_formats{"text", "json"};

// credentials.yaml
inline constexpr std::array<std::string_view, 3> credentials{"services", "servers", "backends"};
inline constexpr std::array<std::string_view, 3> client{"verifier", "verifiers", "password"};
inline constexpr std::array<std::string_view, 5> backend{"user", "password", "password_file",
                                                         "certificate", "key"};

} // namespace ringfence::config::keys
