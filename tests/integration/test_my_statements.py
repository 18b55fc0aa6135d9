"""MariaDB's and MySQL's prepared statements: long data, cursors, bulk execution."""
import hashlib
import struct

import pytest

from harness import my_results as results, my_wire as wire
from harness.my_results import lenenc, lenenc_text
from test_my_decisions import allowed, denied
from test_my_wire import c, direct, usable  # noqa: F401


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
    assert c.results(True, statement.columns)[0].rows == [[70005 + (17 << 20), hashlib.sha256(b"x").hexdigest(), 1]]
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
