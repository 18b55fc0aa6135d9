// The borders of tokens, as the servers draw them. What is marked with a server was tried there
// (MariaDB 10.11); the rest is from both servers' sources.
#include "policy/sql/mysql/lexer.h"

#include "conversation.h"

#include <gtest/gtest.h>

namespace ringfence::sql::mysql {
namespace {

using test::on_mariadb;
using test::on_mysql;

// The tokens with a blank between them; what is not read, as "!".
std::string tokens(std::string_view text, const mysql_scope& s = on_mariadb()) {
    const auto found = lex(text, s, s.version);
    if (!found.trouble.empty())
        return "!";
    std::string all;
    for (const auto& t : found.tokens)
        if (t.kind != token_kind::end)
            all += (all.empty() ? "" : " ") + std::string(text.substr(t.begin, t.end - t.begin));
    return all;
}

mysql_scope with_mode(std::string_view mode) {
    auto s = on_mariadb();
    s.mode = mysql_mode_of(mode, s.flavour).value();
    return s;
}

TEST(mysql_lexer, numbers_end_where_names_may_begin) {
    EXPECT_EQ(tokens("1e0FROM"), "1e0 FROM"); // MariaDB: SELECT 1e0FROM t
    EXPECT_EQ(tokens("1FROM"), "1FROM");      // a name
    EXPECT_EQ(tokens("1eFROM"), "1eFROM");
    EXPECT_EQ(tokens("1.FROM"), "1. FROM");
    EXPECT_EQ(tokens("1.e1FROM"), "1.e1 FROM");
    EXPECT_EQ(tokens("1.5e+3x"), "1.5e+3 x");
    EXPECT_EQ(tokens(".5a"), ".5 a");
    EXPECT_EQ(tokens("0x1fg"), "0x1fg"); // a name
    EXPECT_EQ(tokens("0x1f g"), "0x1f g");
    EXPECT_EQ(tokens("0X1F"), "0X1F");
    EXPECT_EQ(tokens("0b12"), "0b12");
    EXPECT_EQ(tokens("1.e"), "!");
    EXPECT_EQ(tokens("1..3"), "1 .. 3");
    EXPECT_EQ(tokens("1..3", on_mysql()), "1. .3");
}

TEST(mysql_lexer, behind_a_dot_every_word_is_a_name) {
    const auto kinds = [](std::string_view text) {
        std::string all;
        for (const auto& t : lex(text, on_mysql(), 80400).tokens)
            all += t.kind == token_kind::name ? 'n' : t.kind == token_kind::word ? 'w' : '.';
        return all;
    };
    EXPECT_EQ(kinds("t.select"), "w.n.");
    EXPECT_EQ(kinds("t. select"), "w.w."); // a keyword there
    EXPECT_EQ(tokens("t.1a"), "t . 1a");
    EXPECT_EQ(tokens("t.1e5"), "t . 1e5");
    EXPECT_EQ(tokens("t .5"), "t .5"); // a name and a number
    EXPECT_EQ(tokens("`t`.5"), "`t` .5");
    EXPECT_EQ(tokens("a.b.c"), "a . b . c");
}

TEST(mysql_lexer, strings_and_their_escapes) {
    EXPECT_EQ(tokens("'a''b' 'c\\'d' \"e\"\"f\""), "'a''b' 'c\\'d' \"e\"\"f\"");
    EXPECT_EQ(tokens("'a\\' b"), "!");
    EXPECT_EQ(tokens("'a\\' b", with_mode("NO_BACKSLASH_ESCAPES")), "'a\\' b");
    EXPECT_EQ(tokens("\"a\\\" b"), "!");
    EXPECT_EQ(tokens("\"a\\\" b", with_mode("ANSI_QUOTES")), "\"a\\\" b"); // no escapes in names
    EXPECT_EQ(tokens("n'x' N'y' x'0f' X'' b'01'"), "n'x' N'y' x'0f' X'' b'01'");
    EXPECT_EQ(tokens("x'0'"), "!");
    EXPECT_EQ(tokens("x'0g'"), "!");
    EXPECT_EQ(tokens("_utf8mb4'a'_latin1 'b'"), "_utf8mb4 'a' _latin1 'b'");
    EXPECT_EQ(tokens("'a"), "!");
    EXPECT_EQ(tokens("`a``b``"), "!");
}

TEST(mysql_lexer, string_values) {
    const auto value = [](std::string_view text, const mysql_scope& s) {
        return string_of(text, lex(text, s, s.version).tokens.front(), s.mode).value_or("?");
    };
    EXPECT_EQ(value("'a''b\\n\\%\\z'", on_mysql()), "a'b\n\\%z");
    EXPECT_EQ(value("'a\\n'", with_mode("NO_BACKSLASH_ESCAPES")), "a\\n");
    EXPECT_EQ(value("x'41'", on_mysql()), "?");
    EXPECT_EQ(name_of("`a``b`", lex("`a``b`", on_mysql(), 1).tokens.front()), "a`b");
}

TEST(mysql_lexer, comments_to_the_end_of_the_line) {
    EXPECT_EQ(tokens("1 -- 2\n3"), "1 3");
    EXPECT_EQ(tokens("1 --2\n3"), "1 - - 2 3"); // no comment without white space
    EXPECT_EQ(tokens("1 --\t2\n3"), "1 3");
    EXPECT_EQ(tokens("1 --\x01 2\n3"), "1 3"); // or a control character
    EXPECT_EQ(tokens("1 --"), "1");
    EXPECT_EQ(tokens("1 # 2\n3"), "1 3");
    EXPECT_EQ(tokens("1 # 2\r3"), "1"); // a carriage return ends no line
    EXPECT_EQ(tokens("1 --\xa0 2\n3"), "!");
    EXPECT_EQ(tokens(std::string_view("1 # \0\n3", 7)), "!");
}

TEST(mysql_lexer, comments_that_are_code) {
    EXPECT_EQ(tokens("1/*! 2*/3"), "1 2 3");
    EXPECT_EQ(tokens("1/*!40100 2*/3"), "1 2 3");
    EXPECT_EQ(tokens("1/*!401002*/3"), "1 3"); // MariaDB: six digits are a version of its own
    EXPECT_EQ(tokens("1/*!401002*/3", on_mysql()), "1 2 3");
    EXPECT_EQ(tokens("1/*!4010 2*/3"), "1 4010 2 3");
    EXPECT_EQ(tokens("1/*!99999 2*/3"), "1 3");
    EXPECT_EQ(tokens("1/*!99999 2*/3", on_mysql()), "1 3");
    // MariaDB: what is for MySQL 5.7 and later is skipped.
    EXPECT_EQ(tokens("1/*!50701 2*/3"), "1 3");
    EXPECT_EQ(tokens("1/*!50701 2*/3", on_mysql()), "1 2 3");
    EXPECT_EQ(tokens("1/*M!50701 2*/3"), "1 2 3");
    EXPECT_EQ(tokens("1/*M! 2*/3"), "1 2 3");
    EXPECT_EQ(tokens("1/*M! 2*/3", on_mysql()), "1 3");
    EXPECT_EQ(tokens("1/*m! 2*/3"), "1 3");
    EXPECT_EQ(tokens("1/*!101120 2*/3"), "1 3");
    EXPECT_EQ(tokens("1/*!101119 2*/3"), "1 2 3");
    EXPECT_EQ(tokens("1/*!080400 2*/3", on_mysql()), "1 2 3");
    EXPECT_EQ(tokens("1/*!080401 2*/3", on_mysql()), "1 3");
    // Versions of MySQL differ in how many digits they read.
    EXPECT_EQ(tokens("1/*!080000 2*/3", on_mysql(80036)), "!");
    EXPECT_EQ(tokens("1/*!99997 2*/3"), "!"); // code where Galera replicates
}

TEST(mysql_lexer, comments_in_comments_and_strings_in_them) {
    EXPECT_EQ(tokens("1/* /* */ 2 */"), "1 2 * /");
    EXPECT_EQ(tokens("1/*! '*/' */3"), "1 '*/' 3");
    EXPECT_EQ(tokens("1/*! /* 2 */ 3 */4"), "1 3 4");
    EXPECT_EQ(tokens("1/*!99999 /* 2 */ 3 */4"), "1 4");     // skipped ones nest one deep
    EXPECT_EQ(tokens("1/*!99999 '*/' 2"), "!");              // and know no strings
    EXPECT_EQ(tokens("1/*! /*! 2 */ 3 */4"), "1 2 3 * / 4"); // one end ends all
    EXPECT_EQ(tokens("1/*! -- */\n2*/3"), "1 2 3");
    EXPECT_EQ(tokens("1/*! 2"), "!");
    EXPECT_EQ(tokens("1/* 2"), "!");
    EXPECT_EQ(tokens("1*/2"), "1 * / 2");
}

TEST(mysql_lexer, optimizer_hints_end_where_every_reading_ends_them) {
    EXPECT_EQ(tokens("SELECT /*+ NO_MERGE(t) */ 1"), "SELECT 1");
    EXPECT_EQ(tokens("SELECT /*+ QB_NAME(`a*/b`) */ 1"), "!");
    EXPECT_EQ(tokens("SELECT /*+ SET_VAR(sql_mode=x) */ 1"), "!");
}

TEST(mysql_lexer, white_space_and_stray_bytes) {
    EXPECT_EQ(tokens("1\t2\n3\v4\f5\r6"), "1 2 3 4 5 6");
    EXPECT_EQ(tokens("1\xa0"
                     "2"),
              "!"); // white space in latin1
    EXPECT_EQ(tokens(std::string_view("1\0 2", 4)), "!");
    EXPECT_EQ(tokens("1\x01 2"), "!");
    EXPECT_EQ(tokens("\\N"), "\\N");
    EXPECT_EQ(tokens("\\N", on_mysql()), "!");
    EXPECT_EQ(tokens("\\n"), "!");
}

TEST(mysql_lexer, names_beyond_ascii) {
    EXPECT_EQ(tokens("gr\xc3\xbc\xc3\x9f"
                     "e"),
              "gr\xc3\xbc\xc3\x9f"
              "e");
    EXPECT_EQ(tokens("`gr\xc3\xbc`"), "`gr\xc3\xbc`");
    EXPECT_EQ(tokens("a\xf0\x9f\x98\x80"), "!"); // four bytes become a question mark
    EXPECT_EQ(tokens("`a\xf0\x9f\x98\x80`"), "!");
    EXPECT_EQ(tokens("a\xc3"), "!");
    EXPECT_EQ(tokens("a\xc0\x80"), "!");
    auto latin = on_mariadb();
    latin.charset = "latin1";
    EXPECT_EQ(tokens("'gr\xfc\xdf"
                     "e'",
                     latin),
              "'gr\xfc\xdf"
              "e'");
    EXPECT_EQ(tokens("gr\xfc\xdf"
                     "e",
                     latin),
              "!");
}

TEST(mysql_lexer, variables) {
    EXPECT_EQ(tokens("@a @'b c' @`d` @a.b$c @ x"), "@a @'b c' @`d` @a.b$c @ x");
    EXPECT_EQ(tokens("@@sql_mode @@global.x @@`y`"), "@@ sql_mode @@ global . x @@ `y`");
    EXPECT_EQ(tokens("@@ x"), "!");
    EXPECT_EQ(tokens("@a:=1"), "@a := 1");
}

TEST(mysql_lexer, dollars_that_may_quote) {
    EXPECT_EQ(tokens("$a$b$a$", on_mysql()), "!"); // MySQL 9: a string
    EXPECT_EQ(tokens("$$ x $$", on_mysql()), "!");
    EXPECT_EQ(tokens("$a", on_mysql()), "$a");
    EXPECT_EQ(tokens("$a$b$a$"), "$a$b$a$");
}

} // namespace
} // namespace ringfence::sql::mysql
