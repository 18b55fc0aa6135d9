// A policy as loaded: plain data, immutable once loaded, shared as `std::shared_ptr<const
// snapshot>`.
#pragma once

#include "policy/access.h"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::policy {

using date = std::chrono::sys_days; // UTC

enum class mode : std::uint8_t { enforce, observe };
enum class dynamic_sql : std::uint8_t { deny, if_confined };

// Where a YAML value stood; for diagnostics and for "file to change" hints. Lines and columns count
// from 1.
struct source_place {
    std::string file;
    int line = 0;
    int column = 0;
};

// `server`, `server/database`, `server/database/schema`, or table patterns within a schema (MySQL:
// database is the schema, `schema` stays empty). Empty means: everything below.
struct resource {
    std::string server;
    std::string database;
    std::string schema;
    std::vector<std::string> tables; // patterns with `*` and `?`; empty: all
    source_place place{};
};

struct identity {
    enum class kind : std::uint8_t { login, certificate };
    kind what = kind::login;
    std::string name; // protocol user name; or a certificate's SAN URI, SAN DNS name or CN
};

struct publication {
    std::string name; // "accounts-v1"
    resource what;    // always a whole schema
    std::vector<std::string> to;
    source_place place;
};

struct share {
    std::string with;
    resource what; // server, database, schema
    std::map<std::string, std::vector<std::string>>
        tables;                   // table -> columns (empty: all); never patterns
    action access = action::read; // read, or write (which includes read)
    std::string reason;
    std::string ticket;
    date until{}; // the last day, inclusive, UTC
    source_place place;
};

struct limits {
    unsigned max_connections = 0;                   // 0: no limit
    unsigned max_statements_in_flight = 0;          // 0: no limit
    std::chrono::milliseconds statement_timeout{0}; // 0: none
};

struct service {
    std::string name;
    std::string team;
    std::string contact;
    std::string domain;
    std::string api;
    std::string file; // relative to the policy folder: "services/user-service.yaml"
    std::vector<identity> identities;
    std::vector<resource> owns;
    std::vector<publication> publishes;
    std::vector<share> shares;
    policy::limits limits;
    policy::mode mode = policy::mode::enforce;
    policy::dynamic_sql dynamic = policy::dynamic_sql::if_confined;
};

struct server {
    std::string name;
    policy::engine engine = policy::engine::postgresql;
};

struct snapshot {
    std::uint64_t id = 0; // differs between any two snapshots of one process
    std::vector<engine> approved_engines;
    std::vector<server> servers;
    std::vector<resource> common;
    std::vector<service> services;
    unsigned max_share_days = 180;

    [[nodiscard]] const service* find_service(std::string_view name) const;
    [[nodiscard]] const service* find_login(std::string_view login) const;
    [[nodiscard]] const service* find_certificate(std::string_view name) const;
    [[nodiscard]] const server* find_server(std::string_view name) const;
};

using snapshot_ptr = std::shared_ptr<const snapshot>;

} // namespace ringfence::policy
