#include "proxy/wire/mysql/authentication.h"

#include "proxy/wire/mysql/response.h"

namespace ringfence::wire::mysql {
namespace {

constexpr std::uint8_t more_data_byte = 0x01;
constexpr std::uint8_t next_factor_byte = 0x02;

} // namespace

outcome decode_authentication(bytes payload, capabilities in_force, authentication& out) {
    out = {};
    reader r(payload);
    const std::uint8_t first = r.u8();
    if (!r.good())
        return outcome::malformed;
    if (first == ok_byte || first == error_byte) {
        out.kind = first == ok_byte ? authentication_kind::ok : authentication_kind::error;
        return outcome::ok;
    }
    if (first == eof_byte && r.done()) {
        out.kind = authentication_kind::old_switch;
        return outcome::ok;
    }
    const bool factors = has(in_force, capability::multi_factor_auth);
    if (first == eof_byte || (first == next_factor_byte && factors)) {
        out.kind =
            first == eof_byte ? authentication_kind::switch_to : authentication_kind::next_factor;
        out.plugin = r.cstring();
        out.data = r.rest();
        return r.good() && !out.plugin.empty() ? outcome::ok : outcome::malformed;
    }
    const bool wrapped = first == more_data_byte;
    out.kind = wrapped ? authentication_kind::more_data : authentication_kind::plain_data;
    out.data = wrapped ? r.rest() : text_of(payload);
    return outcome::ok;
}

void encode_auth_switch(std::string& out, std::string_view plugin, std::string_view data) {
    writer(out).u8(eof_byte).cstring(plugin).raw(data);
}

void encode_auth_more_data(std::string& out, std::string_view data) {
    writer(out).u8(more_data_byte).raw(data);
}

std::string_view without_zero(std::string_view nonce) {
    if (nonce.ends_with('\0'))
        nonce.remove_suffix(1);
    return nonce;
}

} // namespace ringfence::wire::mysql
