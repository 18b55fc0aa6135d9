// What a client may ask for: the first byte of the first packet of an exchange. MySQL
// documentation, "Command Phase"; MariaDB's additions: its include/mysql_com.h.
#pragma once

#include "proxy/wire/mysql/cursor.h"

#include <cstdint>
#include <string_view>

namespace ringfence::wire::mysql {

enum class command : std::uint8_t {
    sleep = 0, // internal to the servers, as are connect, time, delayed_insert and daemon
    quit = 1,
    init_db = 2,
    query = 3,
    field_list = 4,
    create_db = 5,
    drop_db = 6,
    refresh = 7,
    shutdown = 8,
    statistics = 9,
    process_info = 10,
    connect = 11,
    process_kill = 12,
    debug = 13,
    ping = 14,
    time = 15,
    delayed_insert = 16,
    change_user = 17,
    binlog_dump = 18,
    table_dump = 19,
    connect_out = 20,
    register_slave = 21,
    stmt_prepare = 22,
    stmt_execute = 23,
    stmt_send_long_data = 24,
    stmt_close = 25,
    stmt_reset = 26,
    set_option = 27,
    stmt_fetch = 28,
    daemon = 29,
    binlog_dump_gtid = 30,
    reset_connection = 31,
    clone = 32,                              // MySQL 8.0.17
    subscribe_group_replication_stream = 33, // MySQL 8.0.18
    stmt_bulk_execute = 250,                 // MariaDB 10.2, and the rest, which is internal to it
    slave_worker = 251,
    slave_io = 252,
    slave_sql = 253,
    multi = 254,
};

// "COM_QUERY"; empty: no such command.
[[nodiscard]] std::string_view name(command);

// The command of a payload. Malformed: an empty payload, or a number that is no command. For both
// the servers answer 1047, SQLSTATE 08S01, and go on.
outcome decode_command(bytes payload, command&);

// How the server answers.
enum class response_form : std::uint8_t {
    none,        // not at all
    result,      // OK, ERR, result sets in the text protocol, or a request for a local file
    rows_binary, // OK, ERR, or result sets in the binary protocol
    fetched,     // rows of a cursor, without their columns
    prepared,    // a statement's id, its parameters and columns
    simple,      // OK, EOF or ERR
    fields,      // columns, and an EOF
    text,        // a string
    login,       // a new dialogue of authentication
    unknown,     // none of these, or not known: to be refused
};
[[nodiscard]] response_form form_of(command);

} // namespace ringfence::wire::mysql
