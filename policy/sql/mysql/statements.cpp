#include "policy/sql/mysql/statements.h"

#include <algorithm>

namespace ringfence::sql::mysql {

namespace {

using enum statement_class;

constexpr std::string_view accounts = "accounts";
constexpr std::string_view replication = "replication";
constexpr std::string_view administration = "server administration";

constexpr statement_rule rules[] = {
    // Queries and changes of rows.
    {"SELECT", data, "INTO OUTFILE needs files"},
    {"(", data, "a query in parentheses"},
    {"WITH", data, ""},
    {"VALUES", data, ""},
    {"TABLE", data, ""},
    {"INSERT", data, ""},
    {"REPLACE", data, ""},
    {"UPDATE", data, ""},
    {"DELETE", data, ""},
    {"DO", data, ""},
    {"CALL", data, "the procedure, and its arguments"},
    {"HANDLER", analysed, "reads its table"},
    {"LOAD", analysed, "DATA and XML; without LOCAL they need files; INDEX needs key caches"},
    {"TRUNCATE", analysed, ""},
    {"EXPLAIN", data, "what it explains"},
    {"DESCRIBE", data, "as EXPLAIN"},
    {"DESC", data, "as EXPLAIN"},
    {"ANALYZE", analysed, "a table; MariaDB: a statement, which runs"},
    {"SHOW", analysed, "of an own schema; lists of everything need a facility"},
    {"HELP", analysed, "the server's manual"},
    {"CHECK", analysed, "reads its tables"},
    {"CHECKSUM", analysed, "reads its tables"},
    {"OPTIMIZE", analysed, "defines its tables"},
    {"REPAIR", analysed, "defines its tables"},

    // The session.
    {"SET", analysed, "by the variables' allow list"},
    {"USE", analysed, "names a schema"},
    {"START", analysed, "TRANSACTION; the rest is replication"},
    {"BEGIN", analysed, "a transaction; MariaDB: a block"},
    {"COMMIT", analysed, ""},
    {"ROLLBACK", analysed, ""},
    {"SAVEPOINT", analysed, ""},
    {"RELEASE", analysed, "a savepoint"},
    {"KILL", analysed, "one session, by its number; all else needs other sessions"},
    {"LOCK", analysed, "TABLES; INSTANCE needs backups"},
    {"UNLOCK", analysed, ""},
    {"PREPARE", analysed, "the statement in a literal; in a variable only for a confined login"},
    {"EXECUTE", analysed, "the gate decides anew what was prepared; IMMEDIATE as PREPARE"},
    {"DEALLOCATE", analysed, ""},
    {"GET", analysed, "DIAGNOSTICS"},
    {"SIGNAL", analysed, ""},
    {"RESIGNAL", analysed, ""},

    // Definitions.
    {"CREATE", analysed, "by what follows"},
    {"CREATE TABLE", analysed, ""},
    {"CREATE INDEX", analysed, ""},
    {"CREATE VIEW", analysed, "with its query"},
    {"CREATE SEQUENCE", analysed, ""},
    {"CREATE TRIGGER", analysed, "with its body"},
    {"CREATE PROCEDURE", analysed, "with its body"},
    {"CREATE FUNCTION", analysed, "with its body; SONAME needs shared libraries"},
    {"CREATE EVENT", analysed, "with its body"},
    {"CREATE DATABASE", analysed, ""},
    {"CREATE SCHEMA", analysed, ""},
    {"CREATE PACKAGE", denied, "packages exist in sql_mode ORACLE only"},
    {"CREATE USER", facility, accounts},
    {"CREATE ROLE", facility, accounts},
    {"CREATE SERVER", facility, "foreign servers"},
    {"CREATE TABLESPACE", facility, "tablespaces"},
    {"CREATE UNDO", facility, "tablespaces"},
    {"CREATE LOGFILE", facility, "tablespaces"},
    {"CREATE RESOURCE", facility, "resource groups"},
    {"CREATE LIBRARY", denied, "a routine in another language than SQL"},
    {"ALTER", analysed, "by what follows"},
    {"ALTER TABLE", analysed, "RENAME and EXCHANGE PARTITION touch both tables"},
    {"ALTER VIEW", analysed, "with its query"},
    {"ALTER SEQUENCE", analysed, ""},
    {"ALTER FUNCTION", analysed, ""},
    {"ALTER PROCEDURE", analysed, ""},
    {"ALTER EVENT", analysed, "with its body"},
    {"ALTER DATABASE", analysed, ""},
    {"ALTER SCHEMA", analysed, ""},
    {"ALTER USER", facility, accounts},
    {"ALTER SERVER", facility, "foreign servers"},
    {"ALTER INSTANCE", facility, administration},
    {"ALTER TABLESPACE", facility, "tablespaces"},
    {"ALTER UNDO", facility, "tablespaces"},
    {"ALTER LOGFILE", facility, "tablespaces"},
    {"ALTER RESOURCE", facility, "resource groups"},
    {"ALTER LIBRARY", denied, "a routine in another language than SQL"},
    {"DROP", analysed, "by what follows"},
    {"RENAME", analysed, "both names of a table; accounts need a facility"},

    // What is the whole server's.
    {"GRANT", facility, accounts},
    {"REVOKE", facility, accounts},
    {"FLUSH", facility, administration},
    {"RESET", facility, administration},
    {"SHUTDOWN", facility, administration},
    {"RESTART", facility, administration},
    {"CLONE", facility, administration},
    {"IMPORT", facility, "files"},
    {"BACKUP", facility, "backups"},
    {"INSTALL", facility, "plugins"},
    {"UNINSTALL", facility, "plugins"},
    {"CACHE", facility, "key caches"},
    {"PURGE", facility, replication},
    {"CHANGE", facility, replication},
    {"STOP", facility, replication},
    {"BINLOG", facility, replication},
    {"XA", facility, "two-phase commit"},

    // Only in bodies of stored programs, where they have rules of their own.
    {"DECLARE", denied, "only in a stored program"},
    {"RETURN", denied, "only in a stored program"},
    {"IF", denied, "only in a stored program"},
    {"CASE", denied, "only in a stored program"},
    {"LOOP", denied, "only in a stored program"},
    {"WHILE", denied, "only in a stored program"},
    {"REPEAT", denied, "only in a stored program"},
    {"FOR", denied, "only in a stored program"},
    {"OPEN", denied, "only in a stored program"},
    {"CLOSE", denied, "only in a stored program"},
    {"FETCH", denied, "only in a stored program"},
    {"LEAVE", denied, "only in a stored program"},
    {"ITERATE", denied, "only in a stored program"},
};

} // namespace

std::span<const statement_rule> statement_rules() {
    return rules;
}

const statement_rule* find_statement(std::string_view kind) {
    const auto* found = std::find_if(std::begin(rules), std::end(rules),
                                     [kind](const auto& r) { return r.kind == kind; });
    return found == std::end(rules) ? nullptr : found;
}

} // namespace ringfence::sql::mysql
