"""What the text of a statement does not show: views, triggers, functions, rules, keys made by others. The backend login is
a superuser; every object here is made past ringfence, as an administrator or a former application would have."""
import pytest

from harness import policies, processes
from harness.postgres import PASSWORD
from harness.wire import one_shot, query, rows, SYNC

from test_decisions import allowed, denied


def error(messages):
    """The fields of the first error; None if all went well."""
    return next((m.fields for m in messages if m.kind == b"E"), None)


@pytest.fixture
def shop(new_postgres, new_ringfence):
    """make(SQL): a server of the test's own, with these objects, behind a ringfence of the test's own."""
    def make(sql, **settings):
        server = new_postgres()
        server.sql(sql)
        return server, new_ringfence(server, **settings)
    return make


REACHING = [
    # (objects, statement, what the denial says)
    ("CREATE VIEW orders.v AS SELECT a.email FROM users.accounts a", "SELECT * FROM v",
     "read users.accounts through orders.v"),
    ("CREATE VIEW orders.v AS SELECT a.email FROM users.accounts a", "SELECT count(*) FROM (TABLE orders.v) x",
     "read users.accounts through orders.v"),
    ("CREATE VIEW orders.v AS TABLE users.accounts; CREATE VIEW orders.w AS SELECT id FROM orders.v", "SELECT * FROM w",
     "read users.accounts through orders.v"),
    ("CREATE VIEW orders.v AS TABLE users.accounts", "UPDATE v SET email = ''", "users.accounts through orders.v"),
    ("CREATE VIEW orders.v AS TABLE users.accounts", "CREATE VIEW orders.w AS TABLE orders.v",
     "read users.accounts through orders.v"),
    ("CREATE VIEW orders.v AS TABLE users.accounts", "COPY orders.v TO STDOUT", "read users.accounts through orders.v"),
    ("CREATE MATERIALIZED VIEW orders.v AS TABLE users.accounts", "TABLE v", "read users.accounts through orders.v"),
    ("CREATE MATERIALIZED VIEW orders.v AS TABLE users.accounts WITH NO DATA", "REFRESH MATERIALIZED VIEW v",
     "users.accounts through orders.v"),
    ("CREATE FUNCTION orders.f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM users.accounts'", "SELECT f()",
     "read users.accounts through orders.f"),
    ("CREATE FUNCTION orders.f() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM users.accounts; END",
     "SELECT orders.f()", "read users.accounts through orders.f"),
    ("CREATE FUNCTION orders.f() RETURNS text LANGUAGE plpgsql AS $$BEGIN RETURN max(email) FROM users.accounts; END$$",
     "SELECT f()", "read users.accounts through orders.f"),
    ("CREATE FUNCTION orders.f() RETURNS text LANGUAGE sql SET search_path = users AS 'SELECT email FROM accounts'",
     "SELECT f()", "read users.accounts through orders.f"),
    ("CREATE FUNCTION orders.f(text) RETURNS text LANGUAGE plpgsql AS $$BEGIN EXECUTE $1; RETURN ''; END$$",
     "SELECT f('SELECT * FROM users.accounts')", "use dynamic SQL on shop-pg through orders.f"),
    ("CREATE FUNCTION orders.f() RETURNS int LANGUAGE sql AS 'SELECT 1';"
     "CREATE FUNCTION orders.f(int) RETURNS text LANGUAGE sql AS 'SELECT max(email) FROM users.accounts'", "SELECT f(1)",
     "read users.accounts through orders.f"),
    ("CREATE PROCEDURE orders.p() LANGUAGE sql AS 'DELETE FROM billing.invoices'", "CALL p()",
     "write billing.invoices through orders.p"),
    ("CREATE FUNCTION orders.f(int, int) RETURNS int LANGUAGE sql AS 'SELECT count(*)::int FROM users.accounts';"
     "CREATE OPERATOR orders.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = orders.f)", "SELECT 1 OPERATOR(orders.===) 2",
     "read users.accounts through orders.f"),
    ("CREATE FUNCTION orders.f(int, int) RETURNS int LANGUAGE sql AS 'SELECT count(*)::int FROM users.accounts';"
     "CREATE AGGREGATE orders.a(int) (SFUNC = orders.f, STYPE = int)", "SELECT a(1)",
     "read users.accounts through orders.f"),
    ("CREATE FUNCTION orders.t() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN DELETE FROM users.accounts; RETURN NEW; END$$;"
     "CREATE TRIGGER t BEFORE INSERT ON orders.orders FOR EACH ROW EXECUTE FUNCTION orders.t()",
     "INSERT INTO orders (user_id) VALUES (1)", "write users.accounts through orders.t"),
    ("CREATE RULE r AS ON INSERT TO orders.order_lines DO ALSO DELETE FROM billing.invoices",
     "INSERT INTO order_lines SELECT * FROM order_lines WHERE false", "write billing.invoices through orders.order_lines"),
    ("CREATE POLICY p ON orders.orders USING (user_id IN (SELECT id FROM users.accounts))", "TABLE orders",
     "read users.accounts through orders.orders"),
    ("CREATE FUNCTION users.n() RETURNS int LANGUAGE sql AS 'SELECT 1';"
     "ALTER TABLE orders.orders ADD n int DEFAULT users.n()", "INSERT INTO orders (user_id) VALUES (1)",
     "execute users.n through orders.orders"),
    ("CREATE FUNCTION users.c(text) RETURNS boolean LANGUAGE sql AS 'SELECT true';"
     "ALTER TABLE orders.orders ADD CHECK (users.c(status)) NOT VALID", "UPDATE orders SET status = ''",
     "execute users.c through orders.orders"),
    ("CREATE FUNCTION users.c(text) RETURNS boolean LANGUAGE sql AS 'SELECT true';"
     "CREATE DOMAIN orders.d AS text CHECK (users.c(VALUE)); ALTER TABLE orders.orders ADD d orders.d",
     "UPDATE orders SET status = ''", "execute users.c through orders.orders"),
    ("CREATE FUNCTION users.i(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT $1';"
     "CREATE INDEX ON orders.orders (users.i(status))", "UPDATE orders SET status = ''",
     "execute users.i through orders.orders"),
    ("CREATE TABLE billing.part () INHERITS (orders.orders)", "SELECT count(*) FROM orders",
     "read billing.part through orders.orders"),
    ("CREATE TABLE billing.part () INHERITS (orders.orders)", "UPDATE orders SET status = ''",
     "write billing.part through orders.orders"),
    ("CREATE TABLE orders.p (n int) PARTITION BY LIST (n); CREATE TABLE users.p1 PARTITION OF orders.p DEFAULT",
     "INSERT INTO p VALUES (1)", "write users.p1 through orders.p"),
    ("ALTER TABLE orders.orders ADD FOREIGN KEY (user_id) REFERENCES users.accounts NOT VALID",
     "INSERT INTO orders (user_id) VALUES (1)", "reference users.accounts through orders.orders"),
    ("CREATE SEQUENCE billing.s; ALTER TABLE orders.orders ADD s int DEFAULT nextval('billing.s')",
     "INSERT INTO orders (user_id) VALUES (1)", "write billing.s through orders.orders"),
    ("CREATE FUNCTION public.e() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN DELETE FROM users.accounts; END$$;"
     "CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION public.e()", "CREATE TABLE orders.fresh (n int)",
     "execute public.e through database shop"),
    ("CREATE FUNCTION orders.f(text) RETURNS text LANGUAGE internal AS 'pg_read_file_all'", "SELECT f('/etc/passwd')",
     "use other languages on shop-pg through orders.f"),
    ("CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;"
     "CREATE FOREIGN TABLE orders.passwd (line text) SERVER files OPTIONS (filename '/etc/passwd')", "TABLE passwd",
     "use foreign servers on shop-pg through orders.passwd"),
    ("CREATE VIEW orders.v AS SELECT query FROM pg_stat_activity", "TABLE v",
     "use catalogue pg_stat_activity on shop-pg through orders.v"),
    # CASCADE
    ("CREATE VIEW billing.v AS SELECT id FROM orders.orders", "DROP TABLE orders.orders CASCADE",
     "define billing.v through orders.orders"),
    ("CREATE VIEW billing.v AS SELECT id FROM orders.orders", "ALTER TABLE orders.orders DROP COLUMN id CASCADE",
     "define billing.v through orders.orders"),
    ("CREATE VIEW billing.v AS SELECT id FROM orders.orders", "DROP SCHEMA orders CASCADE", "define billing.v through"),
    ("CREATE TABLE billing.r (n bigint REFERENCES orders.orders)", "TRUNCATE orders, order_lines CASCADE",
     "write billing.r through orders.orders"),
    ("CREATE TABLE billing.r (n bigint REFERENCES orders.orders)", "DROP TABLE orders, order_lines CASCADE",
     "define billing.r through orders.orders"),
    ("CREATE TYPE orders.t AS ENUM ('a'); CREATE TABLE billing.r (t orders.t[])", "DROP TYPE orders.t CASCADE",
     "define billing.r through type orders.t"),
    # A view that shows more than its owner's things is not the owner's to lend.
    ("CREATE VIEW users_api_v1.spent AS SELECT total_cents FROM billing.invoices", "TABLE users_api_v1.spent",
     "read billing.invoices through users_api_v1.spent"),
]


