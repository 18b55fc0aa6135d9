"""MariaDB and MySQL: what is allowed, what is denied, and what everything around a denial looks like."""
import pytest

from harness import my_native, my_results as results, my_wire as wire, policies, service, wire as pg_wire
from harness.my_server import PASSWORD
from harness.processes import wait_until

enforced = pytest.mark.skipif(service.DIRECT, reason="nobody explains")
NOT_SQL = (1064, "42000")
DENIALS = (1142, 1044, 1227)


def denied(result):
    """(code, message) of a result that must be our refusal."""
    assert result.failed, result
    if service.DIRECT:
        assert result.code in my_native.REFUSALS, result
    elif (result.code, result.state) != NOT_SQL:          # what is no SQL, in the server's words
        assert result.code in DENIALS and result.state == "42000", result
        assert result.message.startswith("ringfence: "), result
    return result.code, result.message


def allowed(found):
    found = list(found)
    assert not any(r.failed for r in found), [r for r in found if r.failed]
    return found


def both(connection, sql):
    """By the text protocol, and prepared; what cannot be prepared at all is sent as text only."""
    if "?" not in sql:
        yield connection.query(sql)[-1]
    statement = connection.prepare(sql)
    if statement and statement.failed:
        yield statement
    elif statement:
        yield statement.execute(*[None] * statement.parameters)[-1]
        statement.close()


@enforced
def test_a_denial_explains_itself(my_ringfence):
    with my_ringfence.connect() as c:
        code, message = denied(c.one("SELECT email FROM users.accounts"))
    assert code == 1142
    assert message.startswith("ringfence: order-service may not read users.accounts")
    for part in ('schema "users" on shop-my is owned by user-service (team identity, #team-identity)',
                 "https://users.shop.example/openapi.json", "services/user-service.yaml"):
        assert part in message
    assert len(message) < 512                           # what clients' libraries keep of it


def test_an_error_does_not_tell_whether_a_foreign_object_exists(my_ringfence):
    with my_ringfence.connect() as c:
        there = denied(c.one("SELECT * FROM users.accounts"))
        missing = denied(c.one("SELECT * FROM users.no_such_table"))
        assert (missing[0], missing[1].replace("no_such_table", "accounts")) == there
        there = denied(c.one("USE users"))
        missing = denied(c.one("USE no_such_schema"))
        assert there[0] == missing[0] == 1044


