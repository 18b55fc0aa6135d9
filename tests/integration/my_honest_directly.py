"""What the corpus' honest cases need on a real MariaDB or MySQL, and those that the server itself cannot serve."""

# Sent before by somebody who may do everything.
BEFORE = {
    "honest_definitions: CREATE TABLE orders (id BIGINT UNSIGNED NOT NULL AUTO_INCREM": ["DROP TABLE orders"],
    "honest_definitions: ALTER TABLE o ADD COLUMN x INT NOT NULL DEFAULT 0 AFTER a, D":
        ["ALTER TABLE o DROP COLUMN x, DROP KEY i, DROP KEY words, MODIFY z VARCHAR(10)"],
    "honest_definitions: ALTER TABLE o RENAME TO orders_archive.o": ["DROP TRIGGER g", "DROP TABLE orders_archive.o"],
    "honest_definitions: ALTER TABLE o DROP FOREIGN KEY fk, DROP PRIMARY KEY, ENGINE=":
        ["ALTER TABLE q ADD PRIMARY KEY (a)", "UPDATE o SET x = NULL",
         "ALTER TABLE o MODIFY id INT, ADD KEY (x), ADD CONSTRAINT fk FOREIGN KEY (x) REFERENCES q (a)"],
    "honest_definitions: ALTER TABLE o ALTER COLUMN a SET DEFAULT 5, ALTER b DROP DEF": ["ALTER TABLE o DROP COLUMN d"],
    "honest_definitions: RENAME TABLE o TO p, p TO q": ["DROP TABLE q"],
    "honest_definitions: CREATE UNIQUE INDEX i ON o (a(10), b)": ["DROP INDEX i ON o"],
    "honest_definitions: CREATE ALGORITHM=UNDEFINED DEFINER=`shop_admin`@`%` SQL SECU": ["DROP VIEW v"],
    "honest_definitions: CREATE TRIGGER g BEFORE UPDATE ON o FOR EACH ROW SET NEW.upd": ["DROP TRIGGER g"],
    "honest_definitions: CREATE TRIGGER g AFTER DELETE ON o FOR EACH ROW BEGIN INSERT": ["DROP TRIGGER g"],
    "honest_definitions: CREATE PROCEDURE p(IN a INT, OUT b INT) READS SQL DATA BEGIN": ["DROP PROCEDURE p"],
    "honest_definitions: CREATE FUNCTION f(a INT) RETURNS INT DETERMINISTIC RETURN a ": ["DROP FUNCTION f"],
    "honest_definitions: CREATE EVENT e ON SCHEDULE EVERY 1 HOUR STARTS now() ON COMP": ["DROP EVENT e"],
    "honest_definitions: CREATE PROCEDURE p() BEGIN SIGNAL SQLSTATE '45000' SET MESSA": ["DROP PROCEDURE p"],
    "honest_definitions: CREATE SEQUENCE ids START WITH 1 INCREMENT BY 10 CACHE 100": ["DROP SEQUENCE ids"],
    "honest_queries: INSERT INTO o SELECT * FROM orders_archive.o": ["DELETE FROM o"],
    "honest_queries: REPLACE INTO o VALUES (1, 2)": ["DROP TABLE o", "CREATE TABLE o (id INT PRIMARY KEY, a INT)"],
    "honest_queries: CALL p": ["DROP PROCEDURE p", "CREATE PROCEDURE p() SET @a = 1"],
}

# Sent before by the same client.
FIRST = {
    "honest_session: SET SQL_MODE=@OLD_SQL_MODE": ["SET @OLD_SQL_MODE=@@SQL_MODE"],
    "honest_session: ROLLBACK TO SAVEPOINT a": ["START TRANSACTION", "SAVEPOINT a"],
    "honest_session: RELEASE SAVEPOINT a": ["START TRANSACTION", "SAVEPOINT a"],
    "honest_session: EXECUTE p USING @a": ["PREPARE p FROM 'SELECT ?'"],
    "honest_session: DEALLOCATE PREPARE p": ["PREPARE p FROM 'SELECT 1'"],
    "honest_session: DROP PREPARE p": ["PREPARE p FROM 'SELECT 1'"],
}

EMPTY = 1065
FAIL_ANYWAY = {
    "both": {"honest_session: nothing": EMPTY, "honest_session:  ; ;": EMPTY,
             "honest_queries: INSERT INTO o SELECT * FROM p CROSS JOIN q ON DUPLICATE KEY ": 1064},
    "mariadb": {"honest_definitions: CREATE TABLE orders (id BIGINT UNSIGNED NOT NULL AUTO_INCREM": 1901,
                "honest_queries: SELECT json_extract(a, '$.x'), a->'$.x', a->>'$.y' FROM o": 1064},
    "mysql": {"honest_definitions: CREATE TABLE orders (id BIGINT UNSIGNED NOT NULL AUTO_INCREM": 1830},
}