def test_what_reaches_another_schema_is_denied_when_it_is_used(new_postgres, new_ringfence):
    """Each in a database of its own, so that none stands in another's way."""
    server = new_postgres()
    for n, (objects, _, _) in enumerate(REACHING):
        server.sql(f"CREATE DATABASE shop{n} TEMPLATE shop", "postgres")
        server.sql(objects, f"shop{n}")
    made = policies.shop()
    for service in [name for name in made if name != "org"]:
        for key in ("owns", "publishes", "shares"):
            made[service][key] = [{**r, "database": f"shop{n}", **({"name": f"{r['name']}{n}"} if "name" in r else {})}
                                  for r in made[service].get(key, []) for n in range(len(REACHING))]
    made["org"]["common"] = [{**r, "database": f"shop{n}"} for r in made["org"]["common"] for n in range(len(REACHING))]
    proxy = new_ringfence(server, policies=made)
    for n, (objects, statement, expected) in enumerate(REACHING):
        with proxy.connect(database=f"shop{n}") as c:
            for text in (query(statement), one_shot(statement) + SYNC):
                message = denied(c.ask(text))["M"].replace(f"shop{n}", "shop")
                assert message.startswith("ringfence: order-service may not ") and expected in message, objects
            assert rows(c.ask(query("SELECT 1"))) == [["1"]]


