#include "proxy/net/tls_context.h"
#include "proxy/net/transport.h"
#include "tests/unit/proxy/net/certificate.h"
#include "tests/unit/proxy/net/compressed_client.h"

#include <gtest/gtest.h>

#include <sys/socket.h>

#include <array>
#include <csignal>
#include <vector>

namespace ringfence::net {
namespace {

using outcome = transport::outcome;

// `here` is the proxy's end; `client` carries bytes as they are.
struct connected {
    transport here, client;
    explicit connected(int send_buffer = 0) {
        std::signal(SIGPIPE, SIG_IGN);
        std::array<int, 2> fd{};
        EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd.data()), 0);
        if (send_buffer > 0) {
            EXPECT_EQ(setsockopt(fd[0], SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer),
                      0);
        }
        here = transport(fd[0]);
        client = transport(fd[1]);
    }
    void put(std::string_view raw) {
        ASSERT_EQ(client.write(session::as_bytes(raw)).size, raw.size());
    }
    bool drain(std::string& raw, std::size_t most = 100'000) {
        std::vector<std::byte> room(most);
        const auto r = client.read(room);
        raw += session::as_text({room.data(), r.size});
        return r.size > 0;
    }
    void encrypt(const own_certificate& id) {
        const auto ours = make_server_context(id.files, session::tls_mode::require);
        server_settings s;
        s.tls = session::tls_mode::require;
        const auto theirs = make_client_context(s, {});
        here.begin_tls_server(ours.get());
        client.begin_tls_client(theirs.get(), "localhost", false);
        bool done = false;
        for (int i = 0; i < 20 && !done; ++i) {
            const auto there = client.continue_tls();
            done = here.continue_tls() == transport::handshake::done &&
                   there == transport::handshake::done;
        }
        ASSERT_TRUE(done);
    }
};

std::string read_once(transport& t, outcome expected, std::size_t room = 4096) {
    std::vector<std::byte> into(room);
    const auto r = t.read(into);
    EXPECT_EQ(r.outcome, expected);
    return std::string(session::as_text({into.data(), r.size}));
}

// As client_session does: an output first, then what is pending, until nothing is.
struct writer {
    transport& to;
    std::string pending = {};

    void write(const session::output& out) {
        std::size_t sent = 0;
        if (pending.empty()) {
            const auto r = to.write(out);
            ASSERT_TRUE(r.outcome == outcome::ok || r.outcome == outcome::again);
            sent = r.size;
        }
        std::string all;
        for (std::size_t i = 0; i < out.count(); ++i)
            all += session::as_text(out[i]);
        ASSERT_LE(sent, all.size());
        pending += all.substr(sent);
    }
    void writable() {
        while (!pending.empty()) {
            const auto r = to.write(session::as_bytes(pending));
            if (r.outcome == outcome::again)
                return;
            ASSERT_EQ(r.outcome, outcome::ok);
            ASSERT_GT(r.size, 0U);
            ASSERT_LE(r.size, pending.size());
            pending.erase(0, r.size);
        }
    }
};

class either_way : public testing::TestWithParam<std::tuple<method, bool>> {
protected:
    void SetUp() override {
        if (std::get<1>(GetParam()))
            c.encrypt(id);
        c.here.begin_compression({how, 3});
    }
    method how = std::get<0>(GetParam());
    own_certificate id;
    connected c{4096};
};
INSTANTIATE_TEST_SUITE_P(transport, either_way,
                         testing::Combine(testing::Values(method::zlib, method::zstd),
                                          testing::Bool()),
                         [](const auto& i) {
                             return std::string(std::get<0>(i.param) == method::zlib ? "zlib"
                                                                                     : "zstd") +
                                    (std::get<1>(i.param) ? "_tls" : "");
                         });

TEST_P(either_way, a_command_and_its_answer_pass) {
    const std::string query = packet(0, repeated(500)), answer = packet(1, repeated(700));
    const std::string raw = packed_frame(how, 0, query);
    c.put(raw.substr(0, 30));
    EXPECT_EQ(read_once(c.here, outcome::again), "");
    EXPECT_FALSE(c.here.has_buffered());
    EXPECT_FALSE(c.here.quiet());
    c.put(raw.substr(30));
    EXPECT_EQ(read_once(c.here, outcome::ok), query);
    EXPECT_FALSE(c.here.has_buffered());
    EXPECT_TRUE(c.here.quiet());
    session::output out;
    out.append(answer.substr(0, 100));
    out.forward(session::as_bytes(answer).subspan(100, 300));
    out.append(answer.substr(400));
    EXPECT_EQ(c.here.write(out).size, answer.size());
    std::string got;
    while (c.drain(got)) {
    }
    frame_reader client{how};
    client.read(got);
    EXPECT_EQ(client.plain, answer);
    EXPECT_EQ(client.frames, 1U);
    c.client.close();
    EXPECT_EQ(read_once(c.here, outcome::closed), "");
}

