"""What the corpus' attacks need when they are sent directly to MariaDB or MySQL, and those that the server refuses."""

MARK = "c0ffee5ec4e7"
SAME = ["DROP TABLE o", "CREATE TABLE o LIKE users.secrets"]                    # as the other's table
ONE = ["DROP TABLE o", "CREATE TABLE o (a bigint PRIMARY KEY)", "INSERT INTO o VALUES (1)"]
NO_TRIGGERS = ["DROP TRIGGER g", "DROP TRIGGER users.g"]
NO_PROCEDURE = ["DROP PROCEDURE p"]
NO_VIEW = ["DROP VIEW v"]
SOMEBODY = ["CREATE USER x"]
KEYED = ["DROP TABLE users.secrets", "CREATE TABLE users.secrets (id int PRIMARY KEY)"]

# Sent before by somebody who may do everything, in the schema orders.
BEFORE = {
    "attacks_changes: INSERT INTO orders.o SELECT * FROM users.secrets": SAME,
    "attacks_changes: INSERT INTO orders.o TABLE users.secrets": SAME,
    "attacks_changes: REPLACE orders.o SELECT * FROM users.secrets": SAME,
    "attacks_changes: INSERT INTO orders.o VALUES (1) ON DUPLICATE KEY UPDATE a = ": ONE,
    "attacks_changes: INSERT INTO orders.o VALUES (1) AS new ON DUPLICATE KEY UPDA":
        [*ONE, "ALTER TABLE o MODIFY a varchar(40)"],
    "attacks_changes: INSERT INTO orders.o VALUES (1) RETURNING (SELECT id FROM us": [*ONE, "DELETE FROM o"],
    "attacks_changes: INSERT INTO users.secrets VALUES (1)": KEYED,
    "attacks_changes: REPLACE INTO users.secrets VALUES (1)": KEYED,
    "attacks_changes: LOAD DATA INFILE '/etc/passwd' INTO TABLE orders.o":
        ["DROP TABLE o", "CREATE TABLE o (a varchar(40))"],
    "attacks_changes: a lent table, and one that is not": ["ALTER TABLE stock.reservations MODIFY n bigint"],
    "attacks_definitions: CREATE TABLE x (a INT) SELECT * FROM users.secrets": ["UPDATE users.secrets SET a = '1'"],
    "attacks_definitions: CREATE TABLE x (a INT) IGNORE AS (SELECT * FROM users.secret":
        ["UPDATE users.secrets SET a = '1'"],
    "attacks_definitions: CREATE TABLE x (a INT REFERENCES users.secrets (id))": KEYED,
    "attacks_definitions: CREATE TABLE x (a INT, FOREIGN KEY (a) REFERENCES users.secr": KEYED,
    "attacks_definitions: ALTER TABLE o ADD FOREIGN KEY (a) REFERENCES users.secrets (":
        ["DELETE FROM o", "DROP TABLE users.secrets", "CREATE TABLE users.secrets (id varchar(40) PRIMARY KEY)"],
    "attacks_definitions: CREATE TABLE x (a INT) ENGINE=MERGE UNION=(users.secrets)":
        ["DROP TABLE users.secrets", f"CREATE TABLE users.secrets (a INT) ENGINE=MyISAM COMMENT '{MARK}'"],
    "attacks_definitions: ALTER TABLE o RENAME TO users.o": NO_TRIGGERS,
    "attacks_definitions: ALTER TABLE o RENAME users.o": NO_TRIGGERS,
    "attacks_definitions: ALTER TABLE users.secrets RENAME orders.secrets": NO_TRIGGERS,
    "attacks_definitions: ALTER TABLE o ADD COLUMN b INT, RENAME users.o":
        [*NO_TRIGGERS, "DROP TABLE o", "CREATE TABLE o (a int)"],
    "attacks_definitions: RENAME TABLE o TO users.o": NO_TRIGGERS,
    "attacks_definitions: RENAME TABLE o TO p, users.secrets TO orders.s": NO_TRIGGERS,
    "attacks_definitions: ALTER TABLE o EXCHANGE PARTITION p WITH TABLE users.secrets":
        [*SAME, "DROP TRIGGER users.g", "ALTER TABLE o PARTITION BY RANGE (id) (PARTITION p VALUES LESS THAN MAXVALUE)"],
    "attacks_definitions: CREATE VIEW v AS SELECT * FROM users.secrets": NO_VIEW,
    "attacks_definitions: CREATE DEFINER='other'@'%' VIEW v AS SELECT 1": NO_VIEW,
    "attacks_definitions: CREATE VIEW users.v AS SELECT 1": ["DROP VIEW users.v"],
    "attacks_definitions: CREATE INDEX i ON users.secrets (a)": ["DROP INDEX i ON users.secrets"],
    "attacks_definitions: CREATE TRIGGER g BEFORE INSERT ON o FOR EACH ROW SET NEW.a =": ["DROP TRIGGER g"],
    "attacks_definitions: CREATE TRIGGER g AFTER UPDATE ON o FOR EACH ROW BEGIN IF NEW": ["DROP TRIGGER g"],
    "attacks_definitions: CREATE PROCEDURE p() SELECT * FROM users.secrets": NO_PROCEDURE,
    "attacks_definitions: CREATE PROCEDURE p() BEGIN DECLARE c CURSOR FOR SELECT * FRO": NO_PROCEDURE,
    "attacks_definitions: CREATE PROCEDURE p() BEGIN DECLARE EXIT HANDLER FOR SQLEXCEP": NO_PROCEDURE,
    "attacks_definitions: CREATE PROCEDURE p() BEGIN WHILE (SELECT count(*) FROM users": NO_PROCEDURE,
    "attacks_definitions: CREATE PROCEDURE p() BEGIN CASE 1 WHEN 1 THEN SELECT * FROM ": NO_PROCEDURE,
    "attacks_definitions: CREATE PROCEDURE p() BEGIN REPEAT SELECT 1; UNTIL (SELECT 1 ": NO_PROCEDURE,
    "attacks_definitions: dynamic SQL in a procedure": NO_PROCEDURE,
    "attacks_definitions: CREATE PROCEDURE p(s TEXT) BEGIN SET @s = s; PREPARE x FROM ": NO_PROCEDURE,
    "attacks_definitions: CREATE PROCEDURE p() SET sql_mode = 'ANSI_QUOTES'": NO_PROCEDURE,
    "attacks_definitions: CREATE PROCEDURE users.p() SELECT 1": ["DROP PROCEDURE users.p"],
    "attacks_definitions: CREATE FUNCTION f() RETURNS INT RETURN (SELECT max(id) FROM ": ["DROP FUNCTION f"],
    "attacks_definitions: CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM users.": ["DROP EVENT e"],
    "attacks_lexing: SELECT \"a\\\" FROM users.secrets":
        [f"ALTER TABLE users.secrets ADD COLUMN `a\\` char(12) DEFAULT '{MARK}'"],
    "attacks_metadata: CREATE VIEW v AS SELECT * FROM information_schema.columns": NO_VIEW,
    "attacks_metadata: SHOW GRANTS FOR x": SOMEBODY,
    "attacks_metadata: SHOW CREATE USER x": SOMEBODY,
    "attacks_names: SELECT * FROM orders.o PARTITION (p0), users.secrets PARTITI":
        ["DROP TABLE o, users.secrets", "CREATE TABLE o (id int) PARTITION BY HASH (id) PARTITIONS 2",
         "CREATE TABLE users.secrets (id bigint, a varchar(40)) PARTITION BY HASH (id) PARTITIONS 2",
         "INSERT INTO o VALUES (0)", f"INSERT INTO users.secrets VALUES (1, '{MARK}')"],
    "attacks_names: SELECT * FROM orders.o USE INDEX (a) IGNORE INDEX FOR JOIN (":
        ["ALTER TABLE o ADD KEY a (a), ADD KEY b (b)"],
    "attacks_names: SELECT orders.f((SELECT id FROM users.secrets))":
        ["DROP FUNCTION f", "CREATE FUNCTION f(a bigint) RETURNS bigint DETERMINISTIC RETURN a"],
    "attacks_names: SELECT * FROM users.secrets FOR SYSTEM_TIME AS OF now()":
        ["ALTER TABLE users.secrets ADD SYSTEM VERSIONING"],
    "attacks_names: SELECT * FROM orders.o FOR SYSTEM_TIME AS OF (SELECT x FROM ": ["ALTER TABLE o ADD SYSTEM VERSIONING"],
    "attacks_names: CALL orders.p((SELECT id FROM users.secrets))":
        ["DROP PROCEDURE p", "CREATE PROCEDURE p(a bigint) SELECT a"],
    "attacks_session: SET ROLE admin": ["CREATE ROLE admin", "GRANT admin TO orders"],
    "attacks_session: SET DEFAULT ROLE ALL TO x": SOMEBODY,
    "attacks_session: SET autocommit = (SELECT id FROM users.secrets)": ["UPDATE users.secrets SET id = 0"],
    "attacks_session: no hexadecimal escapes":
        ["CREATE TABLE users.x73ecrets (a varchar(40))", f"INSERT INTO users.x73ecrets VALUES ('{MARK}')"],
    "attacks_session: GRANT ALL ON *.* TO x": SOMEBODY,
    "attacks_session: REVOKE ALL ON *.* FROM x": SOMEBODY,
    "attacks_session: DROP USER x": SOMEBODY,
    "attacks_session: RENAME USER x TO y": SOMEBODY,
    "attacks_session: ALTER USER x ACCOUNT LOCK": SOMEBODY,
}

