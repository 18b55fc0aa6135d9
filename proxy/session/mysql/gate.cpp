#include "proxy/session/mysql/gate.h"

#include "proxy/wire/mysql/arguments.h"
#include "proxy/wire/mysql/packet.h"
#include "proxy/wire/mysql/response.h"

#include <utility>

namespace ringfence::session::mysql {
namespace {

namespace my = wire::mysql;

// Clients keep no more of a message (MYSQL_ERRMSG_SIZE).
constexpr std::size_t most_message = 511;

constexpr std::uint16_t er_dbaccess_denied = 1044;
constexpr std::uint16_t er_no_db = 1046;
constexpr std::uint16_t er_parse = 1064;
constexpr std::uint16_t er_tableaccess_denied = 1142;
constexpr std::uint16_t er_specific_access_denied = 1227;
constexpr std::uint16_t er_procaccess_denied = 1370;

std::uint16_t code_of(const verdict& v) {
    if (v.trouble == policy::problem::syntax)
        return er_parse;
    if (!v.decision.offending)
        return er_specific_access_denied;
    switch (v.decision.offending->what.kind) {
    case policy::object_kind::server:
        return er_specific_access_denied;
    case policy::object_kind::database:
    case policy::object_kind::schema:
        return er_dbaccess_denied;
    case policy::object_kind::function:
        return er_procaccess_denied;
    case policy::object_kind::table:
    case policy::object_kind::type:
        return er_tableaccess_denied;
    }
    return er_specific_access_denied;
}

} // namespace

refusal refusal_of(const verdict& v) {
    const policy::decision& d = v.decision;
    // What is no SQL, and what no server could find, is no matter of rights.
    if (v.trouble == policy::problem::syntax && !v.trouble_words.empty())
        return {er_parse, "42000", v.trouble_words};
    if (v.trouble == policy::problem::no_schema)
        return {er_no_db, "3D000", "No database selected"};
    refusal r{code_of(v), "42000", "ringfence: " + d.message};
    if (!d.detail.empty())
        r.message += "\nDETAIL: " + d.detail;
    if (!d.hint.empty())
        r.message += "\nHINT: " + d.hint;
    return r;
}

void gate::pass(const verdict&, bytes message, output& to_server) {
    to_server.forward(message);
}

void gate::refuse(refusal r, std::uint8_t sequence, output& to_server) {
    std::string text = "SIGNAL SQLSTATE '" + r.sqlstate +
                       "' SET MYSQL_ERRNO = " + std::to_string(r.code) +
                       ", MESSAGE_TEXT = 'ringfence: denied'";
    std::string payload;
    my::encode_query(payload, in_force_, text);
    std::string packet;
    std::uint8_t first = 0;
    my::encode_packets(packet, first, payload);
    to_server.append(packet);
    replacing_ = true;
    sequence_ = sequence;
    told_ = std::move(r);
}

std::string gate::answer() {
    replacing_ = false;
    return encode_refusal(std::exchange(told_, {}), sequence_);
}

std::string encode_refusal(const refusal& r, std::uint8_t sequence) {
    my::error e;
    e.code = r.code;
    e.sqlstate = r.sqlstate;
    std::string_view message = r.message;
    // Not in the middle of a character.
    if (message.size() > most_message) {
        std::size_t end = most_message;
        while (end > 0 && (static_cast<unsigned char>(message[end]) & 0xc0U) == 0x80U)
            --end;
        message = message.substr(0, end);
    }
    e.message = message;
    std::string payload;
    my::encode_error(payload, e);
    std::string packet;
    my::encode_packets(packet, sequence, payload);
    return packet;
}

} // namespace ringfence::session::mysql
