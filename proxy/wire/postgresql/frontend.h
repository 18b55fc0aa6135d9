// Messages from a client to a server. PostgreSQL documentation, "Message Formats", those marked
// (F). Decoders take one whole message with its header; the views in their results point into it.
// They never throw, and bytes left over are malformed.
#pragma once

#include "proxy/wire/postgresql/frame.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace ringfence::wire::postgresql {

struct parse {
    std::string_view name; // of the statement; empty: the unnamed one
    std::string_view text;
};

struct bind_names {
    std::string_view portal;
    std::string_view statement;
};

// Of Describe and Close.
struct target {
    char kind = 0; // 'S' statement, 'P' portal
    std::string_view name;
};

outcome decode_query(bytes message, std::string_view& text);
outcome decode_parse(bytes message, parse&);
outcome decode_target(bytes message, target&);
// The names alone: `some` may be just the beginning of the message that `head` announces.
outcome decode_bind_names(bytes some, header head, bind_names&);

outcome decode_execute(bytes message, std::string_view& portal);

// What ringfence itself sends. Each appends to `out`.
void encode_query(std::string& out, std::string_view text);
void encode_parse(std::string& out, std::string_view name, std::string_view text);
void encode_sync(std::string& out);
void encode_terminate(std::string& out);

} // namespace ringfence::wire::postgresql
