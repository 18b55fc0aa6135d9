// The statements of stored programs.
#include "policy/sql/mysql/parser.h"

#include "policy/sql/mysql/bytes.h"
#include "policy/sql/mysql/parser_scope.h"

#include <algorithm>

namespace ringfence::sql::mysql {

using policy::problem;

// INVARIANT: holds exactly the variables that the server would find by their name here; such a name
// is never a column.
void parser::local(std::string_view variable) {
    locals_.push_back(variable);
}

void parser::program_statement() {
    const nested deeper(*this);
    const query_scope keep(*this);
    level_ = no_level;
    if (control_statement())
        return;
    statement();
}

void parser::statements_until(std::initializer_list<word> ends) {
    while (!failed() && !at_any(ends)) {
        program_statement();
        expect(';');
    }
}

// False: it is an ordinary statement.
bool parser::control_statement() {
    if (at_name() && ahead(1, ':')) { // a label
        at_ += 2;
        if (!at_any({"BEGIN", "LOOP", "WHILE", "REPEAT", "FOR", "CASE", "IF"}))
            return unexpected(), true;
    }
    if (at("BEGIN"))
        return block(), true;
    if (at("IF"))
        return if_statement(), true;
    if (at("CASE"))
        return case_statement(), true;
    if (at("LOOP"))
        return loop_statement(), true;
    if (at("WHILE"))
        return while_statement(), true;
    if (at("REPEAT"))
        return repeat_statement(), true;
    if (at("FOR"))
        return for_statement(), true;
    if (accept("RETURN"))
        return expression(), true;
    if (accept_any({"LEAVE", "ITERATE"}))
        return (void)name(), true;
    if (accept("OPEN")) {
        (void)name();
        if (accept('(')) {
            expression_list();
            expect(')');
        }
        if (accept("USING"))
            expression_list();
        return true;
    }
    if (accept("CLOSE"))
        return (void)name(), true;
    if (accept("FETCH")) {
        if (accept("GROUP")) {
            expect("NEXT");
            return expect("ROW"), true;
        }
        if (at("NEXT") && ahead(1, "FROM"))
            advance();
        accept("FROM");
        (void)name();
        return into_clause(), true;
    }
    return false;
}

void parser::block() {
    const auto locals = locals_.size();
    expect("BEGIN");
    if (accept("NOT"))
        expect("ATOMIC");
    declarations();
    statements_until({"END"});
    expect("END");
    if (at_name())
        (void)name();
    locals_.resize(std::min(locals, locals_.size()));
}

void parser::declarations() {
    while (at("DECLARE") && !failed()) {
        declare();
        expect(';');
    }
}

void parser::declare() {
    expect("DECLARE");
    if (at_any({"CONTINUE", "EXIT", "UNDO"}) && ahead(1, "HANDLER")) {
        at_ += 2;
        expect("FOR");
        comma_list([&] { handler_condition(); });
        return program_statement();
    }
    std::vector<std::string_view> declared;
    comma_list([&] { declared.push_back(name()); });
    if (accept("CONDITION")) {
        expect("FOR");
        return handler_condition();
    }
    if (accept("CURSOR")) {
        const auto locals = locals_.size();
        if (at('('))
            parameters(true);
        expect("FOR");
        if (at_name() && (ahead(1, ';') || peek(1).kind == token_kind::end)) {
            (void)name(); // MariaDB 12: of a prepared statement
            dynamic();
        } else {
            const query_scope keep(*this);
            level_ = no_level;
            query_expression();
        }
        locals_.resize(locals);
        return;
    }
    data_type();
    if (accept("DEFAULT") || accept('=')) // sees the variables before it only
        expression();
    else if (peek().kind == token_kind::symbol && peek().what == symbol::assign)
        return unexpected();
    for (const auto d : declared)
        local(d);
}

void parser::handler_condition() {
    if (accept("SQLSTATE")) {
        accept("VALUE");
        if (!accept_string())
            unexpected();
    } else if (!accept_any({"SQLWARNING", "SQLEXCEPTION"}) && !accept("NOT", "FOUND") &&
               !accept_number()) {
        (void)name();
    }
}

void parser::if_statement() {
    expect("IF");
    expression();
    expect("THEN");
    statements_until({"ELSEIF", "ELSE", "END"});
    while (accept("ELSEIF")) {
        expression();
        expect("THEN");
        statements_until({"ELSEIF", "ELSE", "END"});
    }
    if (accept("ELSE"))
        statements_until({"END"});
    expect("END");
    expect("IF");
}

void parser::case_statement() {
    expect("CASE");
    if (!at("WHEN"))
        expression();
    while (accept("WHEN")) {
        expression();
        expect("THEN");
        statements_until({"WHEN", "ELSE", "END"});
    }
    if (accept("ELSE"))
        statements_until({"END"});
    expect("END");
    expect("CASE");
}

void parser::loop_statement() {
    expect("LOOP");
    statements_until({"END"});
    expect("END");
    expect("LOOP");
    if (at_name())
        (void)name();
}

void parser::while_statement() {
    expect("WHILE");
    expression();
    expect("DO");
    statements_until({"END"});
    expect("END");
    expect("WHILE");
    if (at_name())
        (void)name();
}

void parser::repeat_statement() {
    expect("REPEAT");
    statements_until({"UNTIL"});
    expect("UNTIL");
    expression();
    expect("END");
    expect("REPEAT");
    if (at_name())
        (void)name();
}

// MariaDB: FOR i IN [REVERSE] 1..10 DO, FOR r IN (SELECT …) DO, FOR r IN cursor DO
void parser::for_statement() {
    const auto locals = locals_.size();
    expect("FOR");
    const auto variable = name();
    expect("IN");
    accept("REVERSE");
    if (at('(') && query_ahead()) {
        subquery();
    } else {
        expression();
        if (peek().kind == token_kind::symbol && peek().what == symbol::dots) {
            advance();
            expression();
        }
    }
    local(variable);
    expect("DO");
    statements_until({"END"});
    expect("END");
    expect("FOR");
    if (at_name())
        (void)name();
    locals_.resize(std::min(locals, locals_.size()));
}

void parser::signal_statement() {
    const bool again = accept("RESIGNAL");
    if (!again)
        expect("SIGNAL");
    if (accept("SQLSTATE")) {
        accept("VALUE");
        if (!accept_string())
            unexpected();
    } else if (at_name()) {
        (void)name();
    } else if (!again) {
        return unexpected();
    }
    if (accept("SET"))
        comma_list([&] {
            if (!accept("ROW_NUMBER"))
                (void)name();
            expect('=');
            expression();
        });
}

// GET [CURRENT | STACKED] DIAGNOSTICS …
void parser::diagnostics() {
    expect("GET");
    if (!accept("CURRENT"))
        accept("STACKED");
    expect("DIAGNOSTICS");
    if (accept("CONDITION"))
        operand();
    comma_list([&] {
        if (peek().kind == token_kind::user_variable)
            advance();
        else
            (void)name();
        expect('=');
        if (!accept("ROW_NUMBER"))
            (void)name();
    });
}

} // namespace ringfence::sql::mysql
