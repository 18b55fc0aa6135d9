"""Malformed bytes at every stage against the live process: one clear error or a closed connection, and it goes on."""
import random
import socket
import struct

import pytest

from harness import wire
from harness.postgres import PASSWORD
from harness.wire import bind, execute, kinds, one_shot, parse, query, rows, SYNC

LENGTHS = [-1, 0, 3, 2**31 - 1]


def ends(connection):
    """The other side closes, after an ErrorResponse or without one, and sends nothing else."""
    connection.socket.settimeout(10)
    answers = []
    try:
        while True:
            answers.append(connection.receive())
    except (EOFError, ConnectionError):
        return all(m.kind in b"ENSR" for m in answers)
    except TimeoutError:
        return False


@pytest.mark.parametrize("length", LENGTHS)
def test_lengths_of_the_first_packet(ringfence, length):
    with ringfence.raw() as c:
        c.send(struct.pack("!iI", length, 0x00030000))
        assert ends(c)
    assert ringfence.alive()


@pytest.mark.parametrize("length", LENGTHS)
def test_lengths_of_the_password_message(ringfence, length):
    with ringfence.raw() as c:
        c.send(wire.startup("orders", "shop"))
        assert c.receive().kind == b"R"
        c.send(b"p" + struct.pack("!i", length) + b"SCRAM-SHA-256\0")
        assert ends(c)
    assert ringfence.alive()


@pytest.mark.parametrize("length", LENGTHS)
def test_lengths_within_the_scram_exchange(ringfence, length):
    with ringfence.raw() as c:
        c.send(wire.startup("orders", "shop"))
        c.receive()
        c.send(wire.message(b"p", b"SCRAM-SHA-256\0" + struct.pack("!i", length) + b"n,,n=,r=abc"))
        assert ends(c)


@pytest.mark.parametrize("first_message", [b"", b"n,,", b"n,,n=,r=", b"y,,n=,r=a,,", b"p=tls-unique,,n=,r=abc", b"n,,m=x,n=,r=abc",
                                           b"n,a=admin,n=,r=abc", b"n,,n=,r=\x00\xff", b"n,,r=abc,n=", b"z,,n=,r=abc"])
def test_a_bad_first_scram_message(ringfence, first_message):
    with ringfence.raw() as c:
        c.send(wire.startup("orders", "shop"))
        c.receive()
        c.send(wire.message(b"p", b"SCRAM-SHA-256\0" + struct.pack("!I", len(first_message)) + first_message))
        assert ends(c)


def test_a_foreign_nonce(ringfence):
    with ringfence.raw() as c:
        c.send(wire.startup("orders", "shop"))
        c.receive()
        c.send(wire.message(b"p", b"SCRAM-SHA-256\0" + struct.pack("!I", 11) + b"n,,n=,r=abc"))
        c.receive()
        c.send(wire.message(b"p", b"c=biws,r=abcforeign,p=" + b"A" * 43 + b"="))
        assert ends(c)
    assert ringfence.alive()


def test_an_oversized_start_up_packet(ringfence):
    with ringfence.raw() as c:
        c.send(wire.startup("orders", "shop", application_name="x" * 20000))
        assert ends(c)


@pytest.mark.parametrize("body", [b"\0\3\0\0", b"\0\3\0\0user", b"\0\3\0\0user\0", b"\0\3\0\0user\0orders\0", b"\0\3\0\0\0",
                                  b"\0\3\0\0user\0orders\0\0trailing", b"\0\3\0\0user\0" + b"u" * 500 + b"\0\0",
                                  b"\0\3\0\0user\0orders\0user\0users\0\0", b"\0\3\0\0user\0a\xff\xfe\0\0"])
