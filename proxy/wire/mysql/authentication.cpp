#include "proxy/wire/mysql/authentication.h"

#include "proxy/wire/mysql/response.h"

namespace ringfence::wire::mysql {
namespace {

constexpr std::uint8_t more_data_byte = 0x01;
constexpr std::uint8_t next_factor_byte = 0x02;
constexpr std::uint8_t switch_byte = 0xfe;

} // namespace

outcome decode_authentication(bytes payload, authentication& out) {
    out = {};
    reader r(payload);
    const std::uint8_t first = r.u8();
    if (!r.good())
        return outcome::malformed;
    switch (first) {
    case ok_byte:
    case error_byte:
        out.kind = first == ok_byte ? authentication_kind::ok : authentication_kind::error;
        return outcome::ok;
    case more_data_byte:
        out.kind = authentication_kind::more_data;
        out.data = r.rest();
        return outcome::ok;
    case switch_byte:
    case next_factor_byte:
        if (first == switch_byte && r.done()) {
            out.kind = authentication_kind::old_switch;
            return outcome::ok;
        }
        out.kind = first == switch_byte ? authentication_kind::switch_to
                                        : authentication_kind::next_factor;
        out.plugin = r.cstring();
        out.data = r.rest();
        return r.good() && !out.plugin.empty() ? outcome::ok : outcome::malformed;
    default:
        return outcome::malformed;
    }
}

void encode_auth_switch(std::string& out, std::string_view plugin, std::string_view data) {
    writer(out).u8(switch_byte).cstring(plugin).raw(data);
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
