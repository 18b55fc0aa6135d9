"""What is allowed, what is denied, and what everything around a denial looks like."""
import pytest

from harness import policies, wire
from harness.postgres import PASSWORD
from harness.wire import bind, describe, execute, first, kinds, one_shot, parse, query, rows, SYNC


def denied(messages):
    """The fields of the one error among them, which must be ours."""
    errors = [m for m in messages if m.kind == b"E"]
    assert len(errors) == 1, messages
    fields = errors[0].fields
    if fields["C"] != "42601":          # what is no SQL, in the server's words
        assert fields["C"] == "42501" and fields["M"].startswith("ringfence: "), fields
    return fields


def allowed(messages):
    assert all(m.kind != b"E" for m in messages), [m.fields for m in messages if m.kind == b"E"]
    return messages


def test_a_denial_explains_itself(ringfence):
    with ringfence.connect() as c:
        fields = denied(c.ask(query("SELECT email FROM users.accounts")))
    assert fields["S"] == fields["V"] == "ERROR"
    assert fields["M"] == "ringfence: order-service may not read users.accounts"
    assert fields["D"] == 'schema "users" on shop-pg/shop is owned by user-service (team identity, #team-identity)'
    assert "https://users.shop.example/openapi.json" in fields["H"] and "services/user-service.yaml" in fields["H"]
    assert fields["s"] == "users" and fields["t"] == "accounts"


def test_an_error_does_not_tell_whether_a_foreign_object_exists(ringfence):
    with ringfence.connect() as c:
        there = denied(c.ask(query("SELECT * FROM users.accounts")))
        missing = denied(c.ask(query("SELECT * FROM users.no_such_table")))
    assert {k: v.replace("no_such_table", "accounts") for k, v in missing.items()} == there


OWN = [
    "SELECT count(*) FROM orders.orders",
    "SELECT count(*) FROM orders o JOIN order_lines l ON l.order_id = o.id WHERE o.status = 'paid'",
    "WITH users AS (SELECT 1 AS accounts) SELECT accounts FROM users",
    "SELECT id::text, quantity FROM orders.orders, LATERAL (SELECT sum(quantity) AS quantity FROM order_lines "
    "WHERE order_id = orders.id) x LIMIT 1",
    "SELECT encode(extensions.digest('a', 'sha256'), 'hex')",
    "SELECT full_name FROM users_api_v1.accounts WHERE id = 1",
    "BEGIN; CREATE TABLE orders.fresh (n int PRIMARY KEY); CREATE INDEX ON orders.fresh (n); "
    "INSERT INTO orders.fresh VALUES (1) ON CONFLICT DO NOTHING; DROP TABLE orders.fresh; ROLLBACK",
    "CREATE TEMP TABLE mine (n int); INSERT INTO mine VALUES (1); DROP TABLE mine",
    "EXPLAIN SELECT * FROM orders",
    "SHOW search_path",
    "SELECT current_database(), current_setting('TimeZone'), now()",
    "VACUUM orders.orders",
    "",
]
FOREIGN = [
    "SELECT * FROM users.accounts",
    'SELECT * FROM "users"."accounts"',
    'SELECT * FROM U&"u\\0073ers".accounts',
    "SELECT * FROM shop.users.accounts",
    "TABLE billing.invoices",
    "SELECT (SELECT max(total_cents) FROM billing.invoices)",
    "WITH x AS (DELETE FROM users.accounts RETURNING *) SELECT * FROM x",
    "SELECT 1 WHERE EXISTS (SELECT FROM users.accounts)",
    "INSERT INTO orders.orders (user_id) SELECT id FROM users.accounts",
    "UPDATE orders.orders SET status = 'paid' FROM users.accounts a WHERE a.id = user_id",
    "UPDATE users.accounts SET email = 'x'",
    "DELETE FROM orders.orders USING billing.invoices i WHERE i.order_id = orders.id",
    "MERGE INTO orders.orders o USING users.accounts a ON a.id = o.user_id WHEN MATCHED THEN DELETE",
    "TRUNCATE users.accounts",
    "COPY users.accounts TO STDOUT",
    "COPY (SELECT * FROM users.accounts) TO STDOUT",
    "COPY orders.orders TO PROGRAM 'cat'",
    "COPY orders.orders FROM '/etc/passwd'",
    "CREATE TABLE orders.t AS SELECT * FROM users.accounts",
    "CREATE TABLE orders.t (LIKE users.accounts)",
    "CREATE TABLE orders.t (id bigint REFERENCES users.accounts)",
    "CREATE VIEW orders.v AS SELECT * FROM users.accounts",
    "ALTER TABLE orders.orders SET SCHEMA users",
    "DROP TABLE users.accounts",
    "DROP SCHEMA users CASCADE",
    "GRANT ALL ON users.accounts TO PUBLIC",
    "LOCK TABLE users.accounts",
    "SELECT 'users.accounts'::regclass",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT query_to_xml('SELECT * FROM users.accounts', true, true, '')",
    "SELECT pg_terminate_backend(1)",
    "SELECT lo_import('/etc/passwd')",
    "SELECT * FROM pg_catalog.pg_authid",
    "SELECT * FROM pg_stats",
    "DO $$ BEGIN EXECUTE 'SELECT * FROM users.' || 'accounts'; END $$",
    "CREATE FUNCTION orders.f() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM users.accounts'",
    "PREPARE p AS SELECT * FROM users.accounts",
    "DECLARE c CURSOR FOR SELECT * FROM users.accounts",
    "EXPLAIN ANALYZE SELECT * FROM users.accounts",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
    "CREATE ROLE mallory SUPERUSER",
    "ALTER SYSTEM SET log_statement = 'all'",
    "ALTER ROLE ringfence SET search_path = users",
    "SELECT 1; SELECT * FROM users.accounts",
    "SELECT * FROM users_api_v1.accounts FOR UPDATE",
    "INSERT INTO users_api_v1.accounts VALUES (1)",
    "SELECT * FROM unknown_schema.t",
    "this is no sql",
    "SELECT (((1)",
]


