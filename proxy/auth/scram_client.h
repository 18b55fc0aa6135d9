// The client's side of SCRAM-SHA-256(-PLUS), with which ringfence logs in to servers. Pure but for
// a cache of salted passwords, which are expensive by design and the same at every login.
#pragma once

#include <string>
#include <string_view>

namespace ringfence::auth {

class scram_client {
public:
    // `end_point_hash` of the server's certificate: binds the login to the TLS connection if not
    // empty. `could_bind`: TLS is there, but the server did not offer binding.
    scram_client(std::string_view password, std::string end_point_hash, bool could_bind);

    [[nodiscard]] std::string first();
    // Empty: the server's message is malformed, or its nonce is not an answer to ours.
    [[nodiscard]] std::string final(std::string_view server_first);
    // The server has proved that it knows the password, too.
    [[nodiscard]] bool verify(std::string_view server_final) const;

private:
    std::string password_;
    std::string end_point_hash_;
    std::string gs2_header_;
    std::string nonce_;
    std::string first_bare_;
    std::string server_signature_;
};

} // namespace ringfence::auth
