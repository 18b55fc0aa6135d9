// A text has the tokens of its skeleton but for the values of constants, as the lexer cuts them for
// either server and any character set; the skeleton is its own skeleton. Where the footprint says
// that no literal mattered, the skeleton has the same one. A text that reads alike has the same
// tokens under every mode.
#include "check.h"

#include "policy/sql/mysql/lexer.h"

#include <string>
#include <vector>

using namespace ringfence;

namespace {

struct token {
    sql::mysql::token_kind kind;
    std::uint16_t what;
    std::string text;
    bool operator==(const token&) const = default;
};

// The last one says whether all of the text was read.
std::vector<token> scan(const std::string& text, const sql::mysql_scope& s) {
    std::vector<token> all;
    const auto found = sql::mysql::lex(text, s, s.version);
    for (const auto& t : found.tokens) {
        const bool constant =
            t.kind == sql::mysql::token_kind::number || t.kind == sql::mysql::token_kind::string;
        all.push_back({t.kind, t.what, constant ? "" : text.substr(t.begin, t.end - t.begin)});
    }
    all.push_back({sql::mysql::token_kind::end, 0, std::string(found.trouble)});
    return all;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0)
        return 0;
    // The first byte chooses the mode.
    const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const bool alike = sql::reads_alike_mysql(text);
    sql::mysql_mode mode;
    mode.ansi_quotes = (data[0] & 1U) != 0;
    mode.no_backslash_escapes = (data[0] & 2U) != 0;
    std::string skeleton;
    const bool certain = sql::literal_skeleton_mysql(text, mode, skeleton);
    if (!certain && !alike)
        return 0;
    std::string again;
    fuzz::check(!certain ||
                (sql::literal_skeleton_mysql(skeleton, mode, again) && again == skeleton));
    for (unsigned server = 0; server < 4; ++server) {
        sql::mysql_scope scope;
        scope.flavour =
            (server & 1U) != 0 ? sql::mysql_flavour::mariadb : sql::mysql_flavour::mysql;
        scope.version = (server & 1U) != 0 ? 101119 : 80400;
        scope.charset = (server & 2U) != 0 ? "latin1" : "utf8mb4";
        scope.schema = "orders";
        const auto plain = alike ? scan(text, scope) : std::vector<token>{};
        scope.mode = mode;
        fuzz::check(!alike || plain == scan(text, scope));
        if (!certain)
            continue;
        fuzz::check(scan(text, scope) == scan(skeleton, scope));
        const auto found = sql::analyze_mysql(text, scope);
        if (!found.analysed() || !found.literals_immaterial)
            continue;
        const auto bare = sql::analyze_mysql(skeleton, scope);
        fuzz::check(bare.analysed() && bare.literals_immaterial && bare.touches == found.touches &&
                    bare.effects == found.effects && bare.statements == found.statements &&
                    bare.depends_on_path == found.depends_on_path);
    }
    return 0;
}