TEST_P(either_way, what_has_no_room_stays_and_is_told) {
    const std::string query = packet(0, repeated(5000));
    c.put(packed_frame(how, 0, query) + raw_frame(0, packet(0, "\x0e")));
    std::string got;
    while (got.size() < query.size()) {
        got += read_once(c.here, outcome::ok, 999);
        EXPECT_TRUE(c.here.has_buffered());
        EXPECT_FALSE(c.here.quiet());
    }
    EXPECT_EQ(got, query);
    EXPECT_EQ(read_once(c.here, outcome::ok), packet(0, "\x0e"));
    EXPECT_FALSE(c.here.has_buffered());
}

TEST_P(either_way, a_broken_frame_ends_the_connection_once_what_came_before_was_read) {
    c.put(raw_frame(0, packet(0, "\x0e")) + raw_frame(7, "what"));
    EXPECT_EQ(read_once(c.here, outcome::ok), packet(0, "\x0e"));
    EXPECT_TRUE(c.here.has_buffered());
    EXPECT_EQ(read_once(c.here, outcome::failed), "");
    EXPECT_EQ(read_once(c.here, outcome::failed), "");
}

TEST_P(either_way, a_slow_client_gets_every_frame_and_the_writer_stays_in_step) {
    const std::string big = noise(100'000) + repeated(200'000) + noise(3000);
    writer w{c.here, {}};
    session::output out;
    std::string plain;
    for (const std::size_t at : {0U, 10U, 90U, 90'000U, 290'000U}) {
        const std::string piece = big.substr(at, at < 90'000 ? 40 : 200'000);
        out.append(piece);
        plain += piece;
    }
    w.write(out);
    ASSERT_FALSE(w.pending.empty()); // the socket has a few kilobytes
    frame_reader client{how, 0};
    std::string raw;
    for (int i = 0; i < 10'000 && !w.pending.empty(); ++i) {
        c.drain(raw, 700);
        client.read(raw);
        w.writable();
        // Nothing is reported of which a part is still here.
        ASSERT_LE(client.plain.size(), plain.size());
    }
    ASSERT_TRUE(w.pending.empty());
    // From here on nobody would write again.
    while (c.drain(raw))
        client.read(raw);
    EXPECT_TRUE(client.plain == plain);
    EXPECT_TRUE(raw.empty());
    EXPECT_GT(client.packed, 0U);
}

TEST_P(either_way, bytes_that_come_while_frames_wait_stay_behind_them) {
    const std::string first = noise(50'000), second = repeated(300);
    writer w{c.here, {}};
    session::output one, two;
    one.append(first);
    two.append(second);
    w.write(one);
    w.write(two);
    frame_reader client{how, 0};
    std::string raw;
    for (int i = 0; i < 10'000 && (c.drain(raw) || !w.pending.empty()); ++i) {
        client.read(raw);
        w.writable();
    }
    EXPECT_TRUE(w.pending.empty());
    EXPECT_TRUE(client.plain == first + second);
}

TEST(transport_compression, bytes_of_before_that_the_socket_did_not_take_stay_plain) {
    connected c(4096);
    const std::string before = noise(30'000), after = repeated(500);
    writer w{c.here, {}};
    session::output out;
    out.append(before);
    w.write(out);
    ASSERT_FALSE(w.pending.empty());
    c.here.begin_compression({method::zlib, 6}, w.pending.size());
    w.pending += after;
    std::string raw;
    while (c.drain(raw))
        w.writable();
    EXPECT_TRUE(w.pending.empty());
    ASSERT_TRUE(raw.substr(0, before.size()) == before);
    raw.erase(0, before.size());
    frame_reader client{method::zlib, 0};
    client.read(raw);
    EXPECT_EQ(client.plain, after);
}

TEST(transport_compression, fewer_bytes_than_were_framed_are_an_error_and_no_overrun) {
    connected c(4096);
    c.here.begin_compression({method::zlib, 6});
    const std::string big = noise(60'000);
    ASSERT_EQ(c.here.write(session::as_bytes(big)).outcome, outcome::again);
    EXPECT_EQ(c.here.write(session::as_bytes("short")).outcome, outcome::failed);
}

TEST(transport_compression, a_client_that_is_gone_is_seen_by_the_writer) {
    connected c;
    c.here.begin_compression({method::zstd, 3});
    c.client.close();
    EXPECT_EQ(c.here.write(session::as_bytes(repeated(500))).outcome, outcome::closed);
}

TEST(transport_compression, it_moves_with_the_transport) {
    connected c;
    c.here.begin_compression({method::zlib, 6});
    const std::string query = packet(0, "select 1");
    c.put(raw_frame(0, query.substr(0, 6)) + raw_frame(1, query.substr(6)));
    EXPECT_EQ(read_once(c.here, outcome::ok), query.substr(0, 6));
    transport moved(std::move(c.here));
    EXPECT_TRUE(moved.has_buffered());
    EXPECT_EQ(read_once(moved, outcome::ok), query.substr(6));
}

} // namespace
} // namespace ringfence::net
