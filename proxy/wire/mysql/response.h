// The packets that end things: OK, EOF, ERR, and MariaDB's progress reports, which look like an
// ERR. MySQL documentation, "Generic Response Packets"; MariaDB documentation, "OK_Packet",
// "ERR_Packet". Decoders take a whole payload; the views in their results point into it.
#pragma once

#include "proxy/wire/mysql/capabilities.h"
#include "proxy/wire/mysql/cursor.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ringfence::wire::mysql {

// The first byte of a response.
inline constexpr std::uint8_t ok_byte = 0x00;
inline constexpr std::uint8_t eof_byte = 0xfe; // also of an OK that stands where an EOF stood
inline constexpr std::uint8_t error_byte = 0xff;
inline constexpr std::size_t eof_size = 5;

// The server's status, a bit each.
namespace status {
inline constexpr std::uint16_t in_transaction = 1;
inline constexpr std::uint16_t autocommit = 2;
inline constexpr std::uint16_t more_results = 8;
inline constexpr std::uint16_t no_good_index_used = 16;
inline constexpr std::uint16_t no_index_used = 32;
inline constexpr std::uint16_t cursor_exists = 64;
inline constexpr std::uint16_t last_row_sent = 128;
inline constexpr std::uint16_t db_dropped = 256;
inline constexpr std::uint16_t no_backslash_escapes = 512; // of the session's sql_mode
inline constexpr std::uint16_t metadata_changed = 1024;
inline constexpr std::uint16_t query_was_slow = 2048;
inline constexpr std::uint16_t ps_out_params = 4096;
inline constexpr std::uint16_t in_read_only_transaction = 8192;
inline constexpr std::uint16_t session_state_changed = 16384;
inline constexpr std::uint16_t ansi_quotes = 32768; // MariaDB: of the session's sql_mode
} // namespace status

struct ok {
    std::uint64_t affected_rows = 0;
    std::uint64_t last_insert_id = 0;
    std::uint16_t status = 0;
    std::uint16_t warnings = 0;
    std::string_view info;
    std::string_view changes; // of the session; see session_changes.h
};

struct eof {
    std::uint16_t warnings = 0;
    std::uint16_t status = 0;
};

struct error {
    std::uint16_t code = 0;
    std::string_view sqlstate; // empty: the server left it out, as before the login
    std::string_view message;
};

struct progress {
    std::uint8_t stage = 0;
    std::uint8_t stages = 0;
    std::uint32_t done = 0; // of the stage, in thousandths of a percent
    std::string_view text;
};

// `in_force`: what both sides said that they can. An OK may begin with either of its bytes.
outcome decode_ok(bytes payload, capabilities in_force, ok&);
outcome decode_eof(bytes payload, eof&);
outcome decode_error(bytes payload, error&);
// Only a client that said mariadb_progress gets such ones; for it an error 65535 is this.
[[nodiscard]] bool is_progress(bytes payload, capabilities in_force);
outcome decode_progress(bytes payload, progress&);

// Each appends the payload. Changes are sent if the status says that there are some.
void encode_ok(std::string& out, capabilities in_force, const ok&, std::uint8_t first = ok_byte);
void encode_eof(std::string& out, const eof&);
// Pre: an SQLSTATE of five characters.
void encode_error(std::string& out, const error&);

} // namespace ringfence::wire::mysql
