// Calls of functions, with the grammars that some of them have, and types.
#include "policy/sql/mysql/parser.h"

#include "policy/sql/mysql/bytes.h"
#include "policy/sql/mysql/functions.h"
#include "policy/sql/mysql/parser_scope.h"

#include <algorithm>

namespace ringfence::sql::mysql {

using policy::action;
using policy::problem;

// Pre: at the opening parenthesis. A name without a schema that the server does not bring along is
// a stored function of the current schema, unless a shared library brought it.
void parser::function_call(std::string_view in, std::string_view called) {
    const nested deeper(*this);
    const auto* rule = in.empty() ? find_function(called) : nullptr;
    const auto newest =
        scope_.flavour == mysql_flavour::mysql ? newest_reviewed_mysql : newest_reviewed_mariadb;
    if (rule != nullptr) {
        if (!rule->facility.empty())
            facility(rule->facility);
    } else if (in.empty() && version_ > newest) {
        fail(problem::unknown_node, "a function that is not known, on a server that is newer than "
                                    "the functions that were reviewed");
    } else if (in.empty() &&
               std::find(scope_.loadable_functions.begin(), scope_.loadable_functions.end(),
                         called) != scope_.loadable_functions.end()) {
        facility("functions of shared libraries");
    } else {
        routine(action::execute, {in, called});
    }
    expect('(');
    if (called == "nextval" || called == "lastval" || called == "setval")
        if (rule != nullptr && at_name()) {
            table(called == "lastval" ? action::read : action::write, qualified_name());
            accept(',');
        }
    arguments(rule != nullptr ? called : std::string_view{});
    over_clause();
}

// Up to the closing parenthesis, with what any function takes between its arguments.
void parser::arguments(std::string_view called) {
    const auto is = [&](std::initializer_list<std::string_view> names) {
        return std::find(names.begin(), names.end(), called) != names.end();
    };
    if (accept(')'))
        return;
    if (!accept("DISTINCT"))
        if (at("ALL") && !ahead(1, ')'))
            advance();
    if (accept('*'))
        return expect(')');
    if (is({"extract", "timestampadd", "timestampdiff"})) {
        if (!accept_unit())
            unexpected();
        if (!accept("FROM"))
            expect(',');
    } else if (is({"get_format"})) {
        if (!accept_any({"DATE", "TIME", "DATETIME", "TIMESTAMP"}))
            unexpected();
        expect(',');
    } else if (is({"trim"})) {
        if (accept_any({"LEADING", "TRAILING", "BOTH"}))
            accept("FROM");
    }
    while (!failed()) {
        if (accept(')'))
            return;
        expression();
        if (called.empty()) { // what a function of a shared library is told of its arguments
            argument_alias();
        } else if (accept("AS")) {
            data_type();
            accept("ARRAY");
        }
        if (accept("USING"))
            character_set();
        if (is({"convert"}) && accept(',')) {
            data_type();
            continue;
        }
        if (accept("RETURNING"))
            data_type();
        if (at("ORDER"))
            order_by();
        if (accept("SEPARATOR") && !accept_string())
            unexpected();
        if (at("LIMIT"))
            limit_clause();
        while (at_any({"NULL", "ERROR", "DEFAULT", "ABSENT"}) && !failed()) { // … ON EMPTY
            if (accept("DEFAULT"))
                operand();
            else
                advance();
            expect("ON");
            if (!accept_any({"EMPTY", "ERROR"}))
                expect("NULL");
        }
        if (accept("LEVEL"))
            while (accept_number() || accept(',') || accept('-') ||
                   accept_any({"ASC", "DESC", "REVERSE"})) {
            }
        if (accept(')'))
            return;
        if (!accept(',') && !accept_any({"FROM", "FOR"}))
            return unexpected();
    }
}

// f(a AS x), f(a x), f(a 'x')
void parser::argument_alias() {
    const bool named = accept("AS");
    if (peek().kind == token_kind::string)
        (void)accept_string();
    else if (named || at_name())
        (void)name();
}

void parser::over_clause() {
    if (accept("WITHIN", "GROUP")) {
        expect('(');
        order_by();
        expect(')');
    }
    // `FROM first` may be the FROM of the query: only what is followed by OVER belongs here.
    const bool nulls = (ahead(2, "RESPECT") || ahead(2, "IGNORE")) && ahead(3, "NULLS");
    if (at("FROM") && (ahead(1, "FIRST") || ahead(1, "LAST")) && (ahead(2, "OVER") || nulls))
        at_ += 2;
    if (ahead(1, "NULLS") && ahead(2, "OVER"))
        accept_any({"RESPECT", "IGNORE"}) ? advance() : unexpected();
    if (at("OVER") && (ahead(1, '(') || is_reserved(word("OVER").id(), scope_.flavour, version_))) {
        advance();
        window_specification();
    }
}

// NEXT VALUE FOR s, PREVIOUS VALUE FOR s
void parser::sequence_function() {
    const bool next = at("NEXT");
    at_ += 3;
    table(next ? action::write : action::read, qualified_name());
}

// A name of a character set or collation, or DEFAULT.
void parser::character_set() {
    if (accept_any({"BINARY", "ASCII", "DEFAULT"}) || accept_string())
        return;
    (void)name();
}

// A type in a definition or a cast, with all that belongs to it.
void parser::data_type() {
    const auto& t = peek();
    if (accept("TYPE", "OF") || accept("ROW", "TYPE", "OF")) { // MariaDB: as that of a column
        written_name of = qualified_name();
        if (accept('.'))
            of = {of.name, name()}; // schema.table.column; or the row of one
        else if (!in_program_ || !is_local(of.schema.empty() ? of.name : of.schema))
            of = {{}, of.schema.empty() ? of.name : of.schema};
        else
            return;
        return table(action::read, of, {std::string(policy::all_columns)});
    }
    if (accept("INTERVAL")) {
        (void)accept_unit();
        return skip_parenthesised_literals();
    }
    if (accept("ROW")) {
        const nested deeper(*this);
        expect('(');
        comma_list([&] {
            (void)name();
            data_type();
        });
        return expect(')');
    }
    if (t.kind == token_kind::word)
        advance();
    else
        (void)name();
    if (accept('.')) // mariadb_schema.datetime and its kin
        (void)name();
    while (accept_any({"PRECISION", "VARYING", "CHAR", "CHARACTER", "VARCHAR", "VARCHARACTER",
                       "VARBINARY"}) &&
           !at("SET")) {
    }
    if (at("SET") && !failed() && lexed_.tokens[at_ - 1].what == word("CHARACTER").id())
        --at_;
    skip_parenthesised_literals();
    while (!failed()) {
        if (accept_any({"UNSIGNED", "SIGNED", "ZEROFILL", "BINARY", "ASCII", "UNICODE", "BYTE",
                        "PRECISION", "VARYING", "INT", "INTEGER", "ARRAY"})) {
        } else if (accept("CHARACTER", "SET") || accept("CHARSET") || accept("CHAR", "SET")) {
            character_set();
        } else if (accept("COMPRESSED")) {
            if (accept('='))
                (void)name();
        } else if (accept("COLLATE")) {
            character_set();
        } else if (accept("REF_SYSTEM_ID")) {
            accept('=');
            (void)accept_number();
        } else if (accept("SRID")) {
            (void)accept_number();
        } else {
            return;
        }
    }
}

} // namespace ringfence::sql::mysql
