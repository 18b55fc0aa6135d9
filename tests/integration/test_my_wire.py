"""MariaDB's and MySQL's protocol, as it is and as no decent client would speak it: commands, sessions that begin anew,
compression, files. (Logins and packets: test_my_packets.py.)"""
import contextlib
import ssl
import struct
import zlib

import pytest

from harness import my_results as results, my_wire as wire, policies, processes, service
from harness.my_passwords import NATIVE
from harness.my_server import PASSWORD
from test_my_decisions import allowed, denied

enforced = pytest.mark.skipif(service.DIRECT, reason="compares with the direct way")
UNKNOWN_COMMAND, ACCESS_DENIED = 1047, 1045


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


@pytest.mark.parametrize("number", [*(() if service.DIRECT else (33,)), 34, 64, 100, 127, 128, 200, 0xF9, 0xFB, 0xFC, 0xFD,
                                    0xFE, 0xFF])
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
                                     {"add": wire.OPTIONAL_METADATA}, {"without": wire.LENENC_AUTH},
                                     {"without": wire.PLUGINS},
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
        name = "a" if options.get("collation") == 8 else "ä"         # latin1: names of ASCII only are read
        for sql in ("SELECT id, status FROM orders WHERE id < 4", "SET @a = 1", f"SELECT 1/0, 'x' AS {name}", "SHOW WARNINGS",
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
