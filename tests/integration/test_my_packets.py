"""MariaDB's and MySQL's packets: logins that end too soon or say more than they hold, sizes, sequence ids."""
import contextlib
import struct

import pytest

from harness import my_wire as wire, processes, service
from harness.my_passwords import NATIVE
from harness.my_results import lenenc, lenenc_text
from test_my_wire import c, gone, usable  # noqa: F401


def test_the_greeting_looks_like_the_servers(my_ringfence):
    server = my_ringfence.server
    with my_ringfence.raw() as c, wire.Connection(server.host, server.port) as direct:
        assert c.greeting.protocol == direct.greeting.protocol == 10
        assert c.greeting.version == direct.greeting.version
        assert c.greeting.collation == direct.greeting.collation and c.greeting.status == direct.greeting.status
        masked = direct.greeting.capabilities & ~c.greeting.capabilities
        added = c.greeting.capabilities & ~direct.greeting.capabilities & ~wire.TLS
        assert not added, hex(added)
        assert not masked & wire.USUAL & ~wire.LONG_PASSWORD, hex(masked)
        assert 0 < c.greeting.id < 1 << 32


@pytest.mark.parametrize("keep", [0, 1, 2, 3, 4, 5, 8, 9, 31, 32, 33, 36, 38, 39, 40, 45, 58, 59, 60, 65, 66, 70])
def test_short_handshake_responses_are_refused_and_harm_nobody(my_ringfence, keep):
    with my_ringfence.raw() as c:
        whole = c.response("orders", "orders", "not the password", plugin=NATIVE)
        c.send(whole[:keep])
        c.socket.settimeout(5)
        with contextlib.suppress(EOFError, ConnectionError, wire.Refused):
            c.authenticate("not the password")
            raise AssertionError("it let somebody in")
    assert my_ringfence.alive()


