"""The PostgreSQL of a newer Debian, in a folder: its server behind ringfence, and its programs as clients."""
import pathlib
import re
import signal
import subprocess

import pytest

from harness import policies, postgres as pg, processes, ringfence as rf, wire
from harness.wire import first, query, rows
from test_cancel import cancel, sleeping
from test_privileges import for_superusers_only

UNPACK = pathlib.Path(__file__).parents[1] / "newest_postgresql.sh"


@pytest.fixture(scope="module")
def newest():
    done = subprocess.run([UNPACK], text=True, capture_output=True, timeout=900)
    assert done.returncode == 0, f"there is no newer PostgreSQL to test with:\n{done.stderr}"
    server = pg.Postgres(programs=pathlib.Path(done.stdout.strip()))
    yield server
    server.remove()


@pytest.fixture(scope="module")
def proxy(newest):
    proxy = rf.Ringfence(newest)
    yield proxy
    proxy.remove()


def through(proxy, **more):
    """The environment of libpq."""
    return {"PGHOST": "localhost", "PGHOSTADDR": proxy.host, "PGPORT": str(proxy.port), "PGUSER": "orders",
            "PGPASSWORD": pg.PASSWORD, "PGDATABASE": "shop", "PGSSLMODE": "disable", "PGCONNECT_TIMEOUT": "10", **more}


def directly(server):
    return {"PGHOST": str(server.folder), "PGPORT": str(server.port), "PGUSER": "postgres", "PGDATABASE": "shop",
            "PGOPTIONS": '-c search_path="orders"'}


def past(server):
    """A raw connection as the service's own login."""
    return wire.Connection(server.host, server.port).login("orders", "shop", pg.PASSWORD)


def tls(proxy, **more):
    return through(proxy, PGSSLMODE="verify-full", PGSSLROOTCERT=str(proxy.authority.certificate), **more)


def psql(server, env, *arguments, script=None, check=True):
    return processes.run([server.program("psql"), "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose",
                          *arguments], input=script, env=env, check=check)


def connection_info(server, env):
    return dict(line.split("|", 1) for line in psql(server, env, "-c", r"\conninfo").stdout.splitlines())


def test_it_is_newer_than_the_installed_one(newest):
    assert int(newest.sql("SHOW server_version_num")) >= 180000


# The protocol.

@pytest.mark.parametrize("options, version", [
    ({}, "3.0"), ({"PGMAXPROTOCOLVERSION": "3.0"}, "3.0"), ({"PGMAXPROTOCOLVERSION": "3.2"}, "3.2"),
    ({"PGMAXPROTOCOLVERSION": "latest"}, "3.2"), ({"PGMINPROTOCOLVERSION": "3.2"}, "3.2"),
    ({"PGMINPROTOCOLVERSION": "latest", "PGMAXPROTOCOLVERSION": "latest"}, "3.2")],
    ids=lambda v: " ".join(f"{k[2:5].lower()}={x}" for k, x in v.items()) if isinstance(v, dict) else None)
def test_libpq_gets_the_protocol_version_that_it_asks_for(newest, proxy, options, version):
    assert connection_info(newest, through(proxy, **options))["Protocol Version"] == version


def negotiated(host, port):
    """What the other side says to a version and an option that nobody knows: a libpq may ask to see who bears it."""
    with wire.Connection(host, port) as c:
        c.send(wire.startup("orders", "shop", 0x0003270F, **{"_pq_.test_protocol_negotiation": ""}))
        answer = c.receive()
        assert answer.kind == b"v", answer
        return answer.body


def test_an_unknown_version_and_option_get_the_answer_that_the_server_gives(newest, proxy):
    assert negotiated(proxy.host, proxy.port) == negotiated(newest.host, newest.port)


def test_direct_tls(newest, proxy):
    info = connection_info(newest, tls(proxy, PGSSLNEGOTIATION="direct"))
    assert (info["SSL Connection"], info["ALPN"], info["SSL Protocol"]) == ("true", "postgresql", "TLSv1.3")


def test_scram_on_both_sides(newest, proxy):
    env = tls(proxy, PGREQUIREAUTH="scram-sha-256", PGCHANNELBINDING="require")
    assert psql(newest, env, "-c", "SELECT system_user").stdout.strip() == "scram-sha-256:ringfence"


