#include "proxy/net/tls_context.h"
#include "proxy/net/transport.h"
#include "tests/unit/proxy/net/certificate.h"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace ringfence::net {
namespace {

using identity = own_certificate;

struct connected {
    transport a, b;
    connected() {
        std::signal(SIGPIPE, SIG_IGN); // as net::proxy does: OpenSSL writes without MSG_NOSIGNAL
        std::array<int, 2> fd{};
        EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd.data()), 0);
        a = transport(fd[0]);
        b = transport(fd[1]);
    }
};

void shake(transport& a, transport& b) {
    auto ra = transport::handshake::want_read, rb = ra;
    for (int i = 0;
         i < 20 && (ra != transport::handshake::done || rb != transport::handshake::done); ++i) {
        if (ra != transport::handshake::done)
            ra = a.continue_tls();
        if (rb != transport::handshake::done)
            rb = b.continue_tls();
        ASSERT_NE(ra, transport::handshake::failed) << a.trouble();
        ASSERT_NE(rb, transport::handshake::failed) << b.trouble();
    }
    ASSERT_EQ(ra, transport::handshake::done);
    ASSERT_EQ(rb, transport::handshake::done);
}

TEST(transport, plain_bytes_pass_and_a_close_is_seen) {
    connected c;
    std::array<std::byte, 16> in{};
    EXPECT_EQ(c.b.read(in).outcome, transport::outcome::again);
    EXPECT_TRUE(c.b.quiet());
    ASSERT_EQ(c.a.write(session::as_bytes("hello")).size, 5U);
    EXPECT_FALSE(c.b.quiet());
    EXPECT_EQ(c.b.peek(in).size, 5U);
    c.b.skip(2);
    const auto r = c.b.read(in);
    EXPECT_EQ(session::as_text({in.data(), r.size}), "llo");
    c.a.close();
    EXPECT_EQ(c.b.read(in).outcome, transport::outcome::closed);
    EXPECT_FALSE(c.b.quiet());
}

TEST(transport, an_output_of_many_pieces_leaves_in_order) {
    connected c;
    session::output out;
    const std::string view = "view ";
    out.forward(session::as_bytes(view));
    out.append("own ");
    out.forward(session::as_bytes(view));
    ASSERT_EQ(c.a.write(out).size, out.size());
    std::array<std::byte, 64> in{};
    const auto r = c.b.read(in);
    EXPECT_EQ(session::as_text({in.data(), r.size}), "view own view ");
}

TEST(transport, a_full_socket_takes_a_part_and_then_nothing) {
    connected c;
    const std::string big(8 << 20, 'x');
    const auto first = c.a.write(session::as_bytes(big));
    EXPECT_EQ(first.outcome, transport::outcome::ok);
    EXPECT_LT(first.size, big.size());
    transport::result r = first;
    while (r.outcome == transport::outcome::ok)
        r = c.a.write(session::as_bytes(big));
    EXPECT_EQ(r.outcome, transport::outcome::again);
}

TEST(transport, tls_carries_bytes_and_tells_of_the_peer) {
    identity id;
    const auto server = make_server_context(id.files, session::tls_mode::require);
    server_settings s;
    s.tls = session::tls_mode::require;
    const auto client = make_client_context(s, {});
    connected c;
    c.a.begin_tls_server(server.get());
    c.b.begin_tls_client(client.get(), "localhost", false);
    shake(c.a, c.b);
    ASSERT_EQ(c.b.write(session::as_bytes("secret")).size, 6U);
    std::array<std::byte, 64> in{};
    const auto r = c.a.read(in);
    EXPECT_EQ(session::as_text({in.data(), r.size}), "secret");
    EXPECT_EQ(c.a.peer(true).alpn, "postgresql");
    // Both ends hash the same certificate: that is what channel binding compares.
    EXPECT_EQ(c.a.peer(true).end_point_hash, c.b.peer(false).end_point_hash);
    EXPECT_EQ(c.a.peer(true).end_point_hash.size(), 32U);
}

TEST(transport, an_unknown_certificate_is_refused_when_it_must_be_verified) {
    identity id, other;
    const auto server = make_server_context(id.files, session::tls_mode::require);
    server_settings s;
    s.tls = session::tls_mode::verify_full;
    s.ca = other.files.certificate;
    const auto client = make_client_context(s, {});
    connected c;
    c.a.begin_tls_server(server.get());
    c.b.begin_tls_client(client.get(), "localhost", true);
    auto r = transport::handshake::want_read;
    for (int i = 0; i < 10 && r != transport::handshake::failed; ++i) {
        static_cast<void>(c.a.continue_tls());
        r = c.b.continue_tls();
    }
    EXPECT_EQ(r, transport::handshake::failed);
    EXPECT_NE(c.b.trouble().find("certificate"), std::string::npos);
}

TEST(transport, bad_files_are_named) {
    identity id;
    try {
        auto files = id.files;
        files.key = "/nonexistent/server.key";
        static_cast<void>(make_server_context(files, session::tls_mode::require));
        FAIL();
    } catch (const tls_error& e) {
        EXPECT_NE(std::string(e.what()).find("/nonexistent/server.key"), std::string::npos);
    }
}

} // namespace
} // namespace ringfence::net
