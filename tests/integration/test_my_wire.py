"""MariaDB's and MySQL's protocol, as it is and as no decent client would speak it."""
import contextlib
import ssl
import struct
import zlib

import pytest

from harness import my_results as results, my_wire as wire, policies, processes, service
from harness.my_passwords import NATIVE
from harness.my_results import lenenc, lenenc_text
from harness.my_server import PASSWORD
from test_my_decisions import allowed, denied

enforced = pytest.mark.skipif(service.DIRECT, reason="compares with the direct way")
UNKNOWN_COMMAND, MALFORMED, OUT_OF_ORDER, ACCESS_DENIED = 1047, 1835, 1156, 1045


@pytest.fixture
def c(my_ringfence):
    with my_ringfence.connect() as made:
        yield made


@pytest.fixture
def direct(my_ringfence):
    server = my_ringfence.server
    with wire.Connection(server.host, server.port) as made:
        yield made.login("orders", "orders", PASSWORD)


def usable(c):
    assert c.value("SELECT 6 * 7") == "42"


def gone(c):
    """An error and the end, or the end alone."""
    with contextlib.suppress(EOFError, ConnectionError, AssertionError):
        while True:
            body = c.packet()
            assert body[:1] == b"\xff", body
    assert c.closed()


# Greeting and login packets that end too soon, or say more than they hold.

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
                                  b"\xff\xff\xff\1" + b"x" * 100000, b"\x20\0\0\2" + b"\0" * 32])
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


# Packets.

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


@pytest.mark.parametrize("size", [0, 1, wire.BIG - 2, wire.BIG - 1, wire.BIG, wire.BIG + 1, 2 * wire.BIG - 1, 2 * wire.BIG + 5])
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


# Commands.

def test_ping_statistics_and_the_servers_version(c):
    assert c.ask(wire.PING)[0].ok
    c.command(wire.STATISTICS)
    shown = c.packet()
    assert shown[:1] != b"\xff" and b"Uptime" in shown
    usable(c)


def test_field_list_of_own_and_foreign_tables(c, direct):
    def columns(of, body):
        of.command(wire.FIELD_LIST, body)
        seen = []
        while (packet := of.packet())[:1] not in (b"\xff", b"\xfe"):
            seen.append(packet)
        return seen, packet
    for pattern in (b"", b"s%", b"nothing"):
        assert columns(c, b"orders\0" + pattern) == columns(direct, b"orders\0" + pattern)
    for name in (b"users.accounts\0", b"`users`.`accounts`\0", b"nothing_here\0", b"", b"orders"):
        seen, last = columns(c, name)
        assert not seen and last[:1] in (b"\xff", b"\xfe"), (name, seen)
    usable(c)


@enforced
def test_field_list_follows_the_current_schema(my_ringfence):
    with my_ringfence.connect("users", database="users_api_v1") as c:
        c.command(wire.FIELD_LIST, b"orders\0")
        assert c.packet()[:1] == b"\xff"


def test_init_db(c):
    assert c.ask(wire.INIT_DB, b"orders")[0].ok
    for name in (b"", b"users", b"`orders`", b"x" * 300, b"or\0ders", b"\xff\xfe", b"ORDERS"):
        found = c.ask(wire.INIT_DB, name)[0]
        assert found.failed or name == b"", name
    assert c.value("SELECT database()") == "orders"


@pytest.mark.parametrize("name", ["SLEEP", "CREATE_DB", "DROP_DB", "SHUTDOWN", "CONNECT", "DEBUG", "TIME", "DELAYED_INSERT",
                                  "BINLOG_DUMP", "TABLE_DUMP", "CONNECT_OUT", "REGISTER_SLAVE", "DAEMON",
                                  "BINLOG_DUMP_GTID", "CLONE", "REFRESH"])