@pytest.mark.parametrize("sql", OWN)
def test_allowed_over_both_protocols(ringfence, sql):
    with ringfence.connect() as c:
        allowed(c.ask(query(sql)))
        if ";" not in sql:
            allowed(c.ask(one_shot(sql) + SYNC))


@pytest.mark.parametrize("sql", FOREIGN)
def test_denied_over_both_protocols(ringfence, sql):
    with ringfence.connect() as c:
        denied(c.ask(query(sql)))
        denied(c.ask(one_shot(sql) + SYNC))
        assert rows(c.ask(query("SELECT 1"))) == [["1"]]


def test_nothing_foreign_was_altered(ringfence, postgres):
    """The denied statements above had no effect."""
    assert postgres.sql("SELECT count(*) FROM users.accounts") == "1000"
    assert postgres.sql("SELECT count(*) FROM billing.invoices") == "3000"
    assert postgres.sql("SELECT count(*) FROM pg_roles WHERE rolname = 'mallory'") == "0"


def test_each_service_has_its_own_boundary(ringfence):
    with ringfence.connect("users") as c:
        allowed(c.ask(query("SELECT email FROM accounts LIMIT 1")))
        denied(c.ask(query("SELECT * FROM orders.orders")))


def test_a_share_lends_its_columns_for_reading_only(ringfence):
    with ringfence.connect("billing") as c:
        allowed(c.ask(query("SELECT a.id, a.email FROM users.accounts a JOIN invoices i ON i.account_id = a.id LIMIT 1")))
        for sql in ("SELECT * FROM users.accounts", "SELECT password_hash FROM users.accounts",
                    "SELECT a FROM users.accounts a", "SELECT id FROM users.accounts ORDER BY birthday",
                    "SELECT id FROM users.addresses", "UPDATE users.accounts SET email = ''",
                    "SELECT count(*) FROM users.accounts WHERE password_hash LIKE 'a%'"):
            denied(c.ask(query(sql)))


def test_a_share_holds_through_its_last_day_and_no_longer(new_ringfence, postgres):
    made = policies.shop()
    made["user-service"]["shares"][0]["until"] = policies.until(0)
    today = new_ringfence(policies=made)
    with today.connect("billing") as c:
        allowed(c.ask(query("SELECT email FROM users.accounts LIMIT 1")))


def test_a_share_ends_without_a_reload(new_ringfence, today_is):
    made = policies.shop()
    last = made["user-service"]["shares"][0]["until"]
    proxy = new_ringfence(policies=made, **today_is(policies.until(31)))
    with proxy.connect("billing") as c:
        fields = denied(c.ask(query("SELECT email FROM users.accounts LIMIT 1")))
    assert f"ended on {last}" in fields["D"]
    assert proxy.metric("ringfence_violations_total", service="billing-service", reason="share_expired") == 1


def test_observe_forwards_counts_and_logs(new_ringfence):
    made = policies.shop()
    made["order-service"]["mode"] = "observe"
    proxy = new_ringfence(policies=made)
    with proxy.connect() as c:
        assert rows(allowed(c.ask(query("SELECT count(*) FROM users.accounts")))) == [["1000"]]
        assert rows(allowed(c.ask(one_shot("SELECT count(*) FROM billing.invoices") + SYNC))) == [["3000"]]
    assert proxy.metric("ringfence_violations_total", service="order-service", mode="observe") == 2
    line = proxy.audited(2)[0]
    assert line["mode"] == "observe" and line["owner"] == "user-service"


# A denied statement behaves as an error that the server raised.

def test_a_denial_aborts_the_transaction(ringfence, postgres):
    with ringfence.connect() as c:
        allowed(c.ask(query("BEGIN")))
        allowed(c.ask(query("INSERT INTO orders (user_id) VALUES (777001)")))
        messages = c.ask(query("SELECT * FROM users.accounts"))
        denied(messages)
        assert messages[-1].body == b"E"
        assert first(c.ask(query("SELECT 1")), b"E").fields["C"] == "25P02"
        done = c.ask(query("COMMIT"))
        assert first(done, b"C").tag == "ROLLBACK" and done[-1].body == b"I"
    assert postgres.sql("SELECT count(*) FROM orders.orders WHERE user_id = 777001") == "0"


