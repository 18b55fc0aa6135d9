// CREATE, DROP and RENAME of everything but tables' insides and stored programs.
#include "policy/sql/mysql/parser.h"

#include "policy/sql/mysql/bytes.h"
#include "policy/sql/mysql/parser_scope.h"

#include <algorithm>

namespace ringfence::sql::mysql {

using policy::action;
using policy::object_kind;
using policy::problem;

// IF EXISTS, IF NOT EXISTS
void parser::if_exists() {
    if (!at("IF"))
        return;
    advance();
    accept("NOT");
    expect("EXISTS");
}

// What stands between CREATE and the kind of the object.
void parser::create_statement() {
    expect("CREATE");
    accept("OR", "REPLACE");
    if (accept("ALGORITHM")) {
        expect('=');
        (void)name();
    }
    definer();
    if (accept("SQL")) {
        expect("SECURITY");
        if (!accept_any({"DEFINER", "INVOKER"}))
            unexpected();
    }
    accept("TEMPORARY");
    accept("AGGREGATE");
    if (at("SPATIAL") && ahead(1, "REFERENCE"))
        return rest_is_facility("spatial reference systems");
    if (accept_any({"UNIQUE", "FULLTEXT", "SPATIAL"}) || accept("ONLINE") || accept("OFFLINE")) {
        accept_any({"UNIQUE", "FULLTEXT", "SPATIAL"});
        if (!at("INDEX"))
            return unexpected();
    }
    dispatch_on("CREATE");
}

// DEFINER = account. Only the login itself: as another one, the object could do what that may.
void parser::definer() {
    if (!accept("DEFINER"))
        return;
    expect('=');
    const auto& t = peek();
    bool self = at("CURRENT_USER");
    if (!self && (t.kind == token_kind::string || at_name())) {
        const auto user = t.kind == token_kind::string
                              ? string_of(text_, t, scope_.mode).value_or("")
                              : name_of(text_, t);
        self = !scope_.backend_login.empty() && user == scope_.backend_login;
    }
    account();
    if (!self)
        facility("accounts");
}

void parser::create_index() {
    const query_scope keep(*this);
    expect("INDEX");
    if_exists();
    (void)name();
    index_options();
    expect("ON");
    table(action::define, qualified_name());
    defines();
    level_ = names_.add_level(no_level);
    key_parts();
    while (!failed()) {
        const auto before = at_;
        index_options();
        if (accept("ALGORITHM") || accept("LOCK")) {
            accept('=');
            if (!accept("DEFAULT"))
                (void)name();
        }
        if (accept("WAIT"))
            (void)accept_number();
        else
            accept("NOWAIT");
        if (at_ == before)
            return;
    }
}

// CREATE and ALTER VIEW
void parser::create_view() {
    expect("VIEW");
    if_exists();
    const auto n = qualified_name();
    table(action::define, n);
    defines();
    if (at('('))
        skip_name_list();
    expect("AS");
    const query_scope keep(*this);
    level_ = no_level;
    query_expression();
    if (accept("WITH")) {
        if (!accept("CASCADED"))
            accept("LOCAL");
        expect("CHECK");
        expect("OPTION");
    }
}

// CREATE and ALTER SEQUENCE
void parser::create_sequence() {
    expect("SEQUENCE");
    if_exists();
    table(action::define, qualified_name());
    defines();
    while (!failed()) {
        if (accept("AS")) {
            data_type();
        } else if (accept_any({"INCREMENT", "START", "MINVALUE", "MAXVALUE", "CACHE", "RESTART"})) {
            if (!accept("BY") && !accept("WITH"))
                accept('=');
            (void)accept_number();
        } else if (!accept_any({"NOCACHE", "CYCLE", "NOCYCLE", "NOMINVALUE", "NOMAXVALUE"}) &&
                   !accept("NO", "MINVALUE") && !accept("NO", "MAXVALUE") &&
                   !accept("NO", "CACHE") && !accept("NO", "CYCLE") && !table_option()) {
            return;
        }
    }
}

void parser::database_options() {
    while (!failed()) {
        accept("DEFAULT");
        if (accept("CHARACTER", "SET") || accept("CHARSET") || accept("COLLATE")) {
            accept('=');
            character_set();
        } else if (accept("ENCRYPTION") || accept("COMMENT")) {
            accept('=');
            if (!accept_string())
                unexpected();
        } else if (accept("READ", "ONLY")) {
            accept('=');
            if (!accept_number())
                expect("DEFAULT");
        } else {
            return;
        }
    }
}

void parser::create_database() {
    advance();
    if_exists();
    schema(action::define, name());
    defines();
    database_options();
}

// Without a name: the current one.
void parser::alter_database() {
    advance();
    const bool option = at("COMMENT") ? ahead(1, '=') || peek(1).kind == token_kind::string
                                      : at_any({"CHARSET", "ENCRYPTION", "READ"});
    if (at_name() && !option)
        schema(action::define, name());
    else
        schema(action::define, schema_of({}));
    defines();
    if (accept("UPGRADE"))
        return rest_is_facility("files");
    database_options();
}

void parser::drop_statement() {
    if (ahead(1, "PREPARE"))
        return deallocate_statement();
    expect("DROP");
    accept("TEMPORARY");
    const auto tail = [&] {
        if (!accept("RESTRICT"))
            accept("CASCADE");
        if (accept("WAIT"))
            (void)accept_number();
        else
            accept("NOWAIT");
    };
    if (accept_any({"TABLE", "TABLES", "VIEW", "SEQUENCE"})) {
        if_exists();
        comma_list([&] { table(action::define, qualified_name()); });
        defines();
        return tail();
    }
    if (at_any({"TRIGGER", "EVENT"})) {
        const bool trigger = at("TRIGGER");
        advance();
        if_exists();
        if (trigger)
            table(action::define, qualified_name());
        else
            routine(action::define, qualified_name());
        return defines();
    }
    if (accept_any({"FUNCTION", "PROCEDURE"}) || accept("PACKAGE", "BODY") || accept("PACKAGE")) {
        if_exists();
        const auto n = qualified_name();
        // Without a schema it may be a function of a shared library.
        const auto& shared = scope_.loadable_functions;
        if (n.schema.empty() &&
            std::find(shared.begin(), shared.end(), to_lower(n.name)) != shared.end())
            facility("functions of shared libraries");
        else
            routine(action::define, n);
        return defines();
    }
    if (accept("INDEX")) {
        if_exists();
        if (!accept("PRIMARY"))
            (void)name();
        expect("ON");
        table(action::define, qualified_name());
        defines();
        while (accept("ALGORITHM") || accept("LOCK")) {
            accept('=');
            if (!accept("DEFAULT"))
                (void)name();
        }
        return tail();
    }
    if (accept_any({"DATABASE", "SCHEMA"})) {
        if_exists();
        const auto dropped = name();
        schema(action::define, dropped);
        defines();
        if (folded(dropped) == folded(current_)) {
            current_.clear();
            effect({.what = policy::session_effect::kind::schema, .values = {}, .text = {}});
        }
        return;
    }
    if (at_any({"USER", "ROLE"}))
        return rest_is_facility("accounts");
    if (at_any({"SERVER", "TABLESPACE", "LOGFILE", "UNDO", "RESOURCE", "SPATIAL", "LIBRARY"}))
        return rest_is_facility("server administration");
    fail(problem::statement_kind, "DROP of something that is not known");
}

// RENAME TABLE a TO b, …; RENAME USER. Under its new name nobody knows for a while what a view, or
// a trigger of the table, does: who renames it must be allowed to use it.
void parser::rename_statement() {
    expect("RENAME");
    if (at("USER"))
        return rest_is_facility("accounts");
    if (!accept("TABLE"))
        expect("TABLES");
    if_exists();
    comma_list([&] {
        const auto n = qualified_name();
        for (const auto act : {action::read, action::write, action::define})
            table(act, n);
        if (accept("WAIT"))
            (void)accept_number();
        else
            accept("NOWAIT");
        expect("TO");
        table(action::define, qualified_name());
    });
    defines();
}

} // namespace ringfence::sql::mysql
