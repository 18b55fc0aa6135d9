// Which answers are outstanding: only what these tests hold may be concluded from an idle pipeline.
#include "proxy/session/postgresql/pipeline.h"

#include <gtest/gtest.h>

namespace ringfence::session::postgresql {
namespace {

TEST(pipeline, a_query_is_answered_by_one_ready) {
    pipeline p;
    EXPECT_TRUE(p.idle());
    p.query();
    EXPECT_FALSE(p.idle());
    p.ready();
    EXPECT_TRUE(p.idle());
    EXPECT_FALSE(p.lost());
}

TEST(pipeline, extended_messages_are_outstanding_until_their_sync_is_answered) {
    pipeline p;
    p.extended();
    EXPECT_FALSE(p.idle());
    p.sync();
    EXPECT_FALSE(p.idle());
    p.ready();
    EXPECT_TRUE(p.idle());
}

TEST(pipeline, three_queries_need_three_readies) {
    pipeline p;
    p.query();
    p.query();
    p.query();
    p.ready();
    p.ready();
    EXPECT_FALSE(p.idle());
    p.ready();
    EXPECT_TRUE(p.idle());
}

TEST(pipeline, a_ready_that_nobody_asked_for_loses_the_match) {
    pipeline p;
    p.ready();
    EXPECT_TRUE(p.lost());
}

TEST(pipeline, a_query_behind_unsynced_messages_loses_the_match) {
    pipeline p;
    p.extended();
    p.query();
    EXPECT_TRUE(p.lost());
}

TEST(pipeline, copy_by_query_ends_with_copy_done_and_one_ready) {
    pipeline p;
    p.query();
    ASSERT_TRUE(p.copy_in());
    EXPECT_TRUE(p.copying_in());
    p.copy_end();
    EXPECT_FALSE(p.copying_in());
    p.ready();
    EXPECT_TRUE(p.idle());
}

TEST(pipeline, the_server_ignores_the_sync_that_libpq_sends_with_an_extended_copy) {
    pipeline p;
    p.extended();
    p.sync(); // swallowed by the server, which reads COPY data by then
    ASSERT_TRUE(p.copy_in());
    p.copy_end();
    p.sync();
    p.ready();
    EXPECT_TRUE(p.idle());
    EXPECT_FALSE(p.lost());
}

TEST(pipeline, a_sync_during_copy_is_ignored) {
    pipeline p;
    p.query();
    ASSERT_TRUE(p.copy_in());
    p.sync();
    p.copy_end();
    p.ready();
    EXPECT_TRUE(p.idle());
}

TEST(pipeline, copy_data_sent_ahead_of_the_answer) {
    pipeline p;
    p.query();
    p.copy_end();
    ASSERT_TRUE(p.copy_in());
    EXPECT_FALSE(p.copying_in());
    p.ready();
    EXPECT_TRUE(p.idle());
}

TEST(pipeline, a_query_sent_into_copy_data_is_an_error) {
    pipeline p;
    p.query();
    p.query();
    EXPECT_FALSE(p.copy_in());
}

TEST(pipeline, a_late_copy_done_after_a_failed_copy_changes_nothing) {
    pipeline p;
    p.query();
    ASSERT_TRUE(p.copy_in());
    p.error();
    p.copy_end(); // the client had not seen the error yet
    p.ready();
    p.copy_end(); // … and even later: the server ignores it
    EXPECT_TRUE(p.idle());
    p.query();
    p.ready();
    EXPECT_TRUE(p.idle());
    EXPECT_FALSE(p.lost());
}

TEST(pipeline, an_error_drops_the_copy_end_that_the_server_will_ignore) {
    pipeline p;
    p.query();
    p.copy_end();
    p.error(); // the COPY was refused
    p.query(); // a COPY again
    p.ready();
    ASSERT_TRUE(p.copy_in());
    EXPECT_TRUE(p.copying_in());
}

} // namespace
} // namespace ringfence::session::postgresql