def test_what_stays_with_one_owner_or_was_lent_is_allowed(shop):
    _, proxy = shop("""
        CREATE VIEW orders.v AS SELECT o.id, a.full_name FROM orders.orders o JOIN users_api_v1.accounts a ON a.id = o.user_id;
        CREATE FUNCTION orders.f() RETURNS bigint LANGUAGE plpgsql AS $$BEGIN RETURN count(*) FROM orders; END$$;
        CREATE FUNCTION orders.touched() RETURNS trigger LANGUAGE plpgsql AS
            $$BEGIN INSERT INTO orders.log VALUES (TG_OP, NEW.id); RETURN NEW; END$$;
        CREATE TABLE orders.log (what text, id bigint);
        CREATE TRIGGER t AFTER INSERT ON orders.orders FOR EACH ROW EXECUTE FUNCTION orders.touched();
        CREATE FUNCTION users_api_v1.count() RETURNS bigint LANGUAGE plpgsql AS $$BEGIN RETURN count(*) FROM users.accounts; END$$;
        CREATE FUNCTION extensions.stamp() RETURNS trigger LANGUAGE plpgsql AS
            $$BEGIN INSERT INTO extensions.audit VALUES (TG_TABLE_NAME); RETURN NEW; END$$;
        CREATE TABLE extensions.audit (what text);
        CREATE TRIGGER a AFTER INSERT ON orders.orders FOR EACH ROW EXECUTE FUNCTION extensions.stamp();
        CREATE TABLE orders.p (n int) PARTITION BY LIST (n);
        CREATE TABLE orders.p1 PARTITION OF orders.p DEFAULT;
        CREATE VIEW billing.v AS SELECT id, email FROM users.accounts;
    """)
    with proxy.connect() as c:
        for statement in ("SELECT count(*) FROM v", "SELECT f(), orders.f()", "SELECT users_api_v1.count()",
                          "INSERT INTO orders (user_id) VALUES (1)", "INSERT INTO p VALUES (1)", "TABLE p",
                          "DROP TABLE p CASCADE", "TRUNCATE orders CASCADE", "DROP VIEW v"):
            allowed(c.ask(query(statement)))
    with proxy.connect("billing") as c:
        allowed(c.ask(query("SELECT count(*) FROM v")))


