// How a session gets its server connection, and what becomes of the connection afterwards.
#include "tests/unit/proxy/net/conversation.h"

namespace ringfence::net {
namespace {

using namespace std::chrono_literals;

TEST(lease, a_cleaned_connection_serves_the_next_client) {
    conversation c;
    c.start();
    auto first = c.logged_in();
    conversation::leave(first);
    auto second = c.authenticated();
    static_cast<void>(conversation::greeted(second));
    second.say(query("select 2"));
    EXPECT_EQ(first.server.hear_message(), query("select 2"));
}

TEST(lease, a_connection_that_cannot_be_cleaned_serves_nobody) {
    for (const auto& answer : std::vector<std::string>{
             error("ERROR", "57014", "canceled") + complete("x").substr(complete("x").size() - 6),
             complete("DISCARD TEMP"), complete("DISCARD ALL", 'T'),
             complete("DISCARD ALL") + message('D', "late"), std::string("E\0\0\0\0", 5)}) {
        conversation c;
        c.start();
        auto first = c.logged_in();
        first.client.say(terminate());
        EXPECT_EQ(first.server.hear_message(), query("DISCARD ALL"));
        first.server.say(answer);
        EXPECT_TRUE(first.server.hears_the_end());
        auto second = c.logged_in();
    }
}

TEST(lease, an_open_transaction_is_not_passed_on) {
    conversation c;
    c.start();
    auto p = c.logged_in();
    p.client.say(query("begin"));
    static_cast<void>(p.server.hear_message());
    p.server.say(complete("BEGIN", 'T'));
    static_cast<void>(p.client.hear_until('Z'));
    p.client.say(terminate());
    EXPECT_TRUE(p.server.hears_the_end());
}

TEST(lease, a_full_pool_makes_wait_and_serves_in_turn) {
    conversation c;
    c.settings.servers.at("db").pool_size = 1;
    c.start();
    auto first = c.logged_in();
    auto second = c.authenticated();
    conversation::leave(first);
    static_cast<void>(conversation::greeted(second));
    second.say(query("select 2"));
    EXPECT_EQ(first.server.hear_message(), query("select 2"));
}

TEST(lease, who_waits_too_long_is_told_so) {
    conversation c;
    c.settings.servers.at("db").pool_size = 1;
    c.settings.timeouts.query_wait = 20ms;
    c.start();
    auto first = c.logged_in();
    auto second = c.authenticated();
    EXPECT_EQ(sqlstate_of(second.hear_message()), "53300");
    EXPECT_TRUE(second.hears_the_end());
    EXPECT_EQ(c.failures(), "pool service=shop server=db sqlstate=\n");
}

TEST(lease, who_stops_waiting_leaves_no_hole_in_the_pool) {
    conversation c;
    c.settings.servers.at("db").pool_size = 1;
    c.start();
    auto first = c.logged_in();
    c.authenticated().close(); // waits, and leaves
    auto third = c.authenticated();
    conversation::leave(first);
    static_cast<void>(conversation::greeted(third));
}

TEST(lease, a_connection_that_the_server_closed_is_not_given_out) {
    conversation c;
    c.start();
    auto first = c.logged_in();
    conversation::leave(first);
    auto second = c.authenticated(); // the reset is over: this one waited for the same worker
    static_cast<void>(conversation::greeted(second));
    second.say(terminate());
    EXPECT_EQ(first.server.hear_message(), query("DISCARD ALL"));
    first.server.say(complete("DISCARD ALL") + error("FATAL", "57P01", "shutting down"));
    first.server.close();
    static_cast<void>(c.logged_in()); // a new connection
}

TEST(lease, a_failed_login_at_the_server_frees_the_place_and_names_no_login) {
    conversation c;
    c.settings.servers.at("db").pool_size = 1;
    c.start();
    auto client = c.authenticated();
    auto server = c.server.accept();
    static_cast<void>(server.hear_packet());
    server.say(error("FATAL", "28P01", "password authentication failed for user \"backend\""));
    const std::string told = client.hear_message();
    EXPECT_EQ(sqlstate_of(told), "08006");
    EXPECT_EQ(told.find("backend\""), std::string::npos) << told;
    EXPECT_TRUE(client.hears_the_end());
    EXPECT_EQ(c.failures(), "server service=shop server=db sqlstate=08006\n");
    static_cast<void>(c.logged_in());
}

TEST(lease, the_next_host_is_tried_when_one_does_not_answer) {
    conversation c;
    std::uint16_t closed = 0;
    {
        const fake_server gone;
        closed = gone.port();
    }
    auto& hosts = c.settings.servers.at("db").hosts;
    hosts.insert(hosts.begin(), {"127.0.0.1", closed});
    c.start();
    static_cast<void>(c.logged_in());
}

TEST(lease, a_standby_is_passed_over_when_a_primary_is_wanted) {
    conversation c;
    const fake_server standby;
    auto& s = c.settings.servers.at("db");
    s.hosts.insert(s.hosts.begin(), {"127.0.0.1", standby.port()});
    s.target = session_attrs::primary;
    c.start();
    auto client = c.authenticated();
    auto first = standby.log_in(fake_server::default_key(), "on");
    EXPECT_TRUE(first.hears_the_end());
    auto second = c.server.log_in();
    static_cast<void>(conversation::greeted(client));
}

TEST(lease, any_standby_before_a_primary_and_then_the_primary) {
    conversation c;
    c.settings.servers.at("db").target = session_attrs::prefer_standby;
    c.start();
    auto client = c.authenticated();
    auto first = c.server.log_in();
    EXPECT_TRUE(first.hears_the_end());
    auto second = c.server.log_in();
    static_cast<void>(conversation::greeted(client));
}

} // namespace
} // namespace ringfence::net