def test_what_the_server_reports_reaches_the_client(newest, proxy):
    with proxy.connect() as c, past(newest) as direct:
        own = ("session_authorization", "search_path")
        assert {k: v for k, v in c.parameters.items() if k not in own} == {
            k: v for k, v in direct.parameters.items() if k not in own}
        assert c.parameters["search_path"] == 'orders'        # reported since 18
        c.ask(query("SET search_path = orders, users_api_v1"))
        assert rows(c.ask(query("SHOW search_path"))) == [["orders, users_api_v1"]]


# Cancel.

def test_a_long_key_cancels(newest, proxy):
    with proxy.connect(version=0x00030002) as c:
        assert len(c.key) == 4 + 32
        c.send(query("SELECT pg_sleep(600)"))
        processes.wait_until(lambda: sleeping(newest), "it works")
        cancel(proxy, c.key[:-1] + bytes([c.key[-1] ^ 1]))
        assert sleeping(newest) == 1
        cancel(proxy, c.key)
        assert first(c.ready(), b"E").fields["C"] == "57014"


@pytest.mark.parametrize("version", ["3.0", "3.2"])
def test_interrupting_psql_cancels_its_statement(newest, proxy, scratch, version):
    client = processes.Process([newest.program("psql"), "-X", "-c", "SELECT pg_sleep(600)"], scratch / "out",
                               env=tls(proxy, PGMINPROTOCOLVERSION=version, PGMAXPROTOCOLVERSION=version))
    processes.wait_until(lambda: sleeping(newest), "it works", process=client.popen)
    client.signal(signal.SIGINT)
    assert client.wait() == 1
    assert "canceling statement due to user request" in client.output()
    assert sleeping(newest) == 0


@pytest.mark.parametrize("sslmode", ["disable", "require"])
def test_libpqs_encrypted_cancel(newest, proxy, sslmode):
    """Since 17 libpq cancels over a connection like the session's own; dblink is a program that does."""
    options = f"host={proxy.host} port={proxy.port} user=orders password='{pg.PASSWORD}' dbname=shop sslmode={sslmode}"
    out = newest.sql(f"""
        CREATE EXTENSION IF NOT EXISTS dblink SCHEMA public;
        SELECT public.dblink_connect('c', $${options}$$);
        SELECT public.dblink_send_query('c', 'SELECT pg_sleep(600)::text');
        DO $$ BEGIN
          WHILE NOT EXISTS (SELECT FROM pg_stat_activity
                            WHERE query LIKE 'SELECT pg_sleep(600%' AND state = 'active') LOOP
            PERFORM pg_sleep(0.02), pg_stat_clear_snapshot();
          END LOOP;
        END $$;
        SELECT public.dblink_cancel_query('c');
        SELECT count(*) FROM public.dblink_get_result('c', false) AS t(x text);
        SELECT public.dblink_error_message('c');
        SELECT public.dblink_disconnect('c');
        """).splitlines()
    assert out == ["OK", "1", "OK", "0", "ERROR:  canceling statement due to user request", "OK"]


# The programs.

# They show what belongs to others: passwords of foreign servers, settings of other logins.
DENIED = {r"\dconfig": "settings named by value", r"\dconfig work_mem": "settings named by value"}
COMMANDS = r"""\d \d+ \da \dA+ \dAc \dAf \dAo \dAp \db \dc \dC \dconfig \dd \dD+ \ddp \dE \des \det \deu \dew \df \df+
    \dF+ \dFd \dFp \dFt \dg+ \di+ \dl \dL \dm \dn+ \do \dO \dp \dP+ \drds \drg \dRp+ \dRs \ds+ \dt+ \dT+ \du+ \dv+ \dx+ \dX+
    \dy \l+ \z \encoding""".split() + [
        r"\d+ orders.*", r"\d orders.orders", r"\dt+ orders.*", r"\di+ orders.*", r"\df+ orders.*", r"\dX orders.*",
        r"\dconfig work_mem", r"\sf pg_catalog.now()", r"\sv pg_catalog.pg_views", r"\sf+ lower(text)"]


