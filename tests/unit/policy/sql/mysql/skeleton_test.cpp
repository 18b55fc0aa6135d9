#include "policy/sql/mysql/lexer.h"
#include "policy/sql/mysql_analyzer.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::sql {
namespace {

constexpr mysql_mode plain{};
constexpr mysql_mode ansi{.ansi_quotes = true};
constexpr mysql_mode no_escapes{.no_backslash_escapes = true};

std::string skeleton(std::string_view text, const mysql_mode& mode = plain) {
    std::string out = "left over";
    if (!literal_skeleton_mysql(text, mode, out)) {
        EXPECT_EQ(out, "");
        return "not certain";
    }
    return out;
}

TEST(mysql_skeleton, takes_plain_literals_out) {
    EXPECT_EQ(skeleton("SELECT * FROM t WHERE a = 12 AND b = 'it''s'"),
              "SELECT * FROM t WHERE a = 0 AND b = ''");
    EXPECT_EQ(skeleton("SELECT 1.5, -7, 'it\\'s', \"a'b\""), "SELECT 0.0, -0, '', \"\"");
    EXPECT_EQ(skeleton("SELECT 'a' 'b', 'a'\"b\", ''"), "SELECT '' '', ''\"\", ''");
    EXPECT_EQ(skeleton("select `A 'b' 1`.c1, d$2, $3 from e_3"),
              "select `A 'b' 1`.c1, d$2, $3 from e_3");
    EXPECT_EQ(skeleton("SELECT /* 1 'x' /* 2 */ 3 -- 4 '\n, 5 # 6\n, 7"),
              "SELECT /* 1 'x' /* 2 */ 0 -- 4 '\n, 0 # 6\n, 0");
    EXPECT_EQ(skeleton("SELECT 1--2, d->'$.a', _utf8mb4 'x', @a1 := 3"),
              "SELECT 0--0, d->'', _utf8mb4 '', @a1 := 0");
    EXPECT_EQ(skeleton("SELECT 1.5e0, 1e-5, _binary'a\\'b', _latin1\"c\""),
              "SELECT 0.0, 0.0, _binary'', _latin1\"\"");
    EXPECT_EQ(skeleton("SELECT DATE'2026-01-01'"), "not certain");
    EXPECT_EQ(skeleton("SELECT DATE '2026-01-01'"), "SELECT DATE ''");
    EXPECT_EQ(skeleton("SELECT '\xC3\xA4' AS \xC3\xA4"), "SELECT '' AS \xC3\xA4");
    EXPECT_EQ(skeleton("SHOW WARNINGS"), "SHOW WARNINGS");
    EXPECT_EQ(skeleton("SELECT 1--"), "SELECT 0--");
    EXPECT_EQ(skeleton(""), "");
}

TEST(mysql_skeleton, reads_quotation_marks_as_the_mode_does) {
    EXPECT_EQ(skeleton("SELECT \"a1\", 'b\"'", ansi), "SELECT \"a1\", ''");
    EXPECT_EQ(skeleton("SELECT \"a\\\", 'b'", ansi), "SELECT \"a\\\", ''");
    EXPECT_EQ(skeleton("SELECT 'a\\', 'b'", no_escapes), "SELECT '', ''");
    EXPECT_EQ(skeleton("SELECT 'a\\', 'b'"), "not certain");
    EXPECT_EQ(skeleton("SELECT 'a\\', secret, ' , \\'"), "not certain");
    EXPECT_EQ(skeleton("SELECT 'a\\\\', 'b'"), "SELECT '', ''");
    EXPECT_EQ(skeleton("SELECT `a\\`, 'b'"), "SELECT `a\\`, ''");
    EXPECT_EQ(skeleton("SELECT 1", {.foreign_grammar = true}), "not certain");
}

TEST(mysql_skeleton, keeps_what_the_grammar_tells_apart) {
    EXPECT_NE(skeleton("SELECT -1"), skeleton("SELECT - 1"));
    EXPECT_NE(skeleton("SELECT 1"), skeleton("SELECT 1.0"));
    EXPECT_NE(skeleton("SELECT 1"), skeleton("SELECT '1'"));
    EXPECT_NE(skeleton("SELECT `a1`"), skeleton("SELECT `a2`"));
    EXPECT_NE(skeleton("SELECT a1"), skeleton("SELECT a2"));
}

TEST(mysql_skeleton, is_not_certain_of_anything_unusual) {
    using namespace std::string_view_literals;
    for (const auto text : {"SELECT N'a'"sv,        "SELECT x'1f'"sv,
                            "SELECT b'1'"sv,        "SELECT @_latin1'a'"sv,
                            "SELECT a_latin1'a'"sv, "SELECT latin1\"a\""sv,
                            "SELECT 'a"sv,          "SELECT 'a\\'"sv,
                            "SELECT 'a\\"sv,        "SELECT \"a"sv,
                            "SELECT `a"sv,          "SELECT /* a"sv,
                            "SELECT /*! 1 */"sv,    "SELECT /*!50000 1 */"sv,
                            "SELECT /*M! 1 */"sv,   "SELECT --\xA0 1"sv,
                            "SELECT 1."sv,          "SELECT .5"sv,
                            "SELECT a.5"sv,         "SELECT a.1b"sv,
                            "SELECT 1e"sv,          "SELECT 1.5e+"sv,
                            "SELECT 1e5.5"sv,       "SELECT 1e5a"sv,
                            "SELECT 1e0FROM t"sv,   "SELECT 1a"sv,
                            "SELECT 1\xC3\xA4"sv,   "SELECT 0x1F"sv,
                            "SELECT 0b1"sv,         "SELECT 1..2"sv,
                            "SELECT 1.2.3"sv,       "SELECT a..b"sv,
                            "SELECT @1"sv,          "SELECT @'x'"sv,
                            "SELECT @\"x\""sv,      "SELECT a@'x'"sv,
                            "SELECT @a.1"sv,        "SELECT \\N"sv,
                            "SELECT \x01"sv,        "SELECT \x7F"sv,
                            "SELECT 1\0"sv,         "SELECT '\0'"sv})
        EXPECT_EQ(skeleton(text), "not certain") << text;
}

struct seen {
    mysql::token_kind kind{};
    std::uint16_t what = 0;
    std::string text; // empty for constants
    bool operator==(const seen&) const = default;
};

std::vector<seen> lexed(std::string_view text, const mysql_scope& s, bool& certain) {
    std::vector<seen> all;
    const auto found = mysql::lex(text, s, s.version);
    certain = found.trouble.empty();
    for (const auto& t : found.tokens) {
        const bool constant =
            t.kind == mysql::token_kind::number || t.kind == mysql::token_kind::string;
        all.push_back(
            {t.kind, t.what, constant ? "" : std::string(text.substr(t.begin, t.end - t.begin))});
    }
    return all;
}

// A text has the tokens of its skeleton, but for the values of constants, as the analyser's lexer
// cuts them for each server, mode and character set. Hence two texts with the same skeleton differ
// in those values only.
TEST(mysql_skeleton, has_the_tokens_of_its_text) {
    static constexpr auto parts = std::to_array<std::string_view>(
        {"SELECT",  " ",       " ",          "\n",       "\t",  "\v",  "'a'",     "'",   "''",
         "'it''s'", "\"",      "\"q\"\"q\"", "\"a\"",    "`",   "`a`", "1",       "12",  "1.5",
         ".",       ".5",      "1.",         "e",        "E",   "x",   "b",       "n",   "N",
         "M",       "_latin1", "\\N",        "\\",       "\\'", "$1",  "$",       "$$",  "0x",
         "a1",      "_b",      "@",          "@@",       "@a",  "--",  "-- ",     "1e5", "1.5e-3",
         "/*",      "*/",      "/*!",        "/*!50000", "/*+", "*",   "/",       "-",   "+",
         "<",       ">=",      "->",         "|",        "!",   "~",   "#",       "%",   ":=",
         "?",       "=",       ";",          ",",        "(",   ")",   "\xC3\xA4"});
    std::vector<mysql_scope> scopes;
    for (const auto flavour : {mysql_flavour::mysql, mysql_flavour::mariadb})
        for (const auto* charset : {"utf8mb4", "latin1"}) {
            mysql_scope s;
            s.flavour = flavour;
            s.version = flavour == mysql_flavour::mysql ? 80400 : 101119;
            s.charset = charset;
            scopes.push_back(s);
        }
    std::mt19937 random(20261121); // the same every time
    unsigned certain = 0;
    for (int round = 0; round < 200'000; ++round) {
        std::string text;
        const auto length = 1 + random() % 10;
        for (auto i = length; i > 0; --i)
            text += parts[random() % parts.size()];
        if (random() % 8 == 0)
            text[random() % text.size()] = static_cast<char>(1 + random() % 255);
        const mysql_mode mode{.ansi_quotes = random() % 2 == 0,
                              .no_backslash_escapes = random() % 2 == 0};
        std::string bare;
        if (!literal_skeleton_mysql(text, mode, bare))
            continue;
        ++certain;
        for (auto& s : scopes) {
            s.mode = mode;
            bool text_is_read = false;
            bool bare_is_read = false;
            const auto of_text = lexed(text, s, text_is_read);
            const auto of_bare = lexed(bare, s, bare_is_read);
            ASSERT_EQ(text_is_read, bare_is_read) << "text: " << text << "\nskeleton: " << bare;
            ASSERT_TRUE(of_text == of_bare) << "text: " << text << "\nskeleton: " << bare;
        }
        std::string again;
        ASSERT_TRUE(literal_skeleton_mysql(bare, mode, again)) << bare;
        ASSERT_EQ(bare, again);
    }
    EXPECT_GT(certain, 20'000U);
}

// What a literal says decides nothing where the footprint says so.
TEST(mysql_skeleton, is_not_used_where_a_literal_was_looked_at) {
    mysql_scope s;
    s.version = 80400;
    s.schema = "own";
    const auto immaterial = [&](std::string_view text) {
        const auto found = analyze_mysql(text, s);
        EXPECT_TRUE(found.analysed()) << text << ": " << found.trouble_text;
        return found.literals_immaterial;
    };
    for (const auto* text :
         {"SELECT a FROM t WHERE b = 'x' AND c > 5 LIMIT 3",
          "INSERT INTO t VALUES (1, 'x') ON DUPLICATE KEY UPDATE a = 'y'",
          "UPDATE t SET a = 'x' WHERE b = 1", "DELETE FROM t WHERE a = 'x'",
          "REPLACE INTO t VALUES (1)", "DO sleep(1)", "VALUES ROW(1), ROW(2)", "(SELECT 'x')",
          "WITH a AS (SELECT 1) SELECT * FROM a", "SELECT @@version, DATABASE()", "CALL p('x', 1)",
          "EXPLAIN SELECT a FROM t WHERE b = 'x'", "DESCRIBE t 'a%'",
          "SELECT * FROM information_schema.CHARACTER_SETS WHERE MAXLEN = 1"})
        EXPECT_TRUE(immaterial(text)) << text;
    for (const auto* text :
         {"SET sql_mode = 'ANSI_QUOTES'", "SET NAMES 'latin1'", "SET @@sql_mode = 'ANSI_QUOTES'",
          "SET autocommit = 1", "PREPARE p FROM 'SELECT a FROM s.u'", "SHOW DATABASES LIKE 'own'",
          "SHOW PROCEDURE STATUS WHERE Db = 'own'",
          "SELECT * FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'own'",
          "SELECT (SELECT count(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'own')",
          "INSERT INTO t SELECT TABLE_NAME FROM information_schema.TABLES "
          "WHERE TABLE_SCHEMA IN ('own', 's')",
          "EXPLAIN SELECT * FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'own'",
          "SELECT a FROM t INTO OUTFILE 'x'", "LOAD DATA LOCAL INFILE 'x' INTO TABLE t",
          "CREATE TABLE u (a INT DEFAULT 1)", "CREATE TABLE u (a INT) ENGINE = 'InnoDB'",
          "CREATE DEFINER = 'root'@'%' VIEW v AS SELECT 1", "KILL 5", "SELECT 1; KILL 5"})
        EXPECT_FALSE(immaterial(text)) << text;
    EXPECT_FALSE(analyze_mysql("SELECT 'x' FROM", s).literals_immaterial);
}

TEST(mysql_reads_alike, only_what_no_mode_and_no_character_set_reads_otherwise) {
    for (const auto* text :
         {"", "SELECT a.b, c FROM t1 WHERE d = 5 AND e > -1;", "SET sql_mode = ANSI_QUOTES",
          "SELECT @@session.sql_mode, @x := 1", "SELECT a - -1, b / c, d * 2 % 3\n\tFROM t$1",
          "SELECT 1 - 2 /2* 3", "SELECT ?", "SHOW WARNINGS"})
        EXPECT_TRUE(reads_alike_mysql(text)) << text;
    using namespace std::string_view_literals;
    for (const auto text :
         {"SELECT 'a'"sv, "SELECT \"a\""sv, "SELECT `a`"sv, "SELECT a -- b"sv, "SELECT a --b"sv,
          "SELECT /* a */ 1"sv, "SELECT /*! a */ 1"sv, "SELECT 1 # a"sv, "SELECT a || b"sv,
          "SELECT !a"sv, "SELECT \\N"sv, "SELECT \xC3\xA4"sv, "SELECT 1\0"sv, "SELECT\v1"sv,
          "SELECT \x7F"sv, "SELECT [a]"sv, "SELECT {d}"sv, "SELECT a & ~b"sv})
        EXPECT_FALSE(reads_alike_mysql(text)) << text;
}

} // namespace
} // namespace ringfence::sql