OWN = [
    "SELECT count(*) FROM orders.orders",
    "SELECT count(*) FROM orders o JOIN order_lines l ON l.order_id = o.id WHERE o.status = 'paid'",
    "SELECT `orders`.`orders`.`id` FROM `orders` . `orders` LIMIT 1",
    "WITH users AS (SELECT 1 AS accounts) SELECT accounts FROM users",
    "SELECT (SELECT sum(quantity) FROM order_lines WHERE order_id = o.id) FROM orders o LIMIT 1",
    "SELECT tools.slug('A b'), weekend FROM tools.calendar LIMIT 1",
    "SELECT full_name FROM users_api_v1.accounts WHERE id = 1",
    "INSERT INTO orders (user_id) VALUES (0) ON DUPLICATE KEY UPDATE status = 'paid'",
    "UPDATE orders o JOIN order_lines l ON l.order_id = o.id SET o.status = 'paid' WHERE o.user_id = 0",
    "DELETE FROM orders WHERE user_id = 0",
    "CREATE TEMPORARY TABLE IF NOT EXISTS mine (n int)",
    "DROP TEMPORARY TABLE IF EXISTS mine",
    "EXPLAIN SELECT * FROM orders",
    "SHOW TABLES",
    "SHOW VARIABLES LIKE 'sql_mode'",
    "SELECT database(), @@version, now()",
    "ANALYZE TABLE orders",
    "SHOW CREATE TABLE orders",
    "SELECT table_name FROM information_schema.tables WHERE table_schema = database()",
]
FOREIGN = [
    "SELECT * FROM users.accounts",
    "SELECT * FROM `users`.`accounts`",
    "SELECT * FROM users/* x */./* y */accounts",
    "SELECT * FROM/*!users.accounts*/",
    "SELECT 1e0FROM users.accounts",
    "TABLE billing.invoices",
    "SELECT (SELECT max(total_cents) FROM billing.invoices)",
    "SELECT 1 FROM orders WHERE EXISTS (SELECT 1 FROM users.accounts)",
    "SELECT 1 UNION SELECT id FROM users.accounts",
    "INSERT INTO orders (user_id) SELECT id FROM users.accounts",
    "INSERT INTO orders (user_id) VALUES ((SELECT max(id) FROM users.accounts))",
    "UPDATE orders o JOIN users.accounts a ON a.id = o.user_id SET o.status = 'paid'",
    "UPDATE users.accounts SET email = 'x'",
    "DELETE o FROM orders o JOIN billing.invoices i ON i.order_id = o.id",
    "REPLACE INTO users.accounts (id) VALUES (1)",
    "TRUNCATE users.accounts",
    "HANDLER users.accounts OPEN",
    "LOCK TABLES users.accounts READ",
    "CREATE TABLE t AS SELECT * FROM users.accounts",
    "CREATE TABLE t LIKE users.accounts",
    "CREATE TABLE t (id bigint, FOREIGN KEY (id) REFERENCES users.accounts (id))",
    "CREATE VIEW v AS SELECT * FROM users.accounts",
    "ALTER TABLE orders RENAME TO users.orders",
    "RENAME TABLE users.accounts TO orders.accounts",
    "DROP TABLE users.accounts",
    "DROP DATABASE users",
    "CREATE DATABASE another",
    "SHOW TABLES FROM users",
    "SHOW CREATE TABLE users.accounts",
    "DESCRIBE users.accounts",
    "EXPLAIN SELECT * FROM users.accounts",
    "SELECT * FROM mysql.user",
    "SELECT * FROM orders INTO OUTFILE '/tmp/ringfence-orders'",
    "LOAD DATA INFILE '/etc/passwd' INTO TABLE orders",
    "LOAD DATA LOCAL INFILE 'x' INTO TABLE users.accounts",
    "GRANT ALL ON *.* TO orders",
    "CREATE USER mallory",
    "SET PASSWORD FOR users = ''",
    "SET GLOBAL general_log = 1",
    "SHUTDOWN",
    "FLUSH TABLES WITH READ LOCK",
    "PREPARE p FROM 'SELECT * FROM users.accounts'",
    "INSTALL PLUGIN x SONAME 'x'",
    "INSERT INTO users_api_v1.accounts (id) VALUES (1)",
    "INSERT INTO tools.calendar VALUES ('2030-01-01', 1)",
    "SELECT * FROM unknown_schema.t",
    "this is no sql",
    "SELECT (((1)",
    "SELECT 1; SELECT * FROM users.accounts",
]
# The server itself would not refuse these: it shows less to whom may see less, or the danger is in what comes after.
BEYOND = [
    "SELECT * FROM users_api_v1.accounts FOR UPDATE",
    "XA START 'x'",
    "CREATE TRIGGER g BEFORE INSERT ON orders FOR EACH ROW SET NEW.user_id = (SELECT 1 FROM users.accounts)",
    "CREATE PROCEDURE p() SELECT * FROM users.accounts",
    "SHOW DATABASES",
    "SHOW PROCESSLIST",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM information_schema.processlist",
    "SELECT * FROM performance_schema.threads",
    "SELECT load_file('/etc/passwd')",
    "SET sql_mode = 'ORACLE'",
    "SET NAMES gbk",
    "PREPARE p FROM @x",
    "SELECT column_name FROM information_schema.columns WHERE table_schema LIKE 'u%'",
    "SET character_set_client = 'sjis'",
]


@pytest.mark.parametrize("sql", OWN)
def test_allowed_over_both_protocols(my_ringfence, sql):
    with my_ringfence.connect() as c:
        c.one("BEGIN")
        allowed(both(c, sql))


@pytest.mark.parametrize("sql", FOREIGN + ([] if service.DIRECT else BEYOND))
def test_denied_over_both_protocols(my_ringfence, sql):
    with my_ringfence.connect() as c:
        for result in both(c, sql):
            denied(result)
        assert c.value("SELECT 1") == "1" and c.value("SELECT database()") == "orders"


