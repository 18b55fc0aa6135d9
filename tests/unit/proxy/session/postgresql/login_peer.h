// Start-up packets and SCRAM messages as a test says them, and the little world that clients log in
// to.
#pragma once

#include "proxy/auth/crypto.h"
#include "proxy/auth/verifier.h"
#include "proxy/session/postgresql/client_login.h"
#include "tests/unit/proxy/auth/scram_peer.h"
#include "tests/unit/proxy/session/world.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringfence::session::postgresql::test {

using namespace session::test;

inline std::string u32(std::uint32_t n) {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8)
        out += static_cast<char>((n >> shift) & 0xff);
    return out;
}
inline std::string text(std::string_view s) {
    return std::string(s) + '\0';
}
inline std::string message(char type, std::string_view body = {}) {
    return type + u32(static_cast<std::uint32_t>(body.size() + 4)) + std::string(body);
}
inline std::string packet(std::string_view body) {
    return u32(static_cast<std::uint32_t>(body.size() + 4)) + std::string(body);
}

inline const std::string ssl_request = packet(u32(80877103));
inline const std::string gss_request = packet(u32(80877104));
inline constexpr std::uint32_t protocol_3_0 = 0x00030000;

using parameter_list = std::vector<std::pair<std::string, std::string>>;

inline std::string startup(const parameter_list& parameters,
                           std::uint32_t protocol = protocol_3_0) {
    std::string body = u32(protocol);
    for (const auto& [name, value] : parameters)
        body += text(name) + text(value);
    return packet(body + '\0');
}
inline std::string startup(std::string_view user = "orders") {
    return startup({{"user", std::string(user)}, {"database", "shop"}});
}

inline std::string sasl_initial(std::string_view mechanism, std::string_view data) {
    return message('p', text(mechanism) + u32(static_cast<std::uint32_t>(data.size())) +
                            std::string(data));
}
inline std::string sasl_offer(bool plus = false) {
    return message('R', u32(10) + (plus ? text("SCRAM-SHA-256-PLUS") : "") + text("SCRAM-SHA-256") +
                            '\0');
}

// The field of an ErrorResponse that starts with this letter.
inline std::string field(std::string_view error, char letter) {
    std::size_t at = 5;
    while (at < error.size() && error.at(at) != '\0') {
        const auto end = error.find('\0', at);
        if (error.at(at) == letter)
            return std::string(error.substr(at + 1, end - at - 1));
        at = end + 1;
    }
    return {};
}

// The shop of the other tests, where order-service has a certificate, too.
inline policy::snapshot_ptr shop_with_certificates() {
    auto files = shop();
    for (auto& [name, content] : files)
        if (const auto at = content.find("identities: [{login: orders}]"); at != std::string::npos)
            content.replace(at, 29,
                            "identities: [{login: orders}, {certificate: "
                            "\"spiffe://shop.example/order-service\"}]");
    const auto loaded = policy::load(files, day(2026, 11, 21));
    for (const auto& f : loaded.findings)
        if (f.severity == policy::severity::error)
            ADD_FAILURE() << policy::to_string(f);
    return loaded.policies;
}

// "outsider" has a verifier, but no service.
inline credentials_ptr shop_credentials() {
    static const std::string verifier = auth::make_scram_verifier("secret", 64, "0123456789abcdef");
    auto made = std::make_shared<credentials>();
    for (const std::string login : {"orders", "users", "outsider"})
        made->clients[login].verifiers = {verifier};
    made->decoy_key = "decoy key";
    return made;
}

// A client, and the socket in which bytes wait that the login did not take.
struct login_talk {
    using next = client_login::next;

    client_login login;
    output out;
    std::string waiting;
    next last = next::more;

    explicit login_talk(client_login::settings s = {},
                        policy::snapshot_ptr p = shop_with_certificates(),
                        credentials_ptr c = shop_credentials())
        : login(s, std::move(p), std::move(c)) {}

    // What the client hears when it says `in`.
    std::string say(std::string_view in) {
        waiting += in;
        std::string heard;
        while (last == next::more && !waiting.empty()) {
            // Exactly as many bytes as there are, so that a sanitizer sees a read past them.
            const std::vector<char> exact(waiting.begin(), waiting.end());
            const auto r = login.feed(std::as_bytes(std::span(exact)), out);
            EXPECT_LE(r.consumed, waiting.size());
            waiting.erase(0, r.consumed);
            last = r.next;
            heard += drained(out);
            if (r.consumed == 0)
                break;
        }
        return heard;
    }
    std::string say_by_byte(std::string_view in) {
        std::string heard;
        for (const char c : in)
            heard += say(std::string_view(&c, 1));
        return heard;
    }
    std::string shake_hands(tls_peer peer = {.active = true,
                                             .alpn = "postgresql",
                                             .end_point_hash = {},
                                             .certificate_names = {}}) {
        EXPECT_EQ(last, next::start_tls);
        last = login.tls_established(std::move(peer), out).next;
        return drained(out);
    }
    // From the offer on. `heard` collects the server's messages.
    next authenticate(auth::test::scram_peer client = {}, std::string* heard = nullptr,
                      std::string_view mechanism = "SCRAM-SHA-256") {
        const std::string challenge = say(sasl_initial(mechanism, client.first()));
        if (last != next::more)
            return last;
        EXPECT_GE(challenge.size(), 9U);
        const std::string end = say(message('p', client.final(challenge.substr(9))));
        if (heard != nullptr)
            *heard = challenge + end;
        return last;
    }
};

} // namespace ringfence::session::postgresql::test
