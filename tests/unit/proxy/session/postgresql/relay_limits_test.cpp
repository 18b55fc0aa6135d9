// Long analyses and full services hold up one session, not the others.
#include "conversation.h"

namespace ringfence::session::postgresql::test {
namespace {

std::string long_query() {
    std::string list = "SELECT a FROM o WHERE id IN (0";
    for (int i = 1; i < 4000; ++i)
        list += ", x" + std::to_string(i);
    return query(list + ")");
}

TEST(relay_limits, a_long_text_is_analysed_elsewhere_while_the_client_waits) {
    worker w;
    conversation c(w);
    const auto q = long_query();
    EXPECT_EQ(c.client(q), "");
    EXPECT_FALSE(c.r.wants_client_bytes());
    EXPECT_EQ(c.client(query("SELECT 2")), ""); // bytes that were read already wait in order
    w.pool.run_one();
    EXPECT_EQ(c.woken, 1U);
    EXPECT_EQ(c.resume(), q + query("SELECT 2"));
    EXPECT_TRUE(c.r.wants_client_bytes());
}

TEST(relay_limits, every_analysis_is_timed_wherever_it_ran) {
    worker w;
    conversation c(w);
    static_cast<void>(c.client(query("SELECT 1")));
    EXPECT_EQ(w.seen.analyses, 1U);
    static_cast<void>(c.client(long_query()));
    EXPECT_EQ(w.seen.analyses, 1U);
    w.pool.run_one();
    static_cast<void>(c.resume());
    EXPECT_EQ(w.seen.analyses, 2U);
    static_cast<void>(c.client(query("PREPARE p AS SELECT a FROM o")));
    EXPECT_EQ(w.seen.analyses, 4U); // the statement, and the one within it
    EXPECT_EQ(w.seen.misses, 3U);
}

TEST(relay_limits, a_session_that_ends_while_its_text_is_analysed) {
    worker w;
    {
        conversation c(w);
        static_cast<void>(c.client(long_query()));
    }
    w.pool.run_one();
}

TEST(relay_limits, a_policy_that_changes_while_a_text_is_analysed_counts) {
    worker w;
    conversation c(w);
    auto q = long_query();
    static_cast<void>(c.client(q));
    w.env.set_policies(load(shop()));
    w.pool.run_one();
    EXPECT_EQ(c.resume(), ""); // worked out again, under the new policies
    ASSERT_EQ(w.pool.jobs.size(), 1U);
    w.pool.run_one();
    EXPECT_EQ(c.resume(), q);
}

TEST(relay_limits, statements_beyond_the_services_limit_wait_for_a_slot) {
    worker w;
    conversation a(w), b(w), c(w);
    EXPECT_NE(a.client(query("SELECT 1")), "");
    EXPECT_NE(b.client(query("SELECT 1")), "");
    EXPECT_EQ(c.client(query("SELECT 1")), "");
    EXPECT_FALSE(c.r.wants_client_bytes());
    static_cast<void>(a.server(complete("SELECT 1") + ready()));
    EXPECT_EQ(c.woken, 1U);
    EXPECT_EQ(c.resume(), query("SELECT 1"));
}

TEST(relay_limits, a_slot_is_given_back_when_a_session_ends) {
    worker w;
    conversation c(w);
    {
        conversation a(w), b(w);
        static_cast<void>(a.client(query("SELECT 1")));
        static_cast<void>(b.client(query("SELECT 1")));
        EXPECT_EQ(c.client(query("SELECT 1")), "");
    }
    EXPECT_GE(c.woken, 1U);
    EXPECT_EQ(c.resume(), query("SELECT 1"));
}

TEST(relay_limits, a_waiting_session_may_end) {
    worker w;
    conversation a(w), b(w);
    static_cast<void>(a.client(query("SELECT 1")));
    static_cast<void>(b.client(query("SELECT 1")));
    {
        conversation c(w);
        static_cast<void>(c.client(query("SELECT 1")));
    }
    static_cast<void>(a.server(complete("SELECT 1") + ready()));
    EXPECT_EQ(w.usages.of("order-service")->waiting.load(), 0U);
    EXPECT_EQ(w.usages.of("order-service")->statements.load(), 1U);
}

TEST(relay_limits, the_deadline_counts_from_when_the_statement_was_sent) {
    worker w;
    conversation c(w);
    EXPECT_FALSE(c.r.deadline().has_value());
    static_cast<void>(c.client(query("SELECT 1")));
    ASSERT_TRUE(c.r.deadline().has_value());
    EXPECT_GT(*c.r.deadline(), std::chrono::steady_clock::now());
    static_cast<void>(c.server(complete("SELECT 1") + ready()));
    EXPECT_FALSE(c.r.deadline().has_value());
}

} // namespace
} // namespace ringfence::session::postgresql::test