@pytest.mark.parametrize("command", COMMANDS)
def test_psql_describes(newest, proxy, command):
    shown = psql(newest, through(proxy), "-c", command, check=False)
    if command in DENIED:
        assert f"ringfence: order-service may not use {DENIED[command]}" in shown.stderr
    else:
        direct = psql(newest, directly(newest), "-c", command, check=False)
        assert (shown.returncode, shown.stdout, shown.stderr) == (direct.returncode, direct.stdout, direct.stderr)


def test_psql_pipelines_and_named_statements(newest, proxy):
    script = r"""
        \startpipeline
        SELECT 'before' \bind \sendpipeline
        SELECT email FROM users.accounts WHERE id = $1 \bind 1 \sendpipeline
        SELECT 'skipped' \bind \sendpipeline
        \syncpipeline
        SELECT 'after' \bind \sendpipeline
        \flushrequest
        \getresults
        \endpipeline
        SELECT 'order' || id FROM orders WHERE id = $1 \parse one
        \bind_named one 7 \g
        \close_prepared one
        \bind_named one 8 \g
        """
    done = psql(newest, through(proxy), "-v", "ON_ERROR_STOP=0", script=script, check=False)
    assert done.stdout.split() == ["before", "after", "order7"]
    assert done.stderr.count("ERROR:") == 2
    assert "ERROR:  42501: ringfence: order-service may not read users.accounts" in done.stderr
    assert 'ERROR:  26000: prepared statement "one" does not exist' in done.stderr


def test_psql_fetches_in_chunks(newest, proxy):
    out = psql(newest, through(proxy), "-v", "FETCH_COUNT=100", "-c", "SELECT id FROM orders ORDER BY id").stdout
    assert out.split() == [str(n) for n in range(1, 3001)]


@pytest.mark.parametrize("version", ["3.0", "3.2"])
@pytest.mark.parametrize("mode", ["simple", "extended", "prepared"])
def test_pgbench(newest, proxy, scratch, mode, version):
    script = processes.write(scratch / "bench.sql", r"""
        \set id random(1, 3000)
        \startpipeline
        SELECT status FROM orders WHERE id = :id;
        UPDATE orders SET status = 'paid' WHERE id = :id;
        \syncpipeline
        SELECT count(*) FROM order_lines WHERE order_id = :id;
        \endpipeline
        """ if mode != "simple" else r"""
        \set id random(1, 3000)
        BEGIN;
        SELECT status FROM orders WHERE id = :id;
        UPDATE orders SET status = 'paid' WHERE id = :id;
        END;
        """)
    done = processes.run([newest.program("pgbench"), "-n", "-M", mode, "-c", "4", "-t", "25", "-f", script],
                         env=tls(proxy, PGMAXPROTOCOLVERSION=version))
    assert "number of transactions actually processed: 100/100" in done.stdout
    assert re.search(r"number of failed transactions: 0 ", done.stdout)


@pytest.mark.parametrize("steps", ["dtgvp", "dtGvp"])
def test_pgbench_initialises_its_tables_in_the_services_schema(newest, proxy, steps):
    processes.run([newest.program("pgbench"), "-i", "-q", "-I", steps], env=through(proxy, PGUSER="catalog"))
    try:
        assert newest.sql("SELECT count(*) FROM catalog.pgbench_accounts") == "100000"
    finally:
        newest.sql("DROP TABLE catalog.pgbench_accounts, catalog.pgbench_branches, catalog.pgbench_tellers, "
                   "catalog.pgbench_history")


def dump(server, env, *arguments):
    env = {k: v for k, v in env.items() if k != "PGOPTIONS"}
    lines = processes.run([server.program("pg_dump"), "--schema=orders", *arguments], env=env).stdout.splitlines()
    assert any(line.startswith("CREATE TABLE orders.order_lines") for line in lines)
    return [line for line in lines if not re.match(r"\\(un)?restrict ", line)]     # a random word each time


@pytest.mark.parametrize("options", [["--schema-only"], ["--no-data"]], ids=" ".join)
def test_pg_dump_of_the_own_schema_is_the_same_as_directly(newest, proxy, options):
    # For a superuser, pg_dump would read the passwords in the subscriptions' connection strings.
    options = ["--no-subscriptions", *options]
    assert dump(newest, through(proxy), *options) == dump(newest, directly(newest), *options)