RESPONSES = {
    "auth answer beyond the packet": lambda c: head(c) + b"orders\0" + lenenc(200) + b"x" * 10,
    "auth answer of 2^64-1": lambda c: head(c) + b"orders\0" + b"\xfe" + b"\xff" * 8,
    "auth answer of NULL": lambda c: head(c) + b"orders\0" + b"\xfb",
    "auth answer of error": lambda c: head(c) + b"orders\0" + b"\xff",
    "auth length cut": lambda c: head(c) + b"orders\0" + b"\xfc\x01",
    "name without end": lambda c: head(c) + b"orders",
    "schema without end": lambda c: head(c, wire.WITH_DB) + b"orders\0\0orders",
    "attributes beyond the packet": lambda c: head(c, wire.ATTRIBUTES) + b"orders\0\0" + b"p\0" + lenenc(5000) + b"x",
    "attributes of 2^64-1": lambda c: head(c, wire.ATTRIBUTES) + b"orders\0\0" + b"p\0" + b"\xfe" + b"\xff" * 8,
    "attribute key beyond": lambda c: head(c, wire.ATTRIBUTES) + b"orders\0\0" + b"p\0" + lenenc(3) + lenenc(9) + b"ab",
    "attribute without value": lambda c: head(c, wire.ATTRIBUTES) + b"orders\0\0" + b"p\0" + lenenc(2) + lenenc_text("a"),
    "no capabilities": lambda c: struct.pack("<IIB23x", 0, 0, 0) + b"orders\0\0",
    "the old protocol": lambda c: struct.pack("<HBH", 1, 0, 0) + b"orders\0",
    "a name of a megabyte": lambda c: head(c) + b"o" * (1 << 20) + b"\0\0",
    "nothing but zeros": lambda c: b"\0" * 64,
    "another protocol": lambda c: b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


def head(c, more=0):
    return struct.pack("<IIB23x", (wire.USUAL | more) & c.greeting.capabilities & 0xFFFFFFFF, 1 << 24, 45)


@pytest.mark.parametrize("name", RESPONSES)
def test_handshake_responses_that_lie_are_refused(my_ringfence, name):
    with my_ringfence.raw() as c:
        c.send(RESPONSES[name](c))
        c.socket.settimeout(5)
        with contextlib.suppress(EOFError, ConnectionError, TimeoutError, wire.Refused):
            c.authenticate("not the password")
            raise AssertionError("it let somebody in")
    assert my_ringfence.alive()


@pytest.mark.parametrize("data", [b"\0\0\0\1", b"\0\0\0\0", b"\xff\xff\xff\1", b"\1\0\0\1\0", b"\0" * 1000,
                                  b"\xff\xff\xff\1" + b"x" * 100000, b"\x20\0\0\2" + b"\0" * 32],
                         ids=lambda data: f"{len(data)} bytes")
def test_rubbish_instead_of_a_login_is_refused(my_ringfence, data):
    with my_ringfence.raw() as c:
        c.write(data)
        c.socket.settimeout(5)
        with contextlib.suppress(EOFError, ConnectionError, TimeoutError, AssertionError):
            while True:
                assert c.packet()[:1] in (b"\xff", b"\xfe")
    assert my_ringfence.alive()


def test_a_client_that_goes_without_a_word_harms_nobody(my_ringfence):
    for count in range(5):
        with my_ringfence.raw() as c:
            c.write(b"\x40\0\0\1" + b"\x85" * count)
    assert my_ringfence.alive()




# Packets of any size, in any order.

@pytest.mark.parametrize("sequence", [1, 2, 255])
def test_a_command_with_a_wrong_sequence_id_ends_the_session(my_ringfence, sequence):
    """Servers end it, too; what came before it does not count as a command."""
    with my_ringfence.connect() as c:
        c.send(bytes([wire.QUERY]) + b"DELETE FROM orders", sequence=sequence)
        c.sequence = (sequence + 1) % 256
        gone(c)
    assert my_ringfence.alive()


def test_a_packet_of_nothing_is_no_command(my_ringfence):
    with my_ringfence.connect() as c:
        c.send(b"", sequence=0)
        with contextlib.suppress(EOFError, ConnectionError):
            assert c.packet()[:1] == b"\xff"
            usable(c)
    assert my_ringfence.alive()


@pytest.mark.parametrize("size", [0, 1, *(wire.BIG + n for n in (-2, -1, 0, 1)), 2 * wire.BIG - 1, 2 * wire.BIG + 5])
def test_statements_around_the_size_of_a_packet(c, size):
    text = b"SELECT '" + b"x" * max(0, size - 30) + b"' = '', 1"
    text += b" " * (size - len(text) - 1)
    found, = c.ask(wire.QUERY, text)
    # ringfence reads statements up to a limit of its own; what is longer is refused, and wholly.
    if found.failed:
        assert found.code in (1153, 1142, 1064) and not service.DIRECT, found
    else:
        assert found.rows[0][1] == "1"
    usable(c)


@pytest.mark.parametrize("size", [wire.BIG - 5, wire.BIG - 4, wire.BIG, wire.BIG + 1, 2 * wire.BIG - 5, 40 << 20])
def test_rows_around_the_size_of_a_packet(c, size):
    assert len(c.value(f"SELECT repeat('y', {size})")) == size
    assert len(c.prepare("SELECT repeat('y', ?)").execute(size)[0].rows[0][0]) == size
    usable(c)


@pytest.mark.parametrize("size", [wire.BIG - 30, wire.BIG, 20 << 20])
def test_parameters_around_the_size_of_a_packet(c, size):
    statement = c.prepare("SELECT length(?), 1")
    assert statement.execute("z" * size)[0].rows == [[size, 1]]
    usable(c)


def test_a_result_of_many_rows_streams(my_ringfence):
    with my_ringfence.connect() as c:
        found = c.one("SELECT a.n, repeat('x', 1000) FROM tools.numbers a, tools.numbers b WHERE b.n <= 30")
        assert len(found.rows) == 3000 * 30
        if not service.DIRECT:
            assert processes.memory_kb(my_ringfence.process.pid, "VmHWM") < 600_000


def test_commands_that_were_sent_ahead_are_answered_in_order(c):
    """No client is told that it may, but MariaDB's do."""
    c.write(b"".join(struct.pack("<I", len(text) + 1) + b"\3" + text
                     for text in (b"SELECT 1", b"SELECT * FROM users.accounts", b"SELECT 2", b"SELECT 3; SELECT 4")))
    seen = []
    for _ in range(4):
        c.sequence = 1
        seen += [r.code if r.failed else r.rows[0][0] for r in c.results()]
    assert seen == ["1", 1142, "2", "3", "4"]


def test_a_command_that_comes_in_single_bytes(c):
    for byte in c.framed(b"\3SELECT 5", sequence=0):
        c.write(bytes([byte]))
    assert c.result().rows == [["5"]]
