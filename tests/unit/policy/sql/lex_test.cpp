#include "policy/sql/lex.h"

#include "conversation.h"

#include <gtest/gtest.h>

namespace ringfence::sql::test {
namespace {

std::string blanked(std::string_view text) {
    return lex::without_comments(text).value_or("(as it is)");
}

TEST(comments, become_blanks_and_leave_every_position) {
    EXPECT_EQ(blanked("a/*x*/b"), "a     b");
    EXPECT_EQ(blanked("a --x\nb"), "a    \nb");
    EXPECT_EQ(blanked("a/* /* */ */b"), "a           b");
    EXPECT_EQ(blanked("1+--x\n2"), "1+   \n2");
    EXPECT_EQ(blanked("a*/**/b"), "a*    b");
    EXPECT_EQ(blanked("SELECT 1"), "(as it is)");
}

// A line break in a comment between two strings does not make one of them.
TEST(comments, do_not_leave_line_breaks_of_block_comments) {
    EXPECT_EQ(blanked("'a'/*\n*/'b'"), "'a'     'b'");
}

TEST(comments, are_none_within_strings_and_names) {
    for (const auto* text :
         {"'/* x */'", "'it''s -- x'", "E'\\'/* x */'", "e'\\\\' /*", "\"/* x */\"", "$$/* x */$$",
          "$a$ -- $$ $a$", "U&\"/* x */\"", "'a'\n'/* x */'", "'a' -- y\n'/* x */'"})
        EXPECT_EQ(blanked(text), "(as it is)") << text;
    EXPECT_EQ(blanked("a$b$/*x*/"), "a$b$     ");
    EXPECT_EQ(blanked("e'\\'' /*x*/ '/*y*/'"), "e'\\''       '/*y*/'");
    EXPECT_EQ(blanked("'\\' /*x*/"), "'\\'      ");
}

TEST(comments, stay_where_their_place_is_not_certain) {
    for (const auto* text :
         {"/* open", "'open /*x*/", "1e'\\' /*x*/ '", "$a$ open /*x*/", "\"open /*x*/"})
        EXPECT_EQ(blanked(text), "(as it is)") << text;
}

TEST(comments, between_words_that_belong_together_are_no_syntax_error) {
    EXPECT_EQ(touches("SELECT 1 WHERE 'a' NOT /* x */ IN ('b')"), "");
    EXPECT_EQ(touches("SELECT id FROM t ORDER BY id NULLS -- x\n FIRST"), "read orders.t(id)~");
    EXPECT_EQ(touches("SELECT * FROM generate_series(1, 2) WITH/**/ORDINALITY"), "");
    EXPECT_EQ(touches("SELECT U&'!0061' /*x*/ UESCAPE '!'"), "");
    EXPECT_EQ(touches("SELECT 'a' NOT /*x*/ IN (SELECT email FROM users.accounts)"),
              "read users.accounts(email)");
    EXPECT_EQ(touches("SELECT 'a' /*\n*/ 'b'"), "! syntax");
}

TEST(comments, do_not_move_the_place_of_a_mistake) {
    const auto f = analyse("SELECT /* ä€ */ 1 FRM x y");
    EXPECT_EQ(f.trouble, policy::problem::syntax);
    EXPECT_EQ(f.trouble_at, 23U);
    EXPECT_EQ(f.trouble_words, "syntax error at or near \"x\"");
}

} // namespace
} // namespace ringfence::sql::test
