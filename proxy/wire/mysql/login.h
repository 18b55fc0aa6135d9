// The client's answer to the greeting: SSLRequest, which is its first 32 bytes, and then
// HandshakeResponse41. MySQL documentation, "Protocol::SSLRequest",
// "Protocol::HandshakeResponse41"; MariaDB documentation, "Connection: Client Handshake Response".
#pragma once

#include "proxy/wire/mysql/capabilities.h"
#include "proxy/wire/mysql/cursor.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringfence::wire::mysql {

using attributes = std::vector<std::pair<std::string_view, std::string_view>>;

// What both packets begin with.
struct login_head {
    mysql::capabilities capabilities = 0; // of the client; it may claim what was not offered
    std::uint32_t max_packet = 0;
    std::uint8_t collation = 0;
};

struct login : login_head {
    std::string_view user;
    std::string_view answer; // to the nonce, by the plugin; empty: no password, or not yet
    std::string_view database;
    std::string_view plugin; // empty: not said
    mysql::attributes attributes;
    std::uint8_t zstd_level = 0;
};

struct login_limits {
    std::size_t attributes = 128;
    std::size_t attribute_bytes = std::size_t{64} * 1024; // the servers' own limit
};

// An SSLRequest: nothing but the head, and the flag. A login is always longer.
[[nodiscard]] bool is_ssl_request(bytes payload);
outcome decode_ssl_request(bytes payload, login_head&);

// The layout is what the client's own flags say. Malformed are logins of before MySQL 4.1,
// attributes above the limits, and bytes left over; a plugin name may lack its zero, as some
// clients send it. Views point into the payload.
outcome decode_login(bytes payload, const login_limits&, login&);

// Each appends the payload. MariaDB's extension is sent if the flag `mysql` is not set. Pre: flags
// hold protocol_41 and secure_connection; without plugin_auth_lenenc an answer of at most 255
// bytes.
void encode_ssl_request(std::string& out, const login_head&);
void encode_login(std::string& out, const login&);

// Connection attributes: their length in all, then names and values. COM_CHANGE_USER has them, too.
[[nodiscard]] bool read_attributes(reader&, const login_limits&, attributes&);
void write_attributes(writer&, const attributes&);

} // namespace ringfence::wire::mysql