def test_nothing_foreign_was_altered(my_ringfence):
    """The denied statements above had no effect."""
    assert my_ringfence.server.sql("SELECT count(*) FROM users.accounts") == "1000"
    assert my_ringfence.server.sql("SELECT count(*) FROM billing.invoices") == "3000"
    assert my_ringfence.server.sql("SELECT count(*) FROM mysql.user WHERE user = 'mallory'") == "0"
    assert my_ringfence.server.sql("SELECT count(*) FROM schemata WHERE schema_name IN ('another')") == "0"


def test_each_service_has_its_own_boundary(my_ringfence):
    with my_ringfence.connect("users") as c:
        allowed(c.query("SELECT email FROM accounts LIMIT 1"))
        denied(c.one("SELECT * FROM orders.orders"))


def test_a_share_lends_its_columns_for_reading_only(my_ringfence):
    with my_ringfence.connect("billing") as c:
        allowed(c.query("SELECT a.id, a.email FROM users.accounts a JOIN invoices i ON i.account_id = a.id LIMIT 1"))
        allowed(both(c, "SELECT email FROM users.accounts WHERE id = ?"))
        for sql in ("SELECT * FROM users.accounts", "SELECT password_hash FROM users.accounts",
                    "SELECT id FROM users.accounts ORDER BY birthday", "SELECT id FROM users.addresses",
                    "UPDATE users.accounts SET email = ''", "DELETE FROM users.accounts",
                    "SELECT count(*) FROM users.accounts WHERE password_hash LIKE 'a%'"):
            denied(c.one(sql))
        for sql in () if service.DIRECT else ("SELECT email FROM users.accounts FOR UPDATE",
                                              "SHOW COLUMNS FROM users.accounts"):
            denied(c.one(sql))


def test_a_share_ends_without_a_reload(new_my_ringfence, today_is):
    made = policies.shop("mysql")
    last = made["user-service"]["shares"][0]["until"]
    proxy = new_my_ringfence(policies=made, **today_is(policies.until(31)))
    with proxy.connect("billing") as c:
        _, message = denied(c.one("SELECT email FROM users.accounts LIMIT 1"))
    assert f"ended on {last}" in message
    assert proxy.metric("ringfence_violations_total", service="billing-service", reason="share_expired") == 1


def test_observe_forwards_counts_and_logs(new_my_ringfence):
    made = policies.shop("mysql")
    made["order-service"]["mode"] = "observe"
    proxy = new_my_ringfence(policies=made)
    with proxy.connect() as c:
        assert c.value("SELECT count(*) FROM users.accounts") == "1000"
        assert c.prepare("SELECT count(*) FROM billing.invoices").execute()[0].rows == [[3000]]
    assert proxy.metric("ringfence_violations_total", service="order-service", mode="observe") == 2
    line = proxy.audited(2)[0]
    assert line["mode"] == "observe" and line["owner"] == "user-service" and line["server"] == "shop-my"


def test_a_denial_is_counted_and_audited_without_its_literals(new_my_ringfence):
    proxy = new_my_ringfence()
    with proxy.connect() as c:
        denied(c.one("SELECT * FROM users.accounts WHERE password_hash = 'hunter2-literal' AND id = 4111111111111111"))
        statement = c.prepare("SELECT id FROM orders WHERE status = ?")
        allowed(statement.execute("parameter-value"))
    assert proxy.metric("ringfence_violations_total", service="order-service", owner="user-service", server="shop-my",
                        schema="users", action="read", reason="foreign", mode="enforce") == 1
    line, = proxy.audited(1)
    assert line["schema"] == "users" and line["objects"] == ["users.accounts"] and line["identity"] == "login orders"
    written = proxy.audit_file.read_text() + proxy.process.output() + proxy.admin("/metrics")[1]
    assert not [s for s in ("hunter2", "4111111111111111", "parameter-value") if s in written]


# A denied statement behaves as one that the server refused: by itself it has no effect, and a transaction goes on.

