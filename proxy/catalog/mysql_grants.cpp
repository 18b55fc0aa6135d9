#include "proxy/catalog/mysql_grants.h"

#include "policy/sql/mysql/bytes.h"
#include "policy/sql/mysql/lexer.h"

#include <algorithm>
#include <utility>

namespace ringfence::catalog::mysql {

using sql::mysql::equal_ignoring_case;
using sql::mysql::token_kind;

namespace {

// Reads a line token by token. Behind its end every token is the end.
class line_reader {
public:
    line_reader(std::string_view line, sql::mysql_flavour f) : line_(line) {
        sql::mysql_scope s;
        s.flavour = f;
        tokens_ = sql::mysql::lex(line, s, 0);
    }

    [[nodiscard]] bool readable() const { return tokens_.trouble.empty(); }
    [[nodiscard]] bool at_end() const { return now().kind == token_kind::end; }
    [[nodiscard]] bool at(std::string_view word) const {
        return is_word() && equal_ignoring_case(text(), word);
    }
    [[nodiscard]] bool at(char c) const {
        return now().kind == token_kind::symbol && now().what == static_cast<unsigned char>(c);
    }
    [[nodiscard]] bool is_word() const {
        return now().kind == token_kind::word || now().kind == token_kind::name;
    }
    [[nodiscard]] bool is_quoted() const { return now().kind == token_kind::quoted_name; }
    [[nodiscard]] std::string_view text() const {
        return line_.substr(now().begin, now().end - now().begin);
    }
    void advance() { at_ = std::min(at_ + 1, tokens_.tokens.size() - 1); }
    bool accept(std::string_view word) { return at(word) && (advance(), true); }
    bool accept(char c) { return at(c) && (advance(), true); }
    // Empty: there is no name.
    std::string name() {
        if (!is_word() && !is_quoted())
            return {};
        auto found = sql::mysql::name_of(line_, now());
        advance();
        return found;
    }
    void skip_host() {
        if (now().kind == token_kind::user_variable)
            advance();
    }

private:
    [[nodiscard]] const sql::mysql::token& now() const { return tokens_.tokens[at_]; }

    std::string_view line_;
    sql::mysql::lexed tokens_;
    std::size_t at_ = 0;
};

std::string capitals(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'a' && c <= 'z')
            c = static_cast<char>(c - 32);
    return out;
}

// SELECT (`a`, `b`), CREATE VIEW, … up to ON
bool read_privileges(line_reader& in, grant& g) {
    do {
        privilege p;
        while (in.is_word() && !in.at("ON")) {
            p.name += (p.name.empty() ? "" : " ") + capitals(in.text());
            in.advance();
        }
        if (in.accept('(')) {
            do
                p.columns.push_back(in.name());
            while (in.accept(','));
            if (!in.accept(')'))
                return false;
        }
        if (p.name.empty())
            return false;
        g.privileges.push_back(std::move(p));
    } while (in.accept(','));
    return in.accept("ON");
}

bool read_object(line_reader& in, grant& g) {
    using level = grant::level;
    if (in.accept('*')) {
        g.on = level::server;
        return in.accept('.') && in.accept('*');
    }
    const bool kind_named = in.is_word();
    const bool routine = in.at("PROCEDURE") || in.at("FUNCTION") || in.at("PACKAGE");
    if (kind_named) {
        if (!routine && !in.at("TABLE"))
            return false; // a library, and what is still to come
        in.advance();
        in.accept("BODY");
    }
    g.schema = in.name();
    if (g.schema.empty() || !in.accept('.'))
        return false;
    if (in.accept('*')) {
        g.on = level::schema;
        return !kind_named;
    }
    g.name = in.name();
    g.on = routine ? level::routine : level::table;
    return !g.name.empty();
}

bool has_option(line_reader& in) {
    for (; !in.at_end(); in.advance())
        if (in.accept("WITH") && (in.at("GRANT") || in.at("ADMIN")))
            return true;
    return false;
}

bool read_roles(line_reader& in, grant& g) {
    do {
        g.roles.push_back(in.name());
        if (g.roles.back().empty())
            return false;
        in.skip_host();
    } while (in.accept(','));
    return in.accept("TO");
}

} // namespace

grant read_grant(std::string_view line, sql::mysql_flavour f) {
    using kind = grant::kind;
    line_reader in(line, f);
    grant g;
    if (!in.readable())
        return {};
    if (in.accept("SET")) {
        g.what = in.accept("DEFAULT") && in.accept("ROLE") ? kind::set_role : kind::something;
        return g;
    }
    if (in.accept("REVOKE")) {
        g.what = kind::revoked;
        return read_privileges(in, g) && read_object(in, g) && in.accept("FROM") ? g : grant{};
    }
    if (!in.accept("GRANT"))
        return {};
    if (in.at("PROXY")) {
        g.what = kind::proxy;
        return g;
    }
    if (in.is_quoted()) {
        g.what = kind::role;
        if (!read_roles(in, g))
            return {};
    } else {
        g.what = kind::privileges;
        if (!read_privileges(in, g) || !read_object(in, g) || !in.accept("TO"))
            return {};
    }
    g.with_option = has_option(in);
    return g;
}

} // namespace ringfence::catalog::mysql