def test_commands_of_administration_are_denied(my_ringfence, name):
    bodies = {"CREATE_DB": b"another", "DROP_DB": b"users", "TABLE_DUMP": b"\5users\x08accounts",
              "BINLOG_DUMP": struct.pack("<IHI", 4, 0, 7), "REGISTER_SLAVE": struct.pack("<I", 7) + b"\0" * 14,
              "BINLOG_DUMP_GTID": struct.pack("<HII", 0, 7, 0) + struct.pack("<QI", 4, 0), "REFRESH": b"\1"}
    if service.DIRECT and name == "BINLOG_DUMP_GTID":
        pytest.skip("the server has no such privilege to ask for")
    with my_ringfence.connect() as c:
        c.command(getattr(wire, name), bodies.get(name, b""))
        found = c.result()
        assert found.failed and found.code in (UNKNOWN_COMMAND, 1142, 1227, 1044, 1045, 1227, 3098), found
        usable(c)
    assert my_ringfence.alive()


@pytest.mark.parametrize("number", [*(() if service.DIRECT else (33,)), 34, 64, 100, 127, 128, 200, 0xF9, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF])
def test_unknown_commands_get_a_proper_error(c, number):
    c.command(number, b"anything")
    found = c.result()
    assert found.failed and found.code in (UNKNOWN_COMMAND, 1047, 1142, 1227), found
    usable(c)


@pytest.mark.parametrize("number", [wire.STMT_EXECUTE, wire.STMT_RESET, wire.STMT_FETCH, wire.SET_OPTION,
                                    wire.MARIADB_BULK_EXECUTE, wire.CHANGE_USER, wire.PROCESS_KILL])
@pytest.mark.parametrize("body", [b"", b"\1", b"\1\0\0", b"\1\0\0\0", b"\xff" * 4, b"\xff" * 9, b"\xff" * 40], ids=len)
def test_short_and_wild_commands_get_an_error(my_ringfence, number, body):
    with my_ringfence.connect() as c:
        c.command(number, body)
        with contextlib.suppress(EOFError, ConnectionError):
            found = c.packet()
            if number == wire.CHANGE_USER and found[:1] == b"\xfe" or service.DIRECT and found[:1] == b"\n":
                return                                      # asks for a password; MariaDB even greets again
            if number != wire.SET_OPTION or len(body) > 1 and body[:2] not in (b"\1\0", b"\0\0"):
                assert found[:1] == b"\xff", found
            usable(c)
    assert my_ringfence.alive()


def test_long_data_and_close_of_what_is_not_there_say_nothing(c):
    for body in (struct.pack("<IH", 4711, 0) + b"x", struct.pack("<IH", 4711, 9)):
        c.command(wire.STMT_SEND_LONG_DATA, body)
        assert c.closed_quietly()
    for body in (struct.pack("<I", 4711), struct.pack("<I", 0)):
        c.command(wire.STMT_CLOSE, body)
        assert c.closed_quietly()


def test_quit_ends_the_session(my_ringfence):
    with my_ringfence.connect() as c:
        c.command(wire.QUIT)
        assert c.closed()


def test_set_option_allows_and_forbids_several_statements(my_ringfence):
    with my_ringfence.connect(without=wire.MULTI_STATEMENTS) as c:
        assert c.one("SELECT 1; SELECT 2").code == 1064
        assert c.ask(wire.SET_OPTION, b"\0\0")[0].ok
        assert [r.rows for r in c.query("SELECT 1; SELECT 2")] == [[["1"]], [["2"]]]
        assert [r.code for r in c.query("SELECT 1; SELECT * FROM users.accounts") if r.failed] == [1142]
        assert c.ask(wire.SET_OPTION, b"\1\0")[0].ok
        assert c.one("SELECT 1; SELECT 2").code == 1064


@enforced
def test_one_statement_only_means_one(my_ringfence, my_server):
    with my_ringfence.connect(without=wire.MULTI_STATEMENTS) as c:
        c.query("SELECT 1; SELECT * FROM users.accounts")
        assert c.query("INSERT INTO orders (user_id) VALUES (771001); SELECT 1")[0].failed
    assert my_server.sql("SELECT count(*) FROM orders.orders WHERE user_id = 771001") == "0"


