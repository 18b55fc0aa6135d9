-- What the cases assume, on MariaDB and on MySQL, and canaries: the mark c0ffee5ec4e7 stands in everything that order-service
-- must never see. Run by an account that may do everything; it can be run again. Accounts are made by the tests.
SET NAMES utf8mb4;
SET FOREIGN_KEY_CHECKS = 0;
DROP DATABASE IF EXISTS orders;
DROP DATABASE IF EXISTS orders_archive;
DROP DATABASE IF EXISTS users;
DROP DATABASE IF EXISTS users_api;
DROP DATABASE IF EXISTS stock;
DROP DATABASE IF EXISTS monolith;
DROP DATABASE IF EXISTS tools;
DROP DATABASE IF EXISTS elsewhere;
CREATE DATABASE orders;
CREATE DATABASE orders_archive;
CREATE DATABASE users;
CREATE DATABASE users_api;
CREATE DATABASE stock;
CREATE DATABASE monolith;
CREATE DATABASE tools;

-- Of order-service.
CREATE TABLE orders.o (
    id int NOT NULL AUTO_INCREMENT PRIMARY KEY, a varchar(40), b varchar(40) DEFAULT 'b', c int, d varchar(40), n int,
    x int, y int, z int, q int, status varchar(10) DEFAULT 'new', created datetime DEFAULT current_timestamp,
    updated datetime, total int, done int, name varchar(40) DEFAULT 'A b', password varchar(10), account_id int,
    `select` int, `from` int, `offset` int, `returning` int, `rank` int, `system` int, `row` int, `groups` int,
    KEY i (a), FULLTEXT KEY words (a, b)
) ENGINE=InnoDB;
INSERT INTO orders.o (a, b, c, d, n, x, account_id) VALUES ('1', '1', 1, '{"x": 1}', 1, 1, 1), ('2', '2', 2, '{}', 2, 2, 2);
CREATE TABLE orders.orders (id int AUTO_INCREMENT PRIMARY KEY, account_id int);
INSERT INTO orders.orders (account_id) VALUES (1), (2);
CREATE TABLE orders.items (id int AUTO_INCREMENT PRIMARY KEY, order_id int, sum int, done int);
INSERT INTO orders.items (order_id, sum, done) VALUES (1, 5, 0), (2, 6, 0);
CREATE TABLE orders.accounts (a int PRIMARY KEY, b varchar(40));
INSERT INTO orders.accounts VALUES (1, 'x');
CREATE TABLE orders.customers (id decimal(10, 2) PRIMARY KEY);
CREATE TABLE orders_archive.o LIKE orders.o;
INSERT INTO orders_archive.o SELECT * FROM orders.o;
CREATE VIEW orders.v AS SELECT id FROM orders.o;
CREATE TABLE orders.q (a int);

DELIMITER //
CREATE FUNCTION orders.f(a int) RETURNS int DETERMINISTIC RETURN a + 1//
CREATE FUNCTION orders.g(a int) RETURNS int DETERMINISTIC RETURN a + 2//
CREATE PROCEDURE orders.p(a int, OUT b int) SET b = a//
CREATE TRIGGER orders.g BEFORE INSERT ON orders.o FOR EACH ROW SET NEW.updated = now()//
CREATE EVENT orders.e ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM orders.q//
DELIMITER ;
/*M!100300 CREATE SEQUENCE orders.ids START WITH 10 */;

-- Everybody's, lent, and published.
CREATE TABLE tools.calendar (x date);
INSERT INTO tools.calendar VALUES ('2026-11-21');
CREATE FUNCTION tools.slug(name varchar(40)) RETURNS varchar(40) DETERMINISTIC RETURN lower(name);
CREATE TABLE stock.reservations (sku varchar(20) PRIMARY KEY, n int);
INSERT INTO stock.reservations VALUES ('a', 1);
CREATE TABLE users.addresses (id int PRIMARY KEY, street varchar(40), city varchar(40));
INSERT INTO users.addresses VALUES (1, 'Market Street', 'Graz');

-- Of others.
CREATE TABLE users.accounts (id int AUTO_INCREMENT PRIMARY KEY, email varchar(40) DEFAULT 'x', password varchar(40), a int);
INSERT INTO users.accounts (email, password, a) SELECT concat(n, '@example.com'), concat('c0ffee5ec4e7', n), n FROM
    (SELECT 1 AS n UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5) numbers;
CREATE VIEW users_api.accounts_v1 AS SELECT id, email FROM users.accounts;
-- A mark that is a number, too, for it comes out of many an expression: 212205448381671 is c0ffee5ec4e7.
CREATE TABLE users.secrets (id bigint PRIMARY KEY DEFAULT 7, a varchar(40), v varchar(40) COMMENT 'c0ffee5ec4e7',
    x varchar(80), KEY i (a) COMMENT 'c0ffee5ec4e7') COMMENT 'c0ffee5ec4e7';
INSERT INTO users.secrets VALUES
    (212205448381671, 'c0ffee5ec4e7', 'c0ffee5ec4e7', '["c0ffee5ec4e7"]');
CREATE TABLE users.`select` (id varchar(40));
INSERT INTO users.`select` VALUES ('c0ffee5ec4e7');
CREATE TABLE users.c0ffee5ec4e7 (c0ffee5ec4e7 int) COMMENT 'c0ffee5ec4e7';
CREATE VIEW users.v AS SELECT 'c0ffee5ec4e7' AS v FROM users.secrets;
DELIMITER //
CREATE FUNCTION users.whoami() RETURNS varchar(40) DETERMINISTIC RETURN 'c0ffee5ec4e7'//
CREATE FUNCTION users.limit_of() RETURNS int DETERMINISTIC RETURN 1//
CREATE FUNCTION users.f() RETURNS int DETERMINISTIC RETURN 1//
CREATE PROCEDURE users.purge() SELECT 'c0ffee5ec4e7' FROM users.secrets//
CREATE PROCEDURE users.p() SELECT 'c0ffee5ec4e7' FROM users.secrets//
CREATE TRIGGER users.g BEFORE UPDATE ON users.secrets FOR EACH ROW SET @c0ffee5ec4e7 = 1//
CREATE EVENT users.c0ffee5ec4e7 ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM users.secrets WHERE v = 'c0ffee5ec4e7'//
DELIMITER ;
/*M!100300 CREATE SEQUENCE users.ids START WITH 212205448381671 MAXVALUE 300000000000000 */;
CREATE TABLE stock.levels (sku varchar(20), n bigint);
INSERT INTO stock.levels VALUES ('c0ffee5ec4e7', 212205448381671);
CREATE TABLE monolith.user_mail (id int PRIMARY KEY, body varchar(40));
CREATE TABLE monolith.USER_MAIL (id int PRIMARY KEY, body varchar(40));
CREATE TABLE monolith.sessions (id int PRIMARY KEY, token varchar(40));
CREATE TABLE monolith.stock_a (id int PRIMARY KEY, n int);
INSERT INTO monolith.user_mail VALUES (1, 'c0ffee5ec4e7');
INSERT INTO monolith.USER_MAIL VALUES (1, 'c0ffee5ec4e7');
INSERT INTO monolith.sessions VALUES (1, 'c0ffee5ec4e7');
INSERT INTO monolith.stock_a VALUES (1, 1);