def test_a_definition_that_reaches_across_can_be_dropped(shop):
    _, proxy = shop("CREATE VIEW orders.v AS TABLE users.accounts")
    with proxy.connect() as c:
        denied(c.ask(query("TABLE v")))
        allowed(c.ask(query("DROP VIEW v")))


def test_what_others_define_meanwhile_is_noticed(shop):
    server, proxy = shop("CREATE VIEW orders.v AS SELECT 1 AS n", config={"catalogue_refresh_interval": "300ms"})
    with proxy.connect() as c:
        assert rows(allowed(c.ask(query("TABLE v")))) == [["1"]]
        allowed(c.ask(one_shot("TABLE v") + SYNC))
        server.sql("DROP VIEW orders.v; CREATE VIEW orders.v AS TABLE users.accounts")

        def refused():
            return error(c.ask(query("TABLE v"))) is not None
        processes.wait_until(refused, "the new view is known")
        denied(c.ask(query("TABLE v")))
        server.sql("DROP VIEW orders.v; CREATE VIEW orders.v AS SELECT 2 AS n")
        processes.wait_until(lambda: not refused(), "the newest view is known")


def test_what_a_service_defines_is_noticed_at_once(shop):
    """The refresh interval is long: it is the DDL that asks for a new reading."""
    _, proxy = shop("", config={"catalogue_refresh_interval": "1h", "catalogue_max_age": "2h"})
    with proxy.connect("billing") as c, proxy.connect("users") as owner:
        allowed(c.ask(query("CREATE VIEW billing.mails AS SELECT email FROM users.accounts")))
        allowed(owner.ask(query("CREATE VIEW users_api_v1.n AS SELECT count(*) FROM users.accounts")))
        processes.wait_until(lambda: proxy.metric("ringfence_catalogue_reads_total", result="ok") >= 2, "it was read again")
        allowed(c.ask(query("SELECT count(*) FROM mails")))


def test_without_a_catalogue_what_uses_objects_is_denied(new_postgres, new_ringfence):
    server = new_postgres()
    # The login may connect, and its session may do everything but read the catalogue.
    server.sql("REVOKE SELECT ON pg_catalog.pg_rewrite FROM PUBLIC; CREATE ROLE plain LOGIN PASSWORD "
               f"'{PASSWORD}'; GRANT USAGE ON SCHEMA orders TO plain; GRANT SELECT ON orders.orders TO plain")
    proxy = new_ringfence(server, credentials={"backends": {"order-service": {
        "shop-pg": {"user": "plain", "password": PASSWORD}}}})
    with proxy.connect() as c:
        fields = denied(c.ask(query("SELECT count(*) FROM orders")))
        assert "its catalogue could not be read" in fields["D"]
        assert rows(c.ask(query("SELECT 1"))) == [["1"]]
        server.sql("GRANT SELECT ON pg_catalog.pg_rewrite TO PUBLIC")
        processes.wait_until(lambda: error(c.ask(query("SELECT count(*) FROM orders"))) is None, "it can be read")
    assert "a catalogue could not be read" in proxy.process.output()


