// SHOW, DESCRIBE, EXPLAIN, ANALYZE and the maintenance of tables.
#include "policy/sql/mysql/parser.h"

#include "policy/sql/mysql/bytes.h"
#include "policy/sql/mysql/parser_scope.h"

#include <algorithm>

namespace ringfence::sql::mysql {

using policy::action;
using policy::object_kind;
using policy::problem;

namespace {

const std::vector<std::string> every_column{std::string(policy::all_columns)};

} // namespace

void parser::rest_is_facility(std::string_view what) {
    facility(what);
    while (!at(';') && !at_end())
        advance();
}

// [LIKE '…' | WHERE expression]
void parser::show_filter() {
    const query_scope keep(*this);
    if (accept("LIKE")) {
        if (!accept_string())
            unexpected();
    } else if (accept("WHERE")) {
        level_ = names_.add_level(level_);
        expression();
    }
    if (at("LIMIT"))
        limit_clause();
}

// FROM table [FROM schema]
void parser::show_of_table() {
    if (!accept("FROM"))
        expect("IN");
    auto n = qualified_name();
    if (accept("FROM") || accept("IN"))
        n.schema = name();
    const query_scope keep(*this);
    level_ = names_.add_level(no_level);
    if (is_system_schema(schema_of(n)))
        return; // how the servers' own tables look is no secret
    table(action::read, n, every_column);
}

// [FROM schema]: what it lists is all of one schema
void parser::show_of_schema() {
    std::string of;
    if (accept("FROM") || accept("IN"))
        of = name();
    else
        of = schema_of({});
    if (!failed())
        schema(action::read, of);
}

// A filter that leaves the rows of one schema: WHERE Db = 'x', or LIKE without a wildcard where the
// schema's name is what is compared.
std::optional<std::string> parser::filtered_schema(std::string_view column) {
    const auto literal = [&](std::size_t more) -> std::optional<std::string> {
        const auto& t = peek(more);
        const auto& next = peek(more + 1);
        if (t.kind != token_kind::string ||
            !(next.kind == token_kind::end || ahead(more + 1, ';') || ahead(more + 1, "AND")))
            return std::nullopt;
        return string_of(text_, t, scope_.mode);
    };
    if (at("WHERE") &&
        (peek(1).kind == token_kind::word || peek(1).kind == token_kind::quoted_name) &&
        equal_ignoring_case(name_of(text_, peek(1)), column) && ahead(2, '=')) {
        // Another condition behind AND can only leave out more; OR would add.
        for (std::size_t i = 3; peek(i).kind != token_kind::end && !ahead(i, ';'); ++i)
            if (ahead(i, "OR") || ahead(i, "XOR") || peek(i).what == symbol::bars)
                return std::nullopt;
        return literal(3);
    }
    if (at("LIKE") && column == "Database") {
        auto pattern = literal(1);
        if (pattern && pattern->find_first_of("%_\\") == std::string::npos)
            return pattern;
    }
    return std::nullopt;
}

// Lists of everything on the server, unless they are filtered.
void parser::show_of_all(std::string_view column, std::string_view facility_name) {
    literal_mattered();
    if (const auto one = filtered_schema(column))
        schema(action::read, *one);
    else
        facility(facility_name);
    show_filter();
}

// FUNCTION, PROCEDURE, PACKAGE …: CREATE of one, or STATUS of all
void parser::show_routine() {
    if (accept("STATUS"))
        return show_of_all("Db", "schemas of others");
    rest_is_facility("debugging"); // CODE
}

void parser::show_statement() {
    expect("SHOW");
    while (accept_any({"FULL", "EXTENDED"})) {
    }
    if (accept("CREATE")) {
        if (accept_any({"DATABASE", "SCHEMA"})) {
            if_exists();
            return schema(action::read, name());
        }
        if (at("USER"))
            return rest_is_facility("accounts");
        if (accept_any({"FUNCTION", "PROCEDURE"}) || accept("PACKAGE", "BODY") || accept("PACKAGE"))
            return routine(action::read, qualified_name());
        if (!accept_any({"TABLE", "VIEW", "TRIGGER", "EVENT", "SEQUENCE"}))
            return unexpected();
        const auto n = qualified_name();
        if (!is_system_schema(schema_of(n)))
            table(action::read, n, every_column);
        return;
    }
    if (accept_any({"TABLES", "TRIGGERS", "EVENTS"}) || accept("TABLE", "STATUS")) {
        show_of_schema();
        return show_filter();
    }
    if (accept_any({"COLUMNS", "FIELDS", "INDEX", "INDEXES", "KEYS"})) {
        show_of_table();
        return show_filter();
    }
    if (accept_any({"DATABASES", "SCHEMAS"}))
        return show_of_all("Database", "schemas of others");
    if (accept_any({"FUNCTION", "PROCEDURE"}) || accept("PACKAGE", "BODY") || accept("PACKAGE"))
        return show_routine();
    if (accept("OPEN", "TABLES")) {
        if (at_any({"FROM", "IN"}))
            show_of_schema();
        else
            facility("schemas of others");
        return show_filter();
    }
    if (accept_any({"GLOBAL", "SESSION", "LOCAL"}) || at_any({"VARIABLES", "STATUS"})) {
        if (!accept_any({"VARIABLES", "STATUS"}))
            return unexpected();
        return show_filter();
    }
    if (accept("CHARACTER", "SET") || accept_any({"CHARSET", "COLLATION"}))
        return show_filter();
    if (accept_any({"PLUGINS", "PRIVILEGES", "ENGINES", "PROFILES", "AUTHORS", "CONTRIBUTORS"}) ||
        accept("STORAGE", "ENGINES")) {
        accept("SONAME");
        if (!accept_string())
            show_filter();
        return;
    }
    if (accept("COUNT")) {
        expect('(');
        expect('*');
        expect(')');
        if (!accept("WARNINGS"))
            expect("ERRORS");
        return;
    }
    if (accept_any({"WARNINGS", "ERRORS"})) {
        if (at("LIMIT"))
            limit_clause();
        return;
    }
    if (accept("PROFILE")) {
        while (accept_any({"ALL", "BLOCK", "IO", "CONTEXT", "SWITCHES", "CPU", "IPC", "MEMORY",
                           "PAGE", "FAULTS", "SOURCE", "SWAPS"}) ||
               accept(',')) {
        }
        if (accept("FOR", "QUERY"))
            (void)accept_number();
        if (at("LIMIT"))
            limit_clause();
        return;
    }
    if (at("PROCESSLIST"))
        return rest_is_facility("other sessions");
    if (at("GRANTS"))
        return rest_is_facility("accounts");
    if (at("ENGINE"))
        return rest_is_facility("engines");
    if (at_any({"MASTER", "SLAVE", "REPLICA", "REPLICAS", "BINARY", "BINLOG", "RELAYLOG", "ALL"}))
        return rest_is_facility("replication");
    if (peek().kind == token_kind::word || peek().kind == token_kind::name)
        return rest_is_facility("server administration"); // *_STATISTICS, LOCALES, EXPLAIN …
    unexpected();
}

// EXPLAIN statement, EXPLAIN FOR CONNECTION n, DESCRIBE table
void parser::describe_statement() {
    const query_scope keep(*this);
    advance();
    explained();
}

void parser::explained() {
    while (!failed()) {
        if (accept("EXTENDED", "ALL") || accept("EXTENDED") ||
            (at("PARTITIONS") && !at_end() && accept("PARTITIONS"))) {
        } else if (at("FORMAT") && ahead(1, '=')) {
            at_ += 2;
            if (!accept_string())
                (void)name();
        } else if (at("ANALYZE")) {
            advance();
        } else {
            break;
        }
    }
    if (accept("INTO")) { // MySQL 9: EXPLAIN … INTO @variable
        if (peek().kind != token_kind::user_variable)
            return unexpected();
        advance();
    }
    if (at("FOR")) {
        if (ahead(1, "CONNECTION"))
            return rest_is_facility("other sessions");
        advance(); // MySQL 8.3: EXPLAIN FOR SCHEMA s statement
        if (!accept("SCHEMA"))
            expect("DATABASE");
        const auto in = name();
        schema(action::reference, in);
        const auto outside = std::exchange(current_, in);
        statement();
        current_ = outside;
        return;
    }
    if (at_any({"SELECT", "INSERT", "REPLACE", "UPDATE", "DELETE", "WITH", "VALUES", "TABLE"}) ||
        at('('))
        return statement();
    // A table, and perhaps a column or a pattern.
    level_ = names_.add_level(no_level);
    const auto n = qualified_name();
    if (!failed() && !is_system_schema(schema_of(n)))
        table(action::read, n, every_column);
    if (!accept_string() && at_name())
        (void)name();
}

// ANALYZE TABLE …, and MariaDB's ANALYZE [FORMAT=JSON] statement
void parser::analyze_statement() {
    if (ahead(1, "TABLE") || ahead(1, "TABLES") || ahead(1, "NO_WRITE_TO_BINLOG") ||
        ahead(1, "LOCAL"))
        return table_maintenance();
    describe_statement();
}

// ANALYZE, CHECK, CHECKSUM, OPTIMIZE, REPAIR TABLE: they read it, or change how it is stored.
void parser::table_maintenance() {
    const bool reads = at_any({"CHECK", "CHECKSUM"});
    advance();
    if (!accept("NO_WRITE_TO_BINLOG"))
        accept("LOCAL");
    if (!accept_any({"TABLE", "TABLES", "VIEW"}))
        return unexpected();
    comma_list([&] {
        table(reads ? action::read : action::define, qualified_name());
        if (accept("PERSISTENT", "FOR")) {
            if (accept("ALL"))
                return;
            for (const word part : {word("COLUMNS"), word("INDEXES")}) {
                if (!accept(part))
                    continue;
                if (accept("ALL"))
                    continue;
                expect('(');
                while (!at(')') && !failed()) {
                    if (!accept("PRIMARY"))
                        (void)name();
                    accept(',');
                }
                expect(')');
            }
        }
    });
    if (accept("UPDATE", "HISTOGRAM") || accept("DROP", "HISTOGRAM")) {
        expect("ON");
        comma_list([&] { (void)name(); });
        if (accept("WITH")) {
            (void)accept_number();
            expect("BUCKETS");
        }
        if (accept("USING", "DATA") && !accept_string())
            unexpected();
        if (accept("AUTO", "UPDATE") || accept("MANUAL", "UPDATE")) {
        }
    }
    while (accept_any({"QUICK", "FAST", "MEDIUM", "EXTENDED", "CHANGED", "USE_FRM", "FORCE"}) ||
           accept("FOR", "UPGRADE") || accept("FROM", "MYSQL")) {
    }
    if (accept("WAIT"))
        (void)accept_number();
    else
        accept("NOWAIT");
}

} // namespace ringfence::sql::mysql
