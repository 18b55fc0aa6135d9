// The messages of the login dialogue, in both directions. PostgreSQL documentation, "Message
// Formats" and "SASL Authentication".
#pragma once

#include "proxy/wire/postgresql/frame.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::wire::postgresql {

enum class authentication_kind : std::uint32_t {
    ok = 0,
    cleartext = 3,
    md5 = 5,
    sasl = 10,
    sasl_continue = 11,
    sasl_final = 12,
};

struct authentication {
    std::uint32_t code = 0;                   // compare with authentication_kind; others exist
    std::string_view data;                    // salt of md5; SASL data
    std::vector<std::string_view> mechanisms; // of sasl
};

struct sasl_initial {
    std::string_view mechanism;
    std::string_view data;
    bool has_data = false;
};

// Each takes one whole message; views point into it.
outcome decode_authentication(bytes message, authentication&);
outcome decode_sasl_initial(bytes message, sasl_initial&);
outcome decode_sasl_response(bytes message, std::string_view& data);

// Each appends to `out`.
void encode_authentication(std::string& out, authentication_kind, std::string_view data = {});
void encode_sasl_mechanisms(std::string& out, const std::vector<std::string_view>& mechanisms);
void encode_negotiate_protocol_version(std::string& out, std::uint32_t newest,
                                       const std::vector<std::string_view>& unknown_options);
void encode_password(std::string& out, std::string_view password);
void encode_sasl_initial(std::string& out, std::string_view mechanism, std::string_view data);
void encode_sasl_response(std::string& out, std::string_view data);

} // namespace ringfence::wire::postgresql
