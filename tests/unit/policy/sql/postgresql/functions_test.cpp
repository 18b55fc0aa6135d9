#include "policy/sql/postgresql/functions.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>

namespace ringfence::sql::postgresql {
namespace {

using policy::action;
using policy::object_kind;

// The lists come from real servers: generate.py --dump.
std::set<std::string> functions_of(const std::string& version) {
    std::ifstream in(RINGFENCE_SOURCE_DIR "/tests/data/postgresql/pg_proc_" + version + ".tsv");
    std::set<std::string> names;
    for (std::string line; std::getline(in, line);)
        names.insert(line.substr(0, line.find('\t')));
    return names;
}

class functions_of_version : public testing::TestWithParam<const char*> {};

TEST_P(functions_of_version, are_all_classified) {
    const auto names = functions_of(GetParam());
    EXPECT_GT(names.size(), 2'500U);
    for (const auto& name : names)
        EXPECT_NE(find_function(name), nullptr)
            << name << " is new: decide on it in functions_review.py";
}

INSTANTIATE_TEST_SUITE_P(postgresql, functions_of_version, testing::Values("15", "17", "18"));

const function_rule& rule(std::string_view name) {
    static const function_rule none{};
    const auto* found = find_function(name);
    EXPECT_NE(found, nullptr) << name;
    return found != nullptr ? *found : none;
}

TEST(functions, that_run_text_as_sql_say_which_argument) {
    for (const auto* name : {"query_to_xml", "query_to_xmlschema", "query_to_xml_and_xmlschema",
                             "ts_stat", "crosstab", "crosstab2", "crosstab3", "crosstab4"}) {
        EXPECT_EQ(rule(name).what, function_class::runs_sql) << name;
        EXPECT_EQ(rule(name).argument_list().front(), 0) << name;
    }
    EXPECT_EQ(rule("ts_rewrite").what, function_class::runs_sql);
    EXPECT_EQ(rule("ts_rewrite").argument_list().front(), 1);
    EXPECT_EQ(rule("ts_rewrite").harmless_from, 3);
    EXPECT_EQ(rule("crosstab").argument_list().size(), 2U);
}

TEST(functions, that_reach_out_of_the_database_are_refused) {
    for (const auto* name : {"pg_read_file",
                             "pg_read_binary_file",
                             "pg_ls_dir",
                             "pg_stat_file",
                             "pg_file_write",
                             "pg_file_unlink",
                             "lo_import",
                             "lo_export",
                             "lo_get",
                             "lo_put",
                             "loread",
                             "lowrite",
                             "dblink",
                             "dblink_exec",
                             "dblink_connect_u",
                             "postgres_fdw_get_connections",
                             "pg_terminate_backend",
                             "pg_cancel_backend",
                             "pg_stat_get_activity",
                             "pg_stat_statements",
                             "pg_reload_conf",
                             "pg_rotate_logfile",
                             "pg_switch_wal",
                             "pg_promote",
                             "pg_create_logical_replication_slot",
                             "pg_logical_slot_get_changes",
                             "pg_logical_emit_message",
                             "pg_get_wal_records_info",
                             "get_raw_page",
                             "heap_force_kill",
                             "pg_stat_reset",
                             "binary_upgrade_set_next_pg_authid_oid",
                             "database_to_xml",
                             "pg_hba_file_rules",
                             "pg_config",
                             "pg_log_backend_memory_contexts",
                             "connectby",
                             "xpath_table",
                             "array_in",
                             "domain_in",
                             "set_config",
                             "lo_manage",
                             "RI_FKey_cascade_del"}) {
        EXPECT_EQ(rule(name).what, function_class::refused) << name;
        EXPECT_NE(rule(name).facility, "") << name;
    }
}

TEST(functions, that_read_or_change_what_they_name_want_a_literal) {
    for (const auto* name :
         {"currval", "pg_sequence_last_value", "table_to_xml", "table_to_xml_and_xmlschema",
          "schema_to_xml", "pgstattuple", "pgrowlocks", "bt_index_check", "currtid2"}) {
        EXPECT_EQ(rule(name).what, function_class::names_object) << name;
        EXPECT_EQ(rule(name).act, action::read) << name;
        EXPECT_FALSE(rule(name).any_value) << name;
    }
    for (const auto* name :
         {"nextval", "setval", "brin_summarize_range", "gin_clean_pending_list"}) {
        EXPECT_EQ(rule(name).act, action::write) << name;
        EXPECT_FALSE(rule(name).any_value) << name;
    }
    EXPECT_EQ(rule("schema_to_xml").kind, object_kind::schema);
}

TEST(functions, that_only_describe_take_any_value) {
    for (const auto* name : {"pg_table_size", "pg_total_relation_size", "has_table_privilege",
                             "to_regclass", "row_security_active", "pg_get_serial_sequence"}) {
        EXPECT_EQ(rule(name).what, function_class::names_object) << name;
        EXPECT_EQ(rule(name).act, action::reference) << name;
        EXPECT_TRUE(rule(name).any_value) << name;
    }
    EXPECT_TRUE(rule("has_table_privilege").from_end);
    EXPECT_EQ(rule("has_table_privilege").argument_list().front(), 1);
    EXPECT_EQ(rule("has_column_privilege").argument_list().front(), 2);
    EXPECT_FALSE(rule("pg_table_size").from_end);
}

TEST(functions, of_every_day_are_harmless) {
    for (const auto* name : {"now",
                             "count",
                             "sum",
                             "lower",
                             "coalesce_nothing",
                             "jsonb_build_object",
                             "to_char",
                             "generate_series",
                             "gen_random_uuid",
                             "pg_get_viewdef",
                             "format_type",
                             "pg_table_is_visible",
                             "obj_description",
                             "lastval",
                             "pg_advisory_lock",
                             "pg_notify",
                             "pg_backend_pid",
                             "version",
                             "pg_sleep",
                             "xpath",
                             "textin",
                             "int4pl",
                             "texteq",
                             "pg_is_in_recovery",
                             "_pg_expandarray",
                             "pg_export_snapshot",
                             "array_agg",
                             "row_number"}) {
        if (std::string_view(name) == "coalesce_nothing")
            EXPECT_EQ(find_function(name), nullptr);
        else
            EXPECT_EQ(rule(name).what, function_class::harmless) << name;
    }
}

// They live in a schema with an owner, so that schema decides.
TEST(functions, of_harmless_extensions_are_not_known) {
    for (const auto* name : {"similarity", "digest", "crypt", "gen_salt", "unaccent",
                             "uuid_generate_v4", "hstore", "nlevel", "my_function", ""})
        EXPECT_EQ(find_function(name), nullptr) << name;
}

} // namespace
} // namespace ringfence::sql::postgresql
