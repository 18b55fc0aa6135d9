// CREATE TABLE and what CREATE and ALTER TABLE share: columns, constraints, options, partitions.
#include "policy/sql/mysql/parser.h"

#include "policy/sql/mysql/bytes.h"
#include "policy/sql/mysql/parser_scope.h"

#include <algorithm>

namespace ringfence::sql::mysql {

using policy::action;
using policy::problem;

namespace {

// Engines whose rows are somewhere else: on other servers, in files, in tables of any schema.
constexpr std::string_view reaching_engines[] = {
    "federated", "federatedx", "connect", "spider",  "merge", "mrg_myisam",
    "csv",       "sphinx",     "mroonga", "oqgraph", "s3",    "performance_schema",
    "cassandra", "example"};

} // namespace

// Pre: behind CREATE [OR REPLACE] [TEMPORARY], at TABLE.
void parser::create_table() {
    expect("TABLE");
    if_exists();
    const auto n = qualified_name();
    table(action::define, n);
    defines();
    if (at("LIKE"))
        return create_like(n);
    if (at('(') && ahead(1, "LIKE")) {
        advance();
        create_like(n);
        return expect(')');
    }
    table_body(n);
}

void parser::create_like(const written_name&) {
    expect("LIKE");
    table(action::read, qualified_name(), {std::string(policy::all_columns)});
}

// [(elements)] [options] [PARTITION BY …] [[IGNORE | REPLACE] [AS] query]
void parser::table_body(const written_name&) {
    const query_scope keep(*this);
    if (at('(') && !query_ahead(true)) {
        level_ = names_.add_level(no_level); // its expressions see its own columns
        advance();
        comma_list([&] { table_element(); });
        expect(')');
    }
    level_ = no_level;
    table_options();
    if (at("PARTITION"))
        partitioning();
    if (!accept("IGNORE"))
        accept("REPLACE");
    const bool as = accept("AS");
    if (as || at_any({"SELECT", "WITH", "TABLE", "VALUES"}) || at('('))
        query_expression();
    if (accept("WITH", "SYSTEM", "VERSIONING")) {
    }
}

void parser::table_element() {
    if (at_any({"CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "FULLTEXT", "SPATIAL", "KEY",
                "INDEX"}))
        return constraint();
    if (at("PERIOD") && (ahead(1, "FOR") || ahead(1, "IF"))) {
        advance();
        if_exists();
        expect("FOR");
        if (!accept("SYSTEM_TIME"))
            (void)name();
        return skip_name_list();
    }
    column_definition();
}

// name type attributes
void parser::column_definition() {
    (void)name();
    for (int parts = 1; parts < 3 && accept('.'); ++parts) // t.a, as for ALTER TABLE
        (void)name();
    data_type();
    column_attributes();
}

void parser::column_attributes() {
    while (!failed()) {
        if (accept("NOT", "NULL") || accept("NULL") || accept("AUTO_INCREMENT") ||
            accept("NOT", "SECONDARY") || accept("VISIBLE") || accept("INVISIBLE") ||
            accept("STORED") || accept("VIRTUAL") || accept("PERSISTENT") || accept("COMPRESSED") ||
            accept("SERIAL", "DEFAULT", "VALUE") || accept("WITH", "SYSTEM", "VERSIONING") ||
            accept("WITHOUT", "SYSTEM", "VERSIONING")) {
            if (lexed_.tokens[at_ - 1].what == word("COMPRESSED").id() && accept('='))
                (void)name();
        } else if (accept("GENERATED")) {
            expect("ALWAYS");
        } else if (accept("AS")) {
            if (accept("ROW")) {
                if (!accept("START"))
                    expect("END");
            } else {
                parenthesised();
            }
        } else if (accept("DEFAULT")) {
            expression();
        } else if (accept("ON", "UPDATE")) {
            expression();
        } else if (accept("PRIMARY")) {
            accept("KEY");
        } else if (accept("UNIQUE")) {
            accept("KEY");
        } else if (accept("KEY")) {
        } else if (accept("COMMENT")) {
            if (!accept_string())
                unexpected();
        } else if (accept("COLLATE")) {
            accept('=');
            character_set();
        } else if (accept("CHARACTER", "SET") || accept("CHARSET")) {
            character_set();
        } else if (accept("COLUMN_FORMAT") || accept("STORAGE")) {
            if (!accept("DEFAULT"))
                (void)name();
        } else if (accept("SRID") || accept("REF_SYSTEM_ID")) {
            accept('=');
            (void)accept_number();
        } else if (accept("CONSTRAINT")) {
            if (at_name() && !at("CHECK"))
                (void)name();
        } else if (accept("CHECK")) {
            parenthesised();
            accept("NOT");
            accept("ENFORCED");
        } else if (at("REFERENCES")) {
            references();
        } else if (accept("ENGINE_ATTRIBUTE") || accept("SECONDARY_ENGINE_ATTRIBUTE")) {
            accept('=');
            if (!accept_string())
                unexpected();
        } else if (at_name() && ahead(1, '=')) { // MariaDB: an engine's own attribute
            at_ += 2;
            if (!accept_string() && !accept_number() && !accept("DEFAULT"))
                (void)name();
        } else {
            return;
        }
    }
}

// A key or a constraint, beginning with its word
void parser::constraint() {
    if (accept("CONSTRAINT")) {
        if_exists();
        if (at_name() && !at_any({"PRIMARY", "UNIQUE", "FOREIGN", "CHECK"}))
            (void)name();
    }
    if_exists();
    if (accept("CHECK")) {
        parenthesised();
        accept("NOT");
        accept("ENFORCED");
        return;
    }
    const bool foreign = at("FOREIGN");
    if (!accept_any({"PRIMARY", "FOREIGN", "UNIQUE", "FULLTEXT", "SPATIAL"}) &&
        !at_any({"KEY", "INDEX"}))
        return unexpected();
    if (!accept("KEY"))
        accept("INDEX");
    if_exists();
    if (at_name() && !at("USING") && !(at("TYPE") && !ahead(1, '(')))
        (void)name();
    index_options();
    key_parts();
    if (foreign)
        return references();
    index_options();
}

// (a, b(10) DESC, (expression), p WITHOUT OVERLAPS)
void parser::key_parts() {
    expect('(');
    comma_list([&] {
        if (at('(')) {
            parenthesised();
        } else {
            (void)name();
            skip_parenthesised_literals();
            if (accept("WITHOUT"))
                expect("OVERLAPS");
        }
        if (!accept("ASC"))
            accept("DESC");
    });
    expect(')');
}

void parser::index_options() {
    while (!failed()) {
        if (accept("USING") || accept("TYPE")) {
            (void)name();
        } else if (accept("KEY_BLOCK_SIZE")) {
            accept('=');
            (void)accept_number();
        } else if (accept("COMMENT")) {
            if (!accept_string())
                unexpected();
        } else if (accept("WITH", "PARSER")) {
            (void)name();
        } else if (accept_any({"VISIBLE", "INVISIBLE", "IGNORED"}) || accept("NOT", "IGNORED")) {
        } else if (accept("CLUSTERING")) {
            accept('=');
            if (!accept("YES"))
                accept("NO");
        } else if (accept("ENGINE_ATTRIBUTE") || accept("SECONDARY_ENGINE_ATTRIBUTE")) {
            accept('=');
            if (!accept_string())
                unexpected();
        } else if (at_name() && ahead(1, '=') && !at_any({"ALGORITHM", "LOCK"})) {
            at_ += 2;
            if (!accept_string() && !accept_number() && !accept("DEFAULT"))
                (void)name();
        } else {
            return;
        }
    }
}

// REFERENCES table (columns) [MATCH …] [ON DELETE …] [ON UPDATE …]. What it refers to becomes
// visible through it, and cannot be dropped any more.
void parser::references() {
    expect("REFERENCES");
    const auto n = qualified_name();
    std::vector<std::string> columns;
    if (accept('(')) {
        comma_list([&] { columns.push_back(to_lower(name())); });
        expect(')');
    }
    std::sort(columns.begin(), columns.end());
    columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
    table(action::reference, n, std::move(columns));
    if (accept("MATCH") && !accept_any({"FULL", "PARTIAL", "SIMPLE"}))
        unexpected();
    while (accept("ON")) {
        if (!accept("DELETE"))
            expect("UPDATE");
        if (!accept_any({"RESTRICT", "CASCADE"}) && !accept("SET", "NULL") &&
            !accept("SET", "DEFAULT") && !accept("NO", "ACTION"))
            return unexpected();
    }
}

// One option of a table; false if there is none.
bool parser::table_option() {
    const auto value = [&] {
        accept('=');
        if (!accept_string() && !accept_number() && !accept("DEFAULT") && !accept("ON"))
            (void)name();
        return true;
    };
    if (accept("ENGINE") || accept("TYPE") || accept("STORAGE", "ENGINE")) {
        accept('=');
        const auto engine = to_lower(peek().kind == token_kind::string
                                         ? string_of(text_, peek(), scope_.mode).value_or("")
                                         : name_of(text_, peek()));
        if (!accept_string())
            (void)name();
        if (std::find(std::begin(reaching_engines), std::end(reaching_engines), engine) !=
            std::end(reaching_engines))
            facility("engines that reach beyond a schema");
        return true;
    }
    if (accept("DATA", "DIRECTORY") || accept("INDEX", "DIRECTORY")) {
        facility("files");
        return value();
    }
    if (at("TABLESPACE")) {
        advance();
        facility("tablespaces");
        return value();
    }
    if (accept("STORAGE")) {
        (void)name();
        return true;
    }
    if (accept("CONNECTION")) { // of an engine that reaches other servers
        facility("engines that reach beyond a schema");
        return value();
    }
    if (accept("UNION")) { // the tables that a MERGE table is made of
        accept('=');
        expect('(');
        facility("engines that reach beyond a schema");
        if (!at(')'))
            comma_list([&] {
                const auto n = qualified_name();
                table(action::read, n, {std::string(policy::all_columns)});
                table(action::write, n, {std::string(policy::all_columns)});
            });
        expect(')');
        return true;
    }
    if (accept("START", "TRANSACTION"))
        return true;
    if (accept("WITH", "SYSTEM", "VERSIONING"))
        return true;
    accept("DEFAULT");
    if (accept("CHARACTER", "SET") || accept("CHARSET") || accept("COLLATE")) {
        accept('=');
        character_set();
        return true;
    }
    static constexpr word known[] = {"AUTOEXTEND_SIZE",
                                     "AUTO_INCREMENT",
                                     "AVG_ROW_LENGTH",
                                     "CHECKSUM",
                                     "COMMENT",
                                     "COMPRESSION",
                                     "DELAY_KEY_WRITE",
                                     "ENCRYPTION",
                                     "ENGINE_ATTRIBUTE",
                                     "INSERT_METHOD",
                                     "KEY_BLOCK_SIZE",
                                     "MAX_ROWS",
                                     "MIN_ROWS",
                                     "PACK_KEYS",
                                     "PAGE_CHECKSUM",
                                     "PASSWORD",
                                     "ROW_FORMAT",
                                     "SECONDARY_ENGINE",
                                     "SECONDARY_ENGINE_ATTRIBUTE",
                                     "SEQUENCE",
                                     "STATS_AUTO_RECALC",
                                     "STATS_PERSISTENT",
                                     "STATS_SAMPLE_PAGES",
                                     "TABLE_CHECKSUM",
                                     "TRANSACTIONAL"};
    for (const auto w : known)
        if (accept(w))
            return value();
    if (at_name() && ahead(1, '=') && !at_any({"ALGORITHM", "LOCK"})) {
        // MariaDB: an option of the engine; the engines that take names of files are refused.
        advance();
        return value();
    }
    return false;
}

void parser::table_options() {
    while (!failed() && table_option())
        accept(',');
}

// PARTITION BY …
void parser::partitioning() {
    const nested deeper(*this);
    expect("PARTITION");
    expect("BY");
    const auto method = [&] {
        accept("LINEAR");
        if (accept("HASH"))
            return parenthesised();
        if (accept("KEY")) {
            if (accept("ALGORITHM")) {
                expect('=');
                (void)accept_number();
            }
            return skip_name_list();
        }
        if (accept("SYSTEM_TIME")) {
            if (at("INTERVAL")) {
                interval();
                if (accept("STARTS"))
                    expression();
            }
            if (accept("LIMIT"))
                (void)accept_number();
            accept("AUTO");
            return;
        }
        if (!accept("RANGE"))
            expect("LIST");
        if (accept("COLUMNS"))
            skip_name_list();
        else
            parenthesised();
    };
    method();
    if (accept("PARTITIONS"))
        (void)accept_number();
    if (accept("SUBPARTITION", "BY")) {
        method();
        if (accept("SUBPARTITIONS"))
            (void)accept_number();
    }
    if (at('('))
        partition_definitions();
}

void parser::partition_definitions() {
    const nested deeper(*this);
    expect('(');
    comma_list([&] {
        if (!accept("PARTITION")) // MariaDB: the name alone
            accept("SUBPARTITION");
        (void)name();
        if (accept("VALUES")) {
            if (accept("LESS")) {
                expect("THAN");
                if (!accept("MAXVALUE")) {
                    expect('(');
                    comma_list([&] {
                        if (!accept("MAXVALUE"))
                            expression();
                    });
                    expect(')');
                }
            } else {
                expect("IN");
                row_list();
            }
        }
        accept("HISTORY");
        accept("CURRENT");
        if (accept("DEFAULT")) {
        }
        while (!failed() && (accept("NODEGROUP") ? accept_number() : table_option())) {
        }
        if (at('('))
            partition_definitions();
    });
    expect(')');
}

} // namespace ringfence::sql::mysql
