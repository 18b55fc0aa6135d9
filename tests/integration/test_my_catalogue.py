"""What the text of a statement does not show, on MariaDB and MySQL: views, triggers, routines, keys made by others. Every
object here is made past ringfence, as an administrator or a former application would have."""
import pytest

from harness.my_server import PASSWORD
from harness.processes import wait_until

from test_my_decisions import allowed, both, denied

# (objects, statement, what the denial says); all on one server.
REACHING = [
    ("CREATE VIEW orders.v AS SELECT email FROM users.accounts", "SELECT count(*) FROM v",
     "read users.accounts through orders.v"),
    ("CREATE SQL SECURITY INVOKER VIEW orders.w AS SELECT email FROM users.accounts", "SELECT count(*) FROM orders.w",
     "read users.accounts through orders.w"),
    ("CREATE TABLE orders.noted (n int); CREATE TRIGGER orders.t AFTER INSERT ON orders.noted FOR EACH ROW "
     "DELETE FROM billing.invoices WHERE id = NEW.n", "INSERT INTO noted VALUES (1)",
     "billing.invoices through orders.noted"),
    ("CREATE FUNCTION orders.f() RETURNS int READS SQL DATA RETURN (SELECT count(*) FROM users.accounts);"
     "CREATE VIEW orders.chain AS SELECT orders.f() AS n", "SELECT n FROM chain", "read users.accounts through orders.f"),
    ("CREATE VIEW orders.under AS SELECT id FROM users.accounts; CREATE VIEW orders.over AS SELECT id FROM orders.under",
     "SELECT count(*) FROM `over`", "read users.accounts through orders."),
    ("CREATE PROCEDURE orders.p() DELETE FROM billing.invoices", "CALL p()", "billing.invoices through orders.p"),
    ("CREATE TABLE users.plain (n int) ENGINE=MyISAM; CREATE TABLE orders.merged (n int) ENGINE=MERGE UNION=(users.plain)",
     "SELECT count(*) FROM merged", "users.plain through orders.merged"),
    # A view that shows more than its owner's things is not the owner's to lend.
    ("CREATE VIEW users_api_v1.spent AS SELECT total_cents FROM billing.invoices", "SELECT count(*) FROM users_api_v1.spent",
     "read billing.invoices through users_api_v1.spent"),
]
LONG = {"catalogue_refresh_interval": "1h", "catalogue_max_age": "2h"}


@pytest.fixture
def shop(new_my_server, new_my_ringfence):
    """make(SQL): a server of the test's own, with these objects, behind a ringfence of the test's own."""
    def make(sql, **settings):
        server = new_my_server()
        if sql:
            server.sql(sql)
        return server, new_my_ringfence(server, **settings)
    return make


def readings(proxy):
    return proxy.metric("ringfence_catalogue_reads_total", result="ok")


def test_what_reaches_another_schema_is_denied_when_it_is_used(shop):
    _, proxy = shop(";\n".join(objects for objects, _, _ in REACHING))
    with proxy.connect() as c:
        for objects, statement, expected in REACHING:
            for result in both(c, statement):
                assert result.failed, objects
                _, message = denied(result)
                assert message.startswith("ringfence: order-service may not ") and expected in message, objects
            assert c.value("SELECT 1") == "1"


def test_what_stays_with_one_owner_or_was_lent_is_allowed(shop):
    _, proxy = shop("""
        CREATE VIEW orders.v AS SELECT o.id, a.full_name FROM orders.orders o JOIN users_api_v1.accounts a ON a.id = o.user_id;
        CREATE FUNCTION orders.f() RETURNS int READS SQL DATA RETURN (SELECT count(*) FROM orders.orders);
        CREATE TABLE orders.noted (n int); CREATE TABLE orders.log (n int);
        CREATE TRIGGER orders.t AFTER INSERT ON orders.noted FOR EACH ROW INSERT INTO orders.log VALUES (NEW.n);
        CREATE VIEW billing.v AS SELECT id, email FROM users.accounts;
        CREATE TABLE orders.parent (id int PRIMARY KEY);
        CREATE TABLE billing.child (parent int, FOREIGN KEY (parent) REFERENCES orders.parent (id) ON DELETE CASCADE);
    """)
    with proxy.connect() as c:
        for statement in ("SELECT count(*) FROM v", "SELECT orders.f()", "INSERT INTO noted VALUES (1)",
                          "DELETE FROM noted", "DELETE FROM parent",     # the key is billing's own word
                          "DROP VIEW v", "DROP TRIGGER t"):
            allowed(c.query(statement))
    with proxy.connect("billing") as c:
        allowed(c.query("SELECT count(*) FROM v"))


