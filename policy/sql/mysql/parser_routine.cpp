// Procedures, functions, triggers and events: everything but the statements in them.
#include "policy/sql/mysql/parser.h"

#include "policy/sql/mysql/bytes.h"
#include "policy/sql/mysql/parser_scope.h"

namespace ringfence::sql::mysql {

using policy::action;
using policy::problem;

// (IN a INT, OUT b VARCHAR(10) = 'x')
void parser::parameters(bool with_modes) {
    expect('(');
    if (accept(')'))
        return;
    comma_list([&] {
        if (with_modes || at_any({"IN", "OUT", "INOUT"}))
            accept_any({"IN", "OUT", "INOUT"});
        local(name());
        data_type();
        if (accept("DEFAULT") || accept('='))
            expression();
    });
    expect(')');
}

void parser::characteristics() {
    while (!failed()) {
        if (accept("COMMENT")) {
            if (!accept_string())
                unexpected();
        } else if (accept("LANGUAGE")) {
            if (!accept("SQL"))
                return fail(problem::statement_kind, "a routine in another language than SQL");
        } else if (accept("SQL")) {
            expect("SECURITY");
            if (!accept_any({"DEFINER", "INVOKER"}))
                unexpected();
        } else if (!accept("NOT", "DETERMINISTIC") && !accept("DETERMINISTIC") &&
                   !accept("CONTAINS", "SQL") && !accept("NO", "SQL") &&
                   !accept("READS", "SQL", "DATA") && !accept("MODIFIES", "SQL", "DATA")) {
            return;
        }
    }
}

void parser::create_procedure() {
    expect("PROCEDURE");
    if_exists();
    const auto n = qualified_name();
    routine(action::define, n);
    defines();
    const auto locals = locals_.size();
    if (at('('))
        parameters(true);
    characteristics();
    program_body(schema_of(n));
    locals_.resize(locals);
}

void parser::create_function() {
    expect("FUNCTION");
    if_exists();
    const auto n = qualified_name();
    if (at("RETURNS") && (ahead(2, "SONAME")))
        return rest_is_facility("functions of shared libraries");
    routine(action::define, n);
    defines();
    const auto locals = locals_.size();
    parameters(false);
    if (!accept("RETURNS"))
        expect("RETURN");
    data_type();
    characteristics();
    accept("AGGREGATE");
    program_body(schema_of(n));
    locals_.resize(locals);
}

// ALTER FUNCTION, ALTER PROCEDURE: characteristics only
void parser::alter_routine() {
    advance();
    routine(action::define, qualified_name());
    defines();
    characteristics();
}

void parser::create_trigger() {
    expect("TRIGGER");
    if_exists();
    const auto n = qualified_name();
    if (!accept("BEFORE"))
        expect("AFTER");
    do {
        if (!accept_any({"INSERT", "UPDATE", "DELETE"}))
            return unexpected();
        if (accept("OF"))
            comma_list([&] { (void)name(); });
    } while (accept("OR"));
    expect("ON");
    const auto on = qualified_name();
    table(action::define, on);
    if (!n.schema.empty())
        table(action::define, n);
    defines();
    expect("FOR");
    expect("EACH");
    expect("ROW");
    if (accept_any({"FOLLOWS", "PRECEDES"}))
        (void)qualified_name();
    program_body(schema_of(on));
}

// AT time, EVERY interval [STARTS time] [ENDS time]
void parser::schedule() {
    if (accept("AT")) {
        expression();
    } else {
        expect("EVERY");
        expression();
        if (!accept_unit())
            unexpected();
        if (accept("STARTS"))
            expression();
        if (accept("ENDS"))
            expression();
    }
}

void parser::create_event() {
    alter_event();
}

// What CREATE EVENT and ALTER EVENT take
void parser::alter_event() {
    expect("EVENT");
    if_exists();
    const auto n = qualified_name();
    routine(action::define, n);
    defines();
    while (!failed()) {
        if (accept("ON", "SCHEDULE")) {
            schedule();
        } else if (accept("ON", "COMPLETION")) {
            accept("NOT");
            expect("PRESERVE");
        } else if (accept("RENAME", "TO")) {
            routine(action::define, qualified_name());
        } else if (accept("ENABLE")) {
        } else if (accept("DISABLE")) {
            if (accept("ON") && !accept_any({"SLAVE", "REPLICA"}))
                unexpected();
        } else if (accept("COMMENT")) {
            if (!accept_string())
                unexpected();
        } else {
            break;
        }
    }
    if (accept("DO"))
        program_body(schema_of(n));
}

// Names in a body mean objects of the schema that it is in.
void parser::program_body(const std::string& in) {
    const query_scope keep(*this);
    level_ = no_level;
    const auto outside = std::exchange(current_, in);
    const bool nested_program = std::exchange(in_program_, true);
    program_statement();
    current_ = outside;
    in_program_ = nested_program;
}

} // namespace ringfence::sql::mysql
