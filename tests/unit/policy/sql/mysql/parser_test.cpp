// What statements touch and change, and what is refused.
#include "conversation.h"

#include <gtest/gtest.h>

namespace ringfence::sql::test {
namespace {

TEST(mysql_query, columns_belong_to_every_table_that_may_have_them) {
    EXPECT_EQ(touches("SELECT a, t.b FROM t, s.u WHERE u.c = 1"), "read own.t(a,b); read s.u(a,c)");
    EXPECT_EQ(touches("SELECT count(*) FROM t"), "read own.t");
    EXPECT_EQ(touches("SELECT t.* FROM t JOIN s.u USING (id)"), "read own.t(*); read s.u(id)");
    EXPECT_EQ(touches("SELECT a AS x FROM s.u ORDER BY x"), "read s.u(a)");
    EXPECT_EQ(touches("SELECT a AS x FROM s.u ORDER BY y"), "read s.u(a,y)");
    EXPECT_EQ(touches("SELECT 1 FROM t WHERE EXISTS (SELECT 1 FROM s.u WHERE u.a = t.b)"),
              "read own.t(b); read s.u(a)");
}

TEST(mysql_query, with_names_are_no_tables_where_they_are_in_sight) {
    EXPECT_EQ(touches("WITH t AS (SELECT 1) SELECT * FROM t"), "");
    EXPECT_EQ(touches("WITH t AS (SELECT * FROM t) SELECT * FROM t"), "read own.t(*)");
    EXPECT_EQ(touches("WITH RECURSIVE t AS (SELECT 1 UNION SELECT * FROM t) SELECT * FROM t"), "");
    EXPECT_EQ(touches("SELECT (WITH t AS (SELECT 1) SELECT * FROM t), (SELECT a FROM t)"),
              "read own.t(a)");
    EXPECT_EQ(touches("WITH t AS (SELECT 1) SELECT * FROM own.t"), "read own.t(*)");
    EXPECT_EQ(touches("WITH T AS (SELECT 1) SELECT * FROM t"), "read own.t(*)"); // may be another
}

TEST(mysql_query, words_that_look_like_something_else) {
    EXPECT_EQ(touches("SELECT f(a) FROM first, s.u"),
              "execute function own.f; read own.first(a); read s.u(a)");
    EXPECT_EQ(touches("SELECT first_value(a) OVER w FROM t WINDOW w AS (ORDER BY b)"),
              "read own.t(a,b)");
    EXPECT_EQ(touches("SELECT ((SELECT a FROM s.u) + 1), ((SELECT 1))"), "read s.u(a)");
    EXPECT_EQ(touches("SELECT * FROM ((SELECT 1) AS x JOIN s.u)"), "read s.u(*)");
    EXPECT_EQ(touches("SELECT * FROM ((SELECT a FROM t) UNION (SELECT b FROM s.u)) AS x"),
              "read own.t(a); read s.u(b)");
}

TEST(mysql_change, targets_are_written_and_read_where_a_column_is) {
    EXPECT_EQ(touches("UPDATE t SET a = 1"), "write own.t(a)");
    EXPECT_EQ(touches("UPDATE t SET a = b WHERE c"), "read own.t(b,c); write own.t(a)");
    EXPECT_EQ(touches("UPDATE t JOIN s.u ON t.i = u.i SET t.a = u.b"),
              "read own.t(i); read s.u(b,i); write own.t(a)");
    EXPECT_EQ(touches("UPDATE t JOIN s.u ON t.i = u.i SET a = 1"),
              "read own.t(i); read s.u(i); write own.t(a); write s.u(a)");
    EXPECT_EQ(touches("INSERT INTO s.u (a) SELECT b FROM t"), "read own.t(b); write s.u(a)");
    EXPECT_EQ(touches("DELETE x FROM t JOIN s.u AS x"), "read own.t; read s.u; write s.u(*)");
    EXPECT_EQ(touches("SELECT a FROM s.u FOR UPDATE"), "read s.u(a); write s.u(*)");
}

TEST(mysql_session, what_later_texts_mean_is_followed) {
    EXPECT_EQ(effects("USE s"), "schema s");
    EXPECT_EQ(effects("USE s; DROP DATABASE s"), "schema s; defines; schema");
    EXPECT_EQ(touches("USE s; SELECT a FROM t"), "read s.t(a); reference schema s");
    EXPECT_EQ(effects("SET sql_mode = 'ANSI_QUOTES'"), "sql_mode ANSI_QUOTES");
    EXPECT_EQ(effects("SET sql_mode = @old"), "sql_mode");
    EXPECT_EQ(effects("SET NAMES latin1"), "character_set latin1");
    EXPECT_EQ(touches("SET sql_mode = 'ANSI_QUOTES'; SELECT 1"), "! unsafe_setting");
    EXPECT_EQ(touches("SET sql_mode = @old; SELECT 1"), "! unsafe_setting");
    EXPECT_EQ(touches("SET sql_mode = 'ORACLE'"), "! unsafe_setting");
    EXPECT_EQ(touches("SET NAMES gbk"), "! unsafe_setting");
    auto s = on_mysql();
    s.schema.clear();
    EXPECT_EQ(touches("SELECT a FROM t", s), "! no_schema");
    s = on_mysql();
    s.mode.foreign_grammar = true;
    EXPECT_EQ(touches("SELECT 1", s), "! unsafe_setting");
    s = on_mysql();
    s.charset = "sjis";
    EXPECT_EQ(touches("SELECT 1", s), "! unsafe_setting");
}

TEST(mysql_session, dynamic_sql_is_analysed_or_for_confined_logins) {
    EXPECT_EQ(touches("PREPARE p FROM 'SELECT a FROM s.u'"), "read s.u(a)");
    EXPECT_EQ(touches("PREPARE p FROM 'SELECT a FROM s.u; SELECT 1'"), "! syntax");
    EXPECT_EQ(touches("PREPARE p FROM @x"), "! statement_kind");
    EXPECT_EQ(touches("PREPARE p FROM 'USE s'"), "! statement_kind");
    auto s = on_mariadb();
    EXPECT_EQ(touches("EXECUTE IMMEDIATE 'SELECT a FROM s.u'", s), "read s.u(a)");
    EXPECT_EQ(touches("EXECUTE IMMEDIATE concat('SELECT a', ' FROM s.u')", s), "! statement_kind");
    s.confined = true;
    EXPECT_EQ(touches("EXECUTE IMMEDIATE @x", s), "");
}

TEST(mysql_session, one_session_may_be_killed_if_that_is_the_whole_text) {
    EXPECT_EQ(effects("KILL 5"), "kill connection 5");
    EXPECT_EQ(effects("kill connection 18446744073709551615;"),
              "kill connection 18446744073709551615");
    EXPECT_EQ(effects("/* c */ KILL QUERY 0005 ; ;"), "kill query 0005");
    EXPECT_EQ(effects("KILL SOFT QUERY 5", on_mariadb()), "kill query 5");
    EXPECT_EQ(effects("KILL HARD 5", on_mariadb()), "kill connection 5");
    EXPECT_EQ(touches("KILL 5"), "");
    EXPECT_FALSE(analyze_mysql("KILL 5", on_mysql()).literals_immaterial);
    for (const auto* other : {"SELECT 1; KILL 5",
                              "KILL 5; SELECT 1",
                              "KILL 5; KILL 6",
                              "; KILL 5",
                              "KILL 5 + 1",
                              "KILL -5",
                              "KILL 5.0",
                              "KILL 0x5",
                              "KILL 5e0",
                              "KILL '5'",
                              "KILL @x",
                              "KILL ?",
                              "KILL",
                              "KILL (5)",
                              "KILL CONNECTION_ID()",
                              "KILL USER 5",
                              "KILL QUERY USER root",
                              "KILL QUERY ID 5",
                              "KILL HARD 5",
                              "KILL 184467440737095516150",
                              "KILL (SELECT id FROM information_schema.processlist)"})
        EXPECT_NE(touches(other).find("execute server \"other sessions\""), std::string::npos)
            << other;
    EXPECT_EQ(touches("SET STATEMENT max_statement_time = 1 FOR KILL 5", on_mariadb()),
              "execute server \"other sessions\"");
    EXPECT_EQ(touches("BEGIN NOT ATOMIC KILL 5; END", on_mariadb()),
              "execute server \"other sessions\"");
    EXPECT_EQ(touches("CREATE PROCEDURE p() KILL 5"),
              "define function own.p; execute server \"other sessions\"");
    EXPECT_EQ(touches("PREPARE p FROM 'KILL 5'"), "execute server \"other sessions\"");
}

TEST(mysql_definition, bodies_are_parsed_in_their_own_schema) {
    EXPECT_EQ(touches("CREATE PROCEDURE s.p() SELECT a FROM t"),
              "define function s.p; read s.t(a)");
    EXPECT_EQ(touches("CREATE PROCEDURE p(v INT) BEGIN DECLARE w INT; "
                      "SELECT a INTO w FROM s.u WHERE b = v; END"),
              "define function own.p; read s.u(a,b)");
    // A variable counts only inside of its block.
    EXPECT_EQ(touches("CREATE PROCEDURE p() BEGIN BEGIN DECLARE v INT; END; "
                      "SELECT v FROM s.u; END"),
              "define function own.p; read s.u(v)");
    EXPECT_EQ(touches("CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW "
                      "INSERT INTO s.u VALUES (NEW.a)"),
              "define own.t; write s.u(*)");
    EXPECT_EQ(touches("CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM s.u"),
              "define function own.e; write s.u(*)");
}

TEST(mysql_limits, nesting_is_bounded) {
    const auto nested = [](int depth) {
        return "SELECT " + std::string(static_cast<std::size_t>(depth), '(') + "1" +
               std::string(static_cast<std::size_t>(depth), ')');
    };
    EXPECT_EQ(touches(nested(100)), "");
    EXPECT_EQ(touches(nested(100'000)), "! limit");
    std::string chain = "SELECT 1";
    for (int i = 0; i < 100'000; ++i)
        chain += "+1";
    EXPECT_EQ(touches(chain), ""); // a chain is no nesting
    EXPECT_EQ(touches(std::string(5'000'000, ' ')), "! limit");
}

TEST(mysql_versions, every_reading_of_a_server_that_is_not_known) {
    EXPECT_EQ(touches("SELECT 1 /*!90100 FROM s.u */", on_mysql(0)), "read s.u");
    EXPECT_EQ(touches("SELECT 1 /*!80401 FROM s.u */"), "");
    EXPECT_EQ(touches("SELECT a FROM t /*!80020 , s.u */ /*!80030 , v */", on_mysql(0)),
              "read own.t(a); read own.v(a); read s.u(a)");
    EXPECT_EQ(touches("/*!90000 USE s */", on_mysql(0)), "! syntax");
}

} // namespace
} // namespace ringfence::sql::test
