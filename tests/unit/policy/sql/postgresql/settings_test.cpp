#include "policy/sql/postgresql/settings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>

namespace ringfence::sql {
namespace {

using kind = setting_rule::kind;

TEST(settings, that_change_how_bytes_are_read_take_safe_values_only) {
    for (const auto* encoding : {"UTF8", "utf-8", "'utf8'", "LATIN1", "WIN1252", "SQL_ASCII",
                                 "EUC_JP", "KOI8R", "UNICODE"})
        EXPECT_TRUE(setting_value_allowed("client_encoding", encoding)) << encoding;
    for (const auto* encoding : {"SJIS", "shift_jis", "BIG5", "GBK", "UHC", "GB18030", "JOHAB",
                                 "SHIFT_JIS_2004", "mskanji", "WIN932", "win936", "win949",
                                 "win950", "Windows932", "MULE_INTERNAL", "nonsense"})
        EXPECT_FALSE(setting_value_allowed("client_encoding", encoding)) << encoding;
    EXPECT_TRUE(setting_value_allowed("standard_conforming_strings", "ON"));
    EXPECT_TRUE(setting_value_allowed("standard_conforming_strings", "true"));
    for (const auto* value : {"off", "0", "false", "no", "of", "n", "f", "o", "tr"})
        EXPECT_FALSE(setting_value_allowed("standard_conforming_strings", value)) << value;
    EXPECT_FALSE(setting_value_allowed("backslash_quote", "on"));
}

TEST(settings, of_the_server_need_a_facility) {
    for (const auto* name :
         {"role", "session_authorization", "session_replication_role", "local_preload_libraries",
          "session_preload_libraries", "dynamic_library_path", "zero_damaged_pages",
          "ignore_checksum_failure", "allow_system_table_mods", "lo_compat_privileges",
          "log_statement", "log_min_duration_statement", "debug_print_plan", "track_activities",
          "jit_dump_bitcode"}) {
        EXPECT_EQ(find_setting(name).what, kind::facility) << name;
        EXPECT_NE(find_setting(name).facility, "") << name;
        EXPECT_FALSE(setting_value_allowed(name, "")) << name;
    }
}

TEST(settings, that_nobody_knows_are_unsafe) {
    for (const auto* name :
         {"", ".", "a.", ".a", "nonsense", "server_version", "is_superuser",
          "plpgsql.variable_conflict", "auto_explain.log_min_duration", "pljava.libjvm_location",
          "plperl.on_init", "a b.c", "A.b", "pg_stat_statements.track", "app.\"x\""}) {
        EXPECT_EQ(find_setting(name).what, kind::unsafe) << name;
        EXPECT_FALSE(setting_value_allowed(name, "on")) << name;
    }
}

TEST(settings, of_applications_are_allowed) {
    for (const auto* name : {"myapp.user_id", "request.jwt.claims", "pg_trgm.similarity_threshold",
                             "hnsw.ef_search", "datestyle", "timezone", "statement_timeout",
                             "application_name", "extra_float_digits", "work_mem", "enable_seqscan",
                             "jit", "transaction_isolation", "synchronous_commit", "seed"})
        EXPECT_EQ(find_setting(name).what, kind::allowed) << name;
    EXPECT_EQ(find_setting("search_path").what, kind::search_path);
    EXPECT_FALSE(setting_value_allowed("search_path", "public"));
}

TEST(settings, of_pg_dump_are_allowed) {
    EXPECT_TRUE(setting_value_allowed("row_security", "off"));
    EXPECT_TRUE(setting_value_allowed("default_tablespace", ""));
    EXPECT_TRUE(setting_value_allowed("default_table_access_method", "heap"));
    EXPECT_TRUE(setting_value_allowed("restrict_nonsystem_relation_kind", "view, foreign-table"));
    EXPECT_TRUE(setting_value_allowed("transaction_timeout", "0"));
    EXPECT_TRUE(setting_value_allowed("client_encoding", "DEFAULT"));
    EXPECT_FALSE(setting_value_allowed("default_tablespace", "fast_disks"));
    EXPECT_TRUE(setting_value_allowed("default_text_search_config", "pg_catalog.english"));
    EXPECT_TRUE(setting_value_allowed("default_text_search_config", "simple"));
    EXPECT_FALSE(setting_value_allowed("default_text_search_config", "users.english"));
}

class settings_of_version : public testing::TestWithParam<const char*> {};

// Whatever a session can set has a rule of its own, so that a new version's settings are looked at.
TEST_P(settings_of_version, are_all_classified) {
    std::set<std::string_view> known;
    for (const auto& setting : known_settings())
        known.insert(setting.name);
    std::ifstream in(RINGFENCE_SOURCE_DIR "/tests/data/postgresql/settings_" +
                     std::string(GetParam()) + ".txt");
    std::size_t count = 0;
    for (std::string name, context; in >> name >> context; ++count) {
        if (context == "user" || context == "superuser") {
            EXPECT_TRUE(known.contains(name)) << name;
        }
        // What natively takes a superuser is never simply allowed.
        if (context == "superuser") {
            EXPECT_EQ(find_setting(name).what, kind::facility) << name;
        }
    }
    EXPECT_GT(count, 100U);
}

INSTANTIATE_TEST_SUITE_P(postgresql, settings_of_version, testing::Values("15", "17", "18"));

TEST(settings, give_a_reason_and_are_sorted) {
    const auto all = known_settings();
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end(),
                               [](const auto& a, const auto& b) { return a.name < b.name; }));
    for (const auto& setting : all)
        EXPECT_FALSE(setting.why.empty()) << setting.name;
}

} // namespace
} // namespace ringfence::sql
