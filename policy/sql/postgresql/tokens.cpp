#include "policy/sql/postgresql/tokens.h"

#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string>

namespace ringfence::sql::postgresql {

namespace {

token::kind kind_of(const PgQuery__ScanToken& t, std::string_view text) {
    switch (t.token) {
    case PG_QUERY__TOKEN__SQL_COMMENT:
    case PG_QUERY__TOKEN__C_COMMENT:
        return token::kind::comment;
    case PG_QUERY__TOKEN__IDENT:
    case PG_QUERY__TOKEN__UIDENT:
        return text.front() == '"' || text.find('"') != std::string_view::npos
                   ? token::kind::quoted_name
                   : token::kind::word;
    case PG_QUERY__TOKEN__SCONST:
    case PG_QUERY__TOKEN__USCONST:
    case PG_QUERY__TOKEN__BCONST:
    case PG_QUERY__TOKEN__XCONST:
        return token::kind::string;
    case PG_QUERY__TOKEN__ICONST:
    case PG_QUERY__TOKEN__FCONST:
        return token::kind::number;
    case PG_QUERY__TOKEN__PARAM:
        return token::kind::parameter;
    default:
        return t.keyword_kind != PG_QUERY__KEYWORD_KIND__NO_KEYWORD ? token::kind::word
                                                                    : token::kind::symbol;
    }
}

} // namespace

bool token::is_word(std::string_view lower_case) const {
    if (what != kind::word || text.size() != lower_case.size())
        return false;
    return std::equal(text.begin(), text.end(), lower_case.begin(), [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
    });
}

std::optional<std::vector<token>> cut(std::string_view text) {
    auto result = pg_query_scan(std::string(text).c_str());
    const auto give_back = [](PgQueryScanResult* r) { pg_query_free_scan_result(*r); };
    const std::unique_ptr<PgQueryScanResult, decltype(give_back)> guard(&result, give_back);
    if (result.error != nullptr)
        return std::nullopt;
    const auto release = [](PgQuery__ScanResult* r) {
        pg_query__scan_result__free_unpacked(r, nullptr);
    };
    const std::unique_ptr<PgQuery__ScanResult, decltype(release)> scan(
        pg_query__scan_result__unpack(nullptr, result.pbuf.len,
                                      reinterpret_cast<const std::uint8_t*>(result.pbuf.data)),
        release);
    if (scan == nullptr)
        return std::nullopt;
    std::vector<token> tokens;
    tokens.reserve(scan->n_tokens);
    for (const auto* t : std::span(scan->tokens, scan->n_tokens)) {
        const auto start = static_cast<std::size_t>(std::max(t->start, 0));
        const auto end = static_cast<std::size_t>(std::max(t->end, 0));
        if (start >= end || end > text.size())
            return std::nullopt;
        const auto part = text.substr(start, end - start);
        const auto what = kind_of(*t, part);
        if (what != token::kind::comment)
            tokens.push_back({what, start, end, part});
    }
    return tokens;
}

} // namespace ringfence::sql::postgresql
