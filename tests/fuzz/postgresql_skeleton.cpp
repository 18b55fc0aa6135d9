// A text has the tokens of its skeleton but for the values of constants, as libpg_query's own lexer
// cuts them; the skeleton is its own skeleton.
#include "policy/sql/analyzer.h"
#include "policy/sql/limits.h"

#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

struct token {
    int kind;
    std::string text;
    bool operator==(const token&) const = default;
};

bool scan(const std::string& text, std::vector<token>& tokens) {
    auto result = pg_query_scan(text.c_str());
    const bool scanned = result.error == nullptr;
    if (scanned) {
        auto* all = pg_query__scan_result__unpack(
            nullptr, result.pbuf.len, reinterpret_cast<const std::uint8_t*>(result.pbuf.data));
        for (std::size_t i = 0; i < all->n_tokens; ++i) {
            const auto& t = *all->tokens[i];
            const bool constant = t.token == PG_QUERY__TOKEN__ICONST ||
                                  t.token == PG_QUERY__TOKEN__FCONST ||
                                  t.token == PG_QUERY__TOKEN__SCONST;
            const auto start = static_cast<std::size_t>(t.start);
            const auto length = static_cast<std::size_t>(t.end) - start;
            tokens.push_back({t.token, constant ? "" : text.substr(start, length)});
        }
        pg_query__scan_result__free_unpacked(all, nullptr);
    }
    pg_query_free_scan_result(result);
    return scanned;
}

void require(bool holds) {
    if (!holds)
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    std::string skeleton;
    if (!ringfence::sql::literal_skeleton_postgresql(text, skeleton))
        return 0;
    std::string again;
    require(ringfence::sql::literal_skeleton_postgresql(skeleton, again) && again == skeleton);
    if (ringfence::sql::exceeds_limits_postgresql(text, {}))
        return 0;
    std::vector<token> of_text;
    std::vector<token> of_skeleton;
    require(scan(text, of_text) == scan(skeleton, of_skeleton));
    require(of_text == of_skeleton);
    return 0;
}
