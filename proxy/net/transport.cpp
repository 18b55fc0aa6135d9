#include "proxy/net/transport.h"

#include "proxy/auth/certificate.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <new>
#include <utility>

namespace ringfence::net {
namespace {

using outcome = transport::outcome;

transport::result of_system_call(ssize_t n, bool reading) {
    if (n > 0)
        return {outcome::ok, static_cast<std::size_t>(n)};
    if (n == 0)
        return {reading ? outcome::closed : outcome::again, 0};
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
        return {outcome::again, 0};
    return {errno == ECONNRESET || errno == EPIPE ? outcome::closed : outcome::failed, 0};
}

int int_size(std::size_t n) {
    return static_cast<int>(std::min<std::size_t>(n, INT_MAX));
}

} // namespace

void transport::free_ssl::operator()(SSL* s) const {
    SSL_free(s);
}

transport::transport(transport&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), ssl_(std::move(other.ssl_)),
      compressed_(std::move(other.compressed_)), trouble_(std::move(other.trouble_)) {}

transport& transport::operator=(transport&& other) noexcept {
    if (this != &other) {
        close();
        fd_ = std::exchange(other.fd_, -1);
        ssl_ = std::move(other.ssl_);
        compressed_ = std::move(other.compressed_);
        trouble_ = std::move(other.trouble_);
    }
    return *this;
}

void transport::close() {
    if (ssl_ != nullptr && SSL_is_init_finished(ssl_.get()) != 0) {
        ERR_clear_error();
        SSL_shutdown(ssl_.get()); // best effort: the peer may be gone
    }
    ssl_.reset();
    compressed_.reset();
    if (fd_ >= 0)
        ::close(fd_);
    fd_ = -1;
}

void transport::end_writing() {
    if (ssl_ != nullptr && SSL_is_init_finished(ssl_.get()) != 0) {
        ERR_clear_error();
        SSL_shutdown(ssl_.get());
    }
    ::shutdown(fd_, SHUT_WR);
}

transport::result transport::tls_result(int returned, bool reading) {
    if (returned > 0)
        return {outcome::ok, static_cast<std::size_t>(returned)};
    switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: // renegotiation is off, so only the direction asked for is ever
                               // waited for
        return {outcome::again, 0};
    case SSL_ERROR_ZERO_RETURN:
        return {outcome::closed, 0};
    case SSL_ERROR_SYSCALL:
        return {reading ? outcome::closed : outcome::failed, 0};
    default:
        return {outcome::failed, 0};
    }
}

transport::result transport::read(std::span<std::byte> into) {
    return compressed_ != nullptr ? read_compressed(into) : receive(into);
}

transport::result transport::receive(std::span<std::byte> into) {
    if (ssl_ == nullptr)
        return of_system_call(::recv(fd_, into.data(), into.size(), 0), true);
    ERR_clear_error();
    return tls_result(SSL_read(ssl_.get(), into.data(), int_size(into.size())), true);
}

transport::result transport::peek(std::span<std::byte> into) const {
    return of_system_call(::recv(fd_, into.data(), into.size(), MSG_PEEK), true);
}

void transport::skip(std::size_t peeked) {
    std::array<std::byte, 4096> drop;
    while (peeked > 0) {
        const auto n = ::recv(fd_, drop.data(), std::min(peeked, drop.size()), 0);
        if (n <= 0)
            return;
        peeked -= static_cast<std::size_t>(n);
    }
}

transport::result transport::write(session::bytes what) {
    if (compressed_ == nullptr)
        return send(what);
    session::output one;
    one.forward(what);
    return write_compressed(one);
}

transport::result transport::send(session::bytes what) {
    if (what.empty())
        return {outcome::ok, 0};
    if (ssl_ == nullptr)
        return of_system_call(::send(fd_, what.data(), what.size(), MSG_NOSIGNAL), false);
    std::size_t sent = 0;
    while (sent < what.size()) {
        ERR_clear_error();
        const auto rest = what.subspan(sent);
        const result r =
            tls_result(SSL_write(ssl_.get(), rest.data(), int_size(rest.size())), false);
        if (r.outcome != outcome::ok)
            return sent > 0 && r.outcome == outcome::again ? result{outcome::ok, sent} : r;
        sent += r.size;
    }
    return {outcome::ok, sent};
}

