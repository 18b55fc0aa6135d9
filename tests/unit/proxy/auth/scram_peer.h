// A SCRAM client written down a second time, straight from RFC 5802 section 3, which says what a
// test wants it to say.
#pragma once

#include "proxy/auth/crypto.h"

#include <string>
#include <string_view>

namespace ringfence::auth::test {

struct scram_peer {
    std::string password = "secret";
    std::string gs2_header = "n,,";
    std::string end_point_hash;
    std::string nonce = "rOprNGfwEbeRWgbNEkqO";
    std::string name;

    [[nodiscard]] std::string bare() const { return "n=" + name + ",r=" + nonce; }
    [[nodiscard]] std::string first() const { return gs2_header + bare(); }

    static std::string field(std::string_view message, std::string_view key) {
        const auto at = message.find(key);
        const auto value = message.substr(at + key.size());
        return std::string(value.substr(0, value.find(',')));
    }
    [[nodiscard]] std::string salted(std::string_view server_first) const {
        return pbkdf2_sha256(password, from_base64(field(server_first, ",s=")).value(),
                             static_cast<unsigned>(std::stoul(field(server_first, ",i="))));
    }
    // `extra`: extensions between nonce and proof.
    [[nodiscard]] std::string without_proof(std::string_view server_first,
                                            std::string_view extra = {}) const {
        return "c=" + base64(gs2_header + end_point_hash) + ",r=" + field(server_first, "r=") +
               std::string(extra);
    }
    [[nodiscard]] std::string signed_text(std::string_view server_first,
                                          std::string_view extra = {}) const {
        return bare() + ',' + std::string(server_first) + ',' + without_proof(server_first, extra);
    }
    [[nodiscard]] std::string final(std::string_view server_first,
                                    std::string_view extra = {}) const {
        const auto key = hmac_sha256(salted(server_first), "Client Key");
        const auto proof =
            exclusive_or(key, hmac_sha256(sha256(key), signed_text(server_first, extra)));
        return without_proof(server_first, extra) + ",p=" + base64(proof);
    }
    [[nodiscard]] std::string expected(std::string_view server_first) const {
        return "v=" + base64(hmac_sha256(hmac_sha256(salted(server_first), "Server Key"),
                                         signed_text(server_first)));
    }
};

} // namespace ringfence::auth::test
