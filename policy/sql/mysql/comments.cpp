#include "policy/sql/mysql/comments.h"

#include "policy/sql/mysql/bytes.h"

namespace ringfence::sql::mysql {

namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::string_view no_end = "a comment that does not end";

// MySQL reads six digits from here on; before, the sixth was the comment's first byte.
constexpr unsigned mysql_with_six_digits = 80400;
// MariaDB skips what is meant for MySQL 5.7 and later.
constexpr unsigned first_mysql_only = 50700;
constexpr unsigned last_mysql_only = 99999;
constexpr unsigned galera_check = 99997; // code where Galera replicates, else skipped

// Behind the end of a comment that begins at `at`, its opening not included; npos: it has none.
// With `nested`, comments in it are skipped, one deep.
std::size_t skip(std::string_view text, std::size_t at, bool nested) {
    while (at < text.size()) {
        const auto two = text.substr(at, 2);
        if (two == "*/")
            return at + 2;
        if (nested && two == "/*") {
            at = skip(text, at + 2, false);
            if (at == npos)
                return npos;
        } else {
            ++at;
        }
    }
    return npos;
}

comment skipped(std::string_view text, std::size_t at, bool nested) {
    comment c;
    c.end = skip(text, at, nested);
    if (c.end == npos) {
        c.end = text.size();
        c.trouble = no_end;
    }
    return c;
}

comment refused(std::size_t at, std::string_view why) {
    return {.what = comment_kind::skipped, .end = at, .version_asked = 0, .trouble = why};
}

// Hints for the optimizer have a grammar of their own; where a quotation mark stands in them, it
// may decide where they end. They can set variables for their statement.
comment hint(std::string_view text, std::size_t at) {
    auto c = skipped(text, at + 2, false);
    const auto inside = text.substr(at, c.end - at);
    if (inside.find_first_of("'\"`") != npos)
        return refused(at, "a quotation mark in an optimizer hint");
    if (to_lower(inside).find("set_var") != npos)
        return refused(at, "SET_VAR in an optimizer hint");
    return c;
}

} // namespace

comment read_comment(std::string_view text, std::size_t at, const mysql_scope& scope,
                     unsigned version) {
    const bool mariadb = scope.flavour == mysql_flavour::mariadb;
    const auto head = text.substr(at, 4);
    const bool for_mariadb = head == "/*M!";
    if (head.substr(0, 3) == "/*+")
        return hint(text, at);
    if (head.substr(0, 3) != "/*!" && !(for_mariadb && mariadb))
        return skipped(text, at + 2, false);

    const std::size_t start = at + (for_mariadb ? 4 : 3);
    std::size_t digits = 0;
    unsigned asked = 0;
    while (digits < 6 && start + digits < text.size() && is_digit(text[start + digits])) {
        if (digits < 5)
            asked = asked * 10 + static_cast<unsigned>(text[start + digits] - '0');
        ++digits;
    }
    if (digits < 5)
        return {.what = comment_kind::executable, .end = start};
    if (digits == 6) {
        const auto six = asked * 10 + static_cast<unsigned>(text[start + 5] - '0');
        if (mariadb) {
            asked = six;
        } else {
            const bool space = start + 6 < text.size() && is_space(text[start + 6]);
            if (space && version < mysql_with_six_digits)
                return refused(at, "an executable comment that versions of MySQL read in different "
                                   "ways");
            if (space)
                asked = six;
            else
                digits = 5;
        }
    }
    if (mariadb && asked == galera_check)
        return refused(at, "an executable comment for Galera");
    const bool never_run =
        mariadb && !for_mariadb && asked >= first_mysql_only && asked <= last_mysql_only;
    comment c;
    if (!never_run && asked <= version)
        c = {.what = comment_kind::executable, .end = start + digits};
    else
        c = skipped(text, start, true);
    c.version_asked = never_run ? 0 : asked;
    return c;
}

} // namespace ringfence::sql::mysql