# A session that begins anew.

def test_reset_connection_forgets_the_session_and_keeps_the_schema(c):
    statement = c.prepare("SELECT 1")
    allowed(c.query("SET @a = 5; CREATE TEMPORARY TABLE t (n int); SET sql_mode = 'ANSI_QUOTES'"))
    allowed(c.query("START TRANSACTION; INSERT INTO orders (user_id) VALUES (772001)"))
    assert c.ask(wire.RESET_CONNECTION)[0].ok
    assert c.value("SELECT @a") is None and c.one("SELECT * FROM t").code == 1146
    assert c.value('SELECT "x"') == "x" and c.value("SELECT count(*) FROM orders WHERE user_id = 772001") == "0"
    assert statement.execute()[0].code == 1243
    assert c.value("SELECT database()") == "orders"


def test_reset_connection_and_change_user_of_mysql_keep_what_was_agreed(my_ringfence):
    with my_ringfence.connect(without=wire.NO_EOF) as c:
        c.ask(wire.RESET_CONNECTION)
        usable(c)
        c.change_user("orders", "orders", PASSWORD)
        usable(c)
        statement = c.prepare("SELECT id FROM orders WHERE id < ?")
        assert len(statement.execute(5)[0].rows) == 4


def test_change_user_is_another_service(my_ringfence):
    with my_ringfence.connect() as c:
        allowed(c.query("SET @a = 5"))
        c.change_user("users", "users", PASSWORD)
        assert c.value("SELECT @a") is None and c.value("SELECT database()") == "users"
        allowed(c.query("SELECT email FROM accounts LIMIT 1"))
        denied(c.one("SELECT * FROM orders.orders"))
        c.change_user("orders", "orders", PASSWORD)
        denied(c.one("SELECT email FROM users.accounts"))
        allowed(c.query("SELECT 1 FROM orders LIMIT 1"))


@pytest.mark.parametrize("user, database, password, code", [
    ("users", "users", "guess", ACCESS_DENIED), ("nobody", "users", PASSWORD, ACCESS_DENIED),
    ("users", "orders", PASSWORD, 1044), ("orders", "users", PASSWORD, 1044), ("users", "users", "", ACCESS_DENIED)])
def test_a_change_of_user_that_fails_ends_the_session(my_ringfence, user, database, password, code):
    with my_ringfence.connect() as c:
        with pytest.raises(wire.Refused) as caught:
            c.change_user(user, database, password)
        assert caught.value.code == code
        with contextlib.suppress(EOFError, ConnectionError):
            # Servers end it; whoever does not must not have made it another's.
            assert c.one("SELECT email FROM users.accounts").failed


CHANGES = [b"", b"users", b"users\0", b"users\0\x14", b"users\0\x14" + b"x" * 10, b"users\0\xff" + b"x" * 20,
           b"users\0\0", b"users\0\0users", b"users\0\0users\0", b"users\0\0users\0\x2d", b"users\0\0users\0\x2d\0",
           b"users\0\0users\0\x2d\0mysql_native_password", b"\0\0\0\0\0\0", b"users\0\0\0\xff\xff\0"]


@pytest.mark.parametrize("body", CHANGES, ids=lambda b: f"{len(b)} bytes")
def test_short_changes_of_user_let_nobody_in(my_ringfence, body):
    if service.DIRECT and not body:
        pytest.skip("MariaDB greets again")
    with my_ringfence.connect(plugin=NATIVE) as c:
        c.command(wire.CHANGE_USER, body)
        with contextlib.suppress(EOFError, ConnectionError, wire.Refused):
            c.authenticate("not the password")
            raise AssertionError("it let somebody in")
        with contextlib.suppress(EOFError, ConnectionError, AssertionError):
            assert c.one("SELECT email FROM users.accounts").failed
    assert my_ringfence.alive()


# Prepared statements.

