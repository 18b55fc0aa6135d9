// What a session's settings do to the reading of its texts.
#include "policy/sql/mysql/bytes.h"
#include "policy/sql/mysql_analyzer.h"

#include <algorithm>
#include <array>

namespace ringfence::sql {

namespace {

using mysql::equal_ignoring_case;

struct mode_name {
    std::string_view name;
    mysql_mode mode{};
};

constexpr mysql_mode quotes{.ansi_quotes = true};
constexpr mysql_mode escapes{.no_backslash_escapes = true};
constexpr mysql_mode foreign{.ansi_quotes = true, .foreign_grammar = true};

constexpr auto modes = std::to_array<mode_name>({
    {"ALLOW_INVALID_DATES"},
    {"ANSI", quotes},
    {"ANSI_QUOTES", quotes},
    {"DB2", quotes},
    {"EMPTY_STRING_IS_NULL"},
    {"ERROR_FOR_DIVISION_BY_ZERO"},
    {"HIGH_NOT_PRECEDENCE"},
    {"IGNORE_BAD_TABLE_OPTIONS"},
    {"IGNORE_SPACE"},
    {"MAXDB", quotes},
    {"MSSQL", foreign},
    {"MYSQL323"},
    {"MYSQL40"},
    {"NO_AUTO_CREATE_USER"},
    {"NO_AUTO_VALUE_ON_ZERO"},
    {"NO_BACKSLASH_ESCAPES", escapes},
    {"NO_DIR_IN_CREATE"},
    {"NO_ENGINE_SUBSTITUTION"},
    {"NO_FIELD_OPTIONS"},
    {"NO_KEY_OPTIONS"},
    {"NO_TABLE_OPTIONS"},
    {"NO_UNSIGNED_SUBTRACTION"},
    {"NO_ZERO_DATE"},
    {"NO_ZERO_IN_DATE"},
    {"ONLY_FULL_GROUP_BY"},
    {"ORACLE", foreign},
    {"PAD_CHAR_TO_FULL_LENGTH"},
    {"PIPES_AS_CONCAT"},
    {"POSTGRESQL", quotes},
    {"REAL_AS_FLOAT"},
    {"SIMULTANEOUS_ASSIGNMENT"},
    {"STRICT_ALL_TABLES"},
    {"STRICT_TRANS_TABLES"},
    {"TIME_ROUND_FRACTIONAL"},
    {"TIME_TRUNCATE_FRACTIONAL"},
    {"TRADITIONAL"},
});

// Not in it, although the servers have them as a session's: gbk, sjis, cp932, big5, gb18030, euckr
// (letters are second bytes there), swe7 (its punctuation is letters).
constexpr std::string_view safe_charsets[] = {
    "utf8mb4", "utf8mb3",  "utf8",     "latin1", "latin2", "latin5",  "latin7", "ascii",
    "binary",  "cp1250",   "cp1251",   "cp1256", "cp1257", "cp850",   "cp852",  "cp866",
    "dec8",    "geostd8",  "greek",    "hebrew", "hp8",    "keybcs2", "koi8r",  "koi8u",
    "macce",   "macroman", "armscii8", "tis620", "gb2312", "ujis",    "eucjpms"};

// "-" and "/" are told by what follows.
constexpr std::array<bool, 256> make_plain() {
    std::array<bool, 256> plain{};
    for (std::size_t byte = 0; byte < plain.size(); ++byte)
        plain[byte] = mysql::is_name_byte(static_cast<char>(byte));
    for (const char c : std::string_view(" \t\n.,;()*=@+<>:%?-/"))
        plain[static_cast<unsigned char>(c)] = true;
    return plain;
}
constexpr std::array<bool, 256> plain = make_plain();

} // namespace

std::optional<mysql_mode> mysql_mode_of(std::string_view value, mysql_flavour) {
    mysql_mode all;
    while (!value.empty()) {
        const auto comma = value.find(',');
        const auto name = value.substr(0, comma);
        value.remove_prefix(comma == std::string_view::npos ? value.size() : comma + 1);
        if (name.empty())
            continue;
        const auto* found = std::find_if(modes.begin(), modes.end(), [&](const mode_name& m) {
            return equal_ignoring_case(m.name, name);
        });
        // Numbers are sets of bits that differ between the servers and their versions.
        if (found == modes.end())
            return std::nullopt;
        all.ansi_quotes = all.ansi_quotes || found->mode.ansi_quotes;
        all.no_backslash_escapes = all.no_backslash_escapes || found->mode.no_backslash_escapes;
        all.foreign_grammar = all.foreign_grammar || found->mode.foreign_grammar;
    }
    return all;
}

bool mysql_charset_is_safe(std::string_view name) {
    return std::any_of(std::begin(safe_charsets), std::end(safe_charsets),
                       [&](std::string_view s) { return equal_ignoring_case(s, name); });
}

bool reads_alike_mysql(std::string_view text) {
    char before = ' ';
    for (const char c : text) {
        if (!plain[static_cast<unsigned char>(c)] || (before == '-' && c == '-') ||
            (before == '/' && c == '*'))
            return false;
        before = c;
    }
    return true;
}

} // namespace ringfence::sql