def test_a_transaction_goes_on_after_a_denial(my_ringfence):
    with my_ringfence.connect() as c:
        allowed(c.query("BEGIN"))
        allowed(c.query("INSERT INTO orders (user_id) VALUES (777001)"))
        denied(c.one("SELECT * FROM users.accounts"))
        assert c.ask(wire.PING)[0].status & results.IN_TRANSACTION
        denied(c.prepare("DELETE FROM users.accounts"))
        allowed(c.query("INSERT INTO orders (user_id) VALUES (777001)"))
        ended = c.one("COMMIT")
        assert ended.ok and not ended.status & results.IN_TRANSACTION
    assert my_ringfence.server.sql("SELECT count(*) FROM orders.orders WHERE user_id = 777001") == "2"
    my_ringfence.server.sql("DELETE FROM orders.orders WHERE user_id = 777001")


def test_what_the_server_says_about_the_last_statement_is_as_after_a_refusal(my_ringfence):
    """row_count(), the count of errors, warnings: as when the server itself says no."""
    def told(c, refused):
        allowed(c.query("INSERT INTO orders (user_id) VALUES (770002)"))
        assert c.one(refused).failed
        shown = [c.value(f"SELECT {what}") for what in ("row_count()", "@@error_count", "@@warning_count")]
        assert c.one(refused).failed
        return shown, [row[:2] for row in c.one("SHOW WARNINGS").rows]
    statement = "SELECT * FROM users.accounts"
    server = my_ringfence.server
    server.sql(f"CREATE USER IF NOT EXISTS narrow {server.identified(server.plugin)}; GRANT ALL ON orders.* TO narrow")
    with my_ringfence.connect() as c, wire.Connection(server.host, server.port) as direct:
        direct.login("narrow", "orders", PASSWORD)
        for one in (c, direct):
            allowed(one.query("BEGIN"))
        assert told(c, statement) == told(direct, statement)


@enforced
def test_several_statements_run_wholly_or_not_at_all(my_ringfence):
    with my_ringfence.connect() as c:
        for sql in ("INSERT INTO orders (user_id) VALUES (777003); SELECT * FROM users.accounts",
                    "SELECT * FROM users.accounts; INSERT INTO orders (user_id) VALUES (777003)",
                    "BEGIN; INSERT INTO orders (user_id) VALUES (777003); COMMIT; TABLE users.accounts",
                    "INSERT INTO orders (user_id) VALUES (777003); this is no sql",
                    "INSERT INTO orders (user_id) VALUES (777003);/*! DELETE FROM users.accounts */",
                    "USE users; INSERT INTO orders.orders (user_id) VALUES (777003)"):
            result, = c.query(sql)
            denied(result)
        assert [r.rows for r in allowed(c.query("SELECT 1; SELECT 2"))] == [[["1"]], [["2"]]]
        assert c.value("SELECT database()") == "orders"
    assert my_ringfence.server.sql("SELECT count(*) FROM orders.orders WHERE user_id = 777003") == "0"


def test_an_error_within_several_statements_is_the_servers_and_ends_them(my_ringfence):
    with my_ringfence.connect() as c:
        found = c.query("SELECT 1; SELECT * FROM nothing_here; SELECT 2")
        assert [r.rows or r.code for r in found] == [[["1"]], 1146]
        assert c.value("SELECT 3") == "3"


def test_the_servers_own_errors_pass_unchanged(my_ringfence):
    with my_ringfence.connect() as c, wire.Connection(my_ringfence.server.host, my_ringfence.server.port) as direct:
        direct.login("orders", "orders", PASSWORD)
        for sql in ("SELECT * FROM nothing_here", "SELECT nothing FROM orders", "INSERT INTO orders (id) VALUES (1)",
                    "SELECT (SELECT 1 UNION SELECT 2)", "DROP TABLE nothing_here", "ROLLBACK TO nowhere",
                    "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'mine', MYSQL_ERRNO = 4711"):
            assert c.one(sql).error == direct.one(sql).error


def test_a_syntax_error_reads_as_the_servers_own(my_ringfence):
    with my_ringfence.connect() as c, wire.Connection(my_ringfence.server.host, my_ringfence.server.port) as direct:
        direct.login("orders", "orders", PASSWORD)
        for sql in ("SELEKT 2", "SELECT 'äöü' FRM x y z", "SELECT (", "SELECT 1 FROM"):
            told, expected = c.one(sql).error, direct.one(sql).error
            assert told == expected and told[:2] == NOT_SQL, sql


