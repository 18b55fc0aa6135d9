#include "conversation.h"

namespace ringfence::session::postgresql::test {
namespace {

using testing::HasSubstr;

TEST(relay_copy, data_passes_both_ways_and_the_session_is_idle_after) {
    worker w;
    conversation c(w);
    const auto in = query("COPY orders.o FROM STDIN");
    ASSERT_EQ(c.client(in), in);
    static_cast<void>(c.server(msg('G', std::string(3, '\0'))));
    const auto data = msg('d', "1\tx\n") + msg('d', "2\ty\n") + msg('c');
    EXPECT_EQ(c.client(data), data);
    static_cast<void>(c.server(complete("COPY 2") + ready()));
    EXPECT_TRUE(c.r.quiescent());
}

TEST(relay_copy, a_copy_of_a_foreign_table_is_denied_and_its_data_is_ignored_by_the_server) {
    worker w;
    conversation c(w);
    const auto sent = c.client(query("COPY users.accounts FROM STDIN"));
    EXPECT_THAT(sent, is_replacement());
    EXPECT_THAT(c.server(syntax_error_of(sent) + ready()),
                HasSubstr("may not write users.accounts"));
    const auto late = msg('d', "1\n") + msg('c');
    EXPECT_EQ(c.client(late), late); // the protocol says: ignored outside COPY
    EXPECT_TRUE(c.r.quiescent());
}

TEST(relay_copy, a_sync_during_copy_is_not_waited_for) {
    worker w;
    conversation c(w);
    static_cast<void>(c.client(query("COPY orders.o FROM STDIN")));
    static_cast<void>(c.server(msg('G', std::string(3, '\0'))));
    static_cast<void>(c.client(sync() + msg('c')));
    static_cast<void>(c.server(complete("COPY 0") + ready()));
    EXPECT_TRUE(c.r.quiescent());
}

TEST(relay_copy, a_query_inside_copy_data_ends_the_session) {
    worker w;
    conversation c(w);
    static_cast<void>(c.client(query("COPY orders.o FROM STDIN")));
    static_cast<void>(c.server(msg('G', std::string(3, '\0'))));
    EXPECT_EQ(c.client(query("SELECT 1")), "");
    EXPECT_THAT(c.for_client(), HasSubstr("08P01"));
    EXPECT_EQ(c.r.current(), relay::status::broken);
}

TEST(relay_copy, the_extended_way_with_the_sync_that_libpq_sends_early) {
    worker w;
    conversation c(w);
    static_cast<void>(
        c.client(parse("", "COPY orders.o FROM STDIN") + bind("") + execute() + sync()));
    static_cast<void>(c.server(msg('1') + msg('2') + msg('G', std::string(3, '\0'))));
    static_cast<void>(c.client(msg('d', "1\n") + msg('c') + sync()));
    static_cast<void>(c.server(complete("COPY 1") + ready()));
    EXPECT_TRUE(c.r.quiescent());
}

TEST(relay_copy, files_and_programs_are_refused) {
    worker w;
    conversation c(w);
    EXPECT_THAT(c.client(query("COPY orders.o TO '/tmp/x'")), is_replacement());
    EXPECT_THAT(c.client(query("COPY orders.o FROM PROGRAM 'id'")), is_replacement());
}

} // namespace
} // namespace ringfence::session::postgresql::test
