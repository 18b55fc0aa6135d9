// The statements, for both flavours unless a name says otherwise. What they answer depends on the
// rights of who asks. MySQL Reference Manual, "INFORMATION_SCHEMA Tables"; MariaDB Knowledge Base,
// "Information Schema Tables".
#pragma once

#include <string_view>

namespace ringfence::catalog::mysql {

// Definitions come as UTF-8, grants with their names in backticks. No schema may be selected: a
// server leaves the selected one's name out.
inline constexpr std::string_view settings =
    "SET NAMES utf8mb4, SESSION sql_mode = '', SESSION sql_quote_show_create = 1";

inline constexpr std::string_view server_query =
    "SELECT VERSION(), @@GLOBAL.lower_case_table_names, @@GLOBAL.sql_mode, "
    "@@GLOBAL.character_set_client, @@GLOBAL.init_connect, @@GLOBAL.performance_schema, "
    "CURRENT_USER()";

// MySQL: SHOW GRANTS has the rights of active roles in it.
inline constexpr std::string_view all_roles = "SET ROLE ALL";
inline constexpr std::string_view grants_query = "SHOW GRANTS";
inline constexpr std::string_view schemas_query =
    "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA";
// What an account may do with columns, whoever it has the right from.
inline constexpr std::string_view columns_query =
    "SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, PRIVILEGES FROM information_schema.COLUMNS "
    "WHERE TABLE_SCHEMA NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys') "
    "AND PRIVILEGES <> ''";

inline constexpr std::string_view functions_query = "SELECT name, dl FROM mysql.func";
// MySQL: also those that components and the server itself bring, without a library.
inline constexpr std::string_view mysql_functions_query =
    "SELECT UDF_NAME, UDF_LIBRARY FROM performance_schema.user_defined_functions";

// The server qualifies every name in them and writes them in its own default sql_mode.
inline constexpr std::string_view views_query =
    "SELECT TABLE_SCHEMA, TABLE_NAME, VIEW_DEFINITION, SECURITY_TYPE, DEFINER "
    "FROM information_schema.VIEWS "
    "WHERE TABLE_SCHEMA NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')";

// Tables whose rows may be somewhere else than in the table.
inline constexpr std::string_view engines_query =
    "SELECT TABLE_SCHEMA, TABLE_NAME, ENGINE FROM information_schema.TABLES "
    "WHERE TABLE_SCHEMA NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys') "
    "AND TABLE_TYPE NOT LIKE '%VIEW%' AND (ENGINE IS NULL OR ENGINE NOT IN ('InnoDB', 'MyISAM', "
    "'MEMORY', 'Aria', 'ARCHIVE', 'BLACKHOLE', 'CSV', 'ndbcluster', 'ROCKSDB', 'TokuDB', "
    "'Columnstore'))";

// No default, check or generated column may call a stored function, on either flavour; but on
// MariaDB a default may take the next value of a sequence.
inline constexpr std::string_view mariadb_defaults_query =
    "SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_DEFAULT FROM information_schema.COLUMNS "
    "WHERE TABLE_SCHEMA NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys') "
    "AND COLUMN_DEFAULT LIKE '%val(%'";

inline constexpr std::string_view keys_query =
    "SELECT TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, REFERENCED_TABLE_SCHEMA, "
    "REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE "
    "WHERE REFERENCED_TABLE_NAME IS NOT NULL "
    "AND TABLE_SCHEMA NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')";

inline constexpr std::string_view cascades_query =
    "SELECT CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME "
    "FROM information_schema.REFERENTIAL_CONSTRAINTS "
    "WHERE DELETE_RULE IN ('CASCADE', 'SET NULL', 'SET DEFAULT') "
    "OR UPDATE_RULE IN ('CASCADE', 'SET NULL', 'SET DEFAULT')";

// The definitions in information_schema have the escapes of their strings undone, so that MySQL's
// cannot be read any more. SHOW CREATE has them as they were written. The last two columns: since
// when it is so, and whether another change since then would show.
inline constexpr std::string_view triggers_query =
    "SELECT TRIGGER_SCHEMA, TRIGGER_NAME, EVENT_OBJECT_SCHEMA, EVENT_OBJECT_TABLE, DEFINER, "
    "ACTION_STATEMENT, CREATED, CREATED < NOW() - INTERVAL 5 SECOND "
    "FROM information_schema.TRIGGERS "
    "WHERE TRIGGER_SCHEMA NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')";

inline constexpr std::string_view routines_query =
    "SELECT ROUTINE_SCHEMA, ROUTINE_NAME, ROUTINE_TYPE, ROUTINE_BODY, SECURITY_TYPE, DEFINER, "
    "ROUTINE_DEFINITION, LAST_ALTERED, LAST_ALTERED < NOW() - INTERVAL 5 SECOND "
    "FROM information_schema.ROUTINES "
    "WHERE ROUTINE_SCHEMA NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')";

inline constexpr std::string_view events_query =
    "SELECT EVENT_SCHEMA, EVENT_NAME, DEFINER FROM information_schema.EVENTS "
    "WHERE EVENT_SCHEMA NOT IN ('information_schema', 'performance_schema', 'mysql', 'sys')";

} // namespace ringfence::catalog::mysql