def test_a_statement_is_prepared_executed_reset_and_closed(c, direct):
    for sql, values in (("SELECT id, status, placed_at, user_id / 3 FROM orders WHERE id IN (?, ?) ORDER BY id", (3, 5)),
                        ("SELECT ?, ?, ?", ("a", None, 1 << 40)), ("INSERT INTO orders (user_id) VALUES (?)", (None,)),
                        ("UPDATE orders SET status = ? WHERE id = ?", ("paid", 1)), ("SELECT 1 WHERE 1 = 0", ()),
                        ("DO ?", (1,)), ("SELECT x'00ff', 1.5e0, -1, NULL, date '2026-01-02'", ())):
        seen = []
        for one in (c, direct):
            statement = one.prepare(sql)
            assert statement.parameters == len(values)
            found = [statement.execute(*values)[-1] for _ in range(3)]
            assert statement.reset().ok
            statement.close()
            seen.append([(r.error, r.rows, r.affected, r.warnings, [col.body for col in r.columns]) for r in found])
        assert seen[0] == seen[1], sql
        assert statement.execute(*values)[0].code == 1243


def test_types_are_sent_once(c):
    statement = c.prepare("SELECT ? + 0, ?")
    assert statement.execute(4, "a")[0].rows[0][1] == "a"
    c.command(wire.STMT_EXECUTE, statement.body((5, "b"), types=False))
    assert c.results(True, statement.columns)[0].rows[0][1] == "b"


def test_long_data_is_put_together(c):
    statement = c.prepare("SELECT length(?), sha2(?, 256), 1")
    for piece in (b"a" * 70000, b"b" * 5, b"c" * (17 << 20)):
        statement.long_data(0, piece)
    statement.long_data(1, b"x")
    c.command(wire.STMT_EXECUTE, struct.pack("<IBI", statement.id, 0, 1) + attributes(c, 2) + b"\0\1" + b"\xfc\0\xfc\0")
    assert c.results(True, statement.columns)[0].rows == [[70005 + (17 << 20), "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881", 1]]
    assert statement.execute("a", "b")[0].rows[0][0] == 1            # it was for one execution only
    statement.long_data(0, b"gone")
    assert statement.reset().ok
    assert statement.execute("ab", "b")[0].rows[0][0] == 2


def attributes(c, count):
    return lenenc(count) if c.capabilities & wire.QUERY_ATTRIBUTES else b""


def test_a_cursor_is_fetched_in_pieces(c):
    statement = c.prepare("SELECT id FROM orders WHERE id > ? ORDER BY id LIMIT 25")
    opened = statement.execute(10, cursor=1)[0]
    assert opened.rows == [] and opened.status & results.CURSOR
    seen = []
    while True:
        piece = statement.fetch(10)
        seen += [row[0] for row in piece.rows]
        if piece.status & results.LAST_ROW:
            break
        assert len(piece.rows) == 10
        assert c.value("SELECT 'in between'") == "in between"
    assert seen == list(range(11, 36))
    statement.execute(10, cursor=1)
    assert statement.reset().ok and statement.fetch(1).failed
    # Another one, since MySQL 9.7 answers with no rows and no end when a statement with a cursor is executed without.
    without = c.prepare("SELECT id FROM orders WHERE id > ? ORDER BY id LIMIT 25")
    assert len(without.execute(10)[0].rows) == 25 and without.fetch(5).failed


def test_a_cursor_over_nothing_and_a_statement_without_rows(c):
    statement = c.prepare("SELECT id FROM orders WHERE id = ?")
    statement.execute(0, cursor=1)
    ended = statement.fetch(10)
    assert ended.rows == [] and (ended.failed or ended.status & results.LAST_ROW)
    assert c.prepare("DO ?").execute(1, cursor=1)[0].ok
    usable(c)


def test_a_denied_statement_has_no_id(c):
    before = c.prepare("SELECT 1")
    denied(c.prepare("SELECT * FROM users.accounts"))
    for number in (before.id + 1, before.id + 2, 0xFFFFFFFF):         # -1 is the last prepared one, for MariaDB
        found = wire.Prepared.__new__(wire.Prepared)
        found.connection, found.id, found.columns, found.parameters = c, number, [], 0
        answer = found.execute()[0]
        assert answer.failed or answer.rows == [[1]]
    assert before.execute()[0].rows == [[1]]


