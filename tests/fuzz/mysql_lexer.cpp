// Any bytes give tokens that follow each other within the text, or a refusal with a reason.
#include "check.h"

#include "policy/sql/mysql/lexer.h"

using namespace ringfence;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0)
        return 0;
    // The first byte chooses the server and its mode.
    sql::mysql_scope scope;
    scope.flavour = (data[0] & 1U) != 0 ? sql::mysql_flavour::mariadb : sql::mysql_flavour::mysql;
    scope.mode.ansi_quotes = (data[0] & 2U) != 0;
    scope.mode.no_backslash_escapes = (data[0] & 4U) != 0;
    scope.charset = (data[0] & 8U) != 0 ? "latin1" : "utf8mb4";
    const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto found = sql::mysql::lex(text, scope, (data[0] & 16U) != 0 ? 101119 : 80400);
    std::size_t end = 0;
    for (const auto& t : found.tokens) {
        fuzz::check(t.begin >= end && t.end >= t.begin && t.end <= text.size());
        end = t.end;
        if (t.kind == sql::mysql::token_kind::string)
            (void)sql::mysql::string_of(text, t, scope.mode);
        else if (t.kind != sql::mysql::token_kind::end)
            (void)sql::mysql::name_of(text, t);
    }
    fuzz::check(!found.tokens.empty() && found.tokens.back().kind == sql::mysql::token_kind::end);
    return 0;
}
