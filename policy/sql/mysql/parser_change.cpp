// INSERT, REPLACE, UPDATE, DELETE, LOAD, TRUNCATE, DO, CALL, HANDLER.
#include "policy/sql/mysql/parser.h"

#include "policy/sql/mysql/bytes.h"
#include "policy/sql/mysql/parser_scope.h"

namespace ringfence::sql::mysql {

using policy::action;
using policy::problem;

// Adds the target of a change to the level, and returns the use that is written; its columns are
// read only where something refers to them.
std::size_t parser::target(const written_name& n, std::string_view alias) {
    const auto written = use_table(action::write, n);
    add_source(alias.empty() ? n.name : alias, names_.add_reading(written));
    return written;
}

// (a, t.b, s.t.c): columns that are written
void parser::target_columns(std::size_t use) {
    expect('(');
    if (accept(')'))
        return;
    comma_list([&] {
        if (peek().kind == token_kind::user_variable) // LOAD DATA
            return advance();
        auto column = name();
        while (accept('.'))
            column = name();
        names_.require(use, column);
    });
    expect(')');
}

// a = expression, …
void parser::assignments(int values_level) {
    comma_list([&] {
        column_name c;
        c.column = name();
        for (int parts = 1; parts < 3 && accept('.'); ++parts) {
            c.schema = c.table;
            c.table = c.column;
            c.column = name();
        }
        names_.add_assignment(level_, c);
        expect_assignment();
        if ((at("DEFAULT") && !ahead(1, '(')) || at("IGNORE")) {
            advance();
        } else {
            const query_scope keep(*this);
            if (values_level != no_level)
                level_ = values_level;
            expression();
        }
    });
}

void parser::returning() {
    if (accept("RETURNING"))
        comma_list([&] { select_item(level_); });
}

void parser::insert_statement() {
    expect("INSERT");
    insert_or_replace(false);
}
void parser::replace_statement() {
    expect("REPLACE");
    insert_or_replace(true);
}

// A row that is replaced is deleted with all of its columns.
void parser::insert_or_replace(bool replaces) {
    const query_scope keep(*this);
    const int outer = level_;
    level_ = names_.add_level(outer);
    const int mine = level_;
    while (accept_any({"LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "IGNORE"})) {
    }
    accept("INTO");
    const auto n = qualified_name();
    const auto use = target(n, {});
    partition_list();
    bool columns = false;
    int selected = no_level;
    if (at('(') && !query_ahead(true)) {
        target_columns(use);
        columns = true;
    }
    if (accept("SET")) {
        assignments();
        columns = true;
    } else if (at_any({"VALUES", "VALUE"}) && ahead(1, '(')) {
        advance();
        comma_list([&] { row_list(); });
    } else if (accept("VALUES")) { // VALUES ROW(…), …
        comma_list([&] {
            accept("ROW");
            row_list();
        });
    } else { // the query does not see the target
        const query_scope inner(*this);
        level_ = outer;
        selected = query_expression();
    }
    if (!columns || replaces)
        names_.require(use, policy::all_columns);
    level_ = mine;
    if (accept("AS")) { // the new row, MySQL 8: no table
        add_source(name());
        if (at('('))
            skip_name_list();
    }
    if (accept("ON")) {
        expect("DUPLICATE");
        expect("KEY");
        expect("UPDATE");
        // The values may be columns of the query's tables, too.
        const int both = names_.add_level(outer);
        for (const int from : {mine, selected})
            if (from != no_level && !failed())
                for (const auto& s : std::vector<source>(names_.at(from).sources))
                    names_.at(both).sources.push_back(s);
        assignments(both);
    }
    returning();
}

// One table or a join; what is assigned says which tables are written.
void parser::update_statement() {
    const query_scope keep(*this);
    expect("UPDATE");
    level_ = names_.add_level(level_);
    const int mine = level_;
    while (accept_any({"LOW_PRIORITY", "IGNORE"})) {
    }
    table_references();
    if (accept("FOR", "PORTION", "OF")) { // rows are split: their copies have all columns
        names_.write_all(mine, std::string(newest_source().name));
        (void)name();
        expect("FROM");
        expression();
        expect("TO");
        expression();
    }
    expect("SET");
    assignments();
    if (accept("WHERE")) {
        const auto begin = at_;
        expression();
        conditions_.push_back({mine, begin, at_, 0, static_cast<std::size_t>(-1)});
    }
    restrict_metadata(mine);
    if (at("ORDER"))
        order_by();
    if (at("LIMIT"))
        limit_clause();
    returning();
}

void parser::delete_statement() {
    const query_scope keep(*this);
    expect("DELETE");
    level_ = names_.add_level(level_);
    const int mine = level_;
    while (accept_any({"LOW_PRIORITY", "QUICK", "IGNORE"})) {
    }
    const bool history = scope_.flavour == mysql_flavour::mariadb && accept("HISTORY");
    // Of several tables: names of targets, each with .* or not, before or behind FROM.
    std::vector<written_name> targets;
    const auto target_list = [&] {
        comma_list([&] {
            written_name n;
            n.name = name();
            while (accept('.')) {
                if (accept('*'))
                    break;
                n.schema = n.name;
                n.name = name();
            }
            targets.push_back(n);
        });
    };
    bool several = false;
    if (accept("FROM")) {
        const auto begin = at_;
        // Either the one table, or a list of targets in front of USING.
        target_list();
        several = at("USING");
        if (!several)
            at_ = begin;
    } else {
        target_list();
        expect("FROM");
        several = true;
        --at_;
    }
    if (failed())
        return;
    if (several) {
        advance(); // FROM, USING
        table_references();
        for (const auto& n : targets) {
            const bool found = names_.write_all(mine, n.name);
            if (!found || !n.schema.empty())
                table(action::write, n, {std::string(policy::all_columns)});
        }
    } else {
        const auto n = qualified_name();
        if (history) // what writing never takes away; the server has a right of its own for it
            table(action::define, n);
        partition_list();
        std::string_view alias;
        if (accept("AS") || at_name())
            alias = name();
        names_.require(target(n, alias), policy::all_columns);
        partition_list();
        if (accept("FOR", "PORTION", "OF")) {
            (void)name();
            expect("FROM");
            expression();
            expect("TO");
            expression();
        } else if (at("FOR") && ahead(1, "SYSTEM_TIME")) {
            (void)system_time();
        }
        if (accept("BEFORE", "SYSTEM_TIME")) {
            if (!accept("TRANSACTION"))
                accept("TIMESTAMP");
            sum();
        }
        index_hints();
    }
    if (accept("WHERE")) {
        const auto begin = at_;
        expression();
        conditions_.push_back({mine, begin, at_, 0, static_cast<std::size_t>(-1)});
    }
    restrict_metadata(mine);
    if (at("ORDER"))
        order_by();
    if (at("LIMIT"))
        limit_clause();
    returning();
}

// With LOCAL the client sends the rows; without, the server reads a file.
void parser::load_statement() {
    const query_scope keep(*this);
    expect("LOAD");
    if (at("INDEX")) {
        facility("key caches");
        while (!at(';') && !at_end())
            advance();
        return;
    }
    const bool xml = accept("XML");
    if (!xml)
        expect("DATA");
    accept("FROM");
    while (accept_any({"LOW_PRIORITY", "CONCURRENT"})) {
    }
    if (!accept("LOCAL"))
        facility("files");
    if (!accept("INFILE"))
        return fail(problem::statement_kind, "a bulk load from somewhere else than a client");
    if (!accept_string())
        unexpected();
    const bool replaces = accept("REPLACE");
    if (!replaces)
        accept("IGNORE");
    expect("INTO");
    expect("TABLE");
    level_ = names_.add_level(level_);
    const auto use = target(qualified_name(), {});
    partition_list();
    if (accept("CHARACTER", "SET") || accept("CHARSET"))
        character_set();
    if (accept("ROWS", "IDENTIFIED", "BY") && !accept_string())
        unexpected();
    while (accept_any({"FIELDS", "COLUMNS", "LINES", "TERMINATED", "OPTIONALLY", "ENCLOSED",
                       "ESCAPED", "STARTING", "BY"}) ||
           accept_string()) {
    }
    if (accept("IGNORE")) {
        (void)accept_number();
        if (!accept("LINES"))
            expect("ROWS");
    }
    const bool columns = at('(');
    if (columns)
        target_columns(use);
    if (!columns || replaces)
        names_.require(use, policy::all_columns);
    if (accept("SET"))
        assignments();
}

void parser::truncate_statement() {
    expect("TRUNCATE");
    accept("TABLE");
    table(action::write, qualified_name());
    if (!accept("WAIT"))
        accept("NOWAIT");
    else
        (void)accept_number();
}

void parser::do_statement() {
    const query_scope keep(*this);
    expect("DO");
    level_ = names_.add_level(level_);
    comma_list([&] {
        expression();
        if (accept("AS") || at_name())
            (void)name();
    });
}

void parser::call_statement() {
    const query_scope keep(*this);
    expect("CALL");
    level_ = names_.add_level(level_);
    const auto called = qualified_name();
    routine(action::execute, called);
    if (at('.'))
        return fail(problem::unknown_node, "a procedure of a package");
    if (accept('(') && !accept(')')) {
        expression_list();
        expect(')');
    }
}

void parser::handler_statement() {
    const query_scope keep(*this);
    expect("HANDLER");
    const auto n = qualified_name();
    level_ = names_.add_level(level_);
    if (accept("OPEN")) {
        table(action::read, n, {std::string(policy::all_columns)});
        if (accept("AS") || at_name())
            (void)name();
        return;
    }
    // An alias of what OPEN named before; or, without a schema, such an alias is a table's own
    // name.
    if (!n.schema.empty())
        table(action::read, n, {std::string(policy::all_columns)});
    if (accept("CLOSE"))
        return;
    expect("READ");
    if (!accept_any({"FIRST", "NEXT", "PREV", "LAST"})) {
        (void)name();
        if (!accept_any({"FIRST", "NEXT", "PREV", "LAST"})) {
            if (!accept('=')) // one of = < <= > >=
                advance();
            row_list();
        }
    }
    if (accept("WHERE"))
        expression();
    if (at("LIMIT"))
        limit_clause();
}

} // namespace ringfence::sql::mysql
