// Which schemas may be on the path: a SET may be rolled back, skipped, or prepared and run later.
#include "proxy/session/postgresql/path_tracker.h"

#include <gmock/gmock.h>

namespace ringfence::session::postgresql {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(path_tracker, starts_with_the_pinned_list) {
    const path_tracker t({"users", "audit"});
    EXPECT_THAT(t.possible(), ElementsAre("audit", "users"));
}

TEST(path_tracker, both_lists_are_possible_until_the_server_is_idle) {
    path_tracker t({"users"});
    EXPECT_TRUE(t.sent({"extensions"}, true));
    EXPECT_THAT(t.possible(), ElementsAre("extensions", "users"));
    EXPECT_TRUE(t.settle());
    EXPECT_THAT(t.possible(), ElementsAre("extensions"));
}

TEST(path_tracker, a_rollback_keeps_the_former_list_possible) {
    path_tracker t({"users"});
    static_cast<void>(t.sent({"extensions"}, true));
    t.undone();
    EXPECT_FALSE(t.settle());
    EXPECT_THAT(t.possible(), ElementsAre("extensions", "users"));
}

TEST(path_tracker, a_set_that_does_not_last_never_replaces_the_former_list) {
    path_tracker t({"users"});
    static_cast<void>(t.sent({"extensions"}, false));
    EXPECT_FALSE(t.settle());
    EXPECT_THAT(t.possible(), ElementsAre("extensions", "users"));
}

TEST(path_tracker, a_lasting_set_beside_one_that_does_not_last_proves_nothing) {
    path_tracker t({"users"});
    static_cast<void>(t.sent({"extensions"}, false));
    static_cast<void>(t.sent({"users"}, true));
    EXPECT_FALSE(t.settle());
    EXPECT_THAT(t.possible(), ElementsAre("extensions", "users"));
    static_cast<void>(t.sent({"users"}, true));
    EXPECT_TRUE(t.settle());
    EXPECT_THAT(t.possible(), ElementsAre("users"));
}

TEST(path_tracker, a_prepared_set_stays_possible_for_good) {
    path_tracker t({"users"});
    EXPECT_TRUE(t.prepared({"extensions"}));
    static_cast<void>(t.sent({"users"}, true));
    static_cast<void>(t.settle());
    EXPECT_THAT(t.possible(), ElementsAre("extensions", "users"));
}

TEST(path_tracker, the_empty_list_is_a_list) {
    path_tracker t({"users"});
    EXPECT_FALSE(t.sent({}, true));
    EXPECT_TRUE(t.settle());
    EXPECT_THAT(t.possible(), IsEmpty());
}

TEST(path_tracker, follows_the_unnamed_statement_to_its_execution) {
    path_tracker p({"orders"});
    p.parsed_unnamed(path_tracker::setting{{"common"}, true});
    EXPECT_THAT(p.possible(), ElementsAre("orders")); // not yet
    EXPECT_FALSE(p.bound("", ""));
    EXPECT_TRUE(p.executed(""));
    EXPECT_THAT(p.possible(), ElementsAre("common", "orders"));
    EXPECT_TRUE(p.settle());
    EXPECT_THAT(p.possible(), ElementsAre("common"));
    EXPECT_TRUE(p.follows_portals()); // it may be bound again
    p.parsed_unnamed(std::nullopt);
    static_cast<void>(p.settle());
    EXPECT_FALSE(p.follows_portals());
}

TEST(path_tracker, keeps_what_a_portal_with_a_name_may_set) {
    path_tracker p({"orders"});
    p.parsed_unnamed(path_tracker::setting{{"common"}, true});
    EXPECT_TRUE(p.bound("portal", ""));
    static_cast<void>(p.settle());
    EXPECT_THAT(p.possible(), ElementsAre("common", "orders"));
}

TEST(path_tracker, knows_that_a_parse_that_was_skipped_left_the_former_one_in_place) {
    path_tracker p({"orders"});
    p.parsed_unnamed(path_tracker::setting{{"common"}, true});
    p.parsed_unnamed(std::nullopt); // perhaps skipped
    static_cast<void>(p.bound("", ""));
    EXPECT_TRUE(p.executed(""));
    static_cast<void>(p.settle());
    EXPECT_THAT(p.possible(), ElementsAre("common", "orders"));
}

TEST(path_tracker, narrows_to_what_was_executed_last_unless_something_failed) {
    for (const bool failed : {false, true}) {
        path_tracker p({"orders"});
        p.parsed_unnamed(path_tracker::setting{{"common"}, true});
        p.parsed_unnamed(path_tracker::setting{{"extensions"}, true});
        static_cast<void>(p.bound("", ""));
        static_cast<void>(p.executed(""));
        if (failed)
            p.undone();
        static_cast<void>(p.settle());
        EXPECT_EQ(p.possible().size(), failed ? 3U : 1U);
    }
}

TEST(path_tracker, does_not_take_a_named_statement_for_the_unnamed_one) {
    path_tracker p({"orders"});
    p.parsed_unnamed(path_tracker::setting{{"common"}, true});
    static_cast<void>(p.bound("", "s"));
    EXPECT_FALSE(p.executed(""));
    EXPECT_THAT(p.possible(), ElementsAre("orders"));
}

TEST(path_tracker, does_not_grow_with_the_number_of_statements) {
    path_tracker p({"orders"});
    for (int i = 0; i < 100; ++i) {
        p.parsed_unnamed(std::nullopt);
        p.parsed_unnamed(path_tracker::setting{{"common"}, true});
        static_cast<void>(p.bound("", ""));
    }
    EXPECT_TRUE(p.executed(""));
    EXPECT_TRUE(p.settle());
    EXPECT_THAT(p.possible(), ElementsAre("common"));
}

} // namespace
} // namespace ringfence::session::postgresql
