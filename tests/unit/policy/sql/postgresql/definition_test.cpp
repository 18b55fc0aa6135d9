// Data definition, and the bodies that it stores.
#include "tests/unit/policy/sql/conversation.h"

#include <gtest/gtest.h>

namespace ringfence::sql::test {
namespace {

TEST(Tables, ReachOthersThroughKeysParentsAndDefaults) {
    EXPECT_EQ(touches("CREATE TABLE t (a int REFERENCES users.accounts (id))"),
              "define orders.t~; reference users.accounts(id)");
    EXPECT_EQ(touches("CREATE TABLE t (a int, FOREIGN KEY (a) REFERENCES users.accounts)"),
              "define orders.t~; reference users.accounts");
    EXPECT_EQ(touches("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES users.accounts (id)"),
              "define orders.t~; reference users.accounts(id)");
    EXPECT_EQ(touches("CREATE TABLE t (LIKE users.accounts)"),
              "define orders.t~; read users.accounts");
    EXPECT_EQ(touches("CREATE TABLE t () INHERITS (users.accounts)"),
              "define orders.t~; define users.accounts");
    EXPECT_EQ(touches("CREATE TABLE t PARTITION OF users.p DEFAULT"),
              "define orders.t~; define users.p");
    EXPECT_EQ(touches("CREATE TABLE t OF users.ty"), "define orders.t~; reference type users.ty");
    EXPECT_EQ(touches("CREATE TABLE t (a users.ty DEFAULT users.f())"),
              "define orders.t~; execute function users.f; reference type users.ty");
    EXPECT_EQ(touches("CREATE TABLE t (a int CHECK (users.ok(a)), b int GENERATED ALWAYS AS "
                      "(users.f(a)) STORED)"),
              "define orders.t~; execute function users.f; execute function users.ok");
    EXPECT_EQ(touches("CREATE TABLE t (a int) TABLESPACE x"),
              "define orders.t~; execute server \"tablespaces\"");
    EXPECT_EQ(touches("ALTER TABLE t INHERIT users.p"), "define orders.t~; define users.p");
    EXPECT_EQ(touches("ALTER TABLE t ATTACH PARTITION users.p FOR VALUES IN (1)"),
              "define orders.t~; define users.p");
    EXPECT_EQ(touches("ALTER TABLE t ALTER a TYPE users.ty USING users.f(a)"),
              "define orders.t~; execute function users.f; reference type users.ty");
    EXPECT_EQ(touches("ALTER TABLE t OF users.ty"), "define orders.t~; reference type users.ty");
    EXPECT_EQ(touches("CREATE TABLE t AS SELECT id FROM users.accounts"),
              "define orders.t~; read users.accounts(id)");
    EXPECT_EQ(touches("CREATE TABLE t (EXCLUDE USING gist (a WITH OPERATOR(users.&&)))"),
              "define orders.t~; execute function users.&&");
}

TEST(Tables, AreMovedRenamedAndDroppedByName) {
    EXPECT_EQ(touches("ALTER TABLE t SET SCHEMA users"), "define orders.t~; define users.t");
    EXPECT_EQ(touches("ALTER TABLE users.t RENAME TO u"), "define users.t; define users.u");
    EXPECT_EQ(touches("ALTER TABLE users.t RENAME COLUMN a TO b"), "define users.t");
    EXPECT_EQ(touches("ALTER TABLE t OWNER TO bob"), "define orders.t~; execute server \"roles\"");
    EXPECT_EQ(touches("ALTER TABLE t OWNER TO orders_login"),
              "define orders.t~; execute server \"roles\"");
    EXPECT_EQ(touches("ALTER FUNCTION f() OWNER TO CURRENT_USER"), "define function orders.f~");
    EXPECT_EQ(touches("DROP TABLE users.a, b CASCADE"), "define orders.b~; define users.a");
    EXPECT_EQ(touches("DROP INDEX users.i; DROP VIEW users.v; DROP SEQUENCE users.s; DROP "
                      "MATERIALIZED VIEW users.m"),
              "define users.i; define users.m; define users.s; define users.v");
    EXPECT_EQ(touches("DROP SCHEMA users CASCADE"), "define schema users");
    EXPECT_EQ(touches("ALTER SCHEMA orders RENAME TO users"),
              "define schema orders; define schema users");
    EXPECT_EQ(touches("DROP DATABASE billing"), "define database billing");
    EXPECT_EQ(touches("CREATE DATABASE x TEMPLATE billing"),
              "define database x; read database billing");
}

TEST(Objects, OfEveryTypeAreNamedSomewhere) {
    EXPECT_EQ(touches("DROP FUNCTION users.f(users.ty)"),
              "define function users.f; reference type users.ty");
    EXPECT_EQ(touches("DROP PROCEDURE users.p; DROP AGGREGATE users.a(int); DROP OPERATOR users.+ "
                      "(int, int)"),
              "define function users.+; define function users.a; define function users.p");
    EXPECT_EQ(touches("DROP TYPE users.ty; DROP DOMAIN users.d"),
              "define type users.d; define type users.ty");
    EXPECT_EQ(
        touches("DROP TRIGGER x ON users.t; DROP RULE x ON users.u; DROP POLICY x ON users.v"),
        "define users.t; define users.u; define users.v");
    EXPECT_EQ(touches("COMMENT ON COLUMN users.t.c IS 'x'"), "define users.t");
    EXPECT_EQ(touches("COMMENT ON CONSTRAINT c ON users.t IS 'x'"), "define users.t");
    EXPECT_EQ(touches("COMMENT ON CONSTRAINT c ON DOMAIN users.d IS 'x'"), "define type users.d");
    EXPECT_EQ(touches("COMMENT ON LARGE OBJECT 1 IS 'x'"), "execute server \"large objects\"");
    EXPECT_EQ(touches("GRANT SELECT ON users.t TO PUBLIC"), "define users.t");
    EXPECT_EQ(touches("GRANT SELECT ON ALL TABLES IN SCHEMA users TO PUBLIC"),
              "define schema users");
    EXPECT_EQ(touches("GRANT USAGE ON SCHEMA users TO PUBLIC"), "define schema users");
    EXPECT_EQ(touches("GRANT EXECUTE ON FUNCTION users.f(int) TO PUBLIC"),
              "define function users.f");
    EXPECT_EQ(touches("GRANT ALL ON DATABASE shop TO x"), "define database shop");
    EXPECT_EQ(touches("GRANT bob TO alice"), "execute server \"roles\"");
    EXPECT_EQ(touches("ALTER DEFAULT PRIVILEGES IN SCHEMA users GRANT SELECT ON TABLES TO x"),
              "define schema users");
    EXPECT_EQ(touches("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO x"),
              "define database shop");
    EXPECT_EQ(touches("CREATE SEQUENCE s OWNED BY users.t.id"), "define orders.s~; define users.t");
    EXPECT_EQ(touches("ALTER SEQUENCE users.s RESTART"), "define users.s");
    EXPECT_EQ(touches("CREATE TYPE users.e AS ENUM ('a'); ALTER TYPE users.e ADD VALUE 'b'"),
              "define type users.e");
    EXPECT_EQ(touches("CREATE TYPE c AS (a users.ty)"),
              "define type orders.c~; reference type users.ty");
    EXPECT_EQ(touches("CREATE DOMAIN d AS users.ty CHECK (users.f(VALUE))"),
              "define type orders.d~; execute function users.f; reference type users.ty");
    EXPECT_EQ(touches("CREATE TYPE r AS RANGE (subtype = users.ty, subtype_diff = users.f)"),
              "define type orders.r~; execute function users.f; reference type users.ty");
    EXPECT_EQ(touches("CREATE OPERATOR + (leftarg = users.ty, procedure = users.f)"),
              "define function orders.+~; execute function users.f; reference type users.ty");
    EXPECT_EQ(touches("CREATE STATISTICS s ON a, b FROM users.t"),
              "define type orders.s~; define users.t");
    EXPECT_EQ(touches("CREATE INDEX ON users.t (users.f(a))"),
              "define users.t; execute function users.f");
    EXPECT_EQ(touches("CREATE TEXT SEARCH CONFIGURATION c (COPY = pg_catalog.english)"),
              "define type orders.c~");
    EXPECT_EQ(touches("CREATE TRIGGER x AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION users.f()"),
              "define orders.t~; execute function users.f");
    EXPECT_EQ(
        touches("CREATE RULE r AS ON INSERT TO t DO ALSO INSERT INTO users.log VALUES (NEW.a)"),
        "define orders.t~; write users.log(*)");
    EXPECT_EQ(touches("CREATE POLICY p ON t USING (a IN (SELECT id FROM users.accounts))"),
              "define orders.t~; read users.accounts(id)");
    EXPECT_EQ(touches("CREATE VIEW v AS SELECT id FROM users.accounts"),
              "define orders.v~; read users.accounts(id)");
    EXPECT_EQ(touches("REFRESH MATERIALIZED VIEW users.m"), "define users.m");
    EXPECT_EQ(touches("VACUUM"), "define database shop");
    EXPECT_EQ(touches("ANALYZE users.t; REINDEX TABLE users.u; CLUSTER users.v USING i; REINDEX "
                      "SCHEMA users"),
              "define schema users; define users.t; define users.u; define users.v");
    EXPECT_EQ(touches("CREATE SCHEMA x CREATE TABLE y (a int)"),
              "define orders.y~; define schema x; define x.y~");
    EXPECT_EQ(touches("CREATE SCHEMA AUTHORIZATION users"), "define schema users");
}

TEST(Facilities, OfTheServerAreNotAServicesOwn) {
    const std::pair<const char*, const char*> cases[] = {
        {"CREATE ROLE x", "roles"},
        {"DROP OWNED BY x", "roles"},
        {"REASSIGN OWNED BY x TO y", "roles"},
        {"ALTER ROLE x SET work_mem = '1MB'", "roles"},
        {"LOAD 'x'", "files"},
        {"CHECKPOINT", "checkpoints"},
        {"ALTER SYSTEM SET work_mem = '1MB'", "server settings"},
        {"CREATE TABLESPACE x LOCATION '/'", "tablespaces"},
        {"CREATE SERVER s FOREIGN DATA WRAPPER w", "foreign servers"},
        {"IMPORT FOREIGN SCHEMA a FROM SERVER s INTO orders", "foreign servers"},
        {"CREATE EXTENSION dblink", "extensions"},
        {"CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p", "replication"},
        {"CREATE PUBLICATION p FOR ALL TABLES", "replication"},
        {"CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION pg_catalog.x()",
         "event triggers"},
        {"CREATE CAST (text AS int) WITH INOUT AS IMPLICIT", "casts and conversions"},
        {"CREATE LANGUAGE plperlu", "extensions"},
        {"CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'lib', 'sym'", "other languages"},
        {"CREATE FUNCTION f() RETURNS int LANGUAGE internal AS 'pg_read_file'", "other languages"},
        {"SECURITY LABEL ON TABLE t IS 'x'", "security labels"},
        {"CREATE FUNCTION f(int) RETURNS int LANGUAGE sql SUPPORT users.s AS 'SELECT 1'",
         "languages"},
    };
    for (const auto& [text, name] : cases)
        EXPECT_NE(touches(text).find("server \"" + std::string(name) + '"'), std::string::npos)
            << text << " -> " << touches(text);
}

TEST(Bodies, OfSqlAreFollowed) {
    EXPECT_EQ(touches("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT id FROM users.t'"),
              "define function orders.f~; read users.t(id)");
    EXPECT_EQ(touches("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT id FROM users.t; DELETE "
                      "FROM u; END"),
              "define function orders.f~; read users.t(id); write orders.u~");
    EXPECT_EQ(touches("CREATE FUNCTION f() RETURNS int RETURN (SELECT max(id) FROM users.t)"),
              "define function orders.f~; read users.t(id)");
    EXPECT_EQ(touches("CREATE FUNCTION f(a int DEFAULT users.g()) RETURNS users.ty LANGUAGE sql AS "
                      "'SELECT 1'"),
              "define function orders.f~; execute function users.g; reference type users.ty");
    EXPECT_EQ(touches("CREATE FUNCTION f() RETURNS int LANGUAGE SQL AS 'SELEC'"), "! syntax");
}

TEST(Bodies, ResolveNamesWhenTheyRun) {
    EXPECT_EQ(touches("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT a FROM t'"),
              "define function orders.f~; read common.t(a)~; read orders.t(a)~");
    EXPECT_EQ(touches("CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = users AS "
                      "'SELECT a FROM t'"),
              "define function orders.f~; read users.t(a)~; reference schema users");
    EXPECT_EQ(
        effects(
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = users AS 'SELECT 1'"),
        "defines");
    EXPECT_NE(touches("ALTER FUNCTION f() SET search_path = users").find("existing function"),
              std::string::npos);
}

std::string body(std::string_view inner) {
    return touches("DO $do$ " + std::string(inner) + " $do$");
}

TEST(PlPgSql, EveryPlaceForSqlIsFollowed) {
    for (const auto* text : {
             "BEGIN PERFORM a FROM users.t; END",
             "BEGIN SELECT a INTO STRICT x.y, z FROM users.t; END",
             "BEGIN SELECT a FROM users.t INTO x; END",
             "DECLARE x int := (SELECT a FROM users.t); BEGIN END",
             "DECLARE x CONSTANT int NOT NULL DEFAULT (SELECT a FROM users.t); BEGIN END",
             "DECLARE c CURSOR (n int) FOR SELECT a FROM users.t; BEGIN END",
             "DECLARE c NO SCROLL CURSOR IS SELECT a FROM users.t; BEGIN END",
             "BEGIN x := (SELECT a FROM users.t); END",
             "BEGIN x = a FROM users.t; END",
             "BEGIN x.y[(SELECT a FROM users.t)].z := 1; END",
             "BEGIN x[1:(SELECT a FROM users.t)] := 1; END",
             "BEGIN IF (SELECT a FROM users.t) THEN NULL; END IF; END",
             "BEGIN IF true THEN NULL; ELSIF (SELECT a FROM users.t) THEN NULL; END IF; END",
             "BEGIN IF true THEN NULL; ELSE PERFORM a FROM users.t; END IF; END",
             "BEGIN CASE (SELECT a FROM users.t) WHEN 1 THEN NULL; END CASE; END",
             "BEGIN CASE WHEN (SELECT a FROM users.t) THEN NULL; ELSE NULL; END CASE; END",
             "BEGIN WHILE (SELECT a FROM users.t) LOOP NULL; END LOOP; END",
             "<<l>> BEGIN <<m>> LOOP EXIT m WHEN (SELECT a FROM users.t); END LOOP m; END l",
             "BEGIN FOR r IN SELECT a FROM users.t LOOP NULL; END LOOP; END",
             "BEGIN FOR i IN REVERSE 1 .. (SELECT a FROM users.t) BY 2 LOOP NULL; END LOOP; END",
             "BEGIN FOR i IN (SELECT a FROM users.t)..5 LOOP NULL; END LOOP; END",
             "BEGIN FOR r IN c ((SELECT a FROM users.t)) LOOP NULL; END LOOP; END",
             "BEGIN FOR r IN EXECUTE 'SELECT a FROM users.t' LOOP NULL; END LOOP; END",
             "BEGIN FOREACH x IN ARRAY (SELECT a FROM users.t) LOOP NULL; END LOOP; END",
             "BEGIN RETURN (SELECT a FROM users.t); END",
             "BEGIN RETURN NEXT (SELECT a FROM users.t); END",
             "BEGIN RETURN QUERY SELECT a FROM users.t; END",
             "BEGIN RETURN QUERY EXECUTE 'SELECT a FROM users.t' USING 1; END",
             "BEGIN EXECUTE 'SELECT a FROM users.t' INTO x USING 1; END",
             "BEGIN EXECUTE 'SELECT $1' USING (SELECT a FROM users.t) INTO x; END",
             "BEGIN EXECUTE $q$SELECT a FROM users.t$q$; END",
             "BEGIN RAISE NOTICE 'x % %', 1, (SELECT a FROM users.t); END",
             "BEGIN RAISE EXCEPTION USING message = (SELECT a FROM users.t), hint = 'h'; END",
             "BEGIN RAISE unique_violation USING detail = (SELECT a FROM users.t); END",
             "BEGIN ASSERT (SELECT a FROM users.t), 'x'; END",
             "BEGIN OPEN c FOR SELECT a FROM users.t; END",
             "BEGIN OPEN c FOR EXECUTE 'SELECT a FROM users.t'; END",
             "BEGIN OPEN c (n := (SELECT a FROM users.t)); END",
             "BEGIN BEGIN PERFORM 1; EXCEPTION WHEN others OR sqlstate '22012' THEN PERFORM a FROM "
             "users.t; END; END",
             "BEGIN DECLARE y int; BEGIN y := (SELECT a FROM users.t); END; END",
             "BEGIN CALL p((SELECT a FROM users.t)); END",
             "#variable_conflict use_column\nBEGIN PERFORM a FROM users.t; END",
             "BEGIN DO 'BEGIN PERFORM a FROM users.t; END'; END",
         })
        EXPECT_NE(body(text).find("read users.t(a)"), std::string::npos)
            << text << " -> " << body(text);
}

TEST(PlPgSql, TypesAndRowsOfOthersAreReferences) {
    EXPECT_EQ(body("DECLARE r users.accounts%ROWTYPE; BEGIN END"), "reference users.accounts");
    EXPECT_EQ(body("DECLARE r users.accounts.email%TYPE; BEGIN END"),
              "reference users.accounts(email)");
    EXPECT_EQ(body("DECLARE r users.ty[]; BEGIN END"), "reference type users.ty");
    EXPECT_EQ(body("DECLARE c CURSOR (n users.ty) FOR SELECT 1; BEGIN END"),
              "reference type users.ty");
}

TEST(PlPgSql, TextMadeAtRunTimeIsRefusedUnlessTheLoginIsConfined) {
    auto confined = orders_scope();
    confined.confined = true;
    for (const auto* text :
         {"DO $$ BEGIN EXECUTE x; END $$", "DO $$ BEGIN EXECUTE 'SELECT ' || 'x'; END $$",
          "DO $$ BEGIN EXECUTE format('DROP TABLE %I', 'x'); END $$",
          "DO $$ BEGIN RETURN QUERY EXECUTE q; END $$",
          "DO $$ BEGIN FOR r IN EXECUTE q LOOP NULL; END LOOP; END $$",
          "DO $$ BEGIN OPEN c FOR EXECUTE q; END $$",
          "DO $$ BEGIN EXECUTE 'SELECT 1'::varchar(3); END $$"}) {
        EXPECT_NE(touches(text).find("dynamic SQL"), std::string::npos) << text;
        EXPECT_EQ(touches(text, confined).find("dynamic SQL"), std::string::npos) << text;
    }
    EXPECT_EQ(touches("DO LANGUAGE plpython3u 'import os'"), "execute server \"other languages\"");
    EXPECT_EQ(touches("DO LANGUAGE plpython3u 'import os'", confined), "");
    EXPECT_EQ(touches("DO LANGUAGE \"PlPgSQL\" 'BEGIN PERFORM users.f(); END'"),
              "execute function users.f");
}

TEST(PlPgSql, ABodyThatIsNotReadToItsEndIsNotAnalysed) {
    for (const auto* text :
         {"BEGIN", "BEGIN END; DROP TABLE x", "BEGIN IF x THEN END", "BEGIN FOR r IN x END", "",
          "DECLARE x BEGIN END", "BEGIN FETCH ABSOLUTE (SELECT 1) FROM c INTO x; END",
          "BEGIN x := 1", "BEGIN END x y", "BEGIN LOOP END IF; END", "BEGIN x := (1; END",
          "BEGIN SELECT 1 INTO; END"})
        EXPECT_EQ(body(text).substr(0, 1), "!") << text;
}

TEST(PlPgSql, EverydayTriggersAndFunctionsAreUnderstood) {
    EXPECT_EQ(
        touches(R"(CREATE OR REPLACE FUNCTION orders.touch() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    n integer;  -- how many
    rec record;
    total numeric(10,2) := 0;
BEGIN
    NEW.updated_at := now();
    IF TG_OP = 'UPDATE' AND OLD.state <> NEW.state THEN
        INSERT INTO orders.history (order_id, state) VALUES (NEW.id, NEW.state) RETURNING id INTO n;
    END IF;
    GET DIAGNOSTICS n = ROW_COUNT;
    FOR rec IN SELECT price FROM orders.lines WHERE order_id = NEW.id LOOP
        total := total + rec.price;
        CONTINUE WHEN total < 5;
    END LOOP;
    IF NOT FOUND THEN RAISE EXCEPTION 'order % is empty', NEW.id USING ERRCODE = 'P0001'; END IF;
    RETURN NEW;
EXCEPTION
    WHEN unique_violation THEN
        RAISE WARNING '%', SQLERRM;
        RETURN NULL;
END $$)"),
        "define function orders.touch; read orders.history(id); read orders.lines(order_id,price); "
        "write orders.history(order_id,state)");
}

} // namespace
} // namespace ringfence::sql::test
