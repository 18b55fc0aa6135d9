// Expressions. What binds closer than what does not matter here, so an expression is a chain of
// operands and operators.
#include "policy/sql/mysql/parser.h"

#include "policy/sql/mysql/bytes.h"
#include "policy/sql/mysql/functions.h"
#include "policy/sql/mysql/parser_scope.h"

namespace ringfence::sql::mysql {

using policy::problem;

void parser::expression() {
    const nested deeper(*this);
    operand();
    while (!failed() && operator_ahead())
        operand();
}

// An expression without comparisons and AND, for where the grammar goes on with one of these.
void parser::sum() {
    const nested deeper(*this);
    const auto sign = [&] {
        return at('+') || at('-') || at('*') || at('/') || at('%') || at('^') || at('&') ||
               at('|') || at_any({"DIV", "MOD"});
    };
    operand();
    while (!failed() && sign()) {
        advance();
        operand();
    }
}

void parser::expression_list() {
    comma_list([&] { expression(); });
}

// Consumes an operator, and says whether an operand must follow.
bool parser::operator_ahead() {
    while (!failed()) {
        const auto& t = peek();
        if (t.kind == token_kind::symbol) {
            switch (t.what) {
            case '+':
            case '-':
            case '*':
            case '/':
            case '%':
            case '^':
            case '&':
            case '|':
            case symbol::bars:
            case symbol::ampersands:
            case symbol::assign:
            case symbol::arrow:
                advance();
                return true;
            case '<':
            case '>':
            case '=':
            case '!':
            case symbol::operator_symbol:
                advance();
                if (ahead(1, '('))
                    accept_any({"ALL", "ANY", "SOME"});
                return true;
            default:
                return false;
            }
        }
        if (t.kind != token_kind::word || t.what == 0)
            return false;
        if (accept_any(
                {"AND", "OR", "XOR", "DIV", "MOD", "LIKE", "RLIKE", "REGEXP", "BETWEEN", "ESCAPE"}))
            return true;
        if (accept("SOUNDS", "LIKE"))
            return true;
        if (accept("MEMBER", "OF"))
            return true;
        if ((at("IN") && ahead(1, "BOOLEAN") && ahead(2, "MODE")) ||
            (at("IN") && ahead(1, "NATURAL")))
            return false; // of MATCH … AGAINST
        if (at("NOT") &&
            (ahead(1, "LIKE") || ahead(1, "RLIKE") || ahead(1, "REGEXP") || ahead(1, "BETWEEN"))) {
            at_ += 2;
            return true;
        }
        if (accept("NOT", "IN") || accept("IN"))
            return true;
        if (accept("IS")) {
            accept("NOT");
            if (accept("JSON")) {
                accept_any({"VALUE", "OBJECT", "ARRAY", "SCALAR"});
                continue;
            }
            if (!accept_any({"NULL", "TRUE", "FALSE", "UNKNOWN"})) {
                unexpected();
                return false;
            }
            continue;
        }
        if (accept("COLLATE")) {
            character_set();
            continue;
        }
        if (at("AT") && (ahead(1, "LOCAL") || ahead(1, "TIME"))) {
            advance();
            if (!accept("LOCAL")) {
                expect("TIME");
                expect("ZONE");
                accept("INTERVAL");
                if (!accept_string())
                    unexpected();
            }
            continue;
        }
        return false;
    }
    return false;
}

void parser::operand() {
    while (at_any({"NOT", "BINARY"}) || at('-') || at('+') || at('!') || at('~'))
        advance();
    const auto& t = peek();
    switch (t.kind) {
    case token_kind::string:
        (void)accept_string();
        return;
    case token_kind::number:
        return advance();
    case token_kind::user_variable:
        return advance();
    case token_kind::symbol:
        if (t.what == '(')
            return parenthesised();
        if (t.what == '?')
            return advance();
        if (t.what == symbol::system_variable)
            return system_variable();
        if (t.what == '.')
            return column_reference();
        if (t.what == '{') { // ODBC: {d '…'}, {fn …}
            advance();
            (void)name();
            expression();
            return expect('}');
        }
        return unexpected();
    case token_kind::word:
        if (t.what != 0 && keyword_operand())
            return;
        return column_reference();
    case token_kind::name:
    case token_kind::quoted_name:
        return column_reference();
    case token_kind::end:
        return unexpected();
    }
}

void parser::parenthesised() {
    const nested deeper(*this);
    if (query_ahead())
        return subquery();
    expect('(');
    expression_list();
    expect(')');
}

// Operands that begin with a word of the grammar. False: it is a name here.
bool parser::keyword_operand() {
    if (ahead(1, '.') && at_name())
        return false;
    if (at("CASE"))
        return case_expression(), true;
    if (at("EXISTS")) {
        advance();
        return subquery(), true;
    }
    if (at("INTERVAL"))
        return interval(), true;
    if (at("MATCH"))
        return match_against(), true;
    if (accept("ROW")) {
        if (!at('('))
            return --at_, false;
        return parenthesised(), true;
    }
    if (accept_any({"NULL", "TRUE", "FALSE"}))
        return true;
    if (accept("DEFAULT")) {
        if (accept('(')) {
            column_reference();
            expect(')');
        }
        return true;
    }
    if (at_any({"DATE", "TIME", "TIMESTAMP"}) && peek(1).kind == token_kind::string) {
        advance();
        return accept_string();
    }
    if (raw(peek()).front() == '_' &&
        (peek(1).kind == token_kind::string || peek(1).kind == token_kind::number))
        return advance(), operand(), true;
    if (at_any({"NEXT", "PREVIOUS"}) && ahead(1, "VALUE") && ahead(2, "FOR"))
        return sequence_function(), true;
    if (at_any({"CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "CURRENT_USER", "CURRENT_ROLE",
                "LOCALTIME", "LOCALTIMESTAMP", "UTC_DATE", "UTC_TIME", "UTC_TIMESTAMP"})) {
        advance();
        if (accept('(')) {
            (void)accept_number();
            expect(')');
        }
        return true;
    }
    if (ahead(1, '(')) {
        const auto called = to_lower(raw(peek()));
        if (at_name() || find_function(called) != nullptr) {
            advance();
            function_call({}, called);
            return true;
        }
    }
    return false;
}

// a, t.a, s.t.a, t.*, .t.a; and s.f(…)
void parser::column_reference() {
    column_name c;
    accept('.');
    const auto& first = peek();
    if (first.kind == token_kind::word && first.what == 0 && raw(first).front() == '_' &&
        (peek(1).kind == token_kind::string || peek(1).kind == token_kind::number)) {
        advance(); // a character set's introducer
        return operand();
    }
    c.column = name();
    if (at('(') && !failed())
        return function_call({}, to_lower(c.column));
    for (int parts = 1; parts < 3 && accept('.'); ++parts) {
        c.schema = c.table;
        c.table = c.column;
        if (accept('*')) {
            c.column = policy::all_columns;
            break;
        }
        c.column = name();
    }
    if (at('(') && !failed() && c.schema.empty())
        return function_call(c.table, to_lower(c.column));
    if (accept('(')) { // Oracle's outer join sign, or a package's function
        return unexpected();
    }
    if (c.table.empty() && is_local(c.column))
        return;
    names_.add_reference(level_, c);
}

void parser::case_expression() {
    const nested deeper(*this);
    expect("CASE");
    if (!at("WHEN"))
        expression();
    while (accept("WHEN")) {
        expression();
        expect("THEN");
        expression();
    }
    if (accept("ELSE"))
        expression();
    expect("END");
}

// INTERVAL n UNIT, and the function INTERVAL(n, a, b, …)
void parser::interval() {
    expect("INTERVAL");
    expression();
    (void)accept_unit();
}

bool parser::accept_unit() {
    return accept_any({"MICROSECOND",
                       "SECOND",
                       "MINUTE",
                       "HOUR",
                       "DAY",
                       "WEEK",
                       "MONTH",
                       "QUARTER",
                       "YEAR",
                       "SECOND_MICROSECOND",
                       "MINUTE_MICROSECOND",
                       "MINUTE_SECOND",
                       "HOUR_MICROSECOND",
                       "HOUR_SECOND",
                       "HOUR_MINUTE",
                       "DAY_MICROSECOND",
                       "DAY_SECOND",
                       "DAY_MINUTE",
                       "DAY_HOUR",
                       "YEAR_MONTH",
                       "SQL_TSI_SECOND",
                       "SQL_TSI_MINUTE",
                       "SQL_TSI_HOUR",
                       "SQL_TSI_DAY",
                       "SQL_TSI_WEEK",
                       "SQL_TSI_MONTH",
                       "SQL_TSI_QUARTER",
                       "SQL_TSI_YEAR"});
}

// Reading a system variable shows what the server is set to, as it shows to everyone.
void parser::system_variable() {
    advance();
    const auto& t = peek();
    if (t.kind != token_kind::word && t.kind != token_kind::quoted_name)
        return unexpected();
    advance();
    for (int parts = 0; parts < 2 && accept('.'); ++parts)
        if (!accept("DEFAULT") && !accept_string()) // a string: of one replication connection
            (void)name();
}

// MATCH (a, b) AGAINST (… IN BOOLEAN MODE)
void parser::match_against() {
    expect("MATCH");
    if (at('('))
        parenthesised();
    else
        comma_list([&] { column_reference(); });
    expect("AGAINST");
    expect('(');
    expression();
    if (!accept("IN", "BOOLEAN", "MODE") && accept("IN", "NATURAL", "LANGUAGE"))
        expect("MODE");
    if (accept("WITH", "QUERY"))
        expect("EXPANSION");
    expect(')');
}

} // namespace ringfence::sql::mysql
