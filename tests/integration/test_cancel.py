"""Cancel requests carry keys of ours and reach the right backend and no other."""
import struct
import threading

import psycopg2
import pytest

from harness import processes, wire
from harness.wire import first, query, rows


def cancel(proxy, key):
    with proxy.raw() as c:
        c.send(struct.pack("!II", 8 + len(key), wire.CANCEL) + key)
        c.socket.settimeout(10)
        assert c.socket.recv(1) == b""          # never an answer


def sleeping(postgres):
    return postgres.backends("query LIKE 'SELECT pg_sleep(600%' AND state = 'active'")


def test_cancel_ends_the_statement_of_its_own_session_only(ringfence, postgres):
    with ringfence.connect() as one, ringfence.connect() as two:
        one.send(query("SELECT pg_sleep(600)"))
        two.send(query("SELECT pg_sleep(600) /* two */"))
        processes.wait_until(lambda: sleeping(postgres) == 2, "both work")
        cancel(ringfence, one.key)
        assert first(one.ready(), b"E").fields["C"] == "57014"
        assert sleeping(postgres) == 1
        cancel(ringfence, two.key)
        assert first(two.ready(), b"E").fields["C"] == "57014"
        assert rows(one.ask(query("SELECT 1"))) == [["1"]]


def test_the_key_is_not_the_servers(ringfence, postgres):
    with ringfence.connect() as c:
        pid, = struct.unpack("!I", c.key[:4])
        real = rows(c.ask(query("SELECT pg_backend_pid()")))[0][0]
        assert len(c.key) == 8
        assert postgres.sql(f"SELECT count(*) FROM pg_stat_activity WHERE pid = {real}") == "1"
        assert (str(pid), c.key[4:]) != (real, b"\0\0\0\0")


@pytest.mark.parametrize("spoil", [lambda k: k[:4] + bytes([k[4] ^ 1]) + k[5:], lambda k: k[:4] + bytes(4),
                                   lambda k: b"\0\0\0\0" + k[4:], lambda k: k[:4], lambda k: k + b"\0", lambda k: b"",
                                   lambda k: k + bytes(400)],
                         ids=["bit", "zero", "pid", "short", "long", "empty", "huge"])
def test_a_wrong_key_cancels_nothing(ringfence, postgres, spoil):
    with ringfence.connect() as c:
        c.send(query("SELECT pg_sleep(600)"))
        processes.wait_until(lambda: sleeping(postgres), "it works")
        with ringfence.raw() as attempt:
            key = spoil(c.key)
            attempt.send(struct.pack("!II", 8 + len(key), wire.CANCEL) + key)
            attempt.socket.settimeout(10)
            assert attempt.closed()
        assert sleeping(postgres) == 1
        cancel(ringfence, c.key)
        c.ready()


def test_a_cancel_that_comes_late_does_not_hit_the_next_session(new_ringfence, postgres):
    proxy = new_ringfence(config={"servers": {"shop-pg": {"pool": {"mode": "session", "size": 1}}}})
    with proxy.connect() as c:
        c.ask(query("SELECT 1"))
        old = c.key
        c.send(wire.TERMINATE)
    with proxy.connect() as c:
        c.send(query("SELECT pg_sleep(600)"))
        processes.wait_until(lambda: sleeping(postgres), "it works")
        cancel(proxy, old)
        assert sleeping(postgres) == 1
        cancel(proxy, c.key)
        assert first(c.ready(), b"E").fields["C"] == "57014"


def test_a_long_key_of_protocol_3_2(ringfence, postgres):
    with ringfence.connect(version=0x00030002) as c:
        c.send(query("SELECT pg_sleep(600)"))
        processes.wait_until(lambda: sleeping(postgres), "it works")
        cancel(ringfence, c.key)
        assert first(c.ready(), b"E").fields["C"] == "57014"


def test_libpqs_own_cancel(ringfence, postgres):
    c = psycopg2.connect(ringfence.dsn(sslmode="require"))
    canceller = threading.Thread(target=lambda: (processes.wait_until(lambda: sleeping(postgres), "it works"), c.cancel()))
    canceller.start()
    with c.cursor() as cursor, pytest.raises(psycopg2.errors.QueryCanceled):
        cursor.execute("SELECT pg_sleep(600)")
    canceller.join()
    c.close()