transport::result transport::write(const session::output& what) {
    if (compressed_ != nullptr)
        return write_compressed(what);
    if (what.count() == 1)
        return send(what[0]);
    if (ssl_ != nullptr) {
        // One record for many small pieces.
        if (what.size() <= 16 * 1024) {
            std::array<std::byte, 16 * 1024> joined;
            std::size_t at = 0;
            for (std::size_t i = 0; i < what.count(); ++i)
                at = static_cast<std::size_t>(
                    std::copy(what[i].begin(), what[i].end(),
                              joined.begin() + static_cast<std::ptrdiff_t>(at)) -
                    joined.begin());
            return send(session::bytes(joined.data(), at));
        }
        std::size_t sent = 0;
        for (std::size_t i = 0; i < what.count(); ++i) {
            const result r = send(what[i]);
            if (r.outcome != outcome::ok)
                return sent > 0 ? result{outcome::ok, sent} : r;
            sent += r.size;
            if (r.size < what[i].size())
                break;
        }
        return {outcome::ok, sent};
    }
    std::array<iovec, 64> parts; // what does not fit goes with the next call
    std::size_t n = 0;
    for (; n < what.count() && n < parts.size(); ++n)
        parts[n] = {const_cast<std::byte*>(what[n].data()),
                    what[n].size()}; // NOLINT: iovec is for both directions
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = n;
    return of_system_call(::sendmsg(fd_, &message, MSG_NOSIGNAL), false);
}

bool transport::tls_has_buffered() const {
    return ssl_ != nullptr && SSL_has_pending(ssl_.get()) != 0;
}

void transport::begin_tls_server(SSL_CTX* context) {
    ssl_.reset(SSL_new(context));
    if (ssl_ == nullptr)
        throw std::bad_alloc();
    SSL_set_fd(ssl_.get(), fd_);
    SSL_set_accept_state(ssl_.get());
}

void transport::begin_tls_client(SSL_CTX* context, const std::string& host, bool verify_host) {
    ssl_.reset(SSL_new(context));
    if (ssl_ == nullptr)
        throw std::bad_alloc();
    SSL_set_fd(ssl_.get(), fd_);
    SSL_set_connect_state(ssl_.get());
    in6_addr address{};
    const bool numeric = ::inet_pton(AF_INET, host.c_str(), &address) == 1 ||
                         ::inet_pton(AF_INET6, host.c_str(), &address) == 1;
    if (!numeric) { // the macro SSL_set_tlsext_host_name hides a cast of this kind
        SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                 const_cast<char*>(host.c_str()));
    }
    if (verify_host) {
        if (numeric)
            X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), host.c_str());
        else
            SSL_set1_host(ssl_.get(), host.c_str());
    }
}

transport::handshake transport::continue_tls() {
    ERR_clear_error();
    const int returned = SSL_do_handshake(ssl_.get());
    if (returned == 1)
        return handshake::done;
    switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
        return handshake::want_read;
    case SSL_ERROR_WANT_WRITE:
        return handshake::want_write;
    default:
        break;
    }
    const long verified = SSL_get_verify_result(ssl_.get());
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    if (verified != X509_V_OK)
        trouble_ = std::string("certificate: ") + X509_verify_cert_error_string(verified);
    else
        trouble_ = reason != nullptr ? reason : "the peer closed the connection";
    return handshake::failed;
}

session::tls_peer transport::peer(bool server_side) const {
    session::tls_peer found;
    found.active = true;
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &size);
    if (name != nullptr)
        found.alpn.assign(reinterpret_cast<const char*>(name), size);
    X509* theirs = SSL_get0_peer_certificate(ssl_.get());
    if (X509* hashed = server_side ? SSL_get_certificate(ssl_.get()) : theirs; hashed != nullptr)
        found.end_point_hash = auth::tls_server_end_point(hashed);
    if (server_side && theirs != nullptr && SSL_get_verify_result(ssl_.get()) == X509_V_OK)
        found.certificate_names = auth::certificate_names(theirs);
    return found;
}

bool transport::quiet() const {
    if (tls_has_buffered() || holds_compressed())
        return false;
    std::byte one{};
    const auto n = ::recv(fd_, &one, 1, MSG_PEEK | MSG_DONTWAIT);
    return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

} // namespace ringfence::net
