// Settings, search_path, prepared statements.
#include "tests/unit/policy/sql/conversation.h"

#include <gtest/gtest.h>

namespace ringfence::sql::test {
namespace {

TEST(SearchPath, MayBeSetToNamedSchemas) {
    EXPECT_EQ(touches("SET search_path = common, pg_catalog"), "reference schema common");
    EXPECT_EQ(effects("SET search_path = common, pg_catalog"), "search_path common");
    EXPECT_EQ(effects("SET LOCAL search_path TO \"Users\", 'a b'"), "search_path Users a b local");
    EXPECT_EQ(effects("SET SCHEMA 'users'"), "search_path users");
    EXPECT_EQ(effects("SET SESSION \"SEARCH_PATH\" = users"), "search_path users");
    EXPECT_EQ(effects("SET search_path = 'users, orders'"),
              "search_path users, orders"); // one schema of that name
    EXPECT_EQ(effects("SET search_path = \"$user\""), "search_path orders_login");
    EXPECT_EQ(effects("SET search_path = ''"), "search_path");
    auto s = orders_scope();
    s.any_path = true;
    EXPECT_EQ(touches("SET search_path = users", s), "");
}

TEST(SearchPath, GoesBackToTheStart) {
    EXPECT_EQ(effects("RESET search_path"), "reset_search_path");
    EXPECT_EQ(effects("SET search_path TO DEFAULT"), "reset_search_path");
    EXPECT_EQ(effects("RESET ALL"), "reset_search_path");
    EXPECT_EQ(effects("DISCARD ALL"), "reset_search_path; deallocate");
    EXPECT_EQ(effects("DISCARD TEMP"), "");
}

TEST(SearchPath, ThroughSetConfigOnlyWhereItIsSureToBeCalled) {
    EXPECT_EQ(effects("SELECT pg_catalog.set_config('search_path', '', false)"), "search_path");
    EXPECT_EQ(effects("SELECT set_config('search_path', 'users, \"A b\"', true)"),
              "search_path users A b local");
    EXPECT_EQ(
        effects(
            "SELECT set_config('search_path', 'a', false), set_config('Search_Path', 'b', false)"),
        "search_path a; search_path b");
    for (const auto* text :
         {"SELECT CASE WHEN false THEN set_config('search_path', 'orders', false) END",
          "SELECT set_config('search_path', 'orders', false) WHERE false",
          "SELECT set_config('search_path', 'orders', false) LIMIT 0",
          "SELECT set_config('search_path', 'orders', false) FROM t",
          "EXPLAIN SELECT set_config('search_path', 'orders', false)",
          "DECLARE c CURSOR FOR SELECT set_config('search_path', 'orders', false)",
          "PREPARE p AS SELECT set_config('search_path', 'orders', false)",
          "CREATE VIEW v AS SELECT set_config('search_path', 'orders', false)",
          "WITH x AS (SELECT set_config('search_path', 'orders', false)) SELECT 1",
          "DO $$ BEGIN IF false THEN SET search_path = orders; END IF; END $$",
          "DO $$ BEGIN PERFORM set_config('search_path', 'orders', false); END $$",
          "DO $$ BEGIN DISCARD ALL; END $$"}) {
        EXPECT_NE(touches(text).find("search_path set"), std::string::npos) << text;
        EXPECT_EQ(effects(text).find("search_path orders"), std::string::npos) << text;
    }
    for (const auto* text :
         {"SELECT set_config($1, 'x', false)", "SELECT set_config('search' || '_path', 'x', false)",
          "SELECT set_config(name, 'x', false) FROM pg_settings"})
        EXPECT_EQ(touches(text), "execute server \"settings named by value\"") << text;
    EXPECT_NE(touches("SELECT set_config('search_path', $1, false)"), "");
    EXPECT_NE(touches("SELECT set_config('search_path', 'a..b,', false)"), "");
}

TEST(SearchPath, OfThisTextCountsForTheRestOfIt) {
    EXPECT_EQ(touches("SET search_path = users; DELETE FROM t"),
              "reference schema users; write orders.t~; write users.t~");
    EXPECT_EQ(touches("SELECT set_config('search_path', 'users', false); SELECT a FROM t"),
              "read orders.t(a)~; read users.t(a)~; reference schema users");
    EXPECT_EQ(touches("RESET ALL; DELETE FROM t"), "write common.t~; write orders.t~");
}

TEST(SearchPath, MayNotNameOthersTemporarySchemas) {
    EXPECT_NE(touches("SET search_path = pg_toast").find("other sessions"), std::string::npos);
    EXPECT_NE(touches("SET search_path = pg_temp_3").find("other sessions"), std::string::npos);
    EXPECT_NE(touches("SET search_path = \"" + std::string(64, 'a') + "\"").find("schema"),
              std::string::npos);
}

TEST(Settings, FollowTheAllowList) {
    EXPECT_EQ(touches("SET statement_timeout = '5s'"), "");
    EXPECT_EQ(touches("SET TIME ZONE 'UTC'"), "");
    EXPECT_EQ(touches("SET TIME ZONE INTERVAL '-08:00' HOUR TO MINUTE"), "");
    EXPECT_EQ(touches("SET DateStyle = ISO, MDY"), "");
    EXPECT_EQ(touches("SET NAMES 'UTF8'"), "");
    EXPECT_EQ(touches("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"), "");
    EXPECT_EQ(touches("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"), "");
    EXPECT_EQ(touches("SHOW search_path"), "");
    EXPECT_EQ(touches("SET standard_conforming_strings = on"), "");
    for (const auto* text :
         {"SET standard_conforming_strings = off", "SET \"Standard_Conforming_Strings\" TO 'off'",
          "SET client_encoding = 'SJIS'", "SET NAMES 'GBK'",
          "SET LOCAL standard_conforming_strings = 0",
          "SELECT set_config('standard_conforming_strings', 'off', true)",
          "SELECT 1 FROM t WHERE set_config('client_encoding', 'BIG5', false) = ''",
          "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET standard_conforming_strings = off AS "
          "'SELECT 1'",
          "DO $$ BEGIN SET standard_conforming_strings = off; END $$",
          "ALTER DATABASE shop SET standard_conforming_strings = off",
          "SELECT set_config('client_encoding', $1, false)"})
        EXPECT_EQ(touches(text), "! unsafe_setting") << text;
}

TEST(Settings, RolesAreNotTheSessionsToChange) {
    EXPECT_EQ(touches("SET ROLE postgres"), "execute server \"roles\"");
    EXPECT_EQ(touches("SET SESSION AUTHORIZATION 'postgres'"), "execute server \"roles\"");
    EXPECT_EQ(touches("SET LOCAL role = postgres"), "execute server \"roles\"");
    EXPECT_NE(touches("SELECT set_config('role', 'postgres', false)"), "");
    EXPECT_EQ(touches("RESET ROLE"), "");
    EXPECT_EQ(touches("RESET SESSION AUTHORIZATION"), "");
    EXPECT_EQ(touches("SET ROLE NONE"), "");
}

TEST(Prepared, StatementsAreAnalysedAndTold) {
    EXPECT_EQ(touches("PREPARE p AS DELETE FROM users.t"), "write users.t");
    EXPECT_EQ(effects("PREPARE p AS DELETE FROM users.t"), "prepare p [ DELETE FROM users.t]");
    EXPECT_EQ(
        effects("SELECT 1; PREPARE \"P\" (int, numeric(3, 1)) AS SELECT 'as', $1 AS x; SELECT 2"),
        "prepare P [ SELECT 'as', $1 AS x]");
    EXPECT_EQ(effects("EXECUTE p (1, (SELECT 2))"), "execute p");
    EXPECT_EQ(touches("EXECUTE p ((SELECT max(id) FROM users.t))"), "read users.t(id)");
    EXPECT_EQ(effects("EXPLAIN EXECUTE p"), "execute p");
    EXPECT_EQ(effects("CREATE TEMP TABLE x AS EXECUTE p"), "execute p");
    EXPECT_EQ(effects("DEALLOCATE p"), "deallocate p");
    EXPECT_EQ(effects("DEALLOCATE ALL"), "deallocate");
}

TEST(Transactions, AreFreeButForTwoPhaseCommit) {
    EXPECT_EQ(touches("BEGIN; SAVEPOINT s; ROLLBACK TO s; RELEASE s; COMMIT"), "");
    EXPECT_EQ(touches("PREPARE TRANSACTION 'x'"), "execute server \"two-phase commit\"");
    EXPECT_EQ(touches("COMMIT PREPARED 'x'"), "execute server \"two-phase commit\"");
    EXPECT_EQ(touches("LISTEN c; NOTIFY c, 'x'; UNLISTEN *"), "");
}

} // namespace
} // namespace ringfence::sql::test
