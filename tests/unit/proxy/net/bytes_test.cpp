// What passes, how it is held back, and how either end leaves.
#include "tests/unit/proxy/net/certificate.h"
#include "tests/unit/proxy/net/conversation.h"

#include <fcntl.h>
#include <poll.h>

namespace ringfence::net {
namespace {

TEST(bytes, a_query_and_its_answer_pass_unchanged) {
    conversation c;
    c.start();
    auto p = c.logged_in();
    p.client.say(query("select 1"));
    EXPECT_EQ(p.server.hear_message(), query("select 1"));
    const std::string answer = message('D', "row") + complete("SELECT 1");
    p.server.say(answer);
    EXPECT_EQ(p.client.hear(answer.size()), answer);
}

TEST(bytes, a_message_split_at_every_byte_passes_unchanged) {
    conversation c;
    c.start();
    auto p = c.logged_in();
    const std::string asked = query("select 2");
    for (const char b : asked)
        p.client.say({&b, 1});
    EXPECT_EQ(p.server.hear_message(), asked);
    const std::string answer = message('D', "row") + complete("SELECT 1");
    for (const char b : answer)
        p.server.say({&b, 1});
    EXPECT_EQ(p.client.hear(answer.size()), answer);
}

// Fills the way from `from` until nothing more is taken; returns how much was.
std::size_t stuff(peer& from, std::string_view unit) {
    fcntl(from.fd(), F_SETFL, O_NONBLOCK);
    std::size_t sent = 0, at = 0;
    for (;;) {
        pollfd ready{.fd = from.fd(), .events = POLLOUT, .revents = 0};
        if (poll(&ready, 1, 500) == 0)
            return sent;
        const auto r = from.socket().write(session::as_bytes(unit.substr(at)));
        if (r.outcome == transport::outcome::again)
            continue;
        if (r.outcome != transport::outcome::ok || sent > (std::size_t{256} << 20))
            return sent;
        sent += r.size;
        at = (at + r.size) % unit.size();
    }
}

TEST(bytes, a_reader_that_does_not_read_stops_the_server_and_loses_nothing) {
    conversation c;
    c.start();
    auto p = c.logged_in();
    const int small = 64 * 1024;
    setsockopt(p.client.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    p.client.say(query("select 1"));
    static_cast<void>(p.server.hear_message());
    const std::string row = message('D', std::string(1000, 'x'));
    const std::size_t sent = stuff(p.server, row);
    EXPECT_LT(sent, std::size_t{64} << 20); // what the sockets hold, and one buffer of ours
    std::string got = p.client.hear(sent);
    ASSERT_EQ(got.size(), sent);
    for (std::size_t at = 0; at < got.size(); at += row.size())
        ASSERT_TRUE(row.starts_with(std::string_view(got).substr(at, row.size())) ||
                    got.substr(at, row.size()) == row);
}

TEST(bytes, a_server_that_does_not_read_stops_the_client_and_loses_nothing) {
    conversation c;
    c.start();
    auto p = c.logged_in();
    const int small = 64 * 1024;
    setsockopt(p.server.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    p.client.say(query("copy t from stdin"));
    static_cast<void>(p.server.hear_message());
    const std::string copy_in = message('G', std::string(3, '\0'));
    p.server.say(copy_in);
    EXPECT_EQ(p.client.hear_message(), copy_in);
    const std::size_t sent = stuff(p.client, message('d', std::string(1000, 'x')));
    EXPECT_LT(sent, std::size_t{64} << 20);
    EXPECT_EQ(p.server.hear(sent).size(), sent);
}

TEST(bytes, the_last_words_of_the_server_reach_the_client_and_nothing_is_added) {
    conversation c;
    c.start();
    auto p = c.logged_in();
    const std::string words = error("FATAL", "57P01", "terminating connection");
    p.server.say(words);
    p.server.close();
    EXPECT_EQ(p.client.hear_all(), words);
}

TEST(bytes, a_server_that_vanishes_is_told_of) {
    conversation c;
    c.start();
    auto p = c.logged_in();
    p.server.close();
    EXPECT_EQ(sqlstate_of(p.client.hear_message()), "08006");
    EXPECT_TRUE(p.client.hears_the_end());
}

TEST(bytes, a_server_that_vanishes_within_a_row_gets_no_words_put_into_it) {
    conversation c;
    c.start();
    auto p = c.logged_in();
    p.client.say(query("select 1"));
    static_cast<void>(p.server.hear_message());
    const std::string half = message('D', std::string(1000, 'x')).substr(0, 500);
    p.server.say(half);
    p.server.close();
    EXPECT_EQ(p.client.hear_all(), half);
}

TEST(bytes, a_client_that_leaves_within_a_statement_takes_its_server_connection_along) {
    conversation c;
    c.start();
    auto p = c.logged_in();
    p.client.say(query("select 1"));
    static_cast<void>(p.server.hear_message());
    p.client.close();
    EXPECT_TRUE(p.server.hears_the_end());
}

TEST(bytes, words_behind_a_TLS_request_are_an_injection) {
    own_certificate id;
    conversation c;
    c.settings.tls = id.files;
    c.start();
    auto client = c.connect();
    std::string request;
    pg::encode_ssl_request(request);
    client.say(request + conversation::start_up());
    EXPECT_EQ(sqlstate_of(client.hear_message()), "08P01"); // and no 'S' before it
    EXPECT_TRUE(client.hears_the_end());
}

TEST(bytes, a_session_in_TLS_streams_in_full) {
    own_certificate id;
    conversation c;
    c.settings.tls = id.files;
    c.settings.listen[0].tls = session::tls_mode::require;
    c.start();
    conversation::pair p;
    p.client = c.connect();
    std::string request;
    pg::encode_ssl_request(request);
    p.client.say(request);
    ASSERT_EQ(p.client.hear(1), "S");
    server_settings s;
    s.tls = session::tls_mode::require;
    const auto context = make_client_context(s, {});
    p.client.socket().begin_tls_client(context.get(), "localhost", false);
    ASSERT_EQ(p.client.socket().continue_tls(), transport::handshake::done)
        << p.client.socket().trouble();
    p.client.say(conversation::start_up());
    ASSERT_EQ(conversation::authenticate(p.client), "");
    p.server = c.server.log_in();
    static_cast<void>(conversation::greeted(p.client));

    const std::string asked = query("select '" + std::string(8000, 'y') + "'");
    p.client.say(asked);
    EXPECT_EQ(p.server.hear_message(), asked);
    std::string answer;
    for (int i = 0; i < 300; ++i)
        answer += message('D', std::string(1000, static_cast<char>('a' + i % 26)));
    answer += complete("SELECT 300");
    p.server.say(answer);
    EXPECT_EQ(p.client.hear(answer.size()), answer);
}

} // namespace
} // namespace ringfence::net
