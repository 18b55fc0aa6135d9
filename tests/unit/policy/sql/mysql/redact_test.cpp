#include "policy/sql/mysql_analyzer.h"
#include "policy/sql/redact.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace ringfence::sql {
namespace {

using std::string_literals::operator""s;

TEST(mysql_redact, leaves_no_literal) {
    EXPECT_EQ(redact_mysql("SELECT * FROM t WHERE a = 'secret' AND b = 42"),
              "SELECT * FROM t WHERE a = ? AND b = ?");
    EXPECT_EQ(redact_mysql("SELECT \"secret\", n'secret', X'1f', b'01', _latin1'secret', "
                           "_latin1 'secret', 'se''cret', \"se\"\"cret\", 'se\"cret', $$secret$$"),
              "SELECT ?, ?, ?, ?, ?, _latin1 ?, ?, ?, ?, ?");
    EXPECT_EQ(redact_mysql("SELECT 1e5, 0x1F, .5, 1.5, 1e0FROM t"), "SELECT ?, ?, .?, ?, ? t");
    EXPECT_EQ(redact_mysql("ALTER USER a@'secret' IDENTIFIED BY 'secret'"),
              "ALTER USER a@? IDENTIFIED BY ?");
    EXPECT_EQ(redact_mysql("SELECT 'secret\\\\', 'a\\nb'"), "SELECT ?, ?");
}

TEST(mysql_redact, keeps_names_and_parameters) {
    EXPECT_EQ(redact_mysql("SELECT `A b`.c1, @x FROM d$1 WHERE e = ?"),
              "SELECT `A b`.c1, @x FROM d$1 WHERE e = ?");
    EXPECT_EQ(redact_mysql("SELECT  a\n\t,b--c"), "SELECT a ,b--c");
}

TEST(mysql_redact, drops_comments) {
    EXPECT_EQ(redact_mysql("SELECT 1 /* secret /* 's */ + 2 -- secret"), "SELECT ? + ?");
    EXPECT_EQ(redact_mysql("SELECT 1 # secret 'it\n + 2"), "SELECT ? + ?");
    EXPECT_EQ(redact_mysql("SELECT 1 /* secret"), "SELECT ? ...");
    EXPECT_EQ(redact_mysql("SELECT 1 --\xA0secret"), "SELECT ?");
}

TEST(mysql_redact, keeps_executable_comments_whose_end_is_certain) {
    EXPECT_EQ(redact_mysql("/*!40101 SET a = 5 */; SELECT 1/*!,b*/,/*M!100100c*/d"),
              "SET a = ? ; SELECT ? ,b , c d");
    EXPECT_EQ(redact_mysql("SELECT a /*! , 'secret' */"), "SELECT a ...");
    EXPECT_EQ(redact_mysql("SELECT a /*!99999 '*/ secret */"), "SELECT a ...");
    EXPECT_EQ(redact_mysql("SELECT a /*! /* */ secret */"), "SELECT a ...");
    EXPECT_EQ(redact_mysql("SELECT a /*! -- */ secret"), "SELECT a ...");
    EXPECT_EQ(redact_mysql("SELECT a /*!"), "SELECT a ...");
    EXPECT_EQ(redact_mysql("SELECT a /*!*/ b"), "SELECT a b");
}

// Either a backslash takes the quotation mark away, or it does not.
TEST(mysql_redact, leaves_out_what_some_mode_takes_for_a_string) {
    EXPECT_EQ(redact_mysql("SELECT 'it\\'s secret', a"), "SELECT ? ...");
    for (const auto* text :
         {"SELECT 'a\\' secret '", "SELECT 'a\\', 'secret\\'", "SELECT \"a\\\" secret \"",
          "SELECT \"a\\\", 'secret'", "SELECT 'it's secret' FROM t", "SELECT 'secret",
          "SELECT \"secret", "SELECT `secret", "SELECT 'a'secret'", "SELECT a'secret' secret",
          "SELECT a\"secret\" secret", "SELECT 1'secret'", "SELECT `a'secret'`", "SELECT $$secret",
          "SELECT 'a' 'b 'secret", "SELECT @'secret'", "SELECT 'a\\'', secret"})
        EXPECT_EQ(redact_mysql(text).find("secret"), std::string::npos) << redact_mysql(text);
    const std::string long_name = "SELECT `" + std::string(70, 'x') + "secret`";
    EXPECT_EQ(redact_mysql(long_name), "SELECT `?`");
}

TEST(mysql_redact, writes_clean_text_of_bounded_length) {
    EXPECT_EQ(redact_mysql("SELECT a\x01\x1b[31m\0b"s), "SELECT a [? b");
    EXPECT_EQ(redact_mysql("SELECT abcdef", 10), "SELECT abc...");
    EXPECT_LE(redact_mysql(std::string(100'000, 'a')).size(), 2048U + 3);
    EXPECT_LE(redact_mysql("'a'" + std::string(100'000, '\n') + "'b").size(), 10U);
}

TEST(mysql_redact, takes_any_bytes) {
    std::mt19937 random(7);
    const std::string favourites = "'\"`$\\_nx&-/*!#\n a1;.@";
    for (int round = 0; round < 50'000; ++round) {
        std::string text;
        for (auto i = random() % 24; i > 0; --i)
            text += random() % 4 != 0 ? favourites[random() % favourites.size()]
                                      : static_cast<char>(random());
        const auto clean = redact_mysql(text, 64);
        ASSERT_LE(clean.size(), 64U + 3);
        for (const char c : clean)
            ASSERT_FALSE(static_cast<unsigned char>(c) < 0x20 || c == 0x7f) << text;
        ASSERT_EQ(clean.find_first_of("'\""), std::string::npos) << text << " -> " << clean;
    }
}

TEST(mysql_redact, groups_statements_that_differ_in_literals) {
    const auto of = [](std::string_view text) { return fingerprint(redact_mysql(text)); };
    EXPECT_EQ(of("SELECT 1, 'a'"), of("SELECT  2, \"b\" -- again"));
    EXPECT_NE(of("SELECT a"), of("SELECT b"));
}

} // namespace
} // namespace ringfence::sql
