// The server's side of SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677), from stored
// verifiers. Pure.
#pragma once

#include "proxy/auth/verifier.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::auth {

inline constexpr std::string_view scram_plain = "SCRAM-SHA-256";
inline constexpr std::string_view scram_plus = "SCRAM-SHA-256-PLUS";

// How a login that is not known is asked for its password.
struct scram_decoy {
    std::string_view key;   // secret
    std::string_view login; // its salt is made of both, so that it stays the same at each attempt
    std::string_view like;  // a verifier: as many iterations, and a salt of that length
};

class scram_server {
public:
    enum class status : std::uint8_t { more, accepted, refused, malformed };
    struct answer {
        scram_server::status status = status::malformed;
        std::string data; // more, accepted: to be sent
    };

    // No verifiers: a login that is not known. The exchange then looks the same to the end, as
    // `decoy` says, and is refused. Verifiers whose salt or iterations differ from the first one's
    // cannot be checked in the same exchange and are left out. `end_point_hash`: the channel
    // binding; empty without TLS.
    scram_server(const std::vector<std::string>& verifiers, const scram_decoy& decoy,
                 std::string end_point_hash);

    [[nodiscard]] answer first(std::string_view mechanism, std::string_view client_first);
    [[nodiscard]] answer final(std::string_view client_final);

private:
    std::vector<verifier> known_;
    bool decoy_ = false;
    std::string end_point_hash_;
    std::string gs2_header_;
    bool bound_ = false;
    std::string nonce_; // the client's and ours
    std::string first_bare_;
    std::string server_first_;
};

} // namespace ringfence::auth
