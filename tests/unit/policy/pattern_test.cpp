#include "policy/pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace ringfence::policy {
namespace {

TEST(pattern, a_star_takes_any_run_and_a_question_mark_one_character) {
    EXPECT_TRUE(matches("user_*", "user_profiles"));
    EXPECT_TRUE(matches("user_*", "user_"));
    EXPECT_FALSE(matches("user_*", "users"));
    EXPECT_FALSE(matches("user_*", "my_user_profiles"));
    EXPECT_TRUE(matches("*_log", "order_log"));
    EXPECT_TRUE(matches("a*b*c", "a-b-b-c"));
    EXPECT_FALSE(matches("a*b*c", "a-b-b-"));
    EXPECT_TRUE(matches("t?", "t1"));
    EXPECT_FALSE(matches("t?", "t"));
    EXPECT_FALSE(matches("t?", "t12"));
    EXPECT_TRUE(matches("*", ""));
    EXPECT_TRUE(matches("**", "x"));
    EXPECT_TRUE(matches("", ""));
    EXPECT_FALSE(matches("", "x"));
    EXPECT_FALSE(matches("x", ""));
    EXPECT_TRUE(matches("*a", "aaa"));
    EXPECT_TRUE(matches("*?a", "xa"));
}

TEST(pattern, a_question_mark_is_one_character_and_not_one_byte) {
    EXPECT_TRUE(matches("t?", "t\xc3\xa4"));
    EXPECT_FALSE(matches("t??", "t\xc3\xa4"));
    EXPECT_TRUE(matches("*\xc3\xa4", "\xc3\xa4\xc3\xa4"));
    EXPECT_TRUE(matches("t?", "t\xff")); // a stray byte is one, too
}

TEST(pattern, regular_expression_and_like_wildcards_mean_themselves) {
    EXPECT_FALSE(matches("user%", "user_1"));
    EXPECT_FALSE(matches("u.er", "user"));
    EXPECT_FALSE(matches("[a-z]*", "user"));
    EXPECT_TRUE(matches("a\\*", "a\\b")); // a backslash escapes nothing
    EXPECT_FALSE(matches("Users", "users"));
}

TEST(pattern, many_stars_do_not_take_exponential_time) {
    std::string stars;
    for (int i = 0; i < 30; ++i)
        stars += "*a";
    EXPECT_FALSE(matches(stars + "b", std::string(5000, 'a')));
}

TEST(pattern, two_patterns_overlap_when_one_name_fits_both) {
    EXPECT_TRUE(overlap("user_*", "*_log"));
    EXPECT_TRUE(overlap("user_*", "user_*"));
    EXPECT_TRUE(overlap("user_*", "user_log"));
    EXPECT_TRUE(overlap("a?c", "ab*"));
    EXPECT_TRUE(overlap("*", "anything"));
    EXPECT_TRUE(overlap("a*", "*a"));
    EXPECT_TRUE(overlap("?", "*"));
    EXPECT_FALSE(overlap("user_*", "order_*"));
    EXPECT_FALSE(overlap("*_log", "*_tab"));
    EXPECT_FALSE(overlap("a?", "a"));
    EXPECT_FALSE(overlap("a?c*", "abd*"));
    EXPECT_FALSE(overlap("x", "y"));
}

// Every pair of short patterns against every short name: the overlap is exactly what the names say.
TEST(pattern, overlap_agrees_with_matching) {
    const auto texts = [](const std::string& alphabet, std::size_t longest) {
        std::vector<std::string> all{""};
        for (std::size_t from = 0, length = 0; length < longest; ++length) {
            const std::size_t to = all.size();
            for (; from < to; ++from)
                for (const char c : alphabet)
                    all.push_back(all[from] + c);
        }
        return all;
    };
    const auto names = texts("ab", 5);
    const auto patterns = texts("ab*?", 3);
    for (const auto& p : patterns)
        for (const auto& q : patterns) {
            bool found = false;
            for (const auto& n : names)
                found = found || (matches(p, n) && matches(q, n));
            ASSERT_EQ(overlap(p, q), found) << p << " and " << q;
        }
}

} // namespace
} // namespace ringfence::policy
