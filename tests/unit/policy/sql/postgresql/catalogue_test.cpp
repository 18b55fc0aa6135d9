#include "policy/sql/postgresql/catalogue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace ringfence::sql::postgresql {
namespace {

class relations_of_version : public testing::TestWithParam<const char*> {};

TEST_P(relations_of_version, are_all_classified) {
    std::ifstream in(RINGFENCE_SOURCE_DIR "/tests/data/postgresql/relations_" +
                     std::string(GetParam()) + ".txt");
    std::size_t count = 0;
    for (std::string line; std::getline(in, line); ++count) {
        const auto dot = line.find('.');
        EXPECT_TRUE(find_catalogue(line.substr(0, dot), line.substr(dot + 1))) << line;
    }
    EXPECT_GT(count, 200U);
}

INSTANTIATE_TEST_SUITE_P(postgresql, relations_of_version, testing::Values("15", "17", "18"));

TEST(catalogue, refuses_values_and_secrets_of_others) {
    for (const auto* name :
         {"pg_authid", "pg_shadow", "pg_statistic", "pg_stats", "pg_stats_ext",
          "pg_stats_ext_exprs", "pg_statistic_ext_data", "pg_largeobject", "pg_user_mapping",
          "pg_stat_activity", "pg_stat_replication", "pg_stat_ssl", "pg_stat_wal_receiver",
          "pg_hba_file_rules", "pg_file_settings", "pg_prepared_xacts", "pg_sequences", "pg_aios"})
        EXPECT_EQ(find_catalogue("pg_catalog", name), catalogue_class::refused) << name;
    EXPECT_EQ(find_catalogue("information_schema", "user_mapping_options"),
              catalogue_class::refused);
    EXPECT_EQ(find_catalogue("information_schema", "_pg_user_mappings"), catalogue_class::refused);
}

TEST(catalogue, guards_a_column) {
    EXPECT_EQ(find_catalogue("pg_catalog", "pg_subscription"), catalogue_class::guarded);
    EXPECT_EQ(guarded_columns("pg_catalog", "pg_subscription"), "subconninfo");
    EXPECT_EQ(guarded_columns("pg_catalog", "pg_user_mappings"), "umoptions");
    for (const auto& rule : catalogue_rules())
        EXPECT_EQ(rule.what == catalogue_class::guarded, !rule.guarded_columns.empty())
            << rule.name;
}

TEST(catalogue, lets_tools_read_definitions) {
    for (const auto* name : {"pg_class", "pg_attribute", "pg_type", "pg_namespace", "pg_index",
                             "pg_constraint", "pg_roles", "pg_db_role_setting", "pg_database",
                             "pg_stat_user_tables", "pg_cursors", "pg_prepared_statements"})
        EXPECT_EQ(find_catalogue("pg_catalog", name), catalogue_class::allowed) << name;
    EXPECT_EQ(find_catalogue("information_schema", "columns"), catalogue_class::allowed);
}

TEST(catalogue, does_not_know_anything_else) {
    EXPECT_FALSE(find_catalogue("pg_catalog", "accounts"));
    EXPECT_FALSE(find_catalogue("pg_catalog", ""));
    EXPECT_FALSE(find_catalogue("pg_toast", "pg_toast_1255"));
    EXPECT_FALSE(find_catalogue("public", "pg_class"));
}

TEST(catalogue, gives_a_reason_for_each_entry_and_is_sorted) {
    for (const auto rules : {catalogue_rules(), information_schema_rules()}) {
        EXPECT_TRUE(std::is_sorted(rules.begin(), rules.end(),
                                   [](const auto& a, const auto& b) { return a.name < b.name; }));
        for (const auto& rule : rules)
            EXPECT_FALSE(rule.why.empty()) << rule.name;
    }
}

} // namespace
} // namespace ringfence::sql::postgresql
