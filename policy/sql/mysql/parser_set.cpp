// SET in all its forms.
#include "policy/sql/mysql/parser.h"

#include "policy/sql/mysql/bytes.h"
#include "policy/sql/mysql/parser_scope.h"
#include "policy/sql/mysql/variables.h"

namespace ringfence::sql::mysql {

using policy::problem;
using kind = policy::session_effect::kind;

namespace {

constexpr std::string_view not_on_the_list = ".";

} // namespace

void parser::set_statement() {
    const query_scope keep(*this);
    expect("SET");
    level_ = names_.add_level(level_);
    if (accept("STATEMENT")) { // MariaDB: SET STATEMENT a = 1, … FOR statement
        comma_list([&] {
            const auto variable = name();
            expect('=');
            const auto* rule = find_variable(variable);
            if (rule == nullptr || rule->what != variable_rule::kind::allowed)
                return fail(problem::unsafe_setting, "a setting for one statement that is not on "
                                                     "the list of those that change nothing else");
            setting();
        });
        expect("FOR");
        return statement();
    }
    if (at_any({"PASSWORD", "ROLE"}) || at("DEFAULT") || at("RESOURCE")) {
        const bool variable = ahead(1, '=') || peek(1).what == symbol::assign;
        if (!variable || at("PASSWORD")) {
            facility(at("RESOURCE") ? "resource groups" : "accounts");
            while (!at(';') && !at_end())
                advance();
            return;
        }
    }
    comma_list([&] { set_item(); });
}

void parser::set_item() {
    if (at("NAMES") && !ahead(1, '='))
        return set_names();
    if ((at_any({"CHARACTER", "CHAR"}) && ahead(1, "SET")) || (at("CHARSET") && !ahead(1, '=')))
        return set_character_set();
    if (peek().kind == token_kind::user_variable) {
        advance();
        expect_assignment();
        return expression();
    }
    std::string_view reach = "session";
    const auto scope_word = [&] {
        if (accept("GLOBAL"))
            reach = "global";
        else if (accept("PERSIST"))
            reach = "persist";
        else if (accept("PERSIST_ONLY"))
            reach = "persist";
        else
            return accept_any({"SESSION", "LOCAL"});
        return true;
    };
    if (peek().kind == token_kind::symbol && peek().what == symbol::system_variable) {
        advance();
        if (ahead(1, '.') && scope_word())
            advance();
        auto variable = name();
        if (accept('.')) { // a key cache, or a component's variable
            (void)name();
            variable = not_on_the_list;
        }
        return set_system_variable(reach, variable);
    }
    const bool scoped = at_any({"GLOBAL", "PERSIST", "PERSIST_ONLY", "SESSION", "LOCAL"}) &&
                        !ahead(1, '=') && scope_word();
    if (at("TRANSACTION")) {
        if (reach != "session")
            facility("server settings");
        return set_transaction();
    }
    auto variable = name();
    if (accept('.')) {
        // NEW.column in a trigger; default.cache, component.variable outside.
        const auto row = variable;
        variable = name();
        if (!scoped && in_program_ && (equal_ignoring_case(row, "new") || is_local(row))) {
            expect_assignment();
            return expression();
        }
        variable = not_on_the_list;
    }
    if (!scoped && in_program_ && is_local(variable)) {
        expect_assignment();
        return expression();
    }
    set_system_variable(reach, variable);
}

void parser::set_system_variable(std::string_view reach, std::string_view variable) {
    expect_assignment();
    if (reach != "session")
        facility("server settings");
    const auto* rule = find_variable(variable);
    if (rule == nullptr)
        return fail(problem::unsafe_setting, "a setting that is not on the list");
    switch (rule->what) {
    case variable_rule::kind::facility:
        facility(rule->text);
        break;
    case variable_rule::kind::mode:
        return set_mode();
    case variable_rule::kind::charset: {
        if (accept("DEFAULT"))
            return session_character_set("");
        const auto& t = peek();
        if (t.kind == token_kind::string || t.kind == token_kind::word) {
            const auto value =
                t.kind == token_kind::string ? string_of(text_, t, scope_.mode) : name_of(text_, t);
            advance();
            if (at(',') || at(';') || at_end())
                return session_character_set(value.value_or("?"));
        }
        expression(); // a character set that nobody knows before it is set
        mode_unknown_ = true;
        return effect({.what = kind::character_set, .values = {}, .text = {}});
    }
    case variable_rule::kind::allowed:
        break;
    }
    setting();
}

void parser::setting() {
    if (!accept_any({"DEFAULT", "ON", "ALL", "BINARY", "ROW", "SYSTEM"}))
        expression();
}

// What a later text of this session would be read by. A value that is no literal becomes known when
// the server reports it; until then, nothing is analysed.
void parser::set_mode() {
    literal_mattered();
    if (in_program_)
        return fail(problem::unsafe_setting, "sql_mode is set in a stored program");
    const auto& t = peek();
    const bool alone = [&] {
        const auto& next = peek(1);
        return next.kind == token_kind::end || ahead(1, ',') || ahead(1, ';');
    }();
    std::optional<std::string> value;
    if (alone && t.kind == token_kind::string)
        value = string_of(text_, t, scope_.mode);
    else if (alone && (t.kind == token_kind::word || t.kind == token_kind::number))
        value = std::string(raw(t));
    const bool known = value && !at("DEFAULT");
    if (known) {
        const auto mode = mysql_mode_of(*value, scope_.flavour);
        if (!mode)
            return fail(problem::unsafe_setting, "a value of sql_mode that is not known");
        if (mode->foreign_grammar)
            return fail(problem::unsafe_setting, "a value of sql_mode that changes the grammar");
        advance();
        mode_unknown_ = mode_unknown_ || *mode != scope_.mode;
        return effect({.what = kind::sql_mode, .values = {*value}, .text = {}});
    }
    if (!accept("DEFAULT"))
        expression();
    mode_unknown_ = true;
    effect({.what = kind::sql_mode, .values = {}, .text = {}});
}

void parser::session_character_set(std::string_view charset) {
    literal_mattered();
    if (in_program_)
        return fail(problem::unsafe_setting, "a character set is set in a stored program");
    if (charset.empty()) { // DEFAULT: the server's, which is not known here
        mode_unknown_ = true;
        return effect({.what = kind::character_set, .values = {}, .text = {}});
    }
    if (!mysql_charset_is_safe(charset))
        return fail(problem::unsafe_setting,
                    "a character set in which a byte of ASCII can be part of a character");
    mode_unknown_ = mode_unknown_ || !equal_ignoring_case(charset, scope_.charset);
    effect({.what = kind::character_set, .values = {to_lower(charset)}, .text = {}});
}

void parser::set_names() {
    expect("NAMES");
    if (accept("DEFAULT")) {
        session_character_set("");
    } else {
        const auto& t = peek();
        const auto charset =
            t.kind == token_kind::string ? string_of(text_, t, scope_.mode) : name_of(text_, t);
        if (t.kind != token_kind::string && t.kind != token_kind::word)
            return unexpected();
        advance();
        session_character_set(charset.value_or("?"));
    }
    if (accept("COLLATE"))
        character_set();
}

void parser::set_character_set() {
    if (!accept("CHARSET")) {
        advance();
        expect("SET");
    }
    if (accept("DEFAULT"))
        return session_character_set("");
    const auto& t = peek();
    if (t.kind != token_kind::string && t.kind != token_kind::word)
        return unexpected();
    const auto charset =
        t.kind == token_kind::string ? string_of(text_, t, scope_.mode) : name_of(text_, t);
    advance();
    session_character_set(charset.value_or("?"));
}

void parser::set_transaction() {
    expect("TRANSACTION");
    comma_list([&] {
        if (accept("READ")) {
            if (!accept("ONLY"))
                expect("WRITE");
            return;
        }
        expect("ISOLATION");
        expect("LEVEL");
        if (accept("REPEATABLE"))
            return expect("READ");
        if (accept("READ")) {
            if (!accept("COMMITTED"))
                expect("UNCOMMITTED");
            return;
        }
        expect("SERIALIZABLE");
    });
}

} // namespace ringfence::sql::mysql