def test_facts_that_are_too_old_are_none(shop):
    server, proxy = shop("", config={"catalogue_refresh_interval": "200ms", "catalogue_max_age": "1s"})
    with proxy.connect() as c:
        allowed(c.ask(query("SELECT count(*) FROM orders")))
        server.sql("ALTER DATABASE shop ALLOW_CONNECTIONS false", "postgres")
        processes.wait_until(lambda: error(c.ask(query("SELECT count(*) FROM orders"))) is not None, "the facts are too old")
        assert "its catalogue could not be read" in denied(c.ask(query("SELECT count(*) FROM orders")))["D"]
        server.sql("ALTER DATABASE shop ALLOW_CONNECTIONS true", "postgres")
        processes.wait_until(lambda: error(c.ask(query("SELECT count(*) FROM orders"))) is None, "they are fresh")


# Confined logins.

CONFINED = f"""
    CREATE ROLE native LOGIN PASSWORD '{PASSWORD}';
    ALTER SCHEMA orders OWNER TO native;
    ALTER TABLE orders.orders OWNER TO native;
    ALTER TABLE orders.order_lines OWNER TO native;
    GRANT USAGE ON SCHEMA users_api_v1, extensions TO native;
    GRANT SELECT ON ALL TABLES IN SCHEMA users_api_v1 TO native;
"""
BACKEND = {"backends": {"order-service": {"shop-pg": {"user": "native", "password": PASSWORD}}}}
DYNAMIC = "DO $$BEGIN EXECUTE 'SELECT count(*) FROM ' || 'orders.orders'; END$$"


def confined(proxy):
    return proxy.metric("ringfence_backend_login_confined", service="order-service", server="shop-pg") == 1


def test_a_confined_login_may_use_dynamic_sql_and_the_server_stops_it_at_the_boundary(shop):
    server, proxy = shop(CONFINED, credentials=BACKEND)
    with proxy.connect() as c:
        allowed(c.ask(query(DYNAMIC)))
        allowed(c.ask(query("CREATE FUNCTION f(t text) RETURNS bigint LANGUAGE plpgsql AS "
                            "$$DECLARE n bigint; BEGIN EXECUTE 'SELECT count(*) FROM ' || t INTO n; RETURN n; END$$")))
        assert rows(c.ask(query("SELECT f('orders')"))) == [["3000"]]
        refused = error(c.ask(query("SELECT f('users.accounts')")))
        assert refused["C"] == "42501" and not refused["M"].startswith("ringfence")
        denied(c.ask(query("TABLE users.accounts")))
    assert confined(proxy)
    assert [line["caught_by"] for line in proxy.audited(2)] == ["server", "analysis"]


def test_dynamic_sql_can_be_denied_to_a_confined_login(shop):
    made = policies.shop()
    made["order-service"]["dynamic_sql"] = "deny"
    _, proxy = shop(CONFINED, credentials=BACKEND, policies=made)
    with proxy.connect() as c:
        assert "dynamic SQL" in denied(c.ask(query(DYNAMIC)))["M"]


def test_the_servers_secret_settings_are_not_handed_on_and_a_plain_login_has_none(shop):
    server, proxy = shop(CONFINED, credentials=BACKEND)
    with proxy.connect() as c:          # the server rules
        allowed(c.ask(query("SHOW ALL")))
        allowed(c.ask(query("SELECT current_setting('work_' || 'mem')")))
        assert not error(c.ask(query("SHOW primary_conninfo")))["M"].startswith("ringfence")
    with proxy.connect("billing") as c:     # by a superuser
        for statement in ("SHOW ALL", "SHOW primary_conninfo", "SELECT current_setting('primary_' || 'conninfo')"):
            denied(c.ask(query(statement)))
        assert rows(allowed(c.ask(query("SHOW work_mem")))) == [["4MB"]]