def test_many_statements_are_bounded_by_an_error(my_ringfence):
    with my_ringfence.connect() as c:
        prepared = [c.prepare(f"SELECT {n} + ?") for n in range(2000)]
        made = [p for p in prepared if p and not p.failed]
        assert len(made) >= 100
        assert [float(p.execute(1)[0].rows[0][0]) for p in made[:3]] == [1.0, 2.0, 3.0]
        for p in made:
            p.close()
        usable(c)


def test_a_statement_without_several_statements(c):
    assert c.prepare("SELECT 1; SELECT 2").failed
    assert c.prepare("").failed
    usable(c)


def test_bulk_execution_of_mariadb(my_ringfence, my_server):
    if my_server.flavour != "mariadb":
        pytest.skip("MariaDB's own command")
    with my_ringfence.connect(add=wire.MARIADB_BULK) as c:
        allowed(c.query("START TRANSACTION"))
        statement = c.prepare("INSERT INTO orders (user_id, status) VALUES (?, ?)")
        rows = b"".join(b"\0" + struct.pack("<q", 773000 + n) + b"\0" + lenenc_text("paid") for n in range(300))
        body = struct.pack("<IH", statement.id, 128) + b"\x08\0\xfd\0" + rows
        if c.greeting.capabilities & wire.MARIADB_BULK:
            assert c.ask(wire.MARIADB_BULK_EXECUTE, body)[0].affected == 300
            assert c.value("SELECT count(*) FROM orders WHERE user_id >= 773000") == "300"
            denied(c.prepare("INSERT INTO users.accounts (email) VALUES (?)"))
            wild = struct.pack("<IH", statement.id, 128) + b"\x08\0\xfd\0" + b"\0" + b"\xff" * 20
            assert c.ask(wire.MARIADB_BULK_EXECUTE, wild)[0].failed
        else:
            assert c.ask(wire.MARIADB_BULK_EXECUTE, body)[0].failed    # not offered, so not known
        allowed(c.query("ROLLBACK"))
        usable(c)


# KILL.

def busy(proxy):
    with proxy.connect() as c:
        c.command(wire.QUERY, b"SELECT sleep(30)")
        processes.wait_until(lambda: proxy.server.sql(
            "SELECT count(*) FROM processlist WHERE info LIKE 'SELECT sleep(30)%'") != "0", "it works")
        yield c


@pytest.fixture
def sleeper(my_ringfence):
    """A session of order-service in the middle of a statement."""
    yield from busy(my_ringfence)


def interrupted(sleeper):
    """sleep() returns 1, or the statement fails with 1317."""
    found = sleeper.result()
    assert found.error and found.code == 1317 or found.rows == [["1"]], found


@pytest.mark.parametrize("way", ["KILL QUERY {}", "KILL SOFT QUERY {}", "kill /* x */ query {}"])
def test_a_statement_of_an_own_session_is_killed_by_the_id_of_its_greeting(c, sleeper, way, my_server):
    if "SOFT" in way and my_server.flavour == "mysql":
        pytest.skip("MariaDB's own word")
    assert c.one(way.format(sleeper.greeting.id)).ok
    interrupted(sleeper)
    usable(sleeper)


@pytest.mark.parametrize("way", ["KILL {}", "KILL CONNECTION {}"])
def test_an_own_session_is_killed(c, sleeper, way):
    assert c.one(way.format(sleeper.greeting.id)).ok
    gone(sleeper)


def test_the_command_that_kills(c, sleeper, direct):
    direct.command(wire.PROCESS_KILL, struct.pack("<I", 0x7FFFFFFF))
    known = direct.result().code != UNKNOWN_COMMAND
    found = c.ask(wire.PROCESS_KILL, struct.pack("<I", sleeper.greeting.id))[0]
    assert found.ok == known
    if known:
        gone(sleeper)