# Sent before by the same client.
LOOSE = ["SET sql_mode = ''"]                            # without only_full_group_by
FIRST = {
    "attacks_names: a column in GROUP BY": LOOSE,
    "attacks_names: a column in HAVING": LOOSE,
    "attacks_names: an alias is not seen in an aggregate": LOOSE,
    "attacks_session: SET @x = 'ANSI_QUOTES', sql_mode = @x; SELECT 1": ["SET @x = 'ANSI_QUOTES'"],
    "attacks_session: PREPARE p FROM @x": ["SET @x = 'SELECT * FROM users.secrets'"],
}

NAME, ELSEWHERE, GRAMMAR = "no such thing here", "the server forbids it in this place", "it knows no such grammar"
REFUSED = {
    "both": {
        "attacks_changes: SELECT sys_exec('id')": NAME,
        "attacks_definitions: CREATE TABLE x (a INT DEFAULT (SELECT id FROM users.secrets)": ELSEWHERE,
        "attacks_definitions: CREATE TABLE x (a INT, CHECK (a > users.limit_of()))": ELSEWHERE,
        "attacks_definitions: CREATE TABLE x (a INT) ENGINE=FEDERATED CONNECTION='mysql://": NAME,
        "attacks_definitions: CREATE TABLE x (a INT) ENGINE='federated'": NAME,
        "attacks_definitions: CREATE TABLE x (a INT) ENGINE=CONNECT TABLE_TYPE=CSV FILE_NA": NAME,
        "attacks_definitions: ALTER TABLE o ENGINE=SPIDER": NAME,
        "attacks_definitions: CREATE TRIGGER g BEFORE INSERT ON users.secrets FOR EACH ROW": ELSEWHERE,
        "attacks_definitions: CREATE FUNCTION f RETURNS STRING SONAME 'x.so'": NAME,
        "attacks_definitions: CREATE EVENT e ON SCHEDULE AT (SELECT x FROM users.secrets) ": ELSEWHERE,
        "attacks_metadata: SELECT * FROM MySQL.global_priv": NAME,
        "attacks_names: HANDLER information_schema.tables OPEN": ELSEWHERE,
        "attacks_names: HANDLER users.secrets READ FIRST": GRAMMAR,
        "attacks_session: PREPARE p FROM 'PREPARE q FROM ''SELECT * FROM users.secrets": ELSEWHERE,
        "attacks_session: EXECUTE p USING (SELECT id FROM users.secrets)": ELSEWHERE,
        "attacks_session: PURGE BINARY LOGS TO 'x'": NAME,
        "attacks_session: UNINSTALL COMPONENT 'x'": NAME,
        "attacks_session: RESTART": NAME,
        "attacks_session: BINLOG 'x'": NAME,
        "attacks_session: RETURN 1": GRAMMAR,
    },
    "mariadb": {
        "attacks_changes: INSERT INTO orders.o TABLE users.secrets": GRAMMAR,
        "attacks_changes: WITH x AS (SELECT * FROM users.secrets) UPDATE orders.o JOIN": GRAMMAR,
        "attacks_metadata: TABLE information_schema.tables": GRAMMAR,
        "attacks_names: TABLE users.secrets": GRAMMAR,
        "attacks_names: SELECT * FROM LATERAL (SELECT * FROM users.secrets) x": GRAMMAR,
        "attacks_names: SELECT * FROM orders.o FETCH FIRST (SELECT 1 FROM users.secr": GRAMMAR,
        "attacks_names: a WITH query that refers to columns around it": ELSEWHERE,
        "attacks_names: a derived table that refers to columns around it": ELSEWHERE,
        "attacks_session: INSTALL PLUGIN x SONAME 'x'": NAME,
        "attacks_session: CACHE INDEX users.secrets IN x": NAME,
        "attacks_session: EXPLAIN FOR CONNECTION 5": NAME,
        "attacks_session: SET PERSIST sql_mode = ''": GRAMMAR,
        "attacks_session: SET PASSWORD = 'x'": "no hash",
        "attacks_session: SET DEFAULT ROLE ALL TO x": GRAMMAR,
    },
    "mysql": {
        "attacks_definitions: CREATE TABLE x (a INT) DATA DIRECTORY='/tmp'": ELSEWHERE,
        "attacks_definitions: CREATE TABLE x (a INT) PARTITION BY HASH (a) (PARTITION p DA": ELSEWHERE,
        "attacks_definitions: CREATE TABLE x (a INT) TABLESPACE ts": NAME,
        "attacks_definitions: dynamic SQL in a procedure": GRAMMAR,
        "attacks_metadata: SELECT * FROM mysql.proc": NAME,
        "attacks_metadata: SHOW MASTER STATUS": GRAMMAR,
        "attacks_names: SELECT * FROM ((SELECT * FROM users.secrets) AS x)": GRAMMAR,
        "attacks_names: SELECT * FROM JSON_TABLE((SELECT x FROM users.secrets), '$' ": ELSEWHERE,
        "attacks_names: a dot in front": GRAMMAR,
        "attacks_session: SET sql_mode = 'ORACLE'": NAME,
        "attacks_session: SET SESSION sql_mode = 'MSSQL,ANSI'": NAME,
        "attacks_session: CHANGE MASTER TO MASTER_HOST='x'": GRAMMAR,
        "attacks_session: START SLAVE": GRAMMAR,
        "attacks_session: CLONE LOCAL DATA DIRECTORY '/x'": NAME,
        "attacks_session: IMPORT TABLE FROM '/x'": NAME,
    },
}
