-- A web shop whose four services share one PostgreSQL database: the starting point of many a company.
-- Each service has a schema; nothing but good manners keeps the others out. A few thousand rows, the same every time.
CREATE SCHEMA extensions;
CREATE EXTENSION pgcrypto SCHEMA extensions;
CREATE EXTENSION pg_trgm SCHEMA extensions;

CREATE SCHEMA users;
CREATE TABLE users.accounts (
    id            bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    email         text NOT NULL UNIQUE,
    full_name     text NOT NULL,
    password_hash text NOT NULL,
    birthday      date,
    created_at    timestamptz NOT NULL
);
CREATE TABLE users.addresses (
    account_id bigint NOT NULL REFERENCES users.accounts,
    kind       text NOT NULL CHECK (kind IN ('billing', 'shipping')),
    street     text NOT NULL,
    city       text NOT NULL,
    country    char(2) NOT NULL,
    PRIMARY KEY (account_id, kind)
);
INSERT INTO users.accounts (email, full_name, password_hash, birthday, created_at)
SELECT lower(first || '.' || last || n || '@example.com'), first || ' ' || last,
       encode(extensions.digest('salt' || n, 'sha256'), 'hex'),
       date '1950-01-01' + (n * 37 % 20000), timestamptz '2021-01-01 00:00Z' + n * interval '1 day 3 hours'
FROM generate_series(1, 1000) n,
     LATERAL (SELECT (ARRAY['Ada','Grace','Edsger','Barbara','Alan','Radia','Donald','Hedy','Ken','Frances'])[1 + n % 10] AS first,
                     (ARRAY['Keller','Okafor','Silva','Novak','Tanaka','Meyer','Rossi','Larsen','Dubois','Khan','Ivanova'])[1 + n % 11] AS last) names;
INSERT INTO users.addresses
SELECT id, kind, (id * 7 % 190 + 1) || ' Market Street',
       (ARRAY['Lisbon','Graz','Turin','Gothenburg','Lyon'])[1 + id % 5], (ARRAY['PT','AT','IT','SE','FR'])[1 + id % 5]
FROM users.accounts, unnest(ARRAY['billing', 'shipping']) kind;

-- What user-service offers to others: a view with no more than they need.
CREATE SCHEMA users_api_v1;
CREATE VIEW users_api_v1.accounts AS SELECT id, full_name, created_at FROM users.accounts;

CREATE SCHEMA catalog;
CREATE TABLE catalog.products (
    id          bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    sku         text NOT NULL UNIQUE,
    name        text NOT NULL,
    price_cents integer NOT NULL CHECK (price_cents > 0),
    stock       integer NOT NULL CHECK (stock >= 0)
);
INSERT INTO catalog.products (sku, name, price_cents, stock)
SELECT 'SKU-' || lpad(n::text, 5, '0'),
       (ARRAY['Oak','Steel','Linen','Cork','Glass','Wool'])[1 + n % 6] || ' ' ||
       (ARRAY['chair','lamp','shelf','bowl','rug'])[1 + n % 5], 499 + n * 731 % 40000, n * 13 % 300
FROM generate_series(1, 300) n;

CREATE SCHEMA orders;
CREATE TABLE orders.orders (
    id        bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    user_id   bigint NOT NULL,                  -- of users.accounts: another service's, so no foreign key
    status    text NOT NULL DEFAULT 'placed' CHECK (status IN ('placed', 'paid', 'shipped', 'returned')),
    placed_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE orders.order_lines (
    order_id    bigint NOT NULL REFERENCES orders.orders ON DELETE CASCADE,
    line        integer NOT NULL,
    product_id  bigint NOT NULL,
    quantity    integer NOT NULL CHECK (quantity > 0),
    price_cents integer NOT NULL,
    PRIMARY KEY (order_id, line)
);
CREATE INDEX ON orders.orders (user_id);
INSERT INTO orders.orders (user_id, status, placed_at)
SELECT 1 + n * 17 % 1000, (ARRAY['placed','paid','shipped','shipped','returned'])[1 + n % 5],
       timestamptz '2024-01-01 08:00Z' + n * interval '4 hours 11 minutes'
FROM generate_series(1, 3000) n;
INSERT INTO orders.order_lines
SELECT o.id, line, 1 + (o.id * 29 + line * 7) % 300, 1 + (o.id + line) % 3, 499 + (o.id * 29 + line * 7) % 300 * 731 % 40000
FROM orders.orders o, generate_series(1, 2) line;

CREATE SCHEMA billing;
CREATE TABLE billing.invoices (
    id          bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    order_id    bigint NOT NULL,
    account_id  bigint NOT NULL,
    total_cents bigint NOT NULL,
    issued_at   timestamptz NOT NULL,
    paid        boolean NOT NULL
);
INSERT INTO billing.invoices (order_id, account_id, total_cents, issued_at, paid)
SELECT o.id, o.user_id, sum(l.quantity * l.price_cents), o.placed_at + interval '1 hour', o.status <> 'placed'
FROM orders.orders o JOIN orders.order_lines l ON l.order_id = o.id GROUP BY o.id ORDER BY o.id;

ANALYZE;
