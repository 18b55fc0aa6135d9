// The lists that the analysis rests on.
#include "policy/sql/mysql/catalogue.h"
#include "policy/sql/mysql/functions.h"
#include "policy/sql/mysql/parser.h"
#include "policy/sql/mysql/statements.h"
#include "policy/sql/mysql/variables.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace ringfence::sql::mysql {
namespace {

TEST(mysql_statements, every_row_has_a_handler_or_a_reason) {
    std::set<std::string_view> kinds;
    for (const auto& rule : statement_rules()) {
        EXPECT_TRUE(kinds.insert(rule.kind).second) << rule.kind << " twice";
        const bool runs =
            rule.what == statement_class::data || rule.what == statement_class::analysed;
        EXPECT_EQ(parser::has_handler(rule.kind), runs) << rule.kind;
        EXPECT_TRUE(runs || !rule.text.empty()) << rule.kind;
    }
}

TEST(mysql_statements, of_the_whole_server_are_facilities) {
    for (const auto* kind : {"GRANT", "FLUSH", "PURGE", "CHANGE", "INSTALL", "SHUTDOWN", "BINLOG",
                             "XA", "CREATE SERVER", "CLONE", "STOP"})
        EXPECT_EQ(find_statement(kind)->what, statement_class::facility) << kind;
    EXPECT_EQ(find_statement("NONSENSE"), nullptr);
}

TEST(mysql_variables, that_change_how_texts_are_read_are_followed) {
    using kind = variable_rule::kind;
    EXPECT_EQ(find_variable("SQL_MODE")->what, kind::mode);
    EXPECT_EQ(find_variable("character_set_client")->what, kind::charset);
    EXPECT_EQ(find_variable("sql_log_bin")->what, kind::facility);
    EXPECT_EQ(find_variable("autocommit")->what, kind::allowed);
    for (const auto* unknown :
         {"character_set_filesystem", "nonsense", "", "lower_case_table_names"})
        EXPECT_EQ(find_variable(unknown), nullptr) << unknown;
}

TEST(mysql_functions, are_refused_or_harmless_never_both) {
    for (const auto& rule : refused_functions())
        EXPECT_EQ(find_function(rule.name)->facility, rule.facility) << rule.name;
    for (const auto name : harmless_functions())
        EXPECT_EQ(find_function(name)->facility, "") << name;
    EXPECT_EQ(find_function("load_file")->facility, "files");
    EXPECT_EQ(find_function("my_own"), nullptr);
}

TEST(mysql_catalogue, is_an_allow_list) {
    EXPECT_EQ(find_catalogue("mysql", "user"), nullptr);
    EXPECT_EQ(find_catalogue("information_schema", "processlist"), nullptr);
    EXPECT_EQ(find_catalogue("INFORMATION_SCHEMA", "tables")->what, catalogue_class::restricted);
    EXPECT_TRUE(is_system_schema("MySQL"));
    EXPECT_FALSE(is_system_schema("mysql2"));
    for (const auto& rule : catalogue_rules())
        EXPECT_EQ(rule.what == catalogue_class::restricted, !rule.schema_columns[0].empty())
            << rule.name;
}

TEST(mysql_modes, are_known_by_name) {
    const auto flavour = mysql_flavour::mariadb;
    EXPECT_TRUE(mysql_mode_of("STRICT_TRANS_TABLES,ANSI", flavour)->ansi_quotes);
    EXPECT_TRUE(mysql_mode_of("no_backslash_escapes", flavour)->no_backslash_escapes);
    EXPECT_TRUE(mysql_mode_of("MSSQL", flavour)->foreign_grammar);
    EXPECT_EQ(mysql_mode_of("", flavour), mysql_mode{});
    EXPECT_FALSE(mysql_mode_of("4", flavour)); // a set of bits
    EXPECT_FALSE(mysql_mode_of("ANSI_QUOTES ", flavour));
}

TEST(mysql_charsets, in_which_ascii_is_part_of_characters_are_refused) {
    for (const auto* bad :
         {"gbk", "sjis", "cp932", "big5", "gb18030", "euckr", "swe7", "utf16", "?"})
        EXPECT_FALSE(mysql_charset_is_safe(bad)) << bad;
    for (const auto* good : {"utf8mb4", "UTF8", "latin1", "binary", "ujis", "eucjpms"})
        EXPECT_TRUE(mysql_charset_is_safe(good)) << good;
}

} // namespace
} // namespace ringfence::sql::mysql
