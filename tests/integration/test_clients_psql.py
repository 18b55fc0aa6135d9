"""PostgreSQL's own programs."""
import os
import re

import pytest

from harness import postgres as pg, processes


def psql(endpoint, *arguments, script=None, check=True, login="orders"):
    return processes.run([pg.program("psql"), "-X", "-A", "-v", "VERBOSITY=verbose", *arguments], input=script,
                         env=endpoint.libpq(login), check=check)


def test_psql_queries_and_describes(endpoint):
    assert psql(endpoint, "-t", "-c", "SELECT count(*) FROM order_lines").stdout.strip() == "6000"
    described = psql(endpoint, "-c", r"\d orders.orders").stdout
    assert "user_id|bigint" in described and '"orders_pkey" PRIMARY KEY' in described
    listed = psql(endpoint, "-c", r"\dt orders.*").stdout
    assert "orders|order_lines|table" in listed
    for command in (r"\dn", r"\di orders.*", r"\df orders.*", r"\dv orders.*", r"\conninfo", r"\encoding", r"\dT orders.*",
                    r"\ds orders.*", r"\du", r"\l"):
        psql(endpoint, "-v", "ON_ERROR_STOP=1", "-c", command)


def test_psql_script_with_transactions_variables_and_copy(endpoint):
    out = psql(endpoint, "-v", "ON_ERROR_STOP=1", script=r"""
        BEGIN;
        INSERT INTO orders (user_id, status) VALUES (42, 'placed') RETURNING id \gset
        INSERT INTO order_lines VALUES (:id, 1, 7, 2, 1999);
        UPDATE orders SET status = 'paid' WHERE id = :id;
        SELECT status FROM orders WHERE id = :'id';
        SAVEPOINT s;
        DELETE FROM order_lines WHERE order_id = :id;
        ROLLBACK TO s;
        SELECT quantity FROM order_lines WHERE order_id = :id;
        ROLLBACK;
        CREATE TEMP TABLE incoming (n int, t text);
        COPY incoming FROM STDIN;
1	one
2	two
\.
        SELECT n || t FROM incoming ORDER BY n;
        COPY incoming TO STDOUT WITH (FORMAT csv);
        \copy (SELECT 'from the client') TO STDOUT
        SELECT 1 \; SELECT 2;
    """).stdout.split()
    for value in ("paid", "2", "1one", "2two", "1,one", "client"):
        assert value in out


@pytest.mark.skipif("RINGFENCE_DIRECT" in os.environ, reason="nobody denies")
def test_psql_shows_why_it_was_denied(endpoint):
    shown = psql(endpoint, "-c", "SELECT email FROM users.accounts", check=False)
    assert shown.returncode == 1
    assert "42501" in shown.stderr
    assert "ringfence: order-service may not read users.accounts" in shown.stderr
    assert 'DETAIL:  schema "users" on shop-pg/shop is owned by user-service' in shown.stderr
    assert "HINT:" in shown.stderr and "https://users.shop.example/openapi.json" in shown.stderr
    assert "SCHEMA NAME:  users" in shown.stderr and "TABLE NAME:  accounts" in shown.stderr


@pytest.mark.parametrize("mode", ["simple", "extended", "prepared"])
def test_pgbench(endpoint, mode, scratch):
    script = processes.write(scratch / "bench.sql", r"""
        \set id random(1, 3000)
        BEGIN;
        SELECT status FROM orders WHERE id = :id;
        UPDATE orders SET status = 'paid' WHERE id = :id;
        SELECT count(*) FROM order_lines WHERE order_id = :id;
        END;
    """)
    done = processes.run([pg.program("pgbench"), "-n", "-M", mode, "-c", "8", "-j", "2", "-t", "50", "-f", script],
                         env=endpoint.libpq())
    assert "number of transactions actually processed: 400/400" in done.stdout
    assert re.search(r"number of failed transactions: 0 ", done.stdout)


def test_pgbench_initialises_its_tables_in_the_services_schema(endpoint, postgres):
    processes.run([pg.program("pgbench"), "-i", "-q", "-I", "dtgvp"], env=endpoint.libpq("catalog"))
    try:
        assert postgres.sql("SELECT count(*) FROM catalog.pgbench_accounts") == "100000"
    finally:
        postgres.sql("DROP TABLE catalog.pgbench_accounts, catalog.pgbench_branches, catalog.pgbench_tellers, "
                     "catalog.pgbench_history")


def dump(env, *arguments):
    lines = processes.run([pg.program("pg_dump"), "--schema=orders", *arguments], env=env).stdout.splitlines()
    assert any(line.startswith("CREATE TABLE orders.order_lines") for line in lines)
    return [line for line in lines if not re.match(r"\\(un)?restrict ", line)]     # a random word each time


def directly(postgres):
    return {"PGHOST": str(postgres.folder), "PGPORT": str(postgres.port), "PGUSER": "postgres", "PGDATABASE": "shop"}


def test_pg_dump_of_the_own_schema_is_the_same_as_directly(endpoint, postgres):
    # For a superuser, pg_dump would read the passwords in the subscriptions' connection strings.
    assert dump(endpoint.libpq(), "--no-subscriptions") == dump(directly(postgres), "--no-subscriptions")


def test_pg_dump_with_a_login_that_is_no_superuser(new_ringfence, postgres):
    postgres.sql(f"CREATE ROLE dumper LOGIN PASSWORD '{pg.PASSWORD}'; GRANT USAGE ON SCHEMA orders TO dumper; "
                 "GRANT SELECT ON ALL TABLES IN SCHEMA orders TO dumper; "
                 "GRANT SELECT ON ALL SEQUENCES IN SCHEMA orders TO dumper")
    try:
        proxy = new_ringfence(credentials={"backends": {"order-service": {
            "shop-pg": {"user": "dumper", "password": pg.PASSWORD}}}})
        env = {"PGHOST": "localhost", "PGHOSTADDR": str(proxy.host), "PGPORT": str(proxy.port), "PGUSER": "orders", "PGPASSWORD": pg.PASSWORD,
               "PGDATABASE": "shop"}
        assert dump(env) == dump(directly(postgres))
    finally:
        postgres.sql("DROP OWNED BY dumper; DROP ROLE dumper")
