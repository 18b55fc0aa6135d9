// The last thing that a client hears, in MySQL's words.
#pragma once

#include "proxy/session/client_login.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace ringfence::session::mysql {

struct error_number {
    std::uint16_t code = 0;
    std::string_view sqlstate;
};

// What MySQL calls the errors that end a connection, of which the machines know PostgreSQL's names.
[[nodiscard]] error_number number_of(std::string_view sqlstate_of_postgresql);

// Each appends a whole ERR packet: the message and the hint, in one line.
void encode_farewell(const last_words&, std::uint8_t sequence, std::string& out);
// In the place of the greeting, where there is no SQLSTATE yet.
void encode_farewell_at_once(const last_words&, std::string& out);
void encode_error_packet(error_number, std::string_view message, std::uint8_t sequence,
                         std::string& out);

} // namespace ringfence::session::mysql
