// Who may log in, and how ringfence logs in to servers. Loaded from the credentials file;
// immutable; plain data.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::session {

struct client_login_entry {
    // "SCRAM-SHA-256$…" for PostgreSQL; "$A$005$…", the same as "0x…", or "*…" for MySQL. Several
    // while a password is rotated. With none of its engine's kinds a login is like an unknown one.
    std::vector<std::string> verifiers;
};

// A login at a server. Empty password with a certificate, or with trust.
struct backend_login {
    std::string user;
    std::string password;
    std::string certificate; // files; may be empty
    std::string key;
};

struct credentials {
    std::map<std::string, client_login_entry, std::less<>> clients; // by login
    std::map<std::string, backend_login, std::less<>>
        backend_by_server; // one login for all services
    std::map<std::string, std::map<std::string, backend_login, std::less<>>, std::less<>>
        backend_by_service; // service -> server -> login; wins over the former
    // Secret bytes from which the salts of unknown logins are made, so that they look like known
    // ones and stay the same from one attempt to the next.
    std::string decoy_key;

    [[nodiscard]] const backend_login* login_for(std::string_view service,
                                                 std::string_view server) const {
        if (auto s = backend_by_service.find(service); s != backend_by_service.end())
            if (auto l = s->second.find(server); l != s->second.end())
                return &l->second;
        auto l = backend_by_server.find(server);
        return l != backend_by_server.end() ? &l->second : nullptr;
    }
};

using credentials_ptr = std::shared_ptr<const credentials>;

// As in libpq's sslmode and PostgreSQL's pg_hba: `allow` and `prefer` both mean "if the peer wants
// it" for a listener; verify-ca and verify-full demand a client certificate there.
enum class tls_mode : std::uint8_t { disable, allow, prefer, require, verify_ca, verify_full };

// What TLS told us of the peer. All fields empty without TLS.
struct tls_peer {
    bool active = false;
    std::string alpn;
    // tls-server-end-point (RFC 5929) of the server's certificate in this connection; empty when
    // undefined.
    std::string end_point_hash;
    // Names of a verified client certificate, best first: SAN URIs, SAN DNS names, CN.
    std::vector<std::string> certificate_names;
};

} // namespace ringfence::session
