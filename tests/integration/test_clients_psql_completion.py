"""psql's Tab key asks the server many questions; none may be denied, and what it proposes is the same as directly."""

import pytest

from harness import service, terminal

pytestmark = pytest.mark.skipif(service.DIRECT, reason="compares with the direct way")
SETUP = service.script("everything.sql") + service.script("superuser.sql")

# What is typed before the Tab, and a word that must then be on the screen.
MAIN = r"""
SELECT * FROM per|person
SELECT * FROM tools.ev|tools.event_2025
SELECT * FROM users_a|users_api_v1.
SELECT * FROM person WHERE si|size
TABLE cou|counted
INSERT INTO fl|fleeting
INSERT INTO person (|name
INSERT INTO person |DEFAULT
UPDATE pe|person
UPDATE person SET si|size
DELETE FROM per|person
TRUNCATE fl|fleeting
COPY fl|fleeting
COPY tools.fl|tools.fleeting
LOCK TABLE per|person
ALTER TABLE per|person
ALTER TABLE tools.per|tools.person
ALTER TABLE tools.|tools.child
ALTER TABLE person ALTER COLUMN na|name
ALTER TABLE person DROP CONSTRAINT na|named
ALTER TABLE person RENAME COLUMN lo|lower
ALTER TABLE person ENABLE TRIGGER st|stamped
ALTER TABLE event ATTACH PARTITION f|fleeting
ALTER TABLE event DETACH PARTITION |event_2025
ALTER TABLE person CLUSTER ON person_p|person_pkey
ALTER TABLE person REPLICA IDENTITY USING INDEX |person_pkey
ALTER TYPE mo|mood
ALTER TYPE mood RENAME VALUE |'sad'
ALTER DOMAIN po|positive
ALTER DOMAIN positive DROP CONSTRAINT |above_zero
ALTER SEQUENCE ti|ticket
ALTER VIEW ha|happy
ALTER MATERIALIZED VIEW co|counted
ALTER INDEX event_a|event_at
ALTER INDEX person_mood ALTER COLUMN |1
ALTER FUNCTION tw|twice
ALTER FUNCTION twice(|integer
ALTER PROCEDURE ti|tidy
ALTER AGGREGATE jo|joined
ALTER STATISTICS pe|person_stat
ALTER COLLATION pl|plain
ALTER CONVERSION la|latin
ALTER TEXT SEARCH CONFIGURATION wo|words
ALTER TEXT SEARCH DICTIONARY si|simply
ALTER SCHEMA to|tools
ALTER POLICY num|numbered
ALTER POLICY numbered ON |pet
ALTER TRIGGER st|stamped
ALTER TRIGGER stamped ON |person
ALTER RULE no|no_deletes
ALTER RULE no_deletes ON |event_rest
ALTER DATABASE sh|shop
ALTER ROLE to|tools
DROP TABLE per|person
DROP VIEW |happy
DROP MATERIALIZED VIEW |counted
DROP INDEX person_a|person_at
DROP SEQUENCE ti|ticket
DROP TYPE sp|span
DROP DOMAIN |positive
DROP FUNCTION tw|twice
DROP FUNCTION twice(|integer
DROP AGGREGATE |joined
DROP TRIGGER st|stamped
DROP TRIGGER stamped ON |person
DROP POLICY numbered ON |pet
DROP RULE no_deletes ON |event_rest
DROP SCHEMA to|tools
DROP OWNED BY to|tools
DROP STATISTICS |person_stat
CREATE INDEX ON per|person
CREATE INDEX ON person (|name
CREATE INDEX ON person USING |btree
CREATE TRIGGER x AFTER INSERT ON per|person
CREATE TRIGGER x AFTER INSERT ON person EXECUTE FUNCTION |stamp
CREATE POLICY x ON pe|pet
CREATE TABLE x PARTITION OF ev|event
CREATE TABLE x OF pa|pair
CREATE RULE x AS ON UPDATE TO per|person
COMMENT ON TABLE per|person
COMMENT ON TYPE mo|mood
COMMENT ON CONSTRAINT na|named
COMMENT ON CONSTRAINT named ON |person
GRANT SELECT ON per|person
GRANT SELECT ON person TO to|tools
GRANT USAGE ON SCHEMA to|tools
GRANT EXECUTE ON FUNCTION tw|twice
GRANT USAGE ON SEQUENCE ti|ticket
GRANT USAGE ON TYPE mo|mood
GRANT |SELECT
GRANT SELECT ON ALL TABLES IN SCHEMA to|tools
REVOKE SELECT ON person FROM to|tools
REASSIGN OWNED BY to|tools
ALTER DEFAULT PRIVILEGES IN SCHEMA to|tools
CALL ti|tidy
CLUSTER per|person
REINDEX TABLE per|person
REINDEX INDEX person_a|person_at
REINDEX SCHEMA to|tools
REFRESH MATERIALIZED VIEW |counted
VACUUM per|person
ANALYZE per|person
ANALYZE person (|name
MERGE INTO per|person
EXPLAIN SELECT * FROM per|person
SET work|work_mem
SET search_path TO |tools
SET datestyle TO |ISO
SET intervalstyle TO |iso_8601
SET ROLE to|tools
SET SESSION AUTHORIZATION to|tools
SHOW work|work_mem
RESET work|work_mem
ALTER ROLE tools SET work|work_mem
ALTER SYSTEM SET work|work_mem
\d per|person
\d tools.|tools.person
\d+ ha|happy
\dt pe|person
\dv |happy
\di event_a|event_at
\ds ti|ticket
\dm |counted
\df tw|twice
\da jo|joined
\dT mo|mood
\dD |positive
\dn to|tools
\dF wo|words
\dFd si|simply
\dP ev|event
\dp per|person
\du to|tools
\dx |plpgsql
\dL |plpgsql
\sf tw|twice
\sv ha|happy
\ef tw|twice
\ev ha|happy
\dX pe|person_stat
\dconfig work|work_mem
\c sh|shop
\copy per|person
\ddp |tools
\h CREATE TAB|TABLE
EXECUTE |prepared_one
DEALLOCATE |prepared_one
FETCH FROM |cursor_one
CLOSE |cursor_one
ALTER TABLE person DROP COLUMN si|size
ALTER TYPE pair ALTER ATTRIBUTE |b
"""
# Questions about a whole database or server, or without an answer here: still no denial, whatever is shown.
OTHERS = r"""
\d |
\dA |
\dAc |
\dAf |
\db |
\dc |
\dC |
\dE |
\des |
\det |
\dew |
\dFp |
\dFt |
\dO |
\dRp |
\dRs |
\dy |
\dg |
\z |
\l |
\drds |
\password |
\dconfig |
\dF |
\dfp |
ALTER TABLESPACE |
CREATE TABLESPACE x OWNER |
ALTER EVENT TRIGGER |
DROP EVENT TRIGGER |
ALTER EXTENSION |
DROP EXTENSION |
ALTER EXTENSION plpgsql UPDATE TO |
CREATE EXTENSION |
CREATE EXTENSION plpgsql VERSION |
ALTER FOREIGN DATA WRAPPER |
ALTER SERVER |
DROP SERVER |
CREATE SERVER x FOREIGN DATA WRAPPER |
ALTER FOREIGN TABLE |
ALTER PUBLICATION |
DROP PUBLICATION |
ALTER SUBSCRIPTION |
DROP SUBSCRIPTION |
ALTER LANGUAGE |
DROP LANGUAGE |
DROP ACCESS METHOD |
CREATE DATABASE x TEMPLATE |
CREATE DATABASE x OWNER |
DROP DATABASE |
ALTER USER |
DROP ROLE |
ALTER GROUP |
ALTER GROUP tools ADD USER |
ALTER ROLE tools IN DATABASE |
GRANT tools TO |
GRANT CREATE ON TABLESPACE |
GRANT CONNECT ON DATABASE |
GRANT USAGE ON LANGUAGE |
GRANT USAGE ON FOREIGN SERVER |
DROP CAST |
DROP COLLATION |
DROP CONVERSION |
DROP OPERATOR |
DROP OPERATOR CLASS |
DROP TEXT SEARCH PARSER |
DROP TEXT SEARCH TEMPLATE |
CREATE USER MAPPING FOR |
DROP USER MAPPING FOR tools SERVER |
DROP TRANSFORM FOR |
COMMENT ON EVENT TRIGGER |
COMMENT ON LANGUAGE |
COMMENT ON TABLESPACE |
COMMENT ON PUBLICATION |
CREATE TEXT SEARCH CONFIGURATION x (PARSER = |
CREATE AGGREGATE x (|
IMPORT FOREIGN SCHEMA x FROM SERVER |
CREATE PUBLICATION x FOR TABLE |
CREATE PUBLICATION x FOR TABLES IN SCHEMA |
SET TimeZone TO |
SET TimeZone TO Europe/|
SET default_tablespace TO |
SET default_text_search_config TO |
SET TRANSACTION ISOLATION LEVEL |
SHOW |
SET |
RESET |
SELECT * FROM |
SELECT * FROM users.|
SELECT * FROM pg_|
SELECT * FROM pg_catalog.pg_cl|
SELECT * FROM information_schema.ta|
CREATE INDEX |
CREATE STATISTICS x ON a FROM |
REINDEX DATABASE |
ALTER LARGE OBJECT |
ALTER OPERATOR |
ALTER OPERATOR CLASS |
ALTER OPERATOR FAMILY |
LOAD |
CHECKPOINT |
DO |
CREATE FUNCTION x(mo|
CREATE OR REPLACE FUNCTION |
CREATE OR REPLACE VIEW |
DROP ROUTINE |
DROP PROCEDURE |
ALTER ROUTINE |
VACUUM (|
WITH |
VALUES |
DECLARE |
PREPARE |
LISTEN |
SELECT |
SELECT na|
UPDATE person SET size = |
COMMENT ON COLUMN person.|
SECURITY LABEL ON TABLE |
\encoding u|
NOTIFY |
UNLISTEN |
CREATE TABLE x (a mo|
"""
def cases(text):
    return dict(line.split("|") for line in text.strip("\n").split("\n"))


@pytest.fixture(scope="module")
def tools(postgres):
    with service.of(postgres, "tools", SETUP) as made:
        yield made


def completed(env, folder, prefixes):
    with terminal.Psql(env, folder) as psql:
        for line in ("PREPARE prepared_one AS SELECT 1;", "BEGIN;",
                     "DECLARE cursor_one CURSOR WITH HOLD FOR SELECT 1;", "COMMIT;"):
            psql.line(line)
        return {prefix: psql.complete(prefix) for prefix in prefixes}


def test_completion_is_not_denied_and_proposes_what_it_proposes_directly(tools, postgres, scratch):
    prefixes = {**cases(MAIN), **cases(OTHERS)}
    with tools.nothing_denied():
        through = completed(tools.endpoint().libpq(), scratch, prefixes)
    for prefix, word in prefixes.items():
        assert word in through[prefix], (prefix, word)
    direct = completed(service.directly(postgres, "tools"), scratch, prefixes)
    assert {p: (shown, direct[p]) for p, shown in through.items() if shown != direct[p]} == {}
