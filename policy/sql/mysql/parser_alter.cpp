// ALTER TABLE.
#include "policy/sql/mysql/parser.h"

#include "policy/sql/mysql/parser_scope.h"

namespace ringfence::sql::mysql {

using policy::action;
using policy::problem;

// Pre: at the word behind ALTER, past what may stand between.
void parser::alter_statement() {
    expect("ALTER");
    while (accept_any({"ONLINE", "OFFLINE", "IGNORE"})) {
    }
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
    dispatch_on("ALTER");
}

void parser::alter_table() {
    const query_scope keep(*this);
    expect("TABLE");
    if_exists();
    const auto n = qualified_name();
    table(action::define, n);
    defines();
    if (accept("WAIT"))
        (void)accept_number();
    else
        accept("NOWAIT");
    level_ = names_.add_level(no_level);
    if (at(';') || at_end())
        return;
    comma_list([&] { alter_table_action(n); });
    if (at("PARTITION"))
        partitioning();
    else if (accept("REMOVE"))
        expect("PARTITIONING");
}

void parser::alter_table_action(const written_name& of) {
    const nested deeper(*this);
    const auto place = [&] {
        if (accept("AFTER"))
            (void)name();
        else
            accept("FIRST");
    };
    const auto partitions = [&] {
        if (!accept("ALL"))
            comma_list([&] { (void)name(); });
    };
    const auto validation = [&] {
        if (accept("WITH") || accept("WITHOUT"))
            expect("VALIDATION");
    };
    if (at("PARTITION")) // PARTITION BY ends the list
        return;
    if (accept("ADD")) {
        if (accept("PARTITION")) {
            if_exists();
            accept("NO_WRITE_TO_BINLOG");
            accept("LOCAL");
            if (accept("PARTITIONS"))
                return (void)accept_number();
            return partition_definitions();
        }
        if (accept("SYSTEM", "VERSIONING"))
            return;
        if (at_any({"CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "FULLTEXT", "SPATIAL",
                    "KEY", "INDEX"}))
            return constraint();
        if (at("PERIOD") && (ahead(1, "FOR") || ahead(1, "IF")))
            return table_element();
        accept("COLUMN");
        if_exists();
        if (accept('(')) {
            comma_list([&] { table_element(); });
            return expect(')');
        }
        column_definition();
        return place();
    }
    if (accept("DROP")) {
        if (accept("PARTITION")) {
            if_exists();
            return partitions();
        }
        if (accept("SYSTEM", "VERSIONING"))
            return;
        if (at("PERIOD") && (ahead(1, "FOR") || ahead(1, "IF"))) {
            advance();
            if_exists();
            expect("FOR");
            if (!accept("SYSTEM_TIME"))
                (void)name();
            return;
        }
        if (accept("PRIMARY", "KEY"))
            return;
        if (accept("FOREIGN")) {
            expect("KEY");
        } else if (!accept_any({"INDEX", "KEY", "CONSTRAINT", "CHECK"})) {
            accept("COLUMN");
        }
        if_exists();
        if (accept("PRIMARY"))
            accept("KEY");
        else
            (void)name();
        if (!accept("RESTRICT"))
            accept("CASCADE");
        return;
    }
    if (accept("MODIFY")) {
        accept("COLUMN");
        if_exists();
        column_definition();
        return place();
    }
    if (accept("CHANGE")) {
        accept("COLUMN");
        if_exists();
        (void)name();
        column_definition();
        return place();
    }
    if (accept("ALTER")) {
        if (accept("INDEX") || accept("KEY")) {
            if_exists();
            (void)name();
            accept("NOT");
            if (!accept_any({"VISIBLE", "INVISIBLE", "IGNORED"}))
                unexpected();
            return;
        }
        if (accept("CHECK") || accept("CONSTRAINT")) {
            (void)name();
            accept("NOT");
            return expect("ENFORCED");
        }
        accept("COLUMN");
        if_exists();
        (void)name();
        if (accept("DROP"))
            return expect("DEFAULT");
        expect("SET");
        if (accept_any({"VISIBLE", "INVISIBLE"}))
            return;
        expect("DEFAULT");
        return expression();
    }
    if (accept("RENAME")) {
        if (accept("COLUMN") || accept("INDEX") || accept("KEY")) {
            if_exists();
            (void)name();
            expect("TO");
            (void)name();
            return;
        }
        if (!accept("TO") && !accept("AS"))
            accept('=');
        for (const auto act : {action::read, action::write}) // as for RENAME TABLE
            table(act, of);
        return table(action::define, qualified_name());
    }
    if (accept("EXCHANGE")) { // swaps the rows of two tables
        expect("PARTITION");
        (void)name();
        expect("WITH");
        expect("TABLE");
        const auto other = qualified_name();
        for (const auto& n : {of, other})
            for (const auto act : {action::read, action::write, action::define})
                table(act, n);
        return validation();
    }
    if (accept("CONVERT")) {
        if (accept("PARTITION")) { // MariaDB: becomes a table
            (void)name();
            expect("TO");
            expect("TABLE");
            table(action::define, qualified_name());
            return validation();
        }
        if (accept("TABLE")) {
            const auto other = qualified_name();
            for (const auto act : {action::read, action::write, action::define})
                table(act, other);
            expect("TO");
            expect("PARTITION");
            --at_;
            // The definition of one partition, without parentheses around it.
            advance();
            (void)name();
            if (accept("VALUES")) {
                if (accept("LESS")) {
                    expect("THAN");
                    if (!accept("MAXVALUE"))
                        row_list();
                } else {
                    expect("IN");
                    row_list();
                }
            }
            table_options();
            return validation();
        }
        expect("TO");
        if (!accept("CHARACTER", "SET"))
            expect("CHARSET");
        character_set();
        if (accept("COLLATE"))
            character_set();
        return;
    }
    if (accept("DISCARD") || accept("IMPORT")) {
        facility("files");
        if (accept("PARTITION"))
            partitions();
        return expect("TABLESPACE");
    }
    if (accept_any({"ENABLE", "DISABLE"}))
        return expect("KEYS");
    if (at("ORDER")) {
        expect("ORDER");
        expect("BY");
        return comma_list([&] {
            (void)name();
            for (int parts = 1; parts < 3 && accept('.'); ++parts)
                (void)name();
            if (!accept("ASC"))
                accept("DESC");
        });
    }
    if (accept("FORCE") || accept("SECONDARY_LOAD") || accept("SECONDARY_UNLOAD"))
        return;
    if (accept("ALGORITHM") || accept("LOCK")) {
        accept('=');
        if (!accept("DEFAULT"))
            (void)name();
        return;
    }
    if (at_any({"WITH", "WITHOUT"}) && ahead(1, "VALIDATION")) {
        at_ += 2;
        return;
    }
    if (accept("COALESCE")) {
        expect("PARTITION");
        accept("NO_WRITE_TO_BINLOG");
        accept("LOCAL");
        return (void)accept_number();
    }
    if (accept("REORGANIZE")) {
        expect("PARTITION");
        accept("NO_WRITE_TO_BINLOG");
        accept("LOCAL");
        if (!at_name())
            return;
        partitions();
        expect("INTO");
        return partition_definitions();
    }
    if (accept_any({"ANALYZE", "CHECK", "OPTIMIZE", "REBUILD", "REPAIR", "TRUNCATE"})) {
        expect("PARTITION");
        accept("NO_WRITE_TO_BINLOG");
        accept("LOCAL");
        partitions();
        while (
            accept_any({"QUICK", "EXTENDED", "USE_FRM", "FAST", "MEDIUM", "CHANGED", "STORAGE"}) ||
            accept("FOR", "UPGRADE")) {
        }
        return;
    }
    if (accept("REMOVE"))
        return expect("PARTITIONING");
    if (!table_option())
        return unexpected();
    while (!failed() && table_option()) {
    }
}

} // namespace ringfence::sql::mysql
