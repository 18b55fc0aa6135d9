#include "policy/sql/analyzer.h"
#include "policy/sql/large_stack.h"

#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace ringfence::sql {
namespace {

std::string skeleton(std::string_view text) {
    std::string out = "left over";
    if (!literal_skeleton_postgresql(text, out)) {
        EXPECT_EQ(out, "");
        return "not certain";
    }
    return out;
}

TEST(skeleton, takes_plain_literals_out) {
    EXPECT_EQ(skeleton("SELECT * FROM t WHERE a = 12 AND b = 'it''s'"),
              "SELECT * FROM t WHERE a = 0 AND b = ''");
    EXPECT_EQ(skeleton("SELECT 1.5, 'a'::regclass, $1, $23"), "SELECT 0.0, ''::regclass, $1, $23");
    EXPECT_EQ(skeleton("SELECT '\\', ''"), "SELECT '', ''"); // standard_conforming_strings is on
    EXPECT_EQ(skeleton("select \"A 'b' 1\".c1, d$2 from e_3"),
              "select \"A 'b' 1\".c1, d$2 from e_3");
    EXPECT_EQ(skeleton(""), "");
    EXPECT_EQ(skeleton("SELECT /* 1 'x' /* 2 */ */ 3 -- 4 '\n, 5"),
              "SELECT /* 1 'x' /* 2 */ */ 0 -- 4 '\n, 0");
    EXPECT_EQ(skeleton("SELECT date '2026-01-01', x.y"), "SELECT date '', x.y");
    EXPECT_EQ(skeleton("SELECT '\xC3\xA4' AS \xC3\xA4"), "SELECT '' AS \xC3\xA4");
}

TEST(skeleton, keeps_what_the_grammar_tells_apart) {
    EXPECT_NE(skeleton("SELECT -1"), skeleton("SELECT - 1"));
    EXPECT_NE(skeleton("SELECT 1"), skeleton("SELECT 1.0"));
    EXPECT_NE(skeleton("SELECT 2147483647"), skeleton("SELECT 2147483648"));
    EXPECT_EQ(skeleton("SELECT 00002147483647"), skeleton("SELECT 1"));
    EXPECT_NE(skeleton("SELECT 1"), skeleton("SELECT '1'"));
    EXPECT_NE(skeleton("SELECT $1"), skeleton("SELECT $2"));
    EXPECT_NE(skeleton("SELECT \"a1\""), skeleton("SELECT \"a2\""));
    EXPECT_NE(skeleton("SELECT a1"), skeleton("SELECT a2"));
}

TEST(skeleton, is_not_certain_of_anything_unusual) {
    using namespace std::string_view_literals;
    for (const auto text : {"SELECT E'a'"sv,
                            "SELECT e'\\''"sv,
                            "SELECT B'1'"sv,
                            "SELECT x'1f'"sv,
                            "SELECT N'a'"sv,
                            "SELECT U&'a'"sv,
                            "SELECT u&\"a\""sv,
                            "SELECT $$a$$"sv,
                            "SELECT $a$b$a$"sv,
                            "SELECT 'a'\n'b'"sv,
                            "SELECT 'a' -- c\n 'b'"sv,
                            "SELECT 'a' 'b'"sv,
                            "SELECT 'a"sv,
                            "SELECT \"a"sv,
                            "SELECT /* a"sv,
                            "SELECT 1."sv,
                            "SELECT .5"sv,
                            "SELECT a.5"sv,
                            "SELECT 1e5"sv,
                            "SELECT 1a"sv,
                            "SELECT 0x1F"sv,
                            "SELECT 1_000"sv,
                            "SELECT 1..2"sv,
                            "SELECT 1.2.3"sv,
                            "SELECT $1a"sv,
                            "SELECT $"sv,
                            "SELECT 1$1"sv,
                            "SELECT \\"sv,
                            "SELECT {"sv,
                            "SELECT\v1"sv,
                            "SELECT \x01"sv,
                            "SELECT \x7F"sv,
                            "SELECT 1\0"sv,
                            "SELECT '\0'"sv,
                            "SELECT 1e'x'"sv})
        EXPECT_EQ(skeleton(text), "not certain") << text;
}

struct scanned {
    struct token {
        PgQuery__Token kind{};
        std::string text; // empty for constants
        bool operator==(const token&) const = default;
    };
    std::vector<token> tokens;
    bool failed = false;
    bool operator==(const scanned&) const = default;
};

scanned scan(const std::string& text) {
    scanned found;
    auto result = pg_query_scan(text.c_str());
    if (result.error != nullptr) {
        found.failed = true;
    } else {
        auto* all = pg_query__scan_result__unpack(
            nullptr, result.pbuf.len, reinterpret_cast<const std::uint8_t*>(result.pbuf.data));
        for (std::size_t i = 0; i < all->n_tokens; ++i) {
            const auto& t = *all->tokens[i];
            const bool constant = t.token == PG_QUERY__TOKEN__ICONST ||
                                  t.token == PG_QUERY__TOKEN__FCONST ||
                                  t.token == PG_QUERY__TOKEN__SCONST;
            const auto start = static_cast<std::size_t>(t.start);
            found.tokens.push_back(
                {t.token,
                 constant ? "" : text.substr(start, static_cast<std::size_t>(t.end) - start)});
        }
        pg_query__scan_result__free_unpacked(all, nullptr);
    }
    pg_query_free_scan_result(result);
    return found;
}

// A text has the tokens of its skeleton, but for the values of constants. Hence two texts with the
// same skeleton differ in those values only.
TEST(skeleton, has_the_tokens_of_its_text) {
    static constexpr std::array<std::string_view, 64> parts = {
        "SELECT",  " ",  " ",          "\n",        "\t", "\r",  "\f", "'a'", "'",  "''",
        "'it''s'", "\"", "\"q\"\"q\"", "1",         "12", "1.5", ".",  ".5",  "1.", "e",
        "E",       "x",  "b",          "n",         "U&", "u",   "&",  "$1",  "$",  "$$",
        "$a$",     "a1", "_b",         "$c",        "--", "/*",  "*/", "*",   "/",  "-",
        "+",       "<",  ">=",         "@",         "|",  "!",   "~",  "#",   "%",  "^",
        "?",       "`",  "=",          ":",         "::", ";",   ",",  "(",   ")",  "[",
        "]",       "\\", "\xC3\xA4",   "2147483648"};
    std::mt19937 random(20261121); // the same every time
    unsigned certain = 0;
    const auto run = [&] {
        for (int round = 0; round < 300'000; ++round) {
            std::string text;
            const auto length = 1 + random() % 10;
            for (auto i = length; i > 0; --i)
                text += parts[random() % parts.size()];
            if (random() % 8 == 0)
                text[random() % text.size()] = static_cast<char>(1 + random() % 127);
            std::string bare;
            if (!literal_skeleton_postgresql(text, bare))
                continue;
            ++certain;
            ASSERT_EQ(scan(text), scan(bare)) << "text: " << text << "\nskeleton: " << bare;
            std::string again;
            ASSERT_TRUE(literal_skeleton_postgresql(bare, again)) << bare;
            ASSERT_EQ(bare, again);
        }
    };
    with_large_stack(run);
    EXPECT_GT(certain, 20'000U);
}

TEST(skeleton, is_fast) {
    const std::string text = "SELECT o.id, o.user_id, o.status, o.placed_at FROM orders.orders AS "
                             "o JOIN orders.order_lines AS l ON "
                             "l.order_id = o.id WHERE o.user_id = 48151623 AND o.status IN "
                             "('placed', 'paid') ORDER BY o.id LIMIT 20";
    std::string out;
    constexpr int rounds = 20'000;
    auto best = std::chrono::nanoseconds::max();
    for (int attempt = 0; attempt < 5; ++attempt) {
        const auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < rounds; ++i)
            ASSERT_TRUE(literal_skeleton_postgresql(text, out));
        best = std::min(best, std::chrono::nanoseconds(std::chrono::steady_clock::now() - start) /
                                  rounds);
    }
    RecordProperty("nanoseconds", std::to_string(best.count()));
    EXPECT_LT(best.count(), 20'000); // generous: a debug build on a busy machine
}

} // namespace
} // namespace ringfence::sql
