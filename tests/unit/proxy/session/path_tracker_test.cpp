// Which schemas may be on the path: a SET may be rolled back, skipped, or prepared and run later.
#include "proxy/session/path_tracker.h"

#include <gmock/gmock.h>

namespace ringfence::session {
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

} // namespace
} // namespace ringfence::session