def test_connection_id_is_the_one_that_kill_wants(c):
    assert c.value("SELECT connection_id()") == str(c.greeting.id)


@enforced
def test_sessions_of_others_and_of_the_server_are_not_killed(my_ringfence, c):
    with my_ringfence.connect("users") as other:
        backends = my_ringfence.server.sql("SELECT id FROM processlist").split()
        for number in (other.greeting.id, 0, 1, 2, 0xFFFFFFFF, *backends):
            if int(number) not in (c.greeting.id,):
                for way in ("KILL {}", "KILL QUERY {}", "KILL CONNECTION {}"):
                    found = c.one(way.format(number))
                    assert found.failed and found.code in (1094, 1095, 1142, 1227), (number, found)
        usable(other)
    assert my_ringfence.alive()


@enforced
def test_a_kill_of_nobody_and_of_another_look_the_same(my_ringfence, c):
    with my_ringfence.connect("users") as other:
        there = c.one(f"KILL {other.greeting.id}")
        missing = c.one(f"KILL {other.greeting.id + 1000}")
    assert (there.code, there.message.replace(str(other.greeting.id), "N")) == (
        missing.code, missing.message.replace(str(other.greeting.id + 1000), "N"))


def test_a_session_may_end_itself(my_ringfence):
    with my_ringfence.connect() as c:
        c.command(wire.QUERY, f"KILL {c.greeting.id}".encode())
        gone(c)


@enforced
def test_process_info_shows_nobody_else(my_ringfence, c):
    with my_ringfence.connect("users") as other:
        other.command(wire.QUERY, b"SELECT sleep(5), 'hidden-text'")
        c.command(wire.PROCESS_INFO)
        with contextlib.suppress(EOFError):
            c.socket.settimeout(3)
            c.result()
        assert b"hidden-text" not in c.received and b"users" not in c.received


# Compression, query attributes, session tracking.

@pytest.mark.parametrize("capability", ["COMPRESS", "ZSTD"])
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_compression(my_ringfence, capability, tls):
    context = ssl.create_default_context(cafile=str(my_ringfence.authority.certificate)) if tls else None
    wanted = getattr(wire, capability)
    with my_ringfence.connect(add=wanted, tls=context) as c:
        if not c.greeting.capabilities & wanted:
            assert c.compression is None                              # masked honestly
        usable(c)
        assert c.value("SELECT repeat('abc', 100000)") == "abc" * 100000
        assert c.value(f"SELECT length('{'x' * 3_000_000}')") == "3000000"
        assert len(c.value("SELECT repeat('y', 20000000)")) == 20_000_000
        assert [r.rows for r in c.query("SELECT 1; SELECT 2")] == [[["1"]], [["2"]]]
        assert c.prepare("SELECT ? + 1").execute(5)[0].rows[0][0] in (6, 6.0)
        assert c.one("SELECT * FROM users.accounts").code == 1142
        c.change_user("users", "users", PASSWORD)
        assert c.value("SELECT count(*) FROM accounts") == "1000"
        usable(c)


@pytest.mark.parametrize("frame", [b"\1\0\0\0\xff\xff\xff\0", b"\5\0\0\0\x10\0\0hello", b"\0\0\0\0\0\0\0",
                                   b"\x09\0\0\0\0\0\0\xff\xff\xff\0\3SELE", b"\x05\0\0\7\0\0\0\1\0\0\0\x0e"],
                         ids=["size of a lie", "no zlib", "nothing", "cut", "wrong sequence id"])
def test_compressed_packets_that_lie_end_the_session(my_ringfence, frame):
    with my_ringfence.connect(add=wire.COMPRESS) as c:
        if not c.compression:
            pytest.skip("not offered")
        c.socket.sendall(frame)
        c.socket.settimeout(2)
        with contextlib.suppress(EOFError, ConnectionError, TimeoutError, AssertionError):
            c.packet()
    assert my_ringfence.alive()


