// Limits, cancels, time-outs and the end of the process, as a client sees them.
#include "tests/unit/proxy/net/conversation.h"

#include <poll.h>
#include <sys/resource.h>

namespace ringfence::net {
namespace {

using namespace std::chrono_literals;

std::string cancel_request(std::string_view key) {
    std::string m;
    pg::encode_cancel_request(m, key);
    return m;
}

TEST(session, a_wrong_password_ends_as_with_the_server_itself) {
    conversation c;
    c.start();
    auto client = c.connect();
    client.say(conversation::start_up());
    EXPECT_EQ(sqlstate_of(conversation::authenticate(client, "guess")), "28P01");
    EXPECT_TRUE(client.hears_the_end());
    EXPECT_EQ(c.failures(), "unknown_or_password service=shop server= sqlstate=\n");
}

TEST(session, a_login_that_nobody_has_is_reported_without_a_name) {
    conversation c;
    c.start();
    auto client = c.connect();
    std::string packet;
    pg::encode_startup(packet, 0x00030000, {{"user", "mallory"}, {"database", "shop"}});
    client.say(packet);
    EXPECT_EQ(sqlstate_of(conversation::authenticate(client)), "28P01");
    EXPECT_TRUE(client.hears_the_end());
    EXPECT_EQ(c.failures(), "unknown_or_password service= server= sqlstate=\n");
}

TEST(session, a_start_up_packet_split_in_parts_is_read) {
    conversation c;
    c.start();
    auto client = c.connect();
    const std::string packet = conversation::start_up();
    for (const std::size_t at : {std::size_t{0}, std::size_t{3}, std::size_t{9}})
        client.say(packet.substr(at, at == 0 ? 3 : at == 3 ? 6 : packet.size()));
    EXPECT_EQ(conversation::authenticate(client), "");
}

TEST(session, a_login_that_does_not_come_is_ended) {
    conversation c;
    c.settings.timeouts.client_login = 20ms;
    c.start();
    auto client = c.connect();
    client.say(conversation::start_up().substr(0, 5));
    EXPECT_TRUE(client.hears_the_end());
    EXPECT_EQ(c.failures(), "timeout service= server= sqlstate=\n");
}

TEST(session, a_service_has_as_many_connections_as_its_policy_allows) {
    conversation c;
    c.limits.max_connections = 1;
    c.start();
    auto first = c.logged_in();
    auto second = c.authenticated();
    EXPECT_EQ(sqlstate_of(second.hear_message()), "53300");
    conversation::leave(first);
    EXPECT_TRUE(first.client.hears_the_end());
    auto third = c.authenticated();
    EXPECT_EQ(sqlstate_of(third.hear_message()), "");
}

TEST(session, one_client_too_many_is_told_after_its_login) {
    conversation c;
    c.settings.max_client_connections = 1;
    c.start();
    auto first = c.logged_in();
    auto second = c.authenticated();
    EXPECT_EQ(sqlstate_of(second.hear_message()), "53300");
    EXPECT_TRUE(second.hears_the_end());
}

TEST(session, a_cancel_reaches_the_backend_with_its_own_key) {
    conversation c;
    c.start();
    auto p = c.logged_in();
    EXPECT_NE(p.key, fake_server::default_key()); // the client never sees it
    p.client.say(query("select 1"));
    static_cast<void>(p.server.hear_message());
    auto canceller = c.connect();
    canceller.say(cancel_request(p.key));
    auto at_server = c.server.accept();
    EXPECT_EQ(at_server.hear_packet(), cancel_request(fake_server::default_key()));
    // It waits until the server has done it: then the client's next statement cannot be hit.
    pollfd waits{.fd = canceller.fd(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(poll(&waits, 1, 50), 0);
    at_server.close();
    EXPECT_TRUE(canceller.hears_the_end());
}

TEST(session, a_cancel_with_a_key_of_nobody_is_closed_without_a_word) {
    conversation c;
    c.start();
    auto p = c.logged_in();
    auto key = p.key;
    key.back() = static_cast<char>(key.back() ^ 1);
    for (const std::string& wrong : {key, std::string(fake_server::default_key())}) {
        auto canceller = c.connect();
        canceller.say(cancel_request(wrong));
        EXPECT_TRUE(canceller.hears_the_end());
    }
}

TEST(session, a_backend_with_a_cancel_under_way_serves_nobody_else) {
    conversation c;
    c.start();
    auto p = c.logged_in();
    auto canceller = c.connect();
    canceller.say(cancel_request(p.key));
    auto at_server = c.server.accept();
    static_cast<void>(at_server.hear_packet());
    p.client.say(terminate());
    EXPECT_TRUE(p.server.hears_the_end()); // and no DISCARD ALL
}

TEST(session, a_statement_beyond_its_time_is_cancelled) {
    conversation c;
    c.limits.statement_timeout = 20ms;
    c.start();
    auto p = c.logged_in();
    p.client.say(query("select 1"));
    static_cast<void>(p.server.hear_message());
    auto at_server = c.server.accept();
    EXPECT_EQ(at_server.hear_packet(), cancel_request(fake_server::default_key()));
}

TEST(session, an_idle_one_is_ended_when_that_is_asked_for) {
    conversation c;
    c.settings.timeouts.client_idle = 1s;
    c.start();
    auto p = c.logged_in();
    EXPECT_EQ(sqlstate_of(p.client.hear_message()), "57P05");
    EXPECT_TRUE(p.client.hears_the_end());
}

TEST(session, a_drain_ends_the_idle_at_once_and_the_busy_when_they_are_done) {
    conversation c;
    c.start();
    auto idle = c.logged_in();
    auto busy = c.logged_in();
    busy.client.say(query("begin"));
    static_cast<void>(busy.server.hear_message());
    c.edge().drain();
    EXPECT_EQ(sqlstate_of(idle.client.hear_message()), "57P01");
    EXPECT_TRUE(idle.client.hears_the_end());
    busy.server.say(complete("BEGIN", 'T'));
    EXPECT_FALSE(busy.client.hear_until('Z').empty());
    busy.client.say(query("commit"));
    EXPECT_EQ(busy.server.hear_message(), query("commit"));
    busy.server.say(complete("COMMIT"));
    EXPECT_FALSE(busy.client.hear_until('Z').empty());
    EXPECT_EQ(sqlstate_of(busy.client.hear_message()), "57P01");
    EXPECT_TRUE(busy.client.hears_the_end());
}

TEST(session, stopping_with_everything_under_way_leaves_nothing_behind) {
    conversation c;
    c.settings.servers.at("db").pool_size = 2;
    c.start();
    auto busy = c.logged_in();
    busy.client.say(query("select 1"));
    auto connecting = c.authenticated();
    auto half = c.server.accept();
    auto waiting = c.authenticated();
    auto greeting = c.connect();
    auto canceller = c.connect();
    canceller.say(cancel_request(busy.key));
    auto at_server = c.server.accept();
    // A text too long to be analysed on the worker is with the analysis threads.
    busy.client.say(query("select '" + std::string(100'000, 'x') + "'"));
    c.edge().stop();
    EXPECT_TRUE(greeting.hears_the_end());
}

TEST(session, figures_tell_the_busy_from_the_idle) {
    conversation c;
    c.start();
    auto idle = c.logged_in();
    auto busy = c.logged_in();
    busy.client.say(query("select 1"));
    static_cast<void>(busy.server.hear_message());
    auto f = c.edge().look();
    // The worker counts after it has written.
    for (int i = 0; i < 10'000 && (f.active != 1 || f.idle != 1); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        f = c.edge().look();
    }
    EXPECT_EQ(f.active, 1U);
    EXPECT_EQ(f.idle, 1U);
    ASSERT_EQ(f.pools.size(), 1U);
    EXPECT_EQ(f.pools[0].used, 2U);
}

TEST(session, without_free_descriptors_clients_wait_and_are_served_later) {
    conversation c;
    c.start();
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    rlimit before{};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
    auto client = c.connect(fd);
    client.say(conversation::start_up());
    pollfd answer{.fd = fd, .events = POLLIN, .revents = 0};
    const int answered = poll(&answer, 0, 50); // poll() itself is limited, too: just let time pass
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_EQ(answered, 0);
    EXPECT_EQ(conversation::authenticate(client), "");
}

} // namespace
} // namespace ringfence::net
