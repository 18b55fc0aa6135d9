#include "proxy/session/mysql/farewell.h"

#include "proxy/wire/mysql/packet.h"
#include "proxy/wire/mysql/response.h"

#include <algorithm>
#include <array>

namespace ringfence::session::mysql {

namespace my = wire::mysql;

namespace {

struct translation {
    std::string_view sqlstate; // PostgreSQL's
    error_number number;
};
constexpr std::array translations = {
    translation{"08001", {2003, "HY000"}}, // the server cannot be reached
    translation{"08006", {2003, "HY000"}},
    translation{"08P01", {1835, "HY000"}}, // malformed communication packet
    translation{"0A000", {1235, "42000"}}, // not supported
    translation{"28000", {1045, "28000"}}, // access denied
    translation{"28P01", {1045, "28000"}},
    translation{"3D000", {1049, "42000"}}, // unknown database
    translation{"42501", {1044, "42000"}}, // access denied to the database
    translation{"53300", {1040, "08004"}}, // too many connections
    translation{"57P01", {1053, "08S01"}}, // server shutdown in progress
    translation{"57P03", {1053, "08S01"}},
    translation{"57P05", {4031, "HY000"}}, // disconnected because of inactivity
};
constexpr error_number unknown_error{1105, "HY000"};

std::string one_line(const last_words& w) {
    std::string all = w.message;
    if (!w.hint.empty())
        all += "; " + w.hint;
    std::replace(all.begin(), all.end(), '\n', ' ');
    return all;
}

} // namespace

error_number number_of(std::string_view sqlstate) {
    const auto* found = std::find_if(translations.begin(), translations.end(),
                                     [&](const auto& t) { return t.sqlstate == sqlstate; });
    return found == translations.end() ? unknown_error : found->number;
}

void encode_farewell(const last_words& words, std::uint8_t sequence, std::string& out) {
    encode_error_packet(number_of(words.sqlstate), one_line(words), sequence, out);
}

void encode_farewell_at_once(const last_words& words, std::string& out) {
    std::string payload;
    my::writer(payload).u8(my::error_byte).u16(number_of(words.sqlstate).code).raw(one_line(words));
    std::uint8_t sequence = 0;
    my::encode_packets(out, sequence, payload);
}

void encode_error_packet(error_number number, std::string_view message, std::uint8_t sequence,
                         std::string& out) {
    std::string payload;
    my::encode_error(payload,
                     {.code = number.code, .sqlstate = number.sqlstate, .message = message});
    my::encode_packets(out, sequence, payload);
}

} // namespace ringfence::session::mysql
