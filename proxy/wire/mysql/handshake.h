// The server's greeting, HandshakeV10, with which every connection begins. MySQL documentation,
// "Protocol::HandshakeV10"; MariaDB documentation, "Connection: Initial Handshake Packet".
#pragma once

#include "proxy/wire/mysql/capabilities.h"
#include "proxy/wire/mysql/cursor.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringfence::wire::mysql {

enum class flavour : std::uint8_t { mysql, mariadb };

// Of the challenge that all methods of today share; its last byte is followed by a zero on the
// wire.
inline constexpr std::size_t nonce_size = 20;

struct handshake {
    std::string_view version;        // as sent, also "5.5.5-10.11.6-MariaDB"
    std::uint32_t connection_id = 0; // for KILL
    std::string nonce;               // of the plugin, without the zero at its end
    mysql::capabilities capabilities = 0;
    std::uint8_t collation = 0; // the lower byte of the server's default
    std::uint16_t status = 0;
    std::string_view plugin; // empty: the server knows no plugins

    // MariaDB clears the flag that MySQL sets always; older ones say it in the version only.
    [[nodiscard]] mysql::flavour flavour() const;
};

// Takes the payload of the first packet; a server that is full or shuns us sends an ERR packet
// instead, and everything but protocol version 10 with the flags of MySQL 4.1 is malformed. The
// views point into the payload.
outcome decode_handshake(bytes payload, handshake&);

// Appends the payload. Pre: a nonce of nonce_size bytes without a zero; its flags hold
// protocol_41, secure_connection and plugin_auth. MariaDB's extension is sent if the flag
// `mysql` is not set.
void encode_handshake(std::string& out, const handshake&);

struct version_number {
    unsigned major = 0;
    unsigned minor = 0;
    unsigned patch = 0;
    friend auto operator<=>(const version_number&, const version_number&) = default;
};

// The number at the front of a version: three parts, no part above 999. MariaDB before 11 put
// "5.5.5-" before its own, for the sake of old replicas; that is skipped. Nothing: not of this
// form.
[[nodiscard]] std::optional<version_number> parse_version(std::string_view version, flavour);

} // namespace ringfence::wire::mysql