def test_a_bad_start_up_packet(ringfence, body):
    with ringfence.raw() as c:
        c.send(struct.pack("!I", len(body) + 4) + body)
        if body == b"\0\3\0\0user\0orders\0user\0users\0\0" or b"\xff" in body or b"u" * 500 in body:
            # Well-formed: it may be asked for a password, as the one user or as nobody.
            c.socket.settimeout(2)
            assert c.receive().kind in (b"R", b"E")
        else:
            assert ends(c)
    assert ringfence.alive()


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("kind", [b"Q", b"P", b"B", b"E", b"D", b"C", b"H", b"S", b"F", b"d", b"c", b"f", b"X"])
def test_lengths_in_a_session(ringfence, kind, length):
    with ringfence.connect() as c:
        c.send(kind + struct.pack("!i", length) + b"abc\0")
        c.socket.settimeout(10)
        if length == 2**31 - 1 and kind in b"Bd":
            # Might stream: it is the server that refuses, or nothing happens until the client goes away.
            c.socket.shutdown(socket.SHUT_WR)
        assert c.closed()
    assert ringfence.process.alive()


@pytest.mark.parametrize("data", [b"\0\0\0\0\4", b"z\0\0\0\4", b"R\0\0\0\4", b"p\0\0\0\5x", b"Z\0\0\0\5I", b"\xff" * 64,
                                  wire.SSL_REQUEST, wire.startup("users", "shop"), b"GET / HTTP/1.1\r\n\r\n"])
def test_unknown_and_misplaced_messages_in_a_session(ringfence, data):
    with ringfence.connect() as c:
        c.send(data)
        assert c.closed()
    assert ringfence.alive()


@pytest.mark.parametrize("message", [
    wire.message(b"Q", b"SELECT 1"), wire.message(b"Q", b"SELECT 1\0SELECT * FROM users.accounts\0"), wire.message(b"Q"),
    wire.message(b"P", b"s\0SELECT 1\0"), wire.message(b"P", b"s\0SELECT 1\0\0\5\0\0\0\1"), wire.message(b"P", b"s"),
    wire.message(b"P", b"s\0SELECT 1\0\0\0extra"), wire.message(b"S", b"x"), wire.message(b"H", b"x"),
])
def test_a_body_that_does_not_fit_its_message(ringfence, message):
    with ringfence.connect() as c:
        c.send(message + SYNC)
        assert c.closed()
    assert ringfence.alive()


def test_messages_split_at_every_byte(ringfence):
    conversation = query("SELECT 1") + parse("SELECT $1::int", "s") + bind("", "s", [b"2"]) + execute() + SYNC + \
        query("SELECT * FROM users.accounts") + query("SELECT 3")
    with ringfence.connect() as c:
        for byte in conversation:
            c.send(bytes([byte]))
        assert [kinds(c.ready()) for _ in range(4)] == ["TDCZ", "12DCZ", "EZ", "TDCZ"]


def test_late_copy_messages_are_ignored_as_the_server_does(ringfence):
    late = wire.message(b"d", b"1\n") + wire.message(b"c") + wire.message(b"f", b"no\0")
    with ringfence.connect() as c:
        c.send(late)
        assert rows(c.ask(query("SELECT 1"))) == [["1"]]
        c.ask(query("CREATE TEMP TABLE t (n int)"))
        c.send(query("COPY t FROM STDIN"))
        c.until(b"G")
        assert kinds(c.ask(wire.message(b"d", b"1\n") + wire.message(b"c"))) == "CZ"
        c.send(wire.message(b"c"))
        assert rows(c.ask(query("SELECT n FROM t"))) == [["1"]]


def test_sync_and_flush_during_copy_are_ignored_as_the_server_does(ringfence):
    with ringfence.connect() as c:
        c.ask(query("CREATE TEMP TABLE t (n int)"))
        c.send(query("COPY t FROM STDIN"))
        c.until(b"G")
        c.send(wire.message(b"d", b"1\n") + SYNC + wire.FLUSH + wire.message(b"d", b"2\n") + wire.message(b"c"))
        assert kinds(c.ready()) == "CZ"
        c.send(one_shot("COPY t FROM STDIN") + SYNC)
        c.until(b"G")
        c.send(wire.message(b"d", b"3\n") + wire.message(b"c") + SYNC)
        assert kinds(c.ready()) == "CZ"
        assert rows(c.ask(query("SELECT count(*) FROM t"))) == [["3"]]


