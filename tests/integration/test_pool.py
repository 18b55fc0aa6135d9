"""Server connections go from one session to the next: nothing of the former may be seen by the latter."""
import threading

import pytest

from harness import processes, wire
from harness.postgres import PASSWORD
from harness.wire import parse, query, rows


@pytest.fixture
def narrow(new_ringfence):
    """One server connection per database and login, so that each session gets its predecessor's."""
    return new_ringfence(config={"servers": {"shop-pg": {"pool": {"mode": "session", "size": 1}}}})


def backend(connection):
    return rows(connection.ask(query("SELECT pg_backend_pid()")))[0][0]


LEFTOVERS = {
    "a temporary table": ("CREATE TEMP TABLE left_over (n int)", "SELECT to_regclass('pg_temp.left_over')", None),
    "a prepared statement": ("PREPARE left_over AS SELECT 1", "SELECT max(name) FROM pg_prepared_statements", None),
    "a cursor": ("DECLARE left_over CURSOR WITH HOLD FOR SELECT 1", "SELECT max(name) FROM pg_cursors", None),
    "a setting": ("SET work_mem = '7MB'", "SELECT current_setting('work_mem') = '7MB'", "f"),
    "a custom setting": ("SET shop.tenant = 'acme'", "SELECT nullif(current_setting('shop.tenant', true), '')", None),
    "the path": ("SET search_path = extensions", "SELECT current_schemas(false)::text", "{orders}"),
    "an advisory lock": ("SELECT pg_advisory_lock(4711)", "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'", "0"),
    "a listener": ("LISTEN left_over", "SELECT max(c) FROM pg_listening_channels() c", None),
    "a sequence value": ("CREATE TEMP SEQUENCE s; SELECT nextval('pg_temp.s')", "SELECT to_regclass('pg_temp.s')", None),
}


@pytest.mark.parametrize("what", LEFTOVERS)
def test_nothing_is_left_over(narrow, what):
    leave, look, clean = LEFTOVERS[what]
    with narrow.connect() as c:
        first = backend(c)
        assert all(m.kind != b"E" for m in c.ask(query(leave)))
        c.send(wire.TERMINATE)
    with narrow.connect() as c:
        second = backend(c)
        found = c.ask(query(look))
        assert rows(found) == [[clean]], (what, first == second, [m.fields for m in found if m.kind == b"E"])


def test_a_clean_connection_is_used_again(narrow):
    with narrow.connect() as c:
        first = backend(c)
        c.send(wire.TERMINATE)
    with narrow.connect() as c:
        assert backend(c) == first


@pytest.mark.parametrize("unfinished", [query("BEGIN; CREATE TEMP TABLE t (n int)"), query("BEGIN; SELECT 1/0"),
                                        parse("SELECT 1") + wire.bind() + wire.FLUSH,
                                        query("CREATE TEMP TABLE c (n int); COPY c FROM STDIN"),
                                        query("SELECT pg_sleep(600)")],
                         ids=["in a transaction", "in a failed transaction", "before Sync", "in COPY", "while it works"])
def test_a_session_that_ends_in_the_middle_does_not_hand_on_its_state(narrow, postgres, unfinished):
    c = narrow.connect()
    c.send(unfinished)
    if b"pg_sleep" in unfinished:
        processes.wait_until(lambda: postgres.backends("query LIKE '%pg_sleep(600)%' AND state = 'active'"), "it works")
    else:
        c.socket.recv(10)
    c.socket.close()
    with narrow.connect() as after:
        assert rows(after.ask(query("SELECT count(*) FROM pg_catalog.pg_class WHERE relpersistence = 't'"))) == [["0"]]
        assert after.ask(query("SELECT 1"))[-1].body == b"I"
    processes.wait_until(lambda: not postgres.backends("query LIKE '%pg_sleep(600)%' AND state = 'active'"),
                         "nothing works on for nobody")


def test_sessions_with_other_start_up_parameters_do_not_share_connections(narrow, postgres):
    with narrow.connect(application_name="one", options="-c TimeZone=Asia/Tokyo") as c:
        c.ask(query("SELECT 1"))
        c.send(wire.TERMINATE)
    with narrow.connect() as c:
        assert rows(c.ask(query("SELECT current_setting('TimeZone')"))) == [[postgres.sql("SHOW TimeZone")]]
        c.ask(query("RESET ALL"))
        assert rows(c.ask(query("SELECT current_setting('TimeZone')"))) == [[postgres.sql("SHOW TimeZone")]]


def test_sessions_wait_for_a_free_connection_in_turn(narrow):
    with narrow.connect() as first:
        first.ask(query("SELECT 1"))
        waiting = narrow.raw()
        login = threading.Thread(target=waiting.login, args=("orders", "shop", PASSWORD))
        login.start()
        processes.wait_until(lambda: narrow.metric("ringfence_connections", state="waiting") == 1, "it waits")
        first.send(wire.TERMINATE)
        login.join(20)
        assert not login.is_alive()
    with waiting:
        assert rows(waiting.ask(query("SELECT 2"))) == [["2"]]


def test_one_backend_login_per_service(new_ringfence, postgres):
    """The login of a service, where there is one, wins over the server's."""
    proxy = new_ringfence(credentials={"backends": {"billing-service": {
        "shop-pg": {"user": "billing", "password": PASSWORD}}}})
    with proxy.connect("billing") as c:
        assert rows(c.ask(query("SELECT session_user"))) == [["billing"]]
    with proxy.connect("orders") as c:
        assert rows(c.ask(query("SELECT session_user"))) == [["ringfence"]]
