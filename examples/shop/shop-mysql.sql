-- The same web shop as shop.sql, on MariaDB or MySQL: each service has a database, which is all that a schema is there.
-- A few thousand rows, the same every time, for both servers.
SET NAMES utf8mb4;
SET time_zone = '+00:00';

-- What everybody may use: a service-independent calendar, slugs, and numbers to count with.
CREATE DATABASE tools CHARACTER SET utf8mb4;
CREATE TABLE tools.numbers (n int PRIMARY KEY);
INSERT INTO tools.numbers
SELECT a.n + b.n * 10 + c.n * 100 + d.n * 1000 + 1 FROM
    (SELECT 0 AS n UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6
     UNION SELECT 7 UNION SELECT 8 UNION SELECT 9) a,
    (SELECT 0 AS n UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6
     UNION SELECT 7 UNION SELECT 8 UNION SELECT 9) b,
    (SELECT 0 AS n UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6
     UNION SELECT 7 UNION SELECT 8 UNION SELECT 9) c,
    (SELECT 0 AS n UNION SELECT 1 UNION SELECT 2) d;
CREATE TABLE tools.calendar (day date PRIMARY KEY, weekend boolean NOT NULL);
INSERT INTO tools.calendar
SELECT date '2023-12-31' + INTERVAL n DAY, weekday(date '2023-12-31' + INTERVAL n DAY) > 4
FROM tools.numbers WHERE n <= 1096;
CREATE FUNCTION tools.slug(name varchar(200)) RETURNS varchar(200) DETERMINISTIC NO SQL
    RETURN lower(replace(trim(name), ' ', '-'));

CREATE DATABASE users CHARACTER SET utf8mb4;
CREATE TABLE users.accounts (
    id            bigint PRIMARY KEY AUTO_INCREMENT,
    email         varchar(200) NOT NULL UNIQUE,
    full_name     varchar(100) NOT NULL,
    password_hash char(64) NOT NULL,
    birthday      date,
    created_at    datetime NOT NULL
);
CREATE TABLE users.addresses (
    account_id bigint NOT NULL,
    kind       enum('billing', 'shipping') NOT NULL,
    street     varchar(100) NOT NULL,
    city       varchar(100) NOT NULL,
    country    char(2) NOT NULL,
    PRIMARY KEY (account_id, kind),
    FOREIGN KEY (account_id) REFERENCES users.accounts (id)
);
INSERT INTO users.accounts (email, full_name, password_hash, birthday, created_at)
SELECT lower(concat(first, '.', last, n, '@example.com')), concat(first, ' ', last), sha2(concat('salt', n), 256),
       date '1950-01-01' + INTERVAL n * 37 % 20000 DAY, timestamp '2021-01-01 00:00:00' + INTERVAL n * 27 HOUR
FROM (SELECT n, elt(1 + n % 10, 'Ada', 'Grace', 'Edsger', 'Barbara', 'Alan', 'Radia', 'Donald', 'Hedy', 'Ken', 'Frances')
                  AS first,
             elt(1 + n % 11, 'Keller', 'Okafor', 'Silva', 'Novak', 'Tanaka', 'Meyer', 'Rossi', 'Larsen', 'Dubois', 'Khan',
                 'Ivanova') AS last
      FROM tools.numbers WHERE n <= 1000) names ORDER BY n;
INSERT INTO users.addresses
SELECT id, kind, concat(id * 7 % 190 + 1, ' Market Street'), elt(1 + id % 5, 'Lisbon', 'Graz', 'Turin', 'Gothenburg', 'Lyon'),
       elt(1 + id % 5, 'PT', 'AT', 'IT', 'SE', 'FR')
FROM users.accounts, (SELECT 'billing' AS kind UNION SELECT 'shipping') kinds ORDER BY id, kind;

-- What user-service offers to others: a view with no more than they need.
CREATE DATABASE users_api_v1 CHARACTER SET utf8mb4;
CREATE VIEW users_api_v1.accounts AS SELECT id, full_name, created_at FROM users.accounts;

CREATE DATABASE catalog CHARACTER SET utf8mb4;
CREATE TABLE catalog.products (
    id          bigint PRIMARY KEY AUTO_INCREMENT,
    sku         varchar(20) NOT NULL UNIQUE,
    name        varchar(100) NOT NULL,
    price_cents int NOT NULL CHECK (price_cents > 0),
    stock       int NOT NULL CHECK (stock >= 0)
);
INSERT INTO catalog.products (sku, name, price_cents, stock)
SELECT concat('SKU-', lpad(n, 5, '0')),
       concat(elt(1 + n % 6, 'Oak', 'Steel', 'Linen', 'Cork', 'Glass', 'Wool'), ' ',
              elt(1 + n % 5, 'chair', 'lamp', 'shelf', 'bowl', 'rug')), 499 + n * 731 % 40000, n * 13 % 300
FROM tools.numbers WHERE n <= 300 ORDER BY n;

CREATE DATABASE orders CHARACTER SET utf8mb4;
CREATE TABLE orders.orders (
    id        bigint PRIMARY KEY AUTO_INCREMENT,
    user_id   bigint NOT NULL,                  -- of users.accounts: another service's, so no foreign key
    status    enum('placed', 'paid', 'shipped', 'returned') NOT NULL DEFAULT 'placed',
    placed_at timestamp NOT NULL DEFAULT current_timestamp,
    KEY (user_id)
);
CREATE TABLE orders.order_lines (
    order_id    bigint NOT NULL,
    line        int NOT NULL,
    product_id  bigint NOT NULL,
    quantity    int NOT NULL CHECK (quantity > 0),
    price_cents int NOT NULL,
    PRIMARY KEY (order_id, line),
    FOREIGN KEY (order_id) REFERENCES orders.orders (id) ON DELETE CASCADE
);
INSERT INTO orders.orders (user_id, status, placed_at)
SELECT 1 + n * 17 % 1000, elt(1 + n % 5, 'placed', 'paid', 'shipped', 'shipped', 'returned'),
       timestamp '2024-01-01 08:00:00' + INTERVAL n * 251 MINUTE
FROM tools.numbers WHERE n <= 3000 ORDER BY n;
INSERT INTO orders.order_lines
SELECT o.id, l.n, 1 + (o.id * 29 + l.n * 7) % 300, 1 + (o.id + l.n) % 3, 499 + (o.id * 29 + l.n * 7) % 300 * 731 % 40000
FROM orders.orders o, tools.numbers l WHERE l.n <= 2 ORDER BY o.id, l.n;

CREATE DATABASE billing CHARACTER SET utf8mb4;
CREATE TABLE billing.invoices (
    id          bigint PRIMARY KEY AUTO_INCREMENT,
    order_id    bigint NOT NULL,
    account_id  bigint NOT NULL,
    total_cents bigint NOT NULL,
    issued_at   datetime NOT NULL,
    paid        boolean NOT NULL
);
INSERT INTO billing.invoices (order_id, account_id, total_cents, issued_at, paid)
SELECT o.id, o.user_id, sum(l.quantity * l.price_cents), o.placed_at + INTERVAL 1 HOUR, o.status <> 'placed'
FROM orders.orders o JOIN orders.order_lines l ON l.order_id = o.id GROUP BY o.id ORDER BY o.id;
