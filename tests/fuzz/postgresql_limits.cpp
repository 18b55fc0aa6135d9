// What the limits let pass can be parsed and unpacked on a stack of the promised size. The input is
// a small program that repeats parts of SQL, so that the fuzzer reaches depth with few bytes.
#include "policy/sql/large_stack.h"
#include "policy/sql/limits.h"

#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

constexpr std::array<std::string_view, 64> parts = {
    " ",
    "(",
    ")",
    "[",
    "]",
    ",",
    ";",
    "+",
    "-",
    "a",
    "1",
    "'",
    "\"",
    "E'",
    "\\'",
    "$$",
    "$a$",
    "/*",
    "*/",
    "--",
    "\n",
    ".",
    "::int",
    " AND ",
    " OR ",
    " NOT ",
    " IS NULL",
    " BETWEEN ",
    " CASE WHEN ",
    " THEN ",
    " ELSE ",
    " END",
    " SELECT ",
    " FROM ",
    " JOIN ",
    " ON ",
    " WHERE ",
    " UNION ",
    " WITH a AS (",
    " VALUES ",
    " IN (",
    " LIKE ",
    " COLLATE \"C\"",
    " AT TIME ZONE ",
    "f(",
    "ARRAY[",
    "ROW(",
    " OVER (ORDER BY ",
    " CREATE FUNCTION f() RETURNS int BEGIN ATOMIC ",
    " OPERATOR(pg_catalog.+) ",
    "SELECT ",
    "INSERT INTO t ",
    " AS ",
    ".and",
    ".case",
    ".end",
    " ISNULL",
    " ESCAPE ",
    "=",
    "||",
    "@",
    " USING ",
    " LATERAL (",
    " FILTER (WHERE "};

// Each pair of bytes: how often, which part. A high bit opens a group that is repeated with its
// neighbour.
std::string expanded(const std::uint8_t* data, std::size_t size) {
    std::string text;
    for (std::size_t i = 0; i + 2 < size && text.size() < 300'000; i += 3) {
        const unsigned times = data[i] < 128 ? 1 : (data[i] - 127U) * 40U;
        for (unsigned n = 0; n < times && text.size() < 300'000; ++n) {
            text += parts[data[i + 1] % parts.size()];
            if (data[i + 2] < 192)
                text += parts[data[i + 2] % parts.size()];
        }
    }
    return text;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text = expanded(data, size);
    static_cast<void>(ringfence::sql::exceeds_limits_plpgsql(text, {}));
    if (ringfence::sql::exceeds_limits_postgresql(text, {}))
        return 0;
    ringfence::sql::with_large_stack([&] {
        auto parsed = pg_query_parse_protobuf(text.c_str());
        if (parsed.error == nullptr) {
            auto* tree = pg_query__parse_result__unpack(
                nullptr, parsed.parse_tree.len,
                reinterpret_cast<const std::uint8_t*>(parsed.parse_tree.data));
            pg_query__parse_result__free_unpacked(tree, nullptr);
        }
        pg_query_free_protobuf_parse_result(parsed);
    });
    return 0;
}
