// What commands carry behind their first byte. MySQL documentation, "Command Phase"; MariaDB
// documentation, "Text Protocol" and "Binary Protocol". Decoders take a whole payload with that
// byte, which they do not look at; the views in their results point into it. Bytes left over are
// malformed, although the servers let them pass.
#pragma once

#include "proxy/wire/mysql/capabilities.h"
#include "proxy/wire/mysql/cursor.h"
#include "proxy/wire/mysql/login.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::wire::mysql {

// A query attribute of MySQL: a value that travels with a statement, for components of the server.
struct query_attribute {
    std::string_view name;
    std::uint8_t type = 0; // as in a column definition
    bool is_unsigned = false;
    std::optional<std::string_view> value; // in the binary protocol, without its length; or NULL
};

struct query {
    std::string_view text;
    std::vector<query_attribute> attributes;
};

struct field_list {
    std::string_view table;
    std::string_view wildcard; // as of LIKE, for columns; empty: all
};

// In the place of a statement's id, MariaDB takes this for the one that was prepared last: clients
// may send it before they have been told the id.
inline constexpr std::uint32_t last_prepared = 0xffffffff;

// COM_STMT_EXECUTE, and MariaDB's COM_STMT_BULK_EXECUTE, which has no iterations.
struct execution {
    std::uint32_t statement = 0;
    std::uint16_t flags = 0; // see below
    std::uint32_t iterations = 1;
    std::string_view parameters; // as the statement's types define them: not decoded
};

namespace execute_flag {
inline constexpr std::uint16_t read_only_cursor = 1;
inline constexpr std::uint16_t for_update_cursor = 2;
inline constexpr std::uint16_t scrollable_cursor = 4;
inline constexpr std::uint16_t parameter_count = 8;    // MySQL: attributes follow
inline constexpr std::uint16_t bulk_unit_results = 64; // MariaDB, bulk: a row for each iteration
inline constexpr std::uint16_t bulk_types = 128;       // MariaDB, bulk: types follow
} // namespace execute_flag

struct long_data {
    std::uint32_t statement = 0;
    std::uint16_t parameter = 0;
    std::string_view data;
};

struct fetch {
    std::uint32_t statement = 0;
    std::uint32_t rows = 0;
};

struct change_user {
    std::string_view user;
    std::string_view answer; // to the nonce of the greeting, or of the last switch
    std::string_view database;
    std::optional<std::uint16_t> collation; // the rest may be missing from here on
    std::string_view plugin;
    mysql::attributes attributes;
};

// The most attributes that one query may have.
inline constexpr std::size_t most_query_attributes = 256;

// Where the statement's text begins depends on query_attributes: see that it is what the *server*
// was told. Types of which the servers' versions disagree how long they are, are malformed.
outcome decode_query(bytes payload, capabilities in_force, query&);
// COM_STMT_PREPARE.
outcome decode_text(bytes payload, std::string_view& text);
// COM_INIT_DB, COM_CREATE_DB, COM_DROP_DB. A name with a zero inside, which a server might cut
// there, is malformed.
outcome decode_name(bytes payload, std::string_view& name);
outcome decode_field_list(bytes payload, field_list&);
// COM_QUIT, COM_STATISTICS, COM_PROCESS_INFO, COM_DEBUG, COM_PING, COM_RESET_CONNECTION.
outcome decode_nothing(bytes payload);
// COM_REFRESH: a set of bits; COM_SHUTDOWN: a level, which may be missing.
outcome decode_refresh(bytes payload, std::uint8_t& what);
outcome decode_shutdown(bytes payload, std::uint8_t& level);
outcome decode_process_kill(bytes payload, std::uint32_t& connection_id);
outcome decode_set_option(bytes payload, bool& multi_statements);
// COM_STMT_CLOSE, COM_STMT_RESET.
outcome decode_statement(bytes payload, std::uint32_t& statement);
outcome decode_execute(bytes payload, execution&);
outcome decode_bulk_execute(bytes payload, execution&);
outcome decode_long_data(bytes payload, long_data&);
outcome decode_fetch(bytes payload, fetch&);
outcome decode_change_user(bytes payload, capabilities in_force, const login_limits&, change_user&);

// What ringfence itself sends. Each appends the payload.
void encode_query(std::string& out, capabilities in_force, std::string_view text);
void encode_change_user(std::string& out, capabilities in_force, const change_user&);

} // namespace ringfence::wire::mysql
