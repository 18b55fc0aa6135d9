// Queries and changes of rows: which tables, and which of their columns.
#include "tests/unit/policy/sql/conversation.h"

#include <gtest/gtest.h>

namespace ringfence::sql::test {
namespace {

TEST(Queries, NameTheirTablesAndColumns) {
    EXPECT_EQ(touches("SELECT id, email FROM users.accounts"), "read users.accounts(email,id)");
    EXPECT_EQ(touches("SELECT * FROM t"), "read orders.t(*)~");
    EXPECT_EQ(touches("TABLE users.accounts"), "read users.accounts(*)");
    EXPECT_EQ(touches("SELECT count(*) FROM users.accounts"), "read users.accounts");
    EXPECT_EQ(touches("SELECT 1 FROM other.users.accounts"), "read other.users.accounts");
    EXPECT_EQ(touches("SELECT 1 FROM \"users\".U&\"\\0061ccounts\""), "read users.accounts");
    EXPECT_EQ(touches("SELECT 1 FROM \"Users\".t"), "read Users.t");
    EXPECT_EQ(touches("select 1 from USERS.T"), "read users.t");
    EXPECT_EQ(touches("SELECT 1 /* users.a */ -- users.b\n FROM t"), "read orders.t~");
}

TEST(Queries, EverySchemaOfThePathIsMeant) {
    auto s = orders_scope();
    s.path = {"orders", "common"};
    EXPECT_EQ(touches("SELECT a FROM t", s), "read common.t(a)~; read orders.t(a)~");
    s.path.clear();
    EXPECT_EQ(touches("SELECT a FROM t", s), "");
    EXPECT_TRUE(analyse("SELECT a FROM t").depends_on_path);
    EXPECT_FALSE(analyse("SELECT a FROM orders.t").depends_on_path);
}

TEST(Scoping, ANameEqualToAForeignSchemaIsNoTouchOfIt) {
    EXPECT_EQ(touches("SELECT users.id FROM orders.accounts users"), "read orders.accounts(id)");
    EXPECT_EQ(touches("SELECT users FROM orders.t"), "read orders.t(users)");
    EXPECT_EQ(touches("WITH users AS (SELECT 1 AS a) SELECT users.a FROM users"), "");
}

TEST(Scoping, WithNamesHideTablesExactlyWhereTheServerSaysSo) {
    EXPECT_EQ(touches("WITH t AS (SELECT * FROM t) SELECT * FROM t"),
              "read orders.t(*)~"); // the inner one is the table
    EXPECT_EQ(touches("WITH RECURSIVE t AS (SELECT 1 UNION SELECT * FROM t) SELECT * FROM t"), "");
    EXPECT_EQ(touches("WITH a AS (SELECT 1 FROM b), b AS (SELECT 1) SELECT 1 FROM a"),
              "read orders.b~");
    EXPECT_EQ(touches("WITH RECURSIVE a AS (SELECT 1 FROM b), b AS (SELECT 1) SELECT 1 FROM a"),
              "");
    EXPECT_EQ(touches("WITH t AS (SELECT 1) SELECT * FROM users.t"), "read users.t(*)");
    EXPECT_EQ(touches("SELECT (WITH t AS (SELECT 1) SELECT 1 FROM t) FROM t"), "read orders.t~");
    EXPECT_EQ(touches("WITH t AS (SELECT 1) SELECT 1 FROM (SELECT 1 FROM t) s"), "");
    EXPECT_EQ(touches("(WITH t AS (SELECT 1) SELECT 1 FROM t) UNION SELECT 1 FROM t"),
              "read orders.t~");
    EXPECT_EQ(touches("WITH t AS (SELECT 1) SELECT 1 FROM t UNION SELECT 1 FROM t"), "");
}

TEST(Scoping, AWithNameIsNeverTheTargetOfAChange) {
    EXPECT_EQ(touches("WITH t AS (SELECT 1) INSERT INTO t SELECT * FROM t"), "write orders.t(*)~");
    EXPECT_EQ(touches("WITH t AS (SELECT 1) DELETE FROM t"), "write orders.t~");
    EXPECT_EQ(touches("WITH t AS (SELECT 1) UPDATE t SET a = 1"), "write orders.t(a)~");
    EXPECT_EQ(touches("WITH d AS (DELETE FROM users.t RETURNING id) SELECT * FROM d"),
              "read users.t(id); write users.t");
}

// A share of some columns must not let others be inferred.
TEST(ColumnShares, EveryPlaceThatTellsAboutAColumnCounts) {
    EXPECT_EQ(touches("SELECT id FROM users.accounts WHERE password = 'x'"),
              "read users.accounts(id,password)");
    EXPECT_EQ(touches("SELECT id FROM users.accounts ORDER BY password"),
              "read users.accounts(id,password)");
    EXPECT_EQ(touches("SELECT count(id) FROM users.accounts GROUP BY password"),
              "read users.accounts(id,password)");
    EXPECT_EQ(touches("SELECT DISTINCT ON (password) id FROM users.accounts"),
              "read users.accounts(id,password)");
    EXPECT_EQ(touches("SELECT rank() OVER (ORDER BY password) FROM users.accounts"),
              "read users.accounts(password)");
    EXPECT_EQ(touches("SELECT array_agg(id ORDER BY password) FROM users.accounts"),
              "read users.accounts(id,password)");
    EXPECT_EQ(touches("SELECT count(*) FILTER (WHERE password > 'm') FROM users.accounts"),
              "read users.accounts(password)");
    EXPECT_EQ(
        touches("SELECT 1 FROM users.accounts a JOIN orders.guesses g ON a.password = g.word"),
        "read orders.guesses(word); read users.accounts(password)");
    EXPECT_EQ(touches("SELECT 1 FROM users.accounts JOIN orders.guesses USING (password)"),
              "read orders.guesses(password); read users.accounts(password)");
    EXPECT_EQ(touches("SELECT g.n FROM users.accounts NATURAL JOIN orders.guesses g"),
              "read orders.guesses(*); read users.accounts(*)");
    EXPECT_EQ(touches("SELECT id FROM users.accounts a WHERE EXISTS (SELECT 1 FROM orders.g WHERE "
                      "w = password)"),
              "read orders.g(password,w); read users.accounts(id,password,w)");
    EXPECT_EQ(touches("SELECT x FROM users.accounts a, LATERAL (SELECT password AS x) l"),
              "read users.accounts(password,x)");
    EXPECT_EQ(touches("SELECT xmin, ctid FROM users.accounts"), "read users.accounts(ctid,xmin)");
    EXPECT_EQ(touches("SELECT id FROM users.accounts GROUP BY id HAVING max(password) > 'm'"),
              "read users.accounts(id,password)");
}

TEST(ColumnShares, AWholeRowIsAllColumns) {
    for (const auto* text : {
             "SELECT a FROM users.accounts a",
             "SELECT a::text FROM users.accounts a",
             "SELECT a.* FROM users.accounts a",
             "SELECT to_json(a) FROM users.accounts a",
             "SELECT (a).id FROM users.accounts a",
             "SELECT ROW(a.*) FROM users.accounts a",
             "SELECT accounts FROM users.accounts",
             "SELECT users.accounts.* FROM users.accounts",
             "SELECT x FROM users.accounts AS a(x, y)",
             "SELECT 1 FROM users.accounts a WHERE a IS NOT NULL",
             "SELECT 1 FROM users.accounts a ORDER BY a",
             "SELECT count(a) FROM users.accounts a",
             "SELECT j.x FROM (users.accounts a CROSS JOIN (SELECT 1) s) AS j(x)",
         })
        EXPECT_NE(touches(text).find("read users.accounts(*)"), std::string::npos) << text;
}

TEST(ColumnShares, AJoinsAliasStandsForTheTablesInIt) {
    EXPECT_EQ(
        touches("SELECT j.password FROM (users.accounts a JOIN orders.t b ON a.id = b.id) AS j"),
        "read orders.t(id,password); read users.accounts(id,password)");
    EXPECT_EQ(touches("SELECT j.id FROM users.accounts a JOIN orders.t b USING (id) AS j"),
              "read orders.t(id); read users.accounts(id)");
    // The join's alias hides the names in it, so the outer `a` is meant.
    EXPECT_EQ(touches("SELECT (SELECT a.password FROM (orders.t a JOIN orders.u ON true) AS j) "
                      "FROM users.accounts a"),
              "read orders.t(password); read orders.u; read users.accounts(password)");
}

TEST(ColumnShares, ASubqueryInFromDoesNotSeeItsNeighbours) {
    EXPECT_EQ(
        touches("SELECT a.id, s.total FROM users.accounts a JOIN (SELECT aid, sum(price) AS total "
                "FROM orders.t GROUP BY aid) s ON s.aid = a.id"),
        "read orders.t(aid,price); read users.accounts(id)");
}

TEST(ColumnShares, ANameOfTheResultIsNoColumn) {
    EXPECT_EQ(touches("SELECT lower(email) AS e FROM users.accounts ORDER BY e"),
              "read users.accounts(email)");
    EXPECT_EQ(touches("SELECT id FROM users.accounts UNION SELECT 1 ORDER BY id"),
              "read users.accounts(id)");
    // Inside an expression it is one.
    EXPECT_EQ(
        touches("SELECT lower(email) AS password FROM users.accounts ORDER BY password || ''"),
        "read users.accounts(email,password)");
    EXPECT_EQ(touches("SELECT email AS password FROM users.accounts GROUP BY password"),
              "read users.accounts(email,password)");
    EXPECT_EQ(touches("SELECT email AS p, array_agg(id ORDER BY p) FROM users.accounts"),
              "read users.accounts(email,id,p)");
}

TEST(Changes, WriteAndReadSeparately) {
    EXPECT_EQ(touches("INSERT INTO t (a, b) VALUES (1, 2)"), "write orders.t(a,b)~");
    EXPECT_EQ(touches("INSERT INTO t DEFAULT VALUES"), "write orders.t(*)~");
    EXPECT_EQ(touches("INSERT INTO t VALUES (1)"), "write orders.t(*)~");
    EXPECT_EQ(touches("INSERT INTO t (a) SELECT id FROM users.accounts RETURNING b"),
              "read orders.t(b)~; read users.accounts(id); write orders.t(a)~");
    EXPECT_EQ(touches("INSERT INTO users.t (a) VALUES (1) ON CONFLICT (k) DO UPDATE SET a = "
                      "excluded.a + t.c WHERE t.d > 1"),
              "read users.t(c,d,k); write users.t(a)");
    EXPECT_EQ(touches("INSERT INTO users.t (a) VALUES (1) ON CONFLICT ON CONSTRAINT c DO NOTHING"),
              "read users.t(*); write users.t(a)");
    EXPECT_EQ(touches("UPDATE users.accounts SET email = 'x'"), "write users.accounts(email)");
    EXPECT_EQ(touches("UPDATE users.accounts SET email = name WHERE id = 1 RETURNING password"),
              "read users.accounts(id,name,password); write users.accounts(email)");
    EXPECT_EQ(touches("UPDATE t SET (a, b) = (SELECT c, d FROM users.u)"),
              "read orders.t(c,d)~; read users.u(c,d); write orders.t(a,b)~");
    EXPECT_EQ(touches("UPDATE t AS x SET a = 1 FROM users.u WHERE u.id = x.id"),
              "read orders.t(id)~; read users.u(id); write orders.t(a)~");
    EXPECT_EQ(touches("DELETE FROM t USING users.a WHERE t.id = a.id"),
              "read orders.t(id)~; read users.a(id); write orders.t~");
    EXPECT_EQ(touches("MERGE INTO t USING users.a ON t.id = a.id WHEN MATCHED AND t.z > 1 THEN "
                      "UPDATE SET x = a.y "
                      "WHEN NOT MATCHED THEN INSERT (id) VALUES (a.id)"),
              "read orders.t(id,z)~; read users.a(id,y); write orders.t(id,x)~");
    EXPECT_EQ(touches("MERGE INTO t USING users.a ON true WHEN MATCHED THEN DELETE"),
              "read users.a; write orders.t(*)~");
    EXPECT_EQ(touches("TRUNCATE users.t, u"), "write orders.u~; write users.t");
}

TEST(Changes, LockingRowsIsAChange) {
    EXPECT_EQ(touches("SELECT id FROM users.accounts FOR UPDATE"),
              "read users.accounts(id); write users.accounts(id)");
    EXPECT_EQ(
        touches("SELECT a.id FROM users.accounts a JOIN orders.t b ON a.id = b.id FOR SHARE OF b"),
        "read orders.t(id); read users.accounts(id); write orders.t(id)");
    EXPECT_EQ(touches("SELECT 1 FROM (SELECT id FROM users.accounts) s FOR UPDATE"),
              "read users.accounts(id); write users.accounts(id)");
    EXPECT_EQ(touches("LOCK TABLE users.t IN ACCESS SHARE MODE"), "read users.t");
    EXPECT_EQ(touches("LOCK TABLE users.t"), "write users.t");
}

TEST(Copy, TouchesItsTableOrQueryAndNoFiles) {
    EXPECT_EQ(touches("COPY t (a, b) FROM STDIN"), "write orders.t(a,b)~");
    EXPECT_EQ(touches("COPY users.t TO STDOUT WITH (FORMAT csv)"), "read users.t(*)");
    EXPECT_EQ(touches("COPY (SELECT id FROM users.t) TO STDOUT"), "read users.t(id)");
    EXPECT_EQ(touches("COPY t FROM '/etc/passwd'"), "execute server \"files\"; write orders.t(*)~");
    EXPECT_EQ(touches("COPY t TO PROGRAM 'sh'"), "execute server \"programs\"; read orders.t(*)~");
}

TEST(From, EveryKindOfItemIsWalked) {
    EXPECT_EQ(touches("SELECT * FROM users.t TABLESAMPLE system (10)"), "read users.t(*)");
    EXPECT_EQ(touches("SELECT * FROM users.t TABLESAMPLE users.mine (10)"),
              "execute function users.mine; read users.t(*)");
    EXPECT_EQ(touches("SELECT * FROM ROWS FROM (generate_series(1, 2), users.f()) AS x"),
              "execute function users.f");
    EXPECT_EQ(
        touches(
            "SELECT * FROM t, XMLTABLE('/a' PASSING (SELECT d FROM users.docs) COLUMNS a int) x"),
        "read orders.t(*)~; read users.docs(d)");
    EXPECT_EQ(touches("VALUES ((SELECT max(id) FROM users.t))"), "read users.t(id)");
    EXPECT_EQ(touches("EXPLAIN ANALYZE DELETE FROM users.t"), "write users.t");
    EXPECT_EQ(touches("DECLARE c CURSOR FOR SELECT id FROM users.t"), "read users.t(id)");
    EXPECT_EQ(touches("SELECT * INTO x FROM users.t"), "define orders.x~; read users.t(*)");
    EXPECT_EQ(touches("SELECT 1 LIMIT (SELECT n FROM users.t)"), "read users.t(n)");
}

TEST(Text, StatementsAfterTheFirstCount) {
    EXPECT_EQ(touches("SELECT 1; DELETE FROM users.t"), "write users.t");
    EXPECT_EQ(analyse("SELECT 1; SELECT 2;").statements, 2U);
    EXPECT_EQ(touches(""), "");
    EXPECT_EQ(touches("SELECT 1; SELEC 2"), "! syntax");
    EXPECT_EQ(touches(std::string_view("SELECT 1;\0DROP TABLE t", 22)), "! syntax");
}

} // namespace
} // namespace ringfence::sql::test