WIDER = [
    # (what widens it, what takes that back)
    ("ALTER ROLE native SUPERUSER", "ALTER ROLE native NOSUPERUSER"),
    ("ALTER ROLE native CREATEROLE", "ALTER ROLE native NOCREATEROLE"),
    ("ALTER ROLE native CREATEDB", "ALTER ROLE native NOCREATEDB"),
    ("ALTER ROLE native BYPASSRLS", "ALTER ROLE native NOBYPASSRLS"),
    ("ALTER ROLE native REPLICATION", "ALTER ROLE native NOREPLICATION"),
    ("GRANT pg_read_all_data TO native", "REVOKE pg_read_all_data FROM native"),
    ("GRANT pg_read_server_files TO native", "REVOKE pg_read_server_files FROM native"),
    ("GRANT pg_monitor TO native", "REVOKE pg_monitor FROM native"),
    ("CREATE ROLE other NOLOGIN; GRANT USAGE ON SCHEMA users TO other; GRANT SELECT ON users.accounts TO other; "
     "ALTER ROLE native NOINHERIT; GRANT other TO native", "REVOKE other FROM native; ALTER ROLE native INHERIT"),
    ("GRANT USAGE ON SCHEMA users TO native; GRANT SELECT ON users.accounts TO native",
     "REVOKE SELECT ON users.accounts FROM native; REVOKE USAGE ON SCHEMA users FROM native"),
    ("GRANT USAGE ON SCHEMA users TO PUBLIC; GRANT SELECT (email) ON users.accounts TO PUBLIC",
     "REVOKE SELECT (email) ON users.accounts FROM PUBLIC; REVOKE USAGE ON SCHEMA users FROM PUBLIC"),
    ("GRANT CREATE, USAGE ON SCHEMA billing TO native", "REVOKE CREATE, USAGE ON SCHEMA billing FROM native"),
    ("GRANT CREATE ON DATABASE shop TO native", "REVOKE CREATE ON DATABASE shop FROM native"),
    ("GRANT EXECUTE ON FUNCTION pg_read_file(text) TO native", "REVOKE EXECUTE ON FUNCTION pg_read_file(text) FROM native"),
    ("GRANT SELECT ON pg_authid TO native", "REVOKE SELECT ON pg_authid FROM native"),
    ("GRANT INSERT ON users_api_v1.accounts TO native", "REVOKE INSERT ON users_api_v1.accounts FROM native"),
    ("CREATE VIEW orders.v AS TABLE users.accounts; GRANT SELECT ON orders.v TO native", "DROP VIEW orders.v"),
    ("CREATE FUNCTION orders.f() RETURNS SETOF users.accounts LANGUAGE sql SECURITY DEFINER AS 'TABLE users.accounts'",
     "DROP FUNCTION orders.f"),
    ("CREATE FUNCTION orders.f(text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$BEGIN EXECUTE $1; END$$",
     "DROP FUNCTION orders.f"),
    ("CREATE FUNCTION orders.t() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS "
     "$$BEGIN DELETE FROM users.accounts; RETURN NULL; END$$;"
     "CREATE TRIGGER t AFTER INSERT ON orders.orders EXECUTE FUNCTION orders.t()", "DROP FUNCTION orders.t CASCADE"),
    ("CREATE FUNCTION orders.f(text) RETURNS text LANGUAGE internal AS 'pg_read_file_all'; ALTER FUNCTION orders.f OWNER TO native",
     "DROP FUNCTION orders.f"),
    ("SELECT lo_create(4711); GRANT SELECT ON LARGE OBJECT 4711 TO native", "SELECT lo_unlink(4711)"),
    ("CREATE EXTENSION postgres_fdw; CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw; "
     "GRANT USAGE ON FOREIGN SERVER s TO native", "DROP EXTENSION postgres_fdw CASCADE"),
]


@pytest.mark.parametrize("part", range(4))
def test_a_login_that_stops_being_confined_is_noticed(shop, part):
    server, proxy = shop(CONFINED, credentials=BACKEND, config={"catalogue_refresh_interval": "200ms"})
    with proxy.connect() as c:
        def refused():
            return error(c.ask(query(DYNAMIC))) is not None
        for wider, back in WIDER[part::4]:
            processes.wait_until(lambda: not refused(), f"it is confined before: {wider}")
            server.sql(wider)
            processes.wait_until(refused, f"dynamic SQL is denied after: {wider}")
            denied(c.ask(query(DYNAMIC)))
            server.sql(back)
        processes.wait_until(lambda: confined(proxy), "the metric says so")
    assert "backend login is no longer confined" in proxy.process.output()
