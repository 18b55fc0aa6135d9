#include "policy/sql/redact.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace ringfence::sql {
namespace {

using std::string_literals::operator""s;

TEST(redact, leaves_no_literal) {
    EXPECT_EQ(redact_postgresql("SELECT * FROM t WHERE a = 'secret' AND b = 42"),
              "SELECT * FROM t WHERE a = ? AND b = ?");
    EXPECT_EQ(
        redact_postgresql(
            "SELECT E'sec\\'ret', $$secret$$, $x$se$$cret$x$, U&'secret', B'01', X'1f', N'secret'"),
        "SELECT ?, ?, ?, ?, ?, ?, ?");
    EXPECT_EQ(redact_postgresql("SELECT 'se''cret', 'sec'\n  'ret', E'a'\n'b\\'secret'"),
              "SELECT ?, ?, ?");
    EXPECT_EQ(redact_postgresql("SELECT 1e5, 0x1F, 1_000, .5, 1.5.5"), "SELECT ?, ?, ?, .?, ?");
    EXPECT_EQ(redact_postgresql("ALTER ROLE a PASSWORD 'secret'"), "ALTER ROLE a PASSWORD ?");
}

TEST(redact, keeps_names_and_parameters) {
    EXPECT_EQ(redact_postgresql("SELECT \"A b\".c1 FROM d$1 WHERE e = $2"),
              "SELECT \"A b\".c1 FROM d$1 WHERE e = $2");
    EXPECT_EQ(redact_postgresql("SELECT  a\n\t,b"), "SELECT a ,b");
}

TEST(redact, drops_comments) {
    EXPECT_EQ(redact_postgresql("SELECT 1 /* secret /* 's */ */ + 2 -- secret"), "SELECT ? + ?");
    EXPECT_EQ(redact_postgresql("SELECT 1 /* secret"), "SELECT ? ...");
}

// A quotation mark too many turns strings inside out.
TEST(redact, leaves_out_what_may_be_a_string_turned_inside_out) {
    for (const auto* text :
         {"SELECT 'it's secret' FROM t", "SELECT 'secret", "SELECT 'a\\' secret '",
          "SELECT $$secret", "SELECT 'it's secret and it's secret'", "SELECT a'secret' secret",
          "SELECT E'a\\' secret", "SELECT \"secret", "SELECT 'a' 'b 'secret",
          "SELECT 'x\\'', 'secret'", "SELECT 1'secret'"})
        EXPECT_EQ(redact_postgresql(text).find("secret"), std::string::npos)
            << redact_postgresql(text);
    const std::string long_name = "SELECT \"" + std::string(70, 'x') + "secret\"";
    EXPECT_EQ(redact_postgresql(long_name), "SELECT \"?\"");
}

TEST(redact, writes_clean_text_of_bounded_length) {
    EXPECT_EQ(redact_postgresql("SELECT a\x01\x1b[31m\0b"s), "SELECT a [? b");
    EXPECT_EQ(redact_postgresql("SELECT \xFF, \xC3\xA4"), "SELECT ?, \xC3\xA4");
    EXPECT_EQ(redact_postgresql("SELECT abcdef", 10), "SELECT abc...");
    EXPECT_LE(redact_postgresql(std::string(100'000, 'a')).size(), 2048U + 3);
    EXPECT_LE(redact_postgresql("'a'" + std::string(100'000, '\n') + "'b").size(), 10U);
}

TEST(redact, takes_any_bytes) {
    std::mt19937 random(7);
    const std::string favourites = "'\"$\\eEuU&-/*\n a1;.";
    for (int round = 0; round < 50'000; ++round) {
        std::string text;
        for (auto i = random() % 24; i > 0; --i)
            text += random() % 4 != 0 ? favourites[random() % favourites.size()]
                                      : static_cast<char>(random());
        const auto clean = redact_postgresql(text, 64);
        ASSERT_LE(clean.size(), 64U + 3);
        for (const char c : clean)
            ASSERT_FALSE(static_cast<unsigned char>(c) < 0x20 || c == 0x7f) << text;
        ASSERT_EQ(clean.find('\''), std::string::npos) << text << " -> " << clean;
    }
}

TEST(fingerprint, groups_statements_that_differ_in_literals) {
    const auto of = [](std::string_view text) { return fingerprint(redact_postgresql(text)); };
    EXPECT_EQ(of("SELECT 1"), of("SELECT  2 -- again"));
    EXPECT_NE(of("SELECT a"), of("SELECT b"));
    EXPECT_EQ(of("SELECT 1").size(), 16U);
    EXPECT_EQ(fingerprint(""), "cbf29ce484222325");
}

} // namespace
} // namespace ringfence::sql