def test_pg_dump_of_data_is_denied_since_it_reads_the_sequences_of_all_services(newest, proxy):
    """Of a server since 18 it asks for all of them at once. What is denied is so before a word was written."""
    done = processes.run([newest.program("pg_dump"), "--schema=orders", "--no-subscriptions"], env=through(proxy),
                         check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "ringfence: order-service may not use objects named by value on shop-pg" in done.stderr
    assert "pg_get_sequence_data(seqrelid)" in done.stderr


@pytest.mark.parametrize("command", [["vacuumdb", "-t", "orders.orders"], ["vacuumdb", "-Z", "-t", "orders"],
                                     ["vacuumdb", "--schema=orders"], ["reindexdb", "-t", "orders.orders"],
                                     ["reindexdb", "--schema=orders"]], ids=" ".join)
def test_maintenance_of_the_own_schema(newest, proxy, command):
    processes.run([newest.program(command[0]), *command[1:]], env=through(proxy))


def test_relations_and_functions_that_only_superusers_may_use_are_refused(newest, proxy):
    assert for_superusers_only(newest, proxy) == []


# What the newer grammar brings.

NEW = {
    "merge returning": "MERGE INTO orders o USING (VALUES (1)) v(id) ON o.id = v.id WHEN MATCHED THEN "
                       "UPDATE SET status = 'paid' RETURNING merge_action(), o.id",
    "merge by source": "MERGE INTO orders o USING (VALUES (1)) v(id) ON o.id = v.id "
                       "WHEN NOT MATCHED BY SOURCE THEN DELETE",
    "json_table": "SELECT * FROM JSON_TABLE('[1, 2]'::jsonb, '$[*]' COLUMNS (n int PATH '$'))",
    "json_value": "SELECT JSON_VALUE('{\"a\": 1}'::jsonb, '$.a')",
    "json_query with": "SELECT JSON_QUERY('{\"a\": 1}'::jsonb, '$.a' WITH WRAPPER)",
    "json_object": "SELECT JSON_OBJECT('a': 1)",
    "is json": "SELECT '1' IS JSON",
    "returning old and new": "UPDATE orders SET status = 'paid' WHERE id = 1 RETURNING old.id, new.status",
    "returning with": "UPDATE orders SET status = 'paid' WHERE id = 1 "
                      "RETURNING WITH (OLD AS o, NEW AS n) o.id, n.status",
    "without overlaps": "CREATE TABLE t (id int4range, at daterange, PRIMARY KEY (id, at WITHOUT OVERLAPS))",
    "not enforced": "CREATE TABLE t (id int CHECK (id > 0) NOT ENFORCED)",
    "virtual columns": "CREATE TABLE t (id int, twice int GENERATED ALWAYS AS (id * 2) VIRTUAL)",
    "virtual by default": "CREATE TABLE t (id int, twice int GENERATED ALWAYS AS (id * 2))",
    "storage": "CREATE TABLE t (a text STORAGE external)",
    "not null constraint": "ALTER TABLE order_lines ADD CONSTRAINT there NOT NULL quantity NOT VALID",
    "subquery without a name": "SELECT * FROM (SELECT 1)",
    "underscores in numbers": "SELECT 1_000, 0x1F, 0b11",
    "at local": "SELECT now() AT LOCAL IS NULL",
    "analyze only": "ANALYZE ONLY orders",
    "explain": "EXPLAIN (ANALYZE, SERIALIZE, MEMORY, TIMING off, SUMMARY off, COSTS off, BUFFERS off) SELECT 1",
    "copy on_error": "COPY (SELECT 1) TO STDOUT (FORMAT csv, FORCE_QUOTE *)",
    "maintain": "GRANT MAINTAIN ON orders TO orders",
    "timeouts": "SET LOCAL transaction_timeout = '5s'",
    "functions": "SELECT uuidv7() IS NULL, casefold('A'), crc32('a'), array_sort(ARRAY[2, 1]), random(1, 1)",
}


def told(messages):
    error = next((m.fields for m in messages if m.kind == b"E"), None)
    return error or [m.body for m in messages if m.kind in (b"T", b"D", b"C") and b"Memory:" not in m.body]


@pytest.mark.parametrize("name", NEW)
def test_newer_grammar_works_or_is_denied_with_an_error_that_says_so(proxy, name):
    with proxy.connect() as c, past(proxy.postgres) as direct:
        for connection in (c, direct):
            connection.ask(query("BEGIN"))
        ours = told(c.ask(query(NEW[name])))
        if isinstance(ours, dict) and "ringfence" in ours["M"]:
            assert (ours["C"], ours["M"]) == (
                "42601", "ringfence: order-service sent a statement that ringfence cannot analyse")
            assert "if the server accepts it, ringfence knows an older grammar than the server" in ours["H"]
            ended = c.ask(query("ROLLBACK"))
            assert first(ended, b"C").tag == "ROLLBACK" and ended[-1].body == b"I"
        else:
            c.ask(query("ROLLBACK"))
            theirs = told(direct.ask(query(NEW[name])))
            assert [re.sub(rb"\d+\.\d+", b"", x) for x in ours] == [re.sub(rb"\d+\.\d+", b"", x) for x in theirs]


def test_copy_that_skips_bad_rows(newest, proxy):
    out = psql(newest, through(proxy), script=r"""
        CREATE TEMP TABLE incoming (n int);
        COPY incoming FROM STDIN (ON_ERROR ignore, LOG_VERBOSITY verbose);
1
two
3
\.
        SELECT sum(n) FROM incoming;
        """)
    assert out.stdout.strip().endswith("4")
    assert '1 row was skipped' in out.stderr



@pytest.fixture(scope="module")
def columns_lent_for_writing(newest):
    changed = policies.shop()
    changed["user-service"]["shares"][0]["access"] = "write"
    proxy = rf.Ringfence(newest, policies=changed)
    yield proxy
    proxy.remove()


@pytest.mark.parametrize("returning", [
    "old.*", "new.*", "old.password_hash", "NEW.password_hash", "(SELECT old.password_hash)", "old", "to_json(new)",
    "(SELECT q.x FROM (SELECT old.password_hash AS x) q)",
    "(SELECT h FROM (SELECT 1 AS a) q, LATERAL (SELECT new.*) l(i, e, n, h))"])
@pytest.mark.parametrize("statement", [
    "UPDATE users.accounts SET email = email WHERE id = 1", "INSERT INTO users.accounts (id, email) VALUES (0, 'new')",
    "UPDATE users.accounts AS a SET email = a.email FROM (SELECT 'q' AS password_hash) q WHERE a.id = 1",
    "INSERT INTO users.accounts AS a (email) VALUES ('new') ON CONFLICT (email) DO UPDATE SET email = excluded.email"],
    ids=["update", "insert", "update from", "upsert"])
def test_old_and_new_of_returning_are_the_whole_row(columns_lent_for_writing, statement, returning):
    """Since 18. A server or parser that is older knows no such row, so to be on the safe side they are denied."""
    with columns_lent_for_writing.connect("billing") as c:
        for text in (f"{statement} RETURNING {returning}", f"WITH w AS ({statement} RETURNING {returning}) TABLE w"):
            c.ask(query("BEGIN"))
            answer = c.ask(query(text))
            assert rows(answer) == []
            assert first(answer, b"E").fields["C"] == "42501"
            c.ask(query("ROLLBACK"))


def test_old_and_new_of_returning_are_the_services_own(newest, proxy):
    with proxy.connect() as c:
        answer = c.ask(query("UPDATE orders SET status = 'paid' WHERE id = 1 RETURNING old.*, new.status, old IS NULL"))
        assert rows(answer)[0][0] == "1"


@pytest.mark.parametrize("lent", ["old.id, new.email", "id, old.email", "old.email <> new.email"])
def test_old_and_new_of_returning_may_name_columns_that_are_lent(columns_lent_for_writing, lent):
    with columns_lent_for_writing.connect("billing") as c:
        c.ask(query("BEGIN"))
        assert len(rows(c.ask(query(f"UPDATE users.accounts SET email = 'x' WHERE id = 1 RETURNING {lent}")))) == 1