def test_a_compressed_bomb_is_bounded(my_ringfence):
    with my_ringfence.connect(add=wire.COMPRESS) as c:
        if not c.compression:
            pytest.skip("not offered")
        bomb = zlib.compress(b"\0" * (200 << 20), 9)
        for claimed in (100, 0xFFFFFF):
            with contextlib.suppress(ConnectionError, BrokenPipeError):
                c.socket.sendall(struct.pack("<I", len(bomb))[:3] + b"\0" + struct.pack("<I", claimed)[:3] + bomb)
    assert my_ringfence.alive()
    if not service.DIRECT:
        assert processes.memory_kb(my_ringfence.process.pid, "VmHWM") < 700_000


def test_query_attributes(my_ringfence, my_server):
    if my_server.flavour != "mysql":
        pytest.skip("MySQL's own")
    with my_ringfence.connect(add=wire.QUERY_ATTRIBUTES) as c:
        if c.greeting.capabilities & wire.QUERY_ATTRIBUTES:
            assert c.query("SELECT 1", {"trace": "00-abc", "n": "5"})[0].rows == [["1"]]
            assert c.query("SELECT * FROM users.accounts", {"a": "SELECT 1"})[0].code == 1142
            for wild in (b"\x05\x01" + b"SELECT 1", b"\xfe" + b"\xff" * 8 + b"\x01SELECT 1", b"\x01", b"\x01\x01",
                         b"\x01\x01\0\x01\xfd\0\xfe" + b"\xff" * 8, b"\x00\x02SELECT * FROM users.accounts"):
                c.command(wire.QUERY, wild)
                with contextlib.suppress(EOFError, ConnectionError):
                    found = c.result()
                    assert found.failed or found.rows == [["1"]], (wild, found)
            with my_ringfence.connect(add=wire.QUERY_ATTRIBUTES) as again:
                assert again.prepare("SELECT ? + 1").execute(4)[0].rows[0][0] == 5
        else:
            usable(c)


def test_session_tracking_is_passed_on(my_ringfence):
    with my_ringfence.connect(add=wire.TRACK) as c:
        found = c.one("USE orders")
        assert found.ok and b"orders" in found.changes and found.status & results.STATE_CHANGED
        allowed(c.query("SET SESSION session_track_system_variables = 'autocommit, time_zone'"))
        assert b"time_zone" in c.one("SET time_zone = '+01:00'").changes
        denied(c.one("SELECT * FROM users.accounts"))


@pytest.mark.parametrize("options", [{}, {"without": wire.NO_EOF}, {"add": wire.TRACK},
                                     {"without": wire.NO_EOF | wire.MULTI_STATEMENTS | wire.PS_MULTI_RESULTS},
                                     {"add": wire.FOUND_ROWS | wire.IGNORE_SPACE | wire.INTERACTIVE | wire.LOCAL_FILES},
                                     {"add": wire.OPTIONAL_METADATA}, {"without": wire.LENENC_AUTH}, {"without": wire.PLUGINS},
                                     {"add": wire.MARIADB_METADATA | wire.MARIADB_CACHE | wire.MARIADB_BULK},
                                     {"add": wire.EXPIRED}, {"collation": 8}, {"collation": 255}, {"collation": 33},
                                     {"attributes": {"program_name": "tests", "_pid": "1"}}],
                         ids=lambda o: str(o)[:60])
