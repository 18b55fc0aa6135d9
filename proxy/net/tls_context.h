// TLS configurations, made from files at start-up and reload. Errors are exceptions that name the
// file and the reason.
#pragma once

#include "proxy/net/settings.h"

#include <memory>
#include <stdexcept>
#include <string>

using SSL_CTX = struct ssl_ctx_st;

namespace ringfence::net {

using tls_context = std::shared_ptr<SSL_CTX>;

struct tls_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// For a listener. verify_ca and verify_full demand a client certificate signed by `client_ca`; in
// the other modes one is asked for when `client_ca` is set. Null when no certificate is configured.
[[nodiscard]] tls_context make_server_context(const tls_files&, session::tls_mode);

// For connections to a server. `certificate` and `key` of the backend login may be empty.
[[nodiscard]] tls_context make_client_context(const server_settings&,
                                              const session::backend_login&);

} // namespace ringfence::net
