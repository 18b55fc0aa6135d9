// For each way to repeat something in SQL: the largest text that the limits let pass is parsed and
// unpacked on a stack of the promised size. In a process of its own, so that an overflow is a
// failure of the test.
#include "policy/sql/large_stack.h"
#include "policy/sql/limits.h"

#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <vector>

namespace ringfence::sql {
namespace {

struct repetition {
    const char* name;
    const char* before;
    const char* head; // repeated
    const char* middle;
    const char* tail; // repeated as often
    const char* after;
};

std::string repeated(const char* part, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i)
        text += part;
    return text;
}

std::string text_of(const repetition& r, std::size_t times) {
    return r.before + repeated(r.head, times) + r.middle + repeated(r.tail, times) + r.after;
}

bool passes(const std::string& text) {
    return !exceeds_limits_postgresql(text, {});
}

// The most repetitions that pass.
std::size_t most_that_pass(const repetition& r) {
    std::size_t low = 0;
    std::size_t high = 1;
    constexpr std::size_t enough = 10'000; // flat: what it costs is in proportion to the text
    while (high < enough && passes(text_of(r, high))) {
        low = high;
        high *= 2;
    }
    while (low + 1 < high) {
        const std::size_t middle = low + (high - low) / 2;
        (passes(text_of(r, middle)) ? low : high) = middle;
    }
    return low;
}

enum class outcome : int { parsed = 0, syntax_error = 1, out_of_memory = 2 };

outcome parse(const std::string& text) {
    auto parsed = pg_query_parse_protobuf(text.c_str());
    if (parsed.error != nullptr) {
        pg_query_free_protobuf_parse_result(parsed);
        return outcome::syntax_error;
    }
    auto* tree = pg_query__parse_result__unpack(
        nullptr, parsed.parse_tree.len,
        reinterpret_cast<const std::uint8_t*>(parsed.parse_tree.data));
    if (tree == nullptr)
        return outcome::out_of_memory;
    pg_query__parse_result__free_unpacked(tree, nullptr);
    pg_query_free_protobuf_parse_result(parsed);
    return outcome::parsed;
}

// The exit status of a process that parses the text, or minus the signal that ended it.
int parse_in_a_process(const std::string& text) {
    const pid_t child = fork();
    if (child == 0) {
        const rlimit seconds{20, 20};
        setrlimit(RLIMIT_CPU, &seconds);
        _exit(static_cast<int>(with_large_stack([&] { return parse(text); })));
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

const std::vector<repetition> repetitions = {
    {"plus", "SELECT 1", "+1", "", "", ""},
    {"plus, spaced", "SELECT 1", " + 1", "", "", ""},
    {"minus before a parenthesis", "SELECT ", "-(", "1", ")", ""},
    {"unary minus", "SELECT ", "- ", "1", "", ""},
    {"unary plus and minus, one run", "SELECT ", "+-", "a", "", ""},
    {"other operator, prefixed", "SELECT ", "@ ", "1", "", ""},
    {"concatenation", "SELECT 'a'", "||'b'", "", "", ""},
    {"comparison in parentheses", "SELECT ", "(1=", "1", ")", ""},
    {"and", "SELECT a", " AND a", "", "", ""},
    {"or", "SELECT a", " OR a", "", "", ""},
    {"and, or", "SELECT a", " AND b OR c", "", "", ""},
    {"and, right", "SELECT ", "a AND (", "b", ")", ""},
    {"or of and, right", "SELECT ", "a OR b AND (", "c", ")", ""},
    {"not", "SELECT ", "NOT ", "a", "", ""},
    {"not, parentheses", "SELECT ", "NOT (", "a", ")", ""},
    {"cast", "SELECT 1", "::int", "", "", ""},
    {"cast to long type", "SELECT 1", "::pg_catalog.varchar(3)[]", "", "", ""},
    {"cast function", "SELECT ", "CAST(", "1", " AS int)", ""},
    {"subscript", "SELECT a", "[1]", "", "", ""},
    {"subscript in subscript", "SELECT ", "a[", "1", "]", ""},
    {"slices", "SELECT a", "[1:2]", "", "", ""},
    {"indirection", "SELECT (a)", ".b", "", "", ""},
    {"indirection in parentheses", "SELECT ", "(", "a", ").b", ""},
    {"case", "SELECT ", "CASE WHEN a THEN ", "1", " END", ""},
    {"case, else", "SELECT ", "CASE WHEN a THEN 1 ELSE ", "1", " END", ""},
    {"case as condition", "SELECT ", "CASE WHEN ", "a", " THEN 1 END", ""},
    {"case as argument", "SELECT ", "CASE ", "a", " WHEN 1 THEN 2 END", ""},
    {"case, then operators", "SELECT ", "CASE WHEN ", "a", " AND b THEN 1 END +1+1+1 AND c", ""},
    {"case, one after another", "SELECT 1", " + CASE WHEN a THEN b END", "", "", ""},
    {"when", "SELECT CASE", " WHEN a = 1 THEN 2", "", "", " END"},
    {"parentheses", "SELECT ", "(", "1", ")", ""},
    {"subselect", "SELECT ", "(SELECT ", "1", ")", ""},
    {"subselect in from", "SELECT * FROM ", "(SELECT * FROM ", "t", ") a", ""},
    {"subselect in where", "SELECT 1 WHERE ", "EXISTS (SELECT 1 WHERE ", "a", ")", ""},
    {"subselect in in", "SELECT 1 WHERE ", "a IN (SELECT 1 WHERE ", "a", ")", ""},
    {"any of a subselect", "SELECT 1 WHERE ", "a = ANY (SELECT 1 WHERE ", "a", ")", ""},
    {"array of a subselect", "SELECT ", "ARRAY(SELECT ", "1", ")", ""},
    {"lateral", "SELECT * FROM ", "LATERAL (SELECT * FROM ", "t", ") a", ""},
    {"join", "SELECT * FROM a", " JOIN b ON true", "", "", ""},
    {"join with and", "SELECT * FROM a", " JOIN b ON x AND y", "", "", ""},
    {"join using", "SELECT * FROM a", " JOIN b USING (x, y)", "", "", ""},
    {"cross join", "SELECT * FROM a", " CROSS JOIN b", "", "", ""},
    {"join, right", "SELECT * FROM a ", "JOIN b ", "", "ON true ", ""},
    {"join in parentheses", "SELECT * FROM ", "(a JOIN ", "b", " ON true)", ""},
    {"from list", "SELECT * FROM a", ", a", "", "", ""},
    {"union", "SELECT 1, 2", " UNION SELECT 1, 2", "", "", ""},
    {"union all with and", "SELECT 1", " UNION ALL SELECT 1 WHERE a AND b", "", "", ""},
    {"intersect", "SELECT 1", " INTERSECT SELECT 1", "", "", ""},
    {"union in parentheses", "", "(SELECT 1 UNION ", "SELECT 1", ")", ""},
    {"values", "VALUES (1)", ",(1)", "", "", ""},
    {"insert of many rows", "INSERT INTO t (a, b, c) VALUES (1, 'x', NULL)", ", (1, 'x', NULL)", "",
     "", ""},
    {"select list", "SELECT 1", ",1", "", "", ""},
    {"function", "SELECT ", "f(", "1", ")", ""},
    {"function, last argument", "SELECT ", "f(1, ", "1", ")", ""},
    {"function, named", "SELECT ", "f(a => ", "1", ")", ""},
    {"function in from", "SELECT * FROM f(", "f(", "1", ")", ")"},
    {"rows from", "SELECT * FROM ROWS FROM (f(", "f(", "1", ")", "))"},
    {"filter", "SELECT ", "f(1) FILTER (WHERE ", "a", ")", ""},
    {"window", "SELECT ", "f(1) OVER (ORDER BY ", "a", ")", ""},
    {"window, partition", "SELECT ", "f(1) OVER (PARTITION BY a ORDER BY b, ", "a", ")", ""},
    {"window frame", "SELECT ", "f(1) OVER (ORDER BY a ROWS BETWEEN 1 PRECEDING AND ", "1",
     " FOLLOWING)", ""},
    {"within group", "SELECT ", "f(1) WITHIN GROUP (ORDER BY ", "a", ")", ""},
    {"order by in an aggregate", "SELECT ", "f(a ORDER BY ", "a", ")", ""},
    {"array", "SELECT ", "ARRAY[", "1", "]", ""},
    {"array, short", "SELECT ARRAY", "[", "1", "]", ""},
    {"row", "SELECT ", "ROW(", "1", ")", ""},
    {"row, implicit", "SELECT ", "(1, ", "1", ")", ""},
    {"with", "", "WITH a AS (", "SELECT 1", ") SELECT 1", ""},
    {"with in a subselect", "", "WITH a AS (SELECT 1) SELECT (", "SELECT 1", ")", ""},
    {"with, data changing", "", "WITH a AS (INSERT INTO t ", "SELECT 1", ") SELECT 1", ""},
    {"with, many", "WITH a AS (SELECT 1)", ", a AS (SELECT 1)", "", "", " SELECT 1"},
    {"in list", "SELECT a IN (1", ",1", "", "", ")"},
    {"in in in", "SELECT ", "a IN (", "1", ")", ""},
    {"between", "SELECT ", "a BETWEEN 1 AND (", "1", ")", ""},
    {"between is null", "SELECT a", " BETWEEN 1 AND 2 IS NULL", "", "", ""},
    {"between, case, is null", "SELECT a", " BETWEEN CASE WHEN a AND b THEN 1 END AND 2 IS NULL",
     "", "", ""},
    {"is null", "SELECT a", " IS NULL", "", "", ""},
    {"isnull", "SELECT a", " ISNULL", "", "", ""},
    {"is true", "SELECT a", " IS TRUE", "", "", ""},
    {"is distinct from", "SELECT ", "a IS DISTINCT FROM ", "1", "", ""},
    {"is distinct from, parentheses", "SELECT ", "a IS DISTINCT FROM (", "1", ")", ""},
    {"like", "SELECT ", "a LIKE (", "'a'", ")", ""},
    {"like escape", "SELECT ", "a LIKE b ESCAPE (", "'a'", ")", ""},
    {"similar to", "SELECT ", "a SIMILAR TO (", "'a'", ")", ""},
    {"collate", "SELECT a", " COLLATE \"C\"", "", "", ""},
    {"at time zone", "SELECT a", " AT TIME ZONE 'UTC'", "", "", ""},
    {"operator()", "SELECT 1", " OPERATOR(pg_catalog.+) 1", "", "", ""},
    {"operator() before", "SELECT ", "OPERATOR(pg_catalog.@) ", "1", "", ""},
    {"interval", "SELECT ", "- interval '1 day' (", "1", ")", ""},
    {"coalesce", "SELECT ", "coalesce(", "1", ")", ""},
    {"nullif", "SELECT ", "nullif(1, ", "1", ")", ""},
    {"greatest", "SELECT ", "greatest(1, ", "1", ")", ""},
    {"extract", "SELECT ", "extract(year FROM ", "1", ")", ""},
    {"substring", "SELECT ", "substring(a FROM ", "1", ")", ""},
    {"position", "SELECT ", "position('a' IN ", "a", ")", ""},
    {"trim", "SELECT ", "trim(both FROM ", "a", ")", ""},
    {"overlaps", "SELECT ", "(1, 1) OVERLAPS (1, ", "1", ")", ""},
    {"xmlelement", "SELECT ", "xmlelement(name a, ", "1", ")", ""},
    {"xmlforest", "SELECT ", "xmlforest(", "1", " AS a)", ""},
    {"xmltable", "SELECT * FROM xmltable('a' PASSING ", "xmlconcat(", "1", ")", " COLUMNS a int)"},
    {"grouping sets", "SELECT 1 GROUP BY ", "GROUPING SETS (", "a", ")", ""},
    {"rollup", "SELECT 1 GROUP BY ", "ROLLUP (a, ", "a", ")", ""},
    {"on conflict", "INSERT INTO t VALUES (1) ON CONFLICT DO UPDATE SET a = 1", ", a = 1", "", "",
     ""},
    {"set", "UPDATE t SET a = 1", ", a = 1", "", "", ""},
    {"set a row", "UPDATE t SET (a, b) = (", "SELECT 1, (", "SELECT 1", ")", ")"},
    {"default", "CREATE TABLE t (a int DEFAULT ", "1+(", "1", ")", ")"},
    {"check", "CREATE TABLE t (a int CHECK (", "NOT (", "a", ")", "))"},
    {"columns", "CREATE TABLE t (a int", ", a int", "", "", ")"},
    {"alter table", "ALTER TABLE t ADD a int", ", ADD a int", "", "", ""},
    {"statements", "SELECT 1", ";SELECT 1", "", "", ""},
    {"statements in a rule", "CREATE RULE r AS ON INSERT TO t DO (SELECT 1", ";SELECT 1", "", "",
     ")"},
    {"functions in functions", "", "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC ", "SELECT 1;",
     " END;", ""},
    {"statements in a function", "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC ", "SELECT 1;", "",
     "", "END"},
    {"schema", "CREATE SCHEMA s", " CREATE TABLE t (a int)", "", "", ""},
    {"string, goes on", "SELECT 'a'", "\n'a'", "", "", ""},
    {"comment in a comment", "SELECT ", "/*", "", "*/", "1"},
    {"comments", "SELECT ", "/**/", "1", "", ""},
    {"comments in a comment", "SELECT /*", "/**/", "", "", "*/ 1"},
    {"operators and comments", "SELECT 1 ", "+/**/", "1", "", ""},
    {"line comments", "SELECT ", "--\n", "1", "", ""},
    {"long names", "SELECT a",
     ", aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "", "", ""},
    {"dotted name", "SELECT a", ".a", "", "", ""},
    {"dollar quotes", "SELECT $a$ ", "$b$ ", "$a$", "", ""},
    {"quotes in a string", "SELECT '", "''", "'", "", ""},
    {"a column called and", "SELECT x", " + y.and", "", "", ""},
    {"a column called end", "SELECT ", "CASE WHEN a.end THEN ", "1", " END", ""},
    {"a column called end, no end", "SELECT ", "CASE WHEN a.end AND b THEN 1 ELSE 1 + ", "1",
     " END", ""},
    {"semicolons", "SELECT 1", ";", "", "", ""},
    {"array bounds", "SELECT NULL::int", "[]", "", "", ""},
    {"opened only", "SELECT ", "(", "", "", ""},
    {"closed only", "SELECT 1", ")", "", "", ""},
    {"run of operators", "SELECT 1", "<", "", "", " 1"},
};

class repeat : public testing::TestWithParam<repetition> {};

TEST_P(repeat, what_passes_the_limits_fits_the_stack_and_ends) {
    const auto& r = GetParam();
    const std::size_t times = most_that_pass(r);
    const std::string text = text_of(r, times);
    const auto start = std::chrono::steady_clock::now();
    const int ended = parse_in_a_process(text);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    RecordProperty("repetitions", std::to_string(times));
    RecordProperty("seconds", std::to_string(took.count()));
    EXPECT_GE(ended, 0) << r.name << ": signal " << -ended << " after " << times << " repetitions, "
                        << text.size() << " bytes";
    EXPECT_NE(ended, static_cast<int>(outcome::out_of_memory));
    if (std::getenv("RINGFENCE_SHOW") != nullptr)
        std::printf("%-32s %8zu x, %8zu bytes, outcome %d, %.3f s\n", r.name, times, text.size(),
                    ended, took.count());
}

std::string test_name(const testing::TestParamInfo<repetition>& info) {
    std::string name = std::to_string(info.index) + "_";
    for (const char c : std::string(info.param.name))
        name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
    return name;
}

INSTANTIATE_TEST_SUITE_P(limits, repeat, testing::ValuesIn(repetitions), test_name);

std::string list(std::size_t items, const std::string& item) {
    std::string text = item;
    for (std::size_t i = 1; i < items; ++i)
        text += ", " + item;
    return text;
}

TEST(limits, let_honest_long_statements_pass) {
    EXPECT_TRUE(passes("SELECT * FROM t WHERE id IN (" + list(20'000, "123456") + ")"));
    EXPECT_TRUE(passes("INSERT INTO t VALUES " +
                       list(5'000, "(1, 'some text', now(), NULL, -3.5, ARRAY[1,2])")));
    EXPECT_TRUE(passes("SELECT 1 WHERE a = 1" + repeated(" AND b = 2", 5'000)));
    EXPECT_TRUE(
        passes("SELECT 1 WHERE (a = 1 AND b = 2)" + repeated(" OR (a = 1 AND b = 2)", 5'000)));
    EXPECT_TRUE(passes("SELECT 1" + repeated(" UNION ALL SELECT 1", 1'000)));
    EXPECT_TRUE(passes("UPDATE t SET a = CASE id" + repeated(" WHEN 1 THEN 'x'", 5'000) + " END"));
    EXPECT_TRUE(
        passes("UPDATE t SET a = CASE" + repeated(" WHEN id = 1 THEN 'x'", 5'000) + " END"));
    EXPECT_TRUE(passes("INSERT INTO t VALUES ('" + std::string(3'000'000, 'x') + "')"));
    EXPECT_TRUE(
        passes("SELECT /************************************************ banner ***********/ 1"));
    EXPECT_TRUE(passes(
        "-- =============================================================================\nSELECT "
        "1"));
    EXPECT_TRUE(passes("SELECT " + list(1'600, "t.column_name AS alias_of_it")));
    EXPECT_TRUE(passes(""));
}

TEST(limits, name_what_is_exceeded) {
    EXPECT_EQ(exceeds_limits_postgresql(std::string(5 * 1024 * 1024, ' '), {}),
              "the statement is too long");
    EXPECT_EQ(exceeds_limits_postgresql("SELECT " + repeated("/*", 40) + repeated("*/", 40), {}),
              "comments are nested too deeply");
    EXPECT_EQ(exceeds_limits_postgresql("SELECT 1 " + std::string(100, '+') + "1", {}),
              "an operator is too long");
    EXPECT_EQ(exceeds_limits_postgresql(repeated("(", 600), {}),
              "the statement is nested too deeply");
    EXPECT_EQ(exceeds_limits_postgresql("SELECT 1" + repeated("+1", 20'000), {}),
              "the statement chains too many operators");
}

// What the scan takes for the inside of a string must be that for the server.
TEST(limits, are_not_fooled_by_quotation_marks) {
    const std::string chain = repeated("+1", 20'000);
    for (const char* const before :
         {"SELECT E'\\'' ",      "SELECT '\\' ",    "SELECT $a$'$a$ ",        "SELECT $$'$$ ",
          "SELECT \"'\" ",       "SELECT /*'*/ 1",  "SELECT --'\n1",          "SELECT 'a'\n'\\' ",
          "SELECT e'\\\\' ",     "SELECT u&'\\' ",  "SELECT U&\"'\" ",        "SELECT n'\\' ",
          "SELECT x'' ",         "SELECT 1e'\\'' ", "SELECT a$b$ ",           "SELECT $1 ",
          "SELECT E'a'\n'\\'' ", "SELECT '/*' ",    "SELECT /* /* */ ' */ 1", "SELECT '--' "})
        EXPECT_FALSE(passes(before + chain)) << before;
    // And the other way round: text in strings is no chain.
    for (const char* const quote : {"'", "$x$", "\""})
        EXPECT_TRUE(passes(std::string("SELECT ") + quote + chain + quote)) << quote;
    EXPECT_TRUE(passes("SELECT E'\\'" + chain + "'"));
}

TEST(limits, bound_the_blocks_of_plpgsql) {
    const auto nested = [](std::size_t depth) {
        return "BEGIN " + repeated("IF a THEN LOOP ", depth) + "x := 1;" +
               repeated("END LOOP; END IF; ", depth) + "END";
    };
    EXPECT_FALSE(exceeds_limits_plpgsql(nested(200), {}));
    EXPECT_TRUE(exceeds_limits_plpgsql(nested(5'000), {}));
}

TEST(large_stack, hands_on_results_and_exceptions) {
    EXPECT_EQ(with_large_stack([] { return std::string("here"); }), "here");
    bool ran = false;
    with_large_stack([&ran] { ran = true; });
    EXPECT_TRUE(ran);
    EXPECT_THROW(with_large_stack([]() -> int { throw std::runtime_error("no"); }),
                 std::runtime_error);
    EXPECT_THROW(with_large_stack([] { throw std::runtime_error("no"); }), std::runtime_error);
}

} // namespace
} // namespace ringfence::sql