def test_what_others_define_meanwhile_is_noticed(shop):
    server, proxy = shop("CREATE VIEW orders.v AS SELECT 1 AS n", config={"catalogue_refresh_interval": "300ms"})
    with proxy.connect() as c:
        prepared = c.prepare("SELECT n FROM v")
        assert c.value("SELECT n FROM v") == "1"
        allowed(prepared.execute())
        server.sql("CREATE OR REPLACE VIEW orders.v AS SELECT count(*) AS n FROM users.accounts")
        wait_until(lambda: c.one("SELECT n FROM v").failed, "the new view is known")
        denied(c.one("SELECT n FROM v"))
        denied(prepared.execute()[-1])
        server.sql("CREATE OR REPLACE VIEW orders.v AS SELECT 2 AS n")
        wait_until(lambda: not c.one("SELECT n FROM v").failed, "the newest view is known")


def test_what_a_service_defines_is_noticed_at_once(shop):
    """The refresh interval is long: it is the DDL that asks for a new reading."""
    _, proxy = shop("", config=LONG)
    with proxy.connect("users") as owner, proxy.connect() as c:
        allowed(owner.query("CREATE TABLE users.more (id int PRIMARY KEY)"))
        allowed(owner.query("CREATE VIEW users_api_v1.lent AS SELECT id FROM users.more"))
        before = readings(proxy)
        allowed(c.query("CREATE VIEW orders.mine AS SELECT id FROM users_api_v1.lent"))
        wait_until(lambda: readings(proxy) > before, "it was read again")
        allowed(c.query("SELECT count(*) FROM mine"))


def test_a_login_that_cannot_read_takes_nothing_from_those_that_can(shop):
    server, proxy = shop("", credentials={"backends": {"billing-service": {
        "shop-my": {"user": "nobody_has_this", "password": PASSWORD}}}})
    with proxy.connect() as c:
        allowed(c.query("SELECT count(*) FROM orders"))
    wait_until(lambda: "a catalogue could not be read" in proxy.process.output(), "it is logged")
    assert "nobody_has_this" in proxy.process.output()


# Confined logins.

BACKEND = {"backends": {"order-service": {"shop-my": {"user": "native", "password": PASSWORD}}}}
DYNAMIC = ("SET @text = CONCAT('SELECT count(*) FROM ', 'orders.', 'orders')", "PREPARE s FROM @text", "EXECUTE s",
           "DEALLOCATE PREPARE s")


def native(server):
    """Rights of its own on its schema only."""
    return (f"CREATE USER native@'%' {server.identified(server.plugin)}; GRANT ALL PRIVILEGES ON orders.* TO native@'%';"
            "GRANT SELECT ON users_api_v1.* TO native@'%'")


def confined(proxy, service="order-service"):
    return proxy.metric("ringfence_backend_login_confined", service=service, server="shop-my") == 1


def test_a_confined_login_may_use_dynamic_sql_and_the_server_stops_it_at_the_boundary(shop, my_server):
    _, proxy = shop(native(my_server), credentials=BACKEND)
    with proxy.connect() as c:
        for statement in DYNAMIC:
            allowed(c.query(statement))
        allowed(c.query("SET @text = 'SELECT count(*) FROM users.accounts'"))
        result = c.one("PREPARE s FROM @text")
        assert result.failed and not result.message.startswith("ringfence"), result
        denied(c.one("SELECT count(*) FROM users.accounts"))
    assert confined(proxy)


def test_an_administrators_login_is_not_confined(shop):
    _, proxy = shop("")
    with proxy.connect() as c:
        allowed(c.query(DYNAMIC[0]))
        assert "put together when it runs" in denied(c.one(DYNAMIC[1]))[1]
    assert not confined(proxy)


def test_a_login_that_stops_being_confined_is_noticed(shop, my_server):
    server, proxy = shop(native(my_server), credentials=BACKEND, config={"catalogue_refresh_interval": "200ms"})
    with proxy.connect() as c:
        def refused():
            c.one(DYNAMIC[0])
            return c.one(DYNAMIC[1]).failed
        for wider, back in (("GRANT SELECT ON users.accounts TO native@'%'", "REVOKE SELECT ON users.accounts FROM native@'%'"),
                            ("GRANT FILE ON *.* TO native@'%'", "REVOKE FILE ON *.* FROM native@'%'"),
                            ("CREATE PROCEDURE orders.p() SELECT count(*) FROM users.accounts",
                             "DROP PROCEDURE orders.p")):
            wait_until(lambda: not refused(), f"it is confined before: {wider}")
            server.sql(wider)
            wait_until(refused, f"dynamic SQL is denied after: {wider}")
            server.sql(back)
        wait_until(lambda: confined(proxy), "the metric says so")
    assert "backend login is no longer confined" in proxy.process.output()
