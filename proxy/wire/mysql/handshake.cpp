#include "proxy/wire/mysql/handshake.h"

#include <algorithm>
#include <charconv>

namespace ringfence::wire::mysql {
namespace {

constexpr std::uint8_t protocol_version = 10;
constexpr std::size_t first_part = 8;   // of the nonce
constexpr std::size_t second_part = 13; // at least, with the zero at its end
constexpr std::string_view replication_prefix = "5.5.5-";

} // namespace

flavour handshake::flavour() const {
    const bool named = version.find("MariaDB") != std::string_view::npos;
    return named || !has(capabilities, capability::mysql) ? mysql::flavour::mariadb
                                                          : mysql::flavour::mysql;
}

outcome decode_handshake(bytes payload, handshake& out) {
    out = {};
    reader r(payload);
    if (r.u8() != protocol_version)
        return outcome::malformed;
    out.version = r.cstring();
    out.connection_id = r.u32();
    out.nonce = r.take(first_part);
    r.u8();
    out.capabilities = r.u16();
    out.collation = r.u8();
    out.status = r.u16();
    out.capabilities |= capabilities{r.u16()} << 16;
    const std::size_t nonce = r.u8();
    r.take(6);
    const capabilities extension = r.u32();
    if (!has(out.capabilities, capability::mysql))
        out.capabilities |= extension << 32;
    if (!r.good() ||
        !has(out.capabilities, capability::protocol_41 | capability::secure_connection))
        return outcome::malformed;
    // Without plugins the length is zero, and the nonce that of mysql_native_password.
    const bool plugins = has(out.capabilities, capability::plugin_auth);
    const std::size_t rest = plugins && nonce > first_part ? nonce - first_part : 0;
    out.nonce += r.take(std::max(second_part, rest));
    if (out.nonce.ends_with('\0'))
        out.nonce.pop_back();
    if (plugins)
        out.plugin = r.cstring_or_rest(); // early 5.5 and 5.6 send no zero (MySQL bug 59453)
    return r.done() ? outcome::ok : outcome::malformed;
}

void encode_handshake(std::string& out, const handshake& h) {
    const std::string_view nonce = h.nonce;
    const auto flags = static_cast<std::uint32_t>(h.capabilities);
    const bool extended = !has(h.capabilities, capability::mysql);
    writer(out)
        .u8(protocol_version)
        .cstring(h.version)
        .u32(h.connection_id)
        .raw(nonce.substr(0, first_part))
        .u8(0)
        .u16(static_cast<std::uint16_t>(flags & 0xffff))
        .u8(h.collation)
        .u16(h.status)
        .u16(static_cast<std::uint16_t>(flags >> 16))
        .u8(nonce_size + 1)
        .zeros(6)
        .u32(extended ? static_cast<std::uint32_t>(h.capabilities >> 32) : 0)
        .raw(nonce.substr(first_part))
        .u8(0)
        .cstring(h.plugin);
}

std::optional<version_number> parse_version(std::string_view version, flavour f) {
    constexpr unsigned most = 999;
    if (f == flavour::mariadb && version.starts_with(replication_prefix))
        version.remove_prefix(replication_prefix.size());
    version_number n;
    for (unsigned* part : {&n.major, &n.minor, &n.patch}) {
        const auto [end, error] =
            std::from_chars(version.data(), version.data() + version.size(), *part);
        if (error != std::errc() || *part > most)
            return std::nullopt;
        version.remove_prefix(static_cast<std::size_t>(end - version.data()));
        if (part == &n.patch)
            break;
        if (!version.starts_with('.'))
            return std::nullopt;
        version.remove_prefix(1);
    }
    return n;
}

} // namespace ringfence::wire::mysql
