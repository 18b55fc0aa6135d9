// What a prepared statement's name may stand for, when parts of a pipeline may have been skipped.
#include "proxy/session/postgresql/prepared.h"

#include <gmock/gmock.h>

namespace ringfence::session::postgresql {
namespace {

using testing::ElementsAre;

verdict_ptr text(std::string t) {
    auto v = std::make_shared<verdict>();
    v->text = std::move(t);
    return v;
}

std::vector<std::string> texts(const prepared_statements& p, std::string_view name) {
    std::vector<std::string> all;
    if (const auto* found = p.find(name))
        for (const auto& v : *found)
            all.push_back(v->text);
    return all;
}

constexpr std::size_t plenty = 100;

TEST(prepared, a_name_stands_for_what_was_parsed) {
    prepared_statements p;
    ASSERT_TRUE(p.parsed("s", text("A"), plenty));
    p.settle();
    EXPECT_THAT(texts(p, "s"), ElementsAre("A"));
    EXPECT_EQ(p.find("other"), nullptr);
}

TEST(prepared, the_unnamed_statement_is_replaced_by_the_next_parse) {
    prepared_statements p;
    ASSERT_TRUE(p.parsed("", text("A"), plenty));
    ASSERT_TRUE(p.parsed("", text("B"), plenty));
    EXPECT_THAT(texts(p, ""), ElementsAre("A", "B")); // not answered yet
    p.settle();
    EXPECT_THAT(texts(p, ""), ElementsAre("B"));
}

TEST(prepared, a_close_and_parse_that_the_server_skipped_leave_the_old_text_possible) {
    prepared_statements p;
    ASSERT_TRUE(p.parsed("s", text("A"), plenty));
    p.settle();
    p.closed("s");
    ASSERT_TRUE(p.parsed("s", text("B"), plenty));
    p.error();
    p.settle();
    EXPECT_THAT(texts(p, "s"), ElementsAre("A", "B"));
}

TEST(prepared, a_close_that_went_through_forgets_the_name) {
    prepared_statements p;
    ASSERT_TRUE(p.parsed("s", text("A"), plenty));
    p.settle();
    p.closed("s");
    p.settle();
    EXPECT_EQ(p.find("s"), nullptr);
    EXPECT_EQ(p.size(), 0U);
}

TEST(prepared, a_close_that_was_skipped_does_not) {
    prepared_statements p;
    ASSERT_TRUE(p.parsed("s", text("A"), plenty));
    p.settle();
    p.closed("s");
    p.error();
    p.settle();
    EXPECT_THAT(texts(p, "s"), ElementsAre("A"));
}

TEST(prepared, more_names_than_allowed_are_refused) {
    prepared_statements p;
    ASSERT_TRUE(p.parsed("a", text("A"), 2));
    ASSERT_TRUE(p.parsed("b", text("B"), 2));
    EXPECT_FALSE(p.parsed("c", text("C"), 2));
    EXPECT_TRUE(p.parsed("a", text("D"), 2));
}

TEST(prepared, a_deep_pipeline_of_unnamed_statements_is_unknown_until_it_settles) {
    prepared_statements p;
    for (int i = 0; i < 100; ++i)
        ASSERT_TRUE(p.parsed("", text(std::to_string(i)), plenty));
    EXPECT_EQ(p.find(""), nullptr);
    p.settle();
    EXPECT_THAT(texts(p, ""), ElementsAre("99"));
}

TEST(prepared, deallocate_all_forgets_every_name_once_it_went_through) {
    prepared_statements p;
    ASSERT_TRUE(p.parsed("a", text("A"), plenty));
    ASSERT_TRUE(p.parsed("b", text("B"), plenty));
    p.settle();
    p.closed_all();
    EXPECT_EQ(p.size(), 2U);
    p.settle();
    EXPECT_EQ(p.size(), 0U);
}

} // namespace
} // namespace ringfence::session::postgresql