def test_a_statement_hidden_in_copy_data_is_data(ringfence, postgres):
    with ringfence.connect() as c:
        c.ask(query("CREATE TEMP TABLE t (line text)"))
        c.send(query("COPY t FROM STDIN"))
        c.until(b"G")
        hidden = query("DELETE FROM users.accounts")
        c.send(wire.message(b"d", hidden.replace(b"\0", b"").replace(b"\\", b"") + b"\n") + wire.message(b"c"))
        c.ready()
    with ringfence.connect() as c:
        c.ask(query("CREATE TEMP TABLE t (line text)"))
        c.send(query("COPY t FROM STDIN"))
        c.until(b"G")
        c.send(query("DELETE FROM users.accounts"))       # no message that belongs into COPY
        assert c.closed()
    assert postgres.sql("SELECT count(*) FROM users.accounts") == "1000"


def test_a_copy_that_failed_does_not_leave_a_gap_for_statements(ringfence, postgres):
    """After the server refused the data, it drops the rest of it and then reads statements again."""
    with ringfence.connect() as c:
        c.ask(query("CREATE TEMP TABLE t (n int)"))
        c.send(query("COPY t FROM STDIN") + wire.message(b"d", b"no number\n") + wire.message(b"c") +
               query("DELETE FROM users.accounts") + query("SELECT 9"))
        answers = c.ready() + c.ready() + c.ready()
    assert [m.fields["C"] for m in answers if m.kind == b"E"] == ["22P02", "42501"]
    assert rows(answers) == [["9"]]
    assert postgres.sql("SELECT count(*) FROM users.accounts") == "1000"


def test_random_bytes(ringfence):
    rng = random.Random(2718)
    for n in range(60):
        with ringfence.raw() as c:
            if n % 2:
                c.login("orders", "shop", PASSWORD)
            try:
                c.send(rng.randbytes(rng.randrange(1, 3000)))
                c.socket.shutdown(socket.SHUT_WR)
                c.closed()
            except OSError:
                pass
    assert ringfence.alive()


@pytest.mark.parametrize("sql", [
    "SELECT " + "+".join(["1"] * 100_000), "SELECT " + "(" * 100_000, "/*" * 50_000, "SELECT " + "+" * 100_000 + "1",
    "SELECT '" + "x" * 500_000, "SELECT 1" + ";" * 100_000, "SELECT " + "NOT " * 50_000 + "true",
    "SELECT CASE WHEN true THEN " * 20_000, "SELECT $" + "a" * 200_000 + "$", "\\x00\xff\xfe", "SELECT 1 " + "UNION SELECT 1 " * 30_000,
], ids=lambda s: s[:12].replace("/", "_"))
def test_texts_that_would_crash_or_stall_a_parser(ringfence, sql):
    with ringfence.connect() as c:
        c.socket.settimeout(20)
        c.send(wire.message(b"Q", sql.encode("latin-1") + b"\0"))
        c.ready()
        assert rows(c.ask(query("SELECT 1"))) == [["1"]]


def test_a_half_message_does_not_hold_up_other_sessions(ringfence):
    with ringfence.connect() as stuck:
        stuck.send(query("SELECT 1")[:-3])
        assert ringfence.alive()


def test_clients_that_vanish_at_every_stage(ringfence):
    login = wire.startup("orders", "shop")
    for stage in range(6):
        c = ringfence.raw()
        if stage == 1:
            c.send(login[:9])
        if stage == 2:
            c.send(login)
        if stage >= 3:
            c.login("orders", "shop", PASSWORD)
        if stage == 4:
            c.send(query("BEGIN; SELECT pg_sleep(0.2)"))
        if stage == 5:
            c.send(query("SELECT repeat('x', 10000000)"))
        c.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))    # a reset, no goodbye
        c.socket.close()
    assert ringfence.alive()
