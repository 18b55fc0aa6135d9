// A connected non-blocking socket, plain or with TLS, and MySQL's compression above either. No
// waiting: the caller watches the descriptor.
#pragma once

#include "proxy/net/compression.h"
#include "proxy/session/credentials.h"
#include "proxy/session/output.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;

namespace ringfence::net {

class transport {
public:
    enum class outcome : std::uint8_t {
        ok,     // `size` bytes were moved
        again,  // nothing now; wait until the socket is readable (or writable, for a write)
        closed, // the peer closed its side
        failed, // the connection is broken
    };
    struct result {
        transport::outcome outcome = outcome::again;
        std::size_t size = 0;
    };

    transport() = default;
    explicit transport(int fd) : fd_(fd) {} // takes it over
    ~transport() { close(); }
    transport(transport&& other) noexcept;
    transport& operator=(transport&& other) noexcept;

    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] bool open() const { return fd_ >= 0; }
    [[nodiscard]] bool encrypted() const { return ssl_ != nullptr; }
    void close();
    void end_writing(); // the peer sees the end after what was sent; reading goes on

    [[nodiscard]] result read(std::span<std::byte> into);
    [[nodiscard]] result peek(std::span<std::byte> into) const; // plain sockets only
    void skip(std::size_t peeked);                              // drops bytes that peek() has shown
    // Sends as much of `what` as the socket takes; never more than once for a plain socket. What it
    // did not report as moved must come again with the next call, as the same bytes: TLS and
    // compression may have worked on it already.
    [[nodiscard]] result write(const session::output& what);
    [[nodiscard]] result write(session::bytes what);
    // TLS or compression has bytes that the socket does not show any more: read again without
    // waiting.
    [[nodiscard]] bool has_buffered() const;

    // TLS. `context` must outlive nothing: the connection holds a reference of its own.
    void begin_tls_server(SSL_CTX* context);
    void begin_tls_client(SSL_CTX* context, const std::string& host, bool verify_host);
    enum class handshake : std::uint8_t { done, want_read, want_write, failed };
    [[nodiscard]] handshake continue_tls();
    // Why it failed, for the log: no secrets, one line.
    [[nodiscard]] const std::string& trouble() const { return trouble_; }
    // After `done`. `server_side`: whose certificate the end-point hash is of (ours there, else the
    // peer's).
    [[nodiscard]] session::tls_peer peer(bool server_side) const;

    // MySQL, on the client's side: from here on read() and write() carry plain packets, and the
    // socket carries frames. `still_plain`: so many bytes that the socket did not take yet, and
    // that are written first, belong before. Pre: nothing behind the client's login was read.
    void begin_compression(compression, std::size_t still_plain = 0);
    [[nodiscard]] bool compresses() const { return compressed_ != nullptr; }

    // Nothing is there to be read and the peer has not closed: an idle connection that can be used.
    [[nodiscard]] bool quiet() const;

private:
    struct free_ssl {
        void operator()(SSL*) const;
    };
    struct compressed;
    struct free_compressed {
        void operator()(compressed*) const;
    };
    [[nodiscard]] result tls_result(int returned, bool reading);
    // The socket, with or without TLS.
    [[nodiscard]] result receive(std::span<std::byte> into);
    [[nodiscard]] result send(session::bytes what);
    [[nodiscard]] bool tls_has_buffered() const;
    [[nodiscard]] bool holds_compressed() const; // bytes of the peer, be it a part of a frame
    // What they do once compression has begun.
    [[nodiscard]] result read_compressed(std::span<std::byte> into);
    [[nodiscard]] result write_compressed(const session::output& what);

    int fd_ = -1;
    std::unique_ptr<SSL, free_ssl> ssl_;
    std::unique_ptr<compressed, free_compressed> compressed_;
    std::string trouble_;
};

} // namespace ringfence::net
