// The packets before and instead of the first message: a length and a code, no type byte.
// PostgreSQL documentation, "Message Formats": SSLRequest, GSSENCRequest, CancelRequest,
// StartupMessage.
#pragma once

#include "proxy/wire/postgresql/frame.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringfence::wire::postgresql {

inline constexpr std::uint32_t protocol_3_0 = 0x00030000;
inline constexpr std::uint32_t protocol_3_2 = 0x00030002;

// The newest version that both sides speak. 3.1 was never used: whoever asks for it gets 3.0. libpq
// 19 asks for 3.9999, which will never exist, to find out who cannot negotiate.
[[nodiscard]] constexpr std::uint32_t negotiated_protocol(std::uint32_t asked) {
    return asked >= protocol_3_2 ? protocol_3_2 : protocol_3_0;
}

// Names of parameters that start so are options of the protocol itself, of which none exists yet.
inline constexpr std::string_view protocol_option_prefix = "_pq_.";

// The first byte of a client that begins with TLS at once (libpq 17 and later,
// sslnegotiation=direct).
inline constexpr std::byte tls_handshake{0x16};

enum class startup_kind : std::uint8_t { ssl_request, gss_request, cancel_request, startup };

struct startup_packet {
    startup_kind kind = startup_kind::startup;
    std::uint32_t size = 0;     // of the whole packet
    std::uint32_t protocol = 0; // of a StartupMessage, as sent
    std::string_view key;       // of a CancelRequest: process id and secret
    std::vector<std::pair<std::string_view, std::string_view>> parameters;
};

// Views point into `in`. `cap` bounds the packet, `most_parameters` what it may hold. A
// StartupMessage of a major version other than 3 is ok without its parameters: their form is not
// known.
outcome decode_startup(bytes in, std::uint32_t cap, std::size_t most_parameters, startup_packet&);

// Each appends to `out`.
void encode_startup(std::string& out, std::uint32_t protocol,
                    const std::vector<std::pair<std::string, std::string>>& parameters);
void encode_ssl_request(std::string& out);
void encode_cancel_request(std::string& out, std::string_view key); // process id and secret

} // namespace ringfence::wire::postgresql
