// Messages from a server to a client. PostgreSQL documentation, "Message Formats", those marked
// (B). Decoders take one whole message with its header; the views in their results point into it.
#pragma once

#include "proxy/wire/postgresql/frame.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::wire::postgresql {

// An error as ringfence raises it. Empty fields are left out.
struct error {
    std::string severity = "ERROR";
    std::string sqlstate;
    std::string message;
    std::string detail;
    std::string hint;
    std::string schema;
    std::string table;
    unsigned position = 0; // a character of the statement, from 1; 0: none
};

// Of ErrorResponse and NoticeResponse; fields that the server left out are empty.
struct error_fields {
    std::string_view severity; // never localised if the server sends it so (9.6 and later)
    std::string_view sqlstate;
    std::string_view message;
};

struct parameter_status {
    std::string_view name;
    std::string_view value;
};

outcome decode_error(bytes message, error_fields&);
outcome decode_parameter_status(bytes message, parameter_status&);
outcome decode_ready_for_query(bytes message, char& transaction); // 'I', 'T' or 'E'
outcome decode_command_complete(bytes message, std::string_view& tag);
// Replaces the contents of `columns`; nothing: NULL.
outcome decode_data_row(bytes message, std::vector<std::optional<std::string_view>>& columns);
outcome decode_backend_key_data(bytes message, std::string_view& key); // process id and secret

// Each appends to `out`.
void encode_error(std::string& out, const error&);
void encode_parameter_status(std::string& out, std::string_view name, std::string_view value);
void encode_backend_key_data(std::string& out, std::string_view key); // process id and secret
void encode_ready_for_query(std::string& out, char transaction);

} // namespace ringfence::wire::postgresql
