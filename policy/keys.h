// The keys of policy files. The JSON Schemas in policy/schema/ name the same ones, and a test
// compares them.
#pragma once

#include <array>
#include <string_view>

namespace ringfence::policy::keys {

inline constexpr std::array<std::string_view, 5> org{"version", "engines", "servers", "defaults",
                                                     "common"};
inline constexpr std::array<std::string_view, 1> server{"engine"};
inline constexpr std::array<std::string_view, 2> defaults{"mode", "max_share_days"};
inline constexpr std::array<std::string_view, 4> resource{"server", "database", "schema", "tables"};

inline constexpr std::array<std::string_view, 12> service{
    "service", "team",      "contact", "domain", "api",  "identities",
    "owns",    "publishes", "shares",  "limits", "mode", "dynamic_sql"};
inline constexpr std::array<std::string_view, 2> identity{"login", "certificate"};
inline constexpr std::array<std::string_view, 5> publication{"name", "server", "database", "schema",
                                                             "to"};
inline constexpr std::array<std::string_view, 9> share{
    "with", "server", "database", "schema", "tables", "access", "reason", "ticket", "until"};
inline constexpr std::array<std::string_view, 3> limits{
    "max_connections", "max_statements_in_flight", "statement_timeout"};

inline constexpr std::array<std::string_view, 2> modes{"enforce", "observe"};
inline constexpr std::array<std::string_view, 2> dynamic_sql{"deny", "if-confined"};
inline constexpr std::array<std::string_view, 2> engines{"postgresql", "mysql"};
inline constexpr std::array<std::string_view, 2> access{"read", "write"};

} // namespace ringfence::policy::keys
