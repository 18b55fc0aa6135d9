// Promise 4: what is allowed passes byte for byte, however it is cut into reads.
#include "conversation.h"

namespace ringfence::session::postgresql::test {
namespace {

const std::string& client_script() {
    static const std::string all = query("SELECT 1") + parse("s", "SELECT $1::int") + bind("s") +
                                   msg('D', "P" + z("")) + execute() + sync() +
                                   query("INSERT INTO o VALUES (1, 'x')") + close_statement("s") +
                                   msg('H') + sync();
    return all;
}

const std::string& server_script() {
    static const std::string all =
        msg('T', std::string(30, 'a')) + msg('D', std::string(300, 'b')) + complete("SELECT 1") +
        ready() + msg('1') + msg('2') + msg('T', std::string(9, 'x')) + msg('D', "row") +
        complete("SELECT 1") + ready() + msg('N', "notice") + error("23505", "duplicate key") +
        ready() + msg('A', "note") + msg('S', z("TimeZone") + z("UTC")) + msg('3') + ready();
    return all;
}

TEST(relay_transparency, every_byte_passes_in_order_when_fed_whole) {
    worker w;
    conversation c(w);
    EXPECT_EQ(c.client(client_script()), client_script());
    EXPECT_EQ(c.server(server_script()), server_script());
    EXPECT_TRUE(c.r.quiescent());
    EXPECT_TRUE(w.seen.violations.empty());
}

TEST(relay_transparency, and_when_cut_at_any_byte) {
    for (std::size_t cut = 0; cut <= client_script().size(); ++cut) {
        worker w;
        conversation c(w);
        std::string sent = c.client(client_script().substr(0, cut));
        sent += c.client(client_script().substr(cut));
        ASSERT_EQ(sent, client_script()) << cut;
    }
    for (std::size_t cut = 0; cut <= server_script().size(); ++cut) {
        worker w;
        conversation c(w);
        static_cast<void>(c.client(client_script()));
        std::string got = c.server(server_script().substr(0, cut));
        got += c.server(server_script().substr(cut));
        ASSERT_EQ(got, server_script()) << cut;
        ASSERT_TRUE(c.r.quiescent()) << cut;
    }
}

TEST(relay_transparency, and_when_fed_byte_by_byte) {
    worker w;
    conversation c(w);
    std::string sent, got;
    for (const char b : client_script())
        sent += c.client({&b, 1});
    for (const char b : server_script())
        got += c.server({&b, 1});
    EXPECT_EQ(sent, client_script());
    EXPECT_EQ(got, server_script());
    EXPECT_TRUE(c.r.quiescent());
}

TEST(relay_transparency, an_untouched_buffer_leaves_in_one_piece) {
    worker w;
    conversation c(w);
    c.r.from_server(as_bytes(msg('D', std::string(100, 'r')) + msg('D', "s")), c.to_server,
                    c.to_client);
    EXPECT_EQ(c.to_client.count(), 1U);
}

TEST(relay_transparency, a_row_of_many_megabytes_is_never_gathered) {
    worker w;
    conversation c(w);
    static_cast<void>(c.client(query("SELECT 1")));
    const std::string row = msg('D', std::string(8 << 20, 'r'));
    std::size_t got = c.server(row.substr(0, 1000)).size();
    EXPECT_EQ(got, 1000U);
    got += c.server(row.substr(1000)).size();
    EXPECT_EQ(got, row.size());
}

TEST(relay_transparency, the_second_time_a_text_is_not_analysed) {
    worker w;
    conversation c(w);
    static_cast<void>(c.client(query("SELECT a FROM t WHERE id = 1 AND n = 'x'")));
    EXPECT_EQ(w.seen.misses, 1U);
    static_cast<void>(c.client(query("SELECT a FROM t WHERE id = 2 AND n = 'y'")));
    EXPECT_EQ(w.seen.misses, 1U);
    EXPECT_EQ(w.seen.statements, 2U);
}

TEST(relay_transparency, a_literal_that_matters_is_looked_at_each_time) {
    worker w;
    conversation c(w);
    EXPECT_THAT(c.client(query("SELECT nextval('orders.s')")), testing::Not(is_replacement()));
    EXPECT_THAT(c.client(query("SELECT nextval('users.s')")), is_replacement());
    EXPECT_THAT(c.client(query("SELECT nextval('orders.s')")), testing::Not(is_replacement()));
}

TEST(relay_transparency, the_greeting_holds_the_servers_parameters_and_our_own_key) {
    worker w;
    const auto parameters = msg('S', z("server_version") + z("15.18"));
    conversation c(w, "order-service", "orders", parameters);
    c.r.start(std::string("\0\0\0\1keys", 8), c.to_client);
    EXPECT_EQ(c.for_client(), parameters + msg('K', std::string("\0\0\0\1keys", 8)) + ready());
}

TEST(relay_transparency, a_server_whose_strings_are_read_otherwise_is_not_used) {
    worker w;
    conversation c(w, "order-service", "orders",
                   msg('S', z("standard_conforming_strings") + z("off")));
    c.r.start(std::string(8, 'k'), c.to_client);
    EXPECT_EQ(c.r.current(), relay::status::broken);
    conversation d(w, "order-service", "orders", msg('S', z("client_encoding") + z("SJIS")));
    d.r.start(std::string(8, 'k'), d.to_client);
    EXPECT_EQ(d.r.current(), relay::status::broken);
}

TEST(relay_transparency, terminate_keeps_the_server_connection) {
    worker w;
    conversation c(w);
    EXPECT_EQ(c.client(msg('X')), "");
    EXPECT_EQ(c.r.current(), relay::status::client_done);
    EXPECT_TRUE(c.r.reusable());
}

TEST(relay_transparency, a_client_that_leaves_in_a_transaction_leaves_nothing_to_reuse) {
    worker w;
    conversation c(w);
    static_cast<void>(c.client(query("BEGIN")));
    static_cast<void>(c.server(complete("BEGIN") + ready('T')));
    static_cast<void>(c.client(msg('X')));
    EXPECT_FALSE(c.r.reusable());
}

TEST(relay_transparency, a_client_that_leaves_with_an_answer_outstanding_leaves_nothing_to_reuse) {
    worker w;
    conversation c(w);
    static_cast<void>(c.client(query("SELECT 1") + msg('X')));
    EXPECT_FALSE(c.r.reusable());
}

} // namespace
} // namespace ringfence::session::postgresql::test
