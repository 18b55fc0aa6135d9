// Functions, operators, casts and types: by name, by value, and by the back doors of the grammar.
#include "tests/unit/policy/sql/conversation.h"

#include <gtest/gtest.h>

namespace ringfence::sql::test {
namespace {

constexpr auto by_value = "execute server \"objects named by value\"";
constexpr auto dynamic = "execute server \"dynamic SQL\"";

TEST(Functions, OfOthersAreTouches) {
    EXPECT_EQ(touches("SELECT users.f(1)"), "execute function users.f");
    EXPECT_EQ(touches("CALL users.p(1)"), "execute function users.p");
    EXPECT_EQ(touches("SELECT mine(1)"), "execute function orders.mine~");
    EXPECT_EQ(touches("SELECT lower('X'), pg_catalog.lower('X'), count(*), now()"), "");
    EXPECT_EQ(touches("SELECT 1 FROM t WHERE users.f(a)"),
              "execute function users.f; read orders.t(a)~");
}

TEST(Functions, ThatNobodyClassifiedAreRefused) {
    EXPECT_EQ(touches("SELECT pg_catalog.of_tomorrow()"),
              "execute server \"unclassified functions\"");
    EXPECT_EQ(touches("SELECT pg_of_tomorrow()"), "execute server \"unclassified functions\"");
    auto s = orders_scope();
    s.path.clear();
    EXPECT_EQ(touches("SELECT of_tomorrow()", s), "execute server \"unclassified functions\"");
}

TEST(Functions, ThatReachFilesNeedAFacility) {
    for (const auto* text :
         {"SELECT pg_read_file('/etc/passwd')", "SELECT pg_catalog.pg_read_file('/etc/passwd')",
          "SELECT \"pg_read_file\"('x')", "SELECT * FROM pg_ls_dir('/')",
          "SELECT t.pg_read_file FROM (SELECT 'x'::text) t", "SELECT ('x'::text).pg_read_file",
          "SELECT (row('x')).pg_read_binary_file", "SELECT 1 ORDER BY pg_read_file('x')",
          "VALUES (pg_read_file('x'))", "CREATE TABLE a (b text DEFAULT pg_read_file('x'))",
          "CREATE INDEX ON a ((pg_read_file(b)))", "SELECT extensions.pg_read_file('x')"})
        EXPECT_NE(touches(text).find("execute server \"files\""), std::string::npos) << text;
}

TEST(Functions, ThatNameObjectsByAConstantTouchThem) {
    EXPECT_EQ(touches("SELECT nextval('users.seq')"), "write users.seq");
    EXPECT_EQ(touches("SELECT nextval(' \"Users\" . Seq ')"), "write Users.seq");
    EXPECT_EQ(touches("SELECT nextval('seq'::regclass)"),
              "reference orders.seq~; write orders.seq~");
    EXPECT_EQ(touches("SELECT nextval('seq'::text)"), "write orders.seq~");
    EXPECT_EQ(touches("SELECT setval('users.seq', 1)"), "write users.seq");
    EXPECT_EQ(touches("SELECT setval(pg_get_serial_sequence('users.t', 'id'), 1)"),
              "reference users.t; write users.t");
    EXPECT_FALSE(analyse("SELECT nextval('users.seq')").literals_immaterial);
}

TEST(Functions, ThatNameObjectsByAnythingElseAreRefused) {
    for (const auto* text :
         {"SELECT nextval($1)", "SELECT nextval('users.' || 'seq')", "SELECT nextval(n) FROM t",
          "SELECT nextval('16384')", "SELECT nextval(16384)", "SELECT nextval('a.b.c.d')",
          "SELECT nextval(VARIADIC ARRAY['users.seq'])", "SELECT nextval(regclass => 'users.seq')",
          "SELECT nextval('users.seq'::varchar(3))" /* reads "use" */,
          "SELECT t.nextval FROM (SELECT 'users.seq'::regclass) t",
          "SELECT nextval((SELECT 'users.s'))", "SELECT nextval(lower('users.s'))",
          "SELECT nextval('')"}) {
        const auto found = touches(text);
        EXPECT_NE(found.find(by_value), std::string::npos) << text << " -> " << found;
    }
    EXPECT_EQ(touches("SELECT nextval(NULL)"), "");
}

TEST(Functions, ThatRunTextAreFollowedIntoIt) {
    EXPECT_EQ(touches("SELECT query_to_xml('SELECT * FROM users.t', true, false, '')"),
              "read users.t(*)");
    EXPECT_EQ(touches("SELECT query_to_xml('SELECT query_to_xml(''SELECT * FROM users.t'', true, "
                      "true, '''')', true, false, '')"),
              "read users.t(*)");
    EXPECT_EQ(touches("SELECT query_to_xml('SELECT $$' || 'x', true, false, '')"), dynamic);
    EXPECT_EQ(touches("SELECT query_to_xml($1, true, false, '')"), dynamic);
    EXPECT_EQ(touches("SELECT query_to_xml(query => 'SELECT 1', nulls => true, tableforest => "
                      "true, targetns => '')"),
              dynamic);
    EXPECT_EQ(touches("SELECT query_to_xml('SELEC', true, false, '')"), "! syntax");
    EXPECT_EQ(touches("CREATE AGGREGATE a (text) (sfunc = query_to_xml, stype = text)"),
              std::string("define function orders.a~; ") + dynamic);
    EXPECT_NE(
        touches("CREATE AGGREGATE a (regclass) (sfunc = nextval, stype = int8)").find(by_value),
        std::string::npos);
}

TEST(Functions, NestedTextsEndSomewhere) {
    std::string text = "SELECT 1";
    for (int depth = 0; depth < 12; ++depth) {
        std::string quoted;
        for (const char c : text)
            quoted += c == '\'' ? std::string("''") : std::string(1, c);
        text = "SELECT query_to_xml('" + quoted + "', true, true, '')";
    }
    EXPECT_EQ(touches(text), "! limit");
}

TEST(Operators, TypesAndCollationsOfOthersAreTouches) {
    EXPECT_EQ(touches("SELECT 1 OPERATOR(users.+) 2"), "execute function users.+");
    EXPECT_EQ(touches("SELECT 1 OPERATOR(pg_catalog.+) 2"), "");
    EXPECT_EQ(touches("SELECT 1 OPERATOR(users.=) ANY (ARRAY[1])"), "execute function users.=");
    EXPECT_EQ(touches("SELECT 1 OPERATOR(users.=) ANY (SELECT 1)"), "execute function users.=");
    EXPECT_EQ(touches("SELECT a FROM t ORDER BY a USING OPERATOR(users.<)"),
              "execute function users.<; read orders.t(a)~");
    EXPECT_EQ(touches("SELECT 1::users.money"), "reference type users.money");
    EXPECT_EQ(touches("SELECT users.money '1'"), "reference type users.money");
    EXPECT_EQ(touches("SELECT 'a' COLLATE users.c"), "reference type users.c");
    EXPECT_EQ(touches("SELECT * FROM json_to_record('{}') AS x (a users.money)"),
              "reference type users.money");
    EXPECT_EQ(touches("SELECT 1::pg_catalog.int4, 'a'::text COLLATE pg_catalog.\"C\""), "");
}

TEST(RegistryCasts, NameObjects) {
    EXPECT_EQ(touches("SELECT 'users.t'::regclass"), "reference users.t");
    EXPECT_EQ(touches("SELECT regclass 'users.t'"), "reference users.t");
    EXPECT_EQ(touches("SELECT CAST('users.t' AS pg_catalog.regclass)"), "reference users.t");
    EXPECT_EQ(touches("SELECT regclass('users.t')"), "reference users.t");
    EXPECT_EQ(touches("SELECT 'users.t'::text::regclass::oid"), "reference users.t");
    EXPECT_EQ(touches("SELECT ARRAY['users.t', 'u']::regclass[]"),
              "reference orders.u~; reference users.t");
    EXPECT_EQ(touches("SELECT '{users.t}'::regclass[]"), by_value);
    EXPECT_EQ(touches("SELECT 'users.f'::regproc, 'users.f(int)'::regprocedure"),
              "reference function users.f");
    EXPECT_EQ(touches("SELECT 'users.ty'::regtype"), "reference type users.ty");
    EXPECT_EQ(touches("SELECT 'users.ty[]'::regtype"), "reference type users.ty");
    EXPECT_EQ(
        touches("SELECT 'pg_class'::regclass, 'integer'::regtype, 'pg_catalog.pg_type'::regclass"),
        "reference orders.pg_class~");
    EXPECT_EQ(touches("SELECT $1::regclass"), by_value);
    EXPECT_EQ(touches("SELECT ('users.' || 't')::regclass"), by_value);
    EXPECT_EQ(touches("SELECT c.oid::regclass FROM pg_class c"), "");
    EXPECT_FALSE(analyse("SELECT 'users.t'::regclass").literals_immaterial);
    EXPECT_TRUE(analyse("SELECT 'users.t'::text").literals_immaterial);
}

TEST(Catalogue, IsReadByAnAllowList) {
    EXPECT_EQ(
        touches("SELECT * FROM pg_class, pg_catalog.pg_attribute, information_schema.columns"), "");
    EXPECT_EQ(touches("SELECT * FROM pg_authid"), "read server \"catalogue pg_authid\"");
    EXPECT_EQ(touches("SELECT * FROM pg_catalog.pg_statistic"),
              "read server \"catalogue pg_statistic\"");
    EXPECT_EQ(touches("SELECT * FROM pg_catalog.of_tomorrow"),
              "read server \"catalogue of_tomorrow\"");
    EXPECT_NE(touches("UPDATE pg_class SET relname = 'x'").find("system catalogue"),
              std::string::npos);
    EXPECT_NE(touches("DELETE FROM pg_catalog.pg_depend").find("system catalogue"),
              std::string::npos);
    EXPECT_NE(touches("CREATE TABLE pg_catalog.x (a int)").find("system catalogue"),
              std::string::npos);
    EXPECT_NE(touches("SELECT * FROM pg_toast.pg_toast_1"), "");
    EXPECT_NE(touches("SELECT * FROM pg_temp_3.t"), "");
    EXPECT_EQ(touches("SELECT * FROM pg_temp.t"), "");
    EXPECT_EQ(touches("CREATE TEMP TABLE x (a int)"), "");
    EXPECT_EQ(touches("COPY pg_authid TO STDOUT"), "read server \"catalogue pg_authid\"");
}

TEST(Literals, DoNotMatterUnlessARuleLooked) {
    EXPECT_TRUE(analyse("SELECT a FROM t WHERE b = 'x' AND c > 5 LIMIT 3").literals_immaterial);
    EXPECT_TRUE(analyse("EXPLAIN SELECT 1").literals_immaterial);
    EXPECT_FALSE(analyse("SET application_name = 'x'").literals_immaterial);
    EXPECT_FALSE(analyse("SELECT set_config('application_name', 'x', true)").literals_immaterial);
    EXPECT_FALSE(analyse("CREATE VIEW v AS SELECT 1").literals_immaterial);
    EXPECT_FALSE(analyse("DO 'BEGIN END'").literals_immaterial);
}

} // namespace
} // namespace ringfence::sql::test
