#include "proxy/net/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace ringfence::net {
namespace {

using session::tls_mode;

[[noreturn]] void fail(const std::string& what) {
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    const std::string text =
        what + (reason != nullptr ? std::string(": ") + reason : std::string());
    ERR_clear_error();
    throw tls_error(text);
}

tls_context make(const SSL_METHOD* method) {
    tls_context context(SSL_CTX_new(method), &SSL_CTX_free);
    if (context == nullptr)
        fail("TLS cannot be set up");
    SSL_CTX* c = context.get();
    SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION);
    // Idle connections give their buffers back; what could not be sent is retried from wherever it
    // has moved.
    SSL_CTX_set_mode(c, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    // One read for a record's header and body.
    SSL_CTX_set_read_ahead(c, 1);
    return context;
}

void load_identity(SSL_CTX* c, const std::string& certificate, const std::string& key) {
    if (SSL_CTX_use_certificate_chain_file(c, certificate.c_str()) != 1)
        fail("cannot use the certificate in " + certificate);
    if (SSL_CTX_use_PrivateKey_file(c, key.c_str(), SSL_FILETYPE_PEM) != 1)
        fail("cannot use the private key in " + key);
    if (SSL_CTX_check_private_key(c) != 1)
        fail("the private key in " + key + " does not belong to the certificate in " + certificate);
}

// Direct TLS asks for the protocol by name (libpq 17, sslnegotiation=direct).
constexpr unsigned char alpn_name[] = {10, 'p', 'o', 's', 't', 'g', 'r', 'e', 's', 'q', 'l'};

int choose_alpn(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                unsigned in_size, void*) {
    unsigned char* chosen = nullptr;
    if (SSL_select_next_proto(&chosen, out_size, alpn_name, sizeof alpn_name, in, in_size) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

} // namespace

tls_context make_server_context(const tls_files& files, tls_mode mode) {
    if (files.certificate.empty() || mode == tls_mode::disable)
        return nullptr;
    tls_context context = make(TLS_server_method());
    SSL_CTX* c = context.get();
    load_identity(c, files.certificate, files.key);
    SSL_CTX_set_alpn_select_cb(c, choose_alpn, nullptr);
    // No tickets and no cache: logins are authenticated anew, and sessions live long.
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(c, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(c, 0);
    const bool demanded = mode == tls_mode::verify_ca || mode == tls_mode::verify_full;
    if (!files.client_ca.empty()) {
        if (SSL_CTX_load_verify_locations(c, files.client_ca.c_str(), nullptr) != 1)
            fail("cannot use the client CA in " + files.client_ca);
        SSL_CTX_set_client_CA_list(c, SSL_load_client_CA_file(files.client_ca.c_str()));
        SSL_CTX_set_verify(c, SSL_VERIFY_PEER | (demanded ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                           nullptr);
    } else if (demanded) {
        throw tls_error("listen … tls: verify-ca and verify-full need tls.client_ca");
    }
    return context;
}

tls_context make_client_context(const server_settings& server,
                                const session::backend_login& login) {
    if (server.tls == tls_mode::disable)
        return nullptr;
    tls_context context = make(TLS_client_method());
    SSL_CTX* c = context.get();
    SSL_CTX_set_alpn_protos(c, alpn_name, sizeof alpn_name);
    if (!login.certificate.empty())
        load_identity(c, login.certificate, login.key);
    // As libpq: a CA that is given is used in mode `require`, too.
    if (server.tls == tls_mode::verify_ca || server.tls == tls_mode::verify_full ||
        (server.tls == tls_mode::require && !server.ca.empty())) {
        const bool loaded = server.ca.empty()
                                ? SSL_CTX_set_default_verify_paths(c) == 1
                                : SSL_CTX_load_verify_locations(c, server.ca.c_str(), nullptr) == 1;
        if (!loaded)
            fail("cannot use the CA in " + (server.ca.empty() ? "the system's store" : server.ca));
        SSL_CTX_set_verify(c, SSL_VERIFY_PEER, nullptr);
    }
    return context;
}

} // namespace ringfence::net