def test_a_savepoint_survives_a_denial(ringfence):
    with ringfence.connect() as c:
        allowed(c.ask(query("BEGIN; SAVEPOINT s")))
        denied(c.ask(query("SELECT * FROM users.accounts")))
        messages = allowed(c.ask(query("ROLLBACK TO s")))
        assert messages[-1].body == b"T"
        assert rows(c.ask(query("SELECT 1"))) == [["1"]]
        c.ask(query("ROLLBACK"))


def test_a_string_of_statements_runs_wholly_or_not_at_all(ringfence, postgres):
    with ringfence.connect() as c:
        denied(c.ask(query("INSERT INTO orders (user_id) VALUES (777002); SELECT * FROM users.accounts")))
        denied(c.ask(query("BEGIN; INSERT INTO orders (user_id) VALUES (777002); COMMIT; TABLE users.accounts")))
    assert postgres.sql("SELECT count(*) FROM orders.orders WHERE user_id = 777002") == "0"


def test_earlier_statements_of_a_denied_pipeline_do_not_commit(ringfence, postgres):
    insert = one_shot("INSERT INTO orders (user_id) VALUES (777003)")
    with ringfence.connect() as c:
        messages = c.ask(insert + one_shot("SELECT * FROM users.accounts") + insert + SYNC)
        denied(messages)
        assert kinds(messages) == "12CEZ"
        assert messages[-1].body == b"I"
    assert postgres.sql("SELECT count(*) FROM orders.orders WHERE user_id = 777003") == "0"


def test_two_errors_in_one_pipeline_each_skip_to_their_own_sync(ringfence):
    bad, good = one_shot("SELECT * FROM users.accounts"), one_shot("SELECT 7")
    with ringfence.connect() as c:
        c.send(bad + good + SYNC + good + SYNC + bad + bad + SYNC + one_shot("SELECT 1/0") + bad + SYNC)
        answers = [kinds(c.ready()) for _ in range(4)]
    assert answers == ["EZ", "12DCZ", "EZ", "1EZ"]      # the server divides when it plans, at Bind


def test_a_standalone_describe_of_a_denied_statement_fails_as_if_it_were_not_there(ringfence):
    with ringfence.connect() as c:
        denied(c.ask(parse("SELECT * FROM users.accounts", "s") + SYNC))
        messages = c.ask(describe(b"S", "s") + SYNC)
        assert first(messages, b"E").fields["C"] == "26000"
        messages = c.ask(bind("", "s") + execute() + SYNC)
        assert first(messages, b"E").fields["C"] == "26000"


def test_a_parse_that_replaces_a_denied_one_is_decided_for_itself(ringfence):
    with ringfence.connect() as c:
        denied(c.ask(parse("SELECT * FROM users.accounts", "s") + SYNC))
        assert kinds(c.ask(parse("SELECT 5", "s") + bind("", "s") + execute() + SYNC)) == "12DCZ"
        # An allowed one does not cover for a denied one of the same name either.
        denied(c.ask(parse("SELECT * FROM users.accounts") + bind() + execute() + SYNC))
        assert kinds(c.ask(bind("", "s") + describe(b"P") + execute() + SYNC)) == "2TDCZ"


def test_an_unnamed_statement_does_not_outlive_a_denied_parse(ringfence):
    with ringfence.connect() as c:
        allowed(c.ask(parse("SELECT 1") + SYNC))
        denied(c.ask(parse("SELECT * FROM users.accounts") + SYNC))
        assert first(c.ask(bind() + execute() + SYNC), b"E").fields["C"] == "26000"


def test_function_call_messages_are_refused(ringfence):
    call = wire.message(b"F", b"\0\0\x05\x45" + b"\0\0" + b"\0\0" + b"\0\0")      # version()
    with ringfence.connect() as c:
        denied(c.ask(call))
        assert rows(c.ask(query("SELECT 1"))) == [["1"]]


def test_the_servers_own_errors_pass_unchanged(ringfence, postgres):
    def fields(connection):
        return first(connection.ask(query("SELECT 1/0")), b"E").fields
    with ringfence.connect() as through, wire.Connection(postgres.host, postgres.port) as direct:
        direct.login("orders", "shop", PASSWORD)
        assert fields(through) == fields(direct)




def test_a_syntax_error_reads_as_the_servers_own(ringfence, postgres):
    direct = wire.Connection(postgres.host, postgres.port).login("orders", "shop", PASSWORD)
    with ringfence.connect() as c, direct:
        for text in ("SELECT 1; SELEKT 2", "SELECT 'äöü' FRM x y z", "SELECT (", "SELECT 'open"):
            told, expected = (next(m.fields for m in x.ask(query(text)) if m.kind == b"E") for x in (c, direct))
            assert told == {k: v for k, v in expected.items() if k not in "FLR"} and told["C"] == "42601", text
