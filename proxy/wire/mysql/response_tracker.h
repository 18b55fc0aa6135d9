// Follows the server's answer to a command, packet by packet, and knows when it is complete. Pure:
// it is told the header and the first bytes of each packet, and never wants a whole row. MySQL
// documentation, "Command Phase"; MariaDB documentation, "Text Protocol", "Binary Protocol".
#pragma once

#include "proxy/wire/mysql/capabilities.h"
#include "proxy/wire/mysql/command.h"
#include "proxy/wire/mysql/packet.h"

#include <cstddef>
#include <cstdint>

namespace ringfence::wire::mysql {

enum class packet_kind : std::uint8_t {
    continuation,   // the packet before it goes on; no byte of it has a meaning of its own
    ok,             // decode_ok()
    error,          // decode_error()
    eof,            // decode_eof(): the end of rows, of columns or of parameters
    progress,       // MariaDB: decode_progress(); the answer is still to come
    local_file,     // the client is asked for a file; its name follows the first byte
    column_count,   // decode_column_count()
    column,         // decode_column()
    row,            // of the text or binary protocol
    prepared,       // decode_prepared()
    parameter,      // decode_column(), of a parameter of the prepared statement
    text,           // of COM_STATISTICS
    authentication, // decode_authentication()
};

class response_tracker {
public:
    // How many bytes of a payload on_server() wants to see; all, where a payload is shorter.
    static constexpr std::size_t prefix_size = 24;

    struct step {
        packet_kind kind = packet_kind::continuation;
        bool complete = false; // nothing more comes: the client may send its next command
    };

    // `in_force`: what both sides said that they can. Not for compressed connections, on which
    // sequence ids may skip.
    explicit response_tracker(capabilities in_force) : in_force_(in_force) {}

    // A command was sent; `next_sequence` is the id behind its last packet. One at a time: a client
    // that sends a second one before the first is answered has to wait. False: the answer to this
    // command is not known, and it must not be sent. After a command without an answer the tracker
    // is idle at once.
    [[nodiscard]] bool begin(command, std::uint8_t next_sequence = 1);

    // A packet of the server. `prefix`: at least the first min(prefix_size, head.payload) bytes of
    // its payload; fewer are need_more. Malformed: what cannot come at this place, or a wrong
    // sequence id. After that the tracker is of no use, and neither is the connection.
    outcome on_server(header head, bytes prefix, step&);

    // A packet of the client within an exchange: a part of the file, or a word of the login. At any
    // other place it is malformed, as is a wrong sequence id.
    outcome on_client(header head);

    [[nodiscard]] bool idle() const { return state_ == state::idle; }
    // The client has to send the file, to its empty packet, before the server says more.
    [[nodiscard]] bool wants_file() const { return state_ == state::file; }
    [[nodiscard]] std::uint8_t next_sequence() const { return sequence_; }
    // The server's status, as it said last; see response.h.
    [[nodiscard]] std::uint16_t status() const { return status_; }

private:
    enum class state : std::uint8_t {
        idle,           // no command is unanswered
        result,         // the first packet of a result
        columns,        // `left_` columns of a result
        columns_end,    // the EOF behind them
        rows,           // rows, and what ends them
        prepared,       // the first packet of a prepared statement
        parameters,     // `left_` parameters
        parameters_end, // the EOF behind them
        statement,      // `left_` columns of the prepared statement
        statement_end,  // the EOF behind them
        simple,         // OK, EOF or ERR
        fields,         // columns, and what ends them
        text,           // a string
        login,          // words of both sides, until OK or ERR
        file,           // the client sends its file
        loaded,         // OK or ERR, after the file
    };

    outcome first_of_result(header, bytes, step&);
    outcome described(header, bytes, packet_kind, step&); // a column or parameter
    outcome end_of_columns(header, bytes, step&);
    outcome in_rows(header, bytes, step&);
    outcome in_fields(header, bytes, step&);
    outcome first_of_prepared(header, bytes, step&);
    outcome in_login(header, bytes, step&);
    outcome in_simple(header, bytes, step&);
    outcome error(header, step&);
    outcome final_ok(header, bytes, step&);  // OK, by either of its first bytes
    outcome final_eof(header, bytes, step&); // the EOF, or the OK in its place
    outcome plain_eof(header, bytes);        // the EOF of before deprecate_eof
    void end_of_result(step&);               // another may follow
    void finish(step&);
    [[nodiscard]] bool eofs() const { return !has(in_force_, capability::deprecate_eof); }
    void begin_list(state, std::uint16_t size, step&); // columns or parameters
    void end_list(step&);
    void after_parameters(step&);

    capabilities in_force_;
    state state_ = state::idle;
    response_form form_ = response_form::none;
    command command_ = command::quit;
    std::uint8_t sequence_ = 0;
    bool server_continues_ = false; // the server's last packet was full
    bool client_continues_ = false; // the client's
    bool described_ = true; // the columns or parameters follow, not just the EOF behind them
    std::uint16_t left_ = 0;
    std::uint16_t statement_columns_ = 0;
    std::uint16_t status_ = 0;
};

} // namespace ringfence::wire::mysql
