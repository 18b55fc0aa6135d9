// What ringfence reads out of X.509 certificates.
#pragma once

#include <string>
#include <vector>

using X509 = struct x509_st;

namespace ringfence::auth {

// Names of a certificate, best first: SAN URIs, SAN DNS names, the subject's CN. A name with a zero
// byte inside, which another reader might take for a shorter one, is left out.
[[nodiscard]] std::vector<std::string> certificate_names(X509*);

// The channel binding data of type tls-server-end-point (RFC 5929, section 4.1): the certificate's
// hash with the hash function of its signature, SHA-256 in place of MD5 and SHA-1. Empty where the
// signature has no single hash function.
[[nodiscard]] std::string tls_server_end_point(X509*);

} // namespace ringfence::auth