def test_every_byte_of_an_answer_is_the_servers(my_ringfence, options):
    """Whatever was agreed on: status flags, warnings, column definitions, the end of rows."""
    server = my_ringfence.server
    if options.get("without") == wire.PLUGINS and server.flavour == "mysql":
        pytest.skip("such a client cannot log in at MySQL 9")

    def conversation(c):
        c.login("orders", "orders", PASSWORD, **options)
        del c.received[:]
        for sql in ("SELECT id, status FROM orders WHERE id < 4", "SET @a = 1", "SELECT 1/0, 'x' AS ä", "SHOW WARNINGS",
                    "SELECT * FROM nothing_here", "DROP TABLE IF EXISTS nothing_here", "START TRANSACTION",
                    "UPDATE orders SET status = status WHERE id < 9", "SELECT * FROM orders WHERE id = 0", "ROLLBACK",
                    "SELECT NULL, x'00', 1.5, now() > 0", "SHOW TABLES", "EXPLAIN SELECT 1"):
            c.query(sql)
        if c.capabilities & wire.MULTI_STATEMENTS:
            c.query("SELECT 1; DO 1; SELECT 2")
        before = bytes(c.received)
        del c.received[:]
        statement = c.prepare("SELECT id, ? FROM orders WHERE id < 3")
        c.received[5:9] = b"\0" * 4                                  # its id
        for cursor in (0, 0, 1):
            statement.execute("v", cursor=cursor)
        statement.fetch(1)
        return before + bytes(c.received)
    with my_ringfence.raw() as c, wire.Connection(server.host, server.port) as direct:
        through, past = conversation(c), conversation(direct)
    assert c.capabilities & ~direct.capabilities == 0
    assert through == past


# LOAD DATA LOCAL on the wire.

def test_files_are_asked_for_by_their_name_and_passed_on(my_ringfence):
    with my_ringfence.connect(add=wire.LOCAL_FILES) as c:
        allowed(c.query("CREATE TEMPORARY TABLE t (n int, s varchar(10))"))
        name, found = c.load("LOAD DATA LOCAL INFILE 'any name' INTO TABLE t", b"1\ta\n2\tb\n")
        assert name == "any name" and found.affected == 2 and found.info.startswith(b"Records: 2")
        name, found = c.load("LOAD DATA LOCAL INFILE '' INTO TABLE t", b"")
        assert found.ok or found.failed
        name, found = c.load("LOAD DATA LOCAL INFILE 'x' INTO TABLE users.accounts", b"1\n")
        assert name is None and found.code == 1142
        name, found = c.load("LOAD DATA LOCAL INFILE 'x' INTO TABLE nothing_here", b"1\n")
        assert name is None and found.code == 1146
        assert c.value("SELECT count(*) FROM t") == "2"


def test_a_client_that_cannot_send_files_is_not_asked(c):
    allowed(c.query("CREATE TEMPORARY TABLE t (n int)"))
    assert c.one("LOAD DATA LOCAL INFILE 'x' INTO TABLE t").failed
    usable(c)


def test_a_file_of_hundreds_of_megabytes_streams(my_ringfence):
    with my_ringfence.connect(add=wire.LOCAL_FILES) as c:
        allowed(c.query("CREATE TEMPORARY TABLE t (s varchar(2000))"))
        line = b"x" * 1023 + b"\n"
        _, found = c.load("LOAD DATA LOCAL INFILE 'x' INTO TABLE t (@skip) SET s = left(@skip, 1)", line * (64 << 10))
        assert found.affected == 64 << 10
    if not service.DIRECT:
        assert processes.memory_kb(my_ringfence.process.pid, "VmHWM") < 700_000


def test_a_client_that_goes_in_the_middle_of_its_file_leaves_nothing(my_ringfence):
    with my_ringfence.connect(add=wire.LOCAL_FILES) as c:
        c.command(wire.QUERY, b"LOAD DATA LOCAL INFILE 'x' INTO TABLE orders (user_id)")
        assert c.result().file == "x"
        c.send(b"774001\n774001\n")
    def undone():
        return my_ringfence.server.sql("SELECT count(*) FROM orders.orders WHERE user_id = 774001") == "0"
    processes.wait_until(undone, "it is undone")
    assert my_ringfence.alive()


def test_a_service_that_owns_nothing_here_gets_in_nowhere(new_my_ringfence):
    made = policies.shop("mysql")
    made["order-service"]["owns"] = [policies.place("elsewhere", "mysql")]
    proxy = new_my_ringfence(policies=made)
    with pytest.raises(wire.Refused) as caught:
        proxy.connect("orders", database="orders")
    assert caught.value.code == 1044
