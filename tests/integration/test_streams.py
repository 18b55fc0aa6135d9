"""Large and unusual results: COPY, notices, notifications, big rows, readers that are slow."""
import hashlib
import pathlib
import time

import pytest

from harness import processes, ringfence as rf, wire
from harness.postgres import PASSWORD
from harness.wire import first, kinds, one_shot, query, rows, SYNC

# The thread sanitizer keeps a shadow of all memory, several times its size.
SHADOW = 8 if b"__tsan_init" in pathlib.Path(rf.BINARY).read_bytes() else 1
MEASURED = {"ASAN_OPTIONS": "quarantine_size_mb=0:thread_local_quarantine_size_kb=0"}     # freed is freed


def both(ringfence, postgres):
    """The same login through ringfence and directly."""
    direct = wire.Connection(postgres.host, postgres.port).login("orders", "shop", PASSWORD)
    return ringfence.connect(), direct


@pytest.mark.parametrize("sql", [
    "SELECT * FROM orders.orders ORDER BY id LIMIT 500", "SELECT NULL, '', 'ä€😀', E'\\x01'", "SELECT", "",
    "SELECT 1; SELECT 2; SELECT 3", "SELECT 1; SELECT 1/0; SELECT 2", "COPY (SELECT * FROM orders.orders ORDER BY id) TO STDOUT",
    "DROP TABLE IF EXISTS nothing_there", "EXPLAIN (COSTS OFF) SELECT * FROM orders.orders",
    "VALUES (1, 'a'), (2, 'b')", "BEGIN; SELECT 1; ROLLBACK", "COMMIT", "SELECT * FROM orders.no_such_table",
    "SELECT repeat('x', 3000000)", "SELECT generate_series(1, 20000)", "SET TimeZone = 'Asia/Tokyo'",
])
def test_allowed_passes_byte_for_byte(ringfence, postgres, sql):
    through, direct = both(ringfence, postgres)
    with through, direct:
        for data in (query(sql), one_shot(sql) + SYNC):
            if ";" in sql and data[:1] == b"P":
                continue
            a, b = through.ask(data), direct.ask(data)
            assert [(m.kind, m.body) for m in a] == [(m.kind, m.body) for m in b]


def test_copy_in_and_out(ringfence):
    lines = b"".join(b"%d\trow %d\n" % (n, n) for n in range(100_000))
    with ringfence.connect() as c:
        c.ask(query("CREATE TEMP TABLE t (n int, line text)"))
        c.send(query("COPY t FROM STDIN"))
        c.until(b"G")
        for at in range(0, len(lines), 50_000):
            c.send(wire.message(b"d", lines[at:at + 50_000]))
        assert first(c.ask(wire.message(b"c")), b"C").tag == "COPY 100000"
        out = c.ask(query("COPY t TO STDOUT"))
        assert b"".join(m.body for m in out if m.kind == b"d") == lines


def test_copy_that_the_client_breaks_off(ringfence):
    with ringfence.connect() as c:
        c.ask(query("CREATE TEMP TABLE t (n int)"))
        c.send(query("COPY t FROM STDIN"))
        c.until(b"G")
        answer = c.ask(wire.message(b"d", b"1\n") + wire.message(b"f", b"changed my mind\0"))
        assert first(answer, b"E").fields["C"] == "57014"
        assert rows(c.ask(query("SELECT count(*) FROM t"))) == [["0"]]


def test_notices_warnings_and_their_fields(ringfence):
    with ringfence.connect() as c:
        messages = c.ask(query("DO $$ BEGIN RAISE NOTICE 'hello' USING DETAIL = 'more', ERRCODE = '01234'; END $$"))
        notice = first(messages, b"N").fields
        assert (notice["M"], notice["D"], notice["C"]) == ("hello", "more", "01234")


def test_notifications_arrive_while_idle(ringfence):
    with ringfence.connect() as listener, ringfence.connect() as speaker:
        listener.ask(query("LISTEN orders_events"))
        speaker.ask(query("NOTIFY orders_events, 'paid 17'"))
        assert b"orders_events\0paid 17\0" in listener.until(b"A")[-1].body


def test_a_large_row_passes_and_is_not_gathered(new_ringfence):
    proxy = new_ringfence(env=MEASURED)
    with proxy.connect() as c:
        before = processes.memory_kb(proxy.process.pid)
        c.send(query("SELECT repeat('0123456789abcdef', 12500000)"))       # 200 MB
        c.until(b"T")
        assert b"".join(c.stream(11))[:1] == b"D"
        digest = hashlib.sha256()
        for piece in c.stream(200_000_000):
            digest.update(piece)
        assert digest.digest() == hashlib.sha256(b"0123456789abcdef" * 12_500_000).digest()
        assert kinds(c.ready()) == "CZ"
    assert processes.memory_kb(proxy.process.pid, "VmHWM") - before < 30_000 * SHADOW


def test_a_large_statement_passes(ringfence):
    with ringfence.connect() as c:
        text = "x" * 3_000_000
        assert rows(c.ask(query(f"SELECT length('{text}')"))) == [["3000000"]]
        assert rows(c.ask(wire.parse("SELECT length($1)") + wire.bind(values=[text.encode() * 5]) + wire.execute() +
                          SYNC)) == [["15000000"]]


def test_a_slow_reader_does_not_grow_the_process(new_ringfence, postgres):
    proxy = new_ringfence(env=MEASURED)
    with proxy.connect() as c:
        c.ask(query("SELECT 1"))
        before = processes.memory_kb(proxy.process.pid)
        c.send(query("SELECT repeat('x', 10000) FROM generate_series(1, 30000) /* slow */"))     # 300 MB
        processes.wait_until(lambda: postgres.sql(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'ClientWrite' AND query LIKE '%slow%'") == "1",
            "the server waits for its reader")
        reading = c.stream(300_000_000)
        for _ in range(20):
            next(reading)
            time.sleep(0.005)
        assert processes.memory_kb(proxy.process.pid, "VmHWM") - before < 2_000 * SHADOW
        for _ in reading:
            pass
    assert processes.memory_kb(proxy.process.pid, "VmHWM") - before < 4_000 * SHADOW


def test_a_client_that_never_reads_does_not_hold_up_others(ringfence):
    with ringfence.connect() as greedy:
        greedy.send(query("SELECT repeat('x', 10000) FROM generate_series(1, 30000)"))
        for _ in range(5):
            assert ringfence.alive()


def test_deep_pipelines(ringfence):
    with ringfence.connect() as c:
        c.socket.settimeout(60)
        c.ask(wire.parse("SELECT $1::int", "s") + SYNC)
        part = b"".join(wire.bind("", "s", [b"%d" % n]) + wire.execute() for n in range(1000)) + SYNC
        for _ in range(5):
            c.send(part)
        for _ in range(5):
            assert [r[0] for r in rows(c.ready())] == [str(n) for n in range(1000)]


def test_row_limits_and_portals(ringfence):
    with ringfence.connect() as c:
        c.send(wire.parse("SELECT id FROM orders ORDER BY id") + wire.bind("p") + wire.execute("p", 3) + wire.FLUSH)
        assert kinds(c.until(b"s")) == "12DDDs"
        c.send(wire.execute("p", 2) + wire.close(b"P", "p") + SYNC)
        assert kinds(c.ready()) == "DDs3Z"