def test_the_current_schema_is_followed(my_ringfence):
    with my_ringfence.connect("users", database="users") as c:
        allowed(c.query("SELECT email FROM accounts LIMIT 1"))
        allowed(c.query("USE users_api_v1"))
        assert c.one("SELECT email FROM accounts LIMIT 1").code == 1054              # the view has none
        assert c.ask(wire.INIT_DB, b"users")[0].ok
        allowed(c.query("SELECT email FROM accounts LIMIT 1"))
        allowed(c.query("/*! USE users_api_v1 */; SELECT full_name FROM accounts LIMIT 1"))
        assert c.value("SELECT database()") == "users_api_v1"
        denied(c.one("USE orders"))
        assert c.value("SELECT database()") == "users_api_v1"
        assert c.ask(wire.INIT_DB, b"billing")[0].code == 1044
        assert c.value("SELECT database()") == "users_api_v1"


def test_a_prepared_statement_keeps_the_schema_it_was_prepared_in(my_ringfence):
    with my_ringfence.connect("users", database="users") as c:
        statement = c.prepare("SELECT count(*) FROM accounts WHERE email LIKE ?")
        allowed(c.query("USE users_api_v1"))
        assert statement.execute("ada.%")[0].rows[0][0] > 0


def test_a_foreign_schema_is_refused_at_login_and_by_init_db(my_ringfence):
    for database in ("users", "mysql", "information_schema_", "no_such_schema"):
        with my_ringfence.raw() as c, pytest.raises(wire.Refused) as caught:
            c.login("orders", database, PASSWORD)
        assert (caught.value.code, caught.value.state) == (1044, "42000")
    with my_ringfence.connect() as c:
        for database in (b"users", b"mysql", b"no_such_schema"):
            assert denied(c.ask(wire.INIT_DB, database)[0])[0] == 1044


def test_a_login_without_a_schema_has_none(my_ringfence):
    with my_ringfence.raw() as c:
        c.login("orders", None, PASSWORD)
        assert c.value("SELECT database()") is None
        assert c.one("SELECT * FROM orders").code == 1046
        assert c.value("SELECT count(*) FROM orders.orders") == "3000"
        denied(c.one("SELECT * FROM users.accounts"))


def test_prepared_statements_of_sql_are_followed(my_ringfence):
    with my_ringfence.connect() as c:
        allowed(c.query("PREPARE p FROM 'SELECT count(*) FROM orders WHERE id < ?'"))
        allowed(c.query("SET @limit = 11"))
        assert c.one("EXECUTE p USING @limit").rows == [["10"]]
        denied(c.one("PREPARE p FROM 'SELECT * FROM users.accounts'"))
        again = c.one("EXECUTE p USING @limit")         # servers drop the one before even when the new one fails
        assert again.rows == [["10"]] if again.ok else again.code == 1243


def test_a_prepared_statement_is_decided_anew_when_the_policy_has_changed(new_my_ringfence):
    proxy = new_my_ringfence()
    with proxy.connect("billing") as c:
        statement = c.prepare("SELECT email FROM users.accounts WHERE id = ?")
        allowed(statement.execute(1))
        made = policies.shop("mysql")
        made["user-service"].pop("shares")
        proxy.write_policies(made)
        wait_until(lambda: c.one("SELECT email FROM users.accounts LIMIT 1").failed, "the new policy holds")
        denied(statement.execute(1)[0])
        assert c.value("SELECT 1") == "1"


def test_the_same_proxy_serves_both_engines(new_my_ringfence, my_server, postgres):
    proxy = new_my_ringfence(my_server, also=postgres)
    with proxy.connect() as c:
        denied(c.one("SELECT * FROM users.accounts"))
    with pg_wire.Connection(proxy.host, proxy.ports["postgresql"]) as c:
        c.login("orders", "shop", PASSWORD)
        assert pg_wire.first(c.ask(pg_wire.query("SELECT * FROM users.accounts")), b"E").fields["C"] == "42501"
    assert proxy.metric("ringfence_violations_total", server="shop-my") == 1
    assert proxy.metric("ringfence_violations_total", server="shop-pg") == 1
