#include "proxy/session/decision_cache.h"
#include "proxy/session/view.h"

#include <gtest/gtest.h>

namespace ringfence::session {
namespace {

verdict_ptr some() {
    return std::make_shared<verdict>();
}

TEST(decision_cache, finds_what_was_inserted_in_the_same_space_only) {
    decision_cache c(1 << 20);
    const auto v = some();
    c.insert(2, "SELECT 1", v);
    ASSERT_NE(c.find(2, "SELECT 1"), nullptr);
    EXPECT_EQ(*c.find(2, "SELECT 1"), v);
    EXPECT_EQ(c.find(3, "SELECT 1"), nullptr);
    EXPECT_EQ(c.find(2, "SELECT 2"), nullptr);
}

TEST(decision_cache, a_null_is_remembered_as_such) {
    decision_cache c(1 << 20);
    c.insert(2, "SELECT nextval('')", nullptr);
    ASSERT_NE(c.find(2, "SELECT nextval('')"), nullptr);
    EXPECT_EQ(*c.find(2, "SELECT nextval('')"), nullptr);
}

TEST(decision_cache, stays_within_its_budget_and_keeps_what_is_used) {
    decision_cache c(64 * 1024);
    const auto kept = some();
    c.insert(2, "kept", kept);
    for (int i = 0; i < 10'000; ++i) {
        c.insert(2, "other " + std::to_string(i), some());
        if (i % 20 == 0) {
            ASSERT_NE(c.find(2, "kept"), nullptr) << i;
        }
    }
    EXPECT_EQ(*c.find(2, "kept"), kept);
    EXPECT_EQ(c.find(2, "other 1"), nullptr);
}

TEST(decision_cache, a_huge_text_does_not_push_everything_out) {
    decision_cache c(1 << 20);
    c.insert(2, "small", some());
    c.insert(2, std::string(10 << 20, 'x'), some());
    EXPECT_NE(c.find(2, "small"), nullptr);
}

} // namespace
} // namespace ringfence::session
