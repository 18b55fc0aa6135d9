"""PyMySQL and mysqlclient (on MariaDB's library)."""
import decimal
import os
import warnings

import MySQLdb
import MySQLdb.cursors
import pymysql
import pytest

enforced = pytest.mark.skipif("RINGFENCE_DIRECT" in os.environ, reason="nobody denies")
MESSAGE = "ringfence: order-service may not read users.accounts"
COLUMNS = [("n", "bigint unsigned"), ("price", "decimal(12,3)"), ("at", "datetime(6)"), ("day", "date"), ("t", "time"),
           ("bits", "bit(10)"), ("data", "json"), ("bin", "blob"), ("ratio", "double"), ("word", "varchar(40)"),
           ("kind", "enum('a', 'b')"), ("flags", "set('x', 'y')"), ("y", "year")]
ROW = (1 << 63, "12345678.125", "2026-11-21 10:11:12.123456", "2026-11-21", "-12:34:56", 513, '{"a": [1, null]}',
       b"\0\1\2\xff", 0.25, "grüße 🐘 \\ ' \"", "b", "x,y", 2026)


@pytest.fixture(params=["pymysql", "mysqlclient"])
def connect(request, my_endpoint):
    """connect(**options), of either driver; what it opens is closed."""
    opened = []

    def make(**options):
        if request.param == "pymysql":
            opened.append(pymysql.connect(**my_endpoint.pymysql(**options)))
        else:
            opened.append(MySQLdb.connect(**my_endpoint.mysqldb(**options)))
        return opened[-1]
    make.errors = pymysql if request.param == "pymysql" else MySQLdb
    make.unbuffered = pymysql.cursors.SSCursor if request.param == "pymysql" else MySQLdb.cursors.SSCursor
    yield make
    for connection in opened:
        connection.close()


def ask(connection, sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return cursor.fetchall()


def test_it_works(connect):
    c = connect()
    with c.cursor() as cursor:
        cursor.execute("SELECT status FROM orders WHERE id = %s", (1,))
        assert cursor.fetchone() == ("paid",)
        cursor.execute("SELECT * FROM orders JOIN order_lines ON order_id = id WHERE user_id IN %s", ((18, 35),))
        assert cursor.rowcount == 12
        assert cursor.executemany("INSERT INTO orders (user_id) VALUES (%s)", [(n,) for n in range(500)]) == 500
        assert cursor.lastrowid > 3000
    c.rollback()
    assert ask(c, "SELECT count(*) FROM orders") == ((3000,),)


def test_values_of_all_types_come_back_as_they_went(connect):
    c = connect()
    ask(c, "CREATE TEMPORARY TABLE things (" + ", ".join(f"`{n}` {t}" for n, t in COLUMNS) + ")")
    ask(c, f"INSERT INTO things VALUES ({', '.join(['%s'] * len(ROW))})", *ROW)
    ask(c, "INSERT INTO things () VALUES ()")
    full, empty = ask(c, "SELECT * FROM things ORDER BY n IS NULL")
    assert empty == (None,) * len(ROW)
    assert full[0] == ROW[0] and full[1] == decimal.Decimal(ROW[1]) and str(full[2]) == ROW[2]
    assert full[4].total_seconds() == -(12 * 3600 + 34 * 60 + 56) and int.from_bytes(full[5], "big") == 513
    assert full[7] == ROW[7] and full[8] == 0.25 and full[9] == ROW[9] and full[10:] == ("b", "x,y", 2026)


def test_a_large_result_is_streamed(connect):
    c = connect()
    with c.cursor(connect.unbuffered) as cursor:
        cursor.execute("SELECT repeat('x', 100000), a.id FROM orders a LIMIT 500")
        assert sum(len(row[0]) for row in cursor) == 500 * 100000
    assert ask(c, "SELECT 1") == ((1,),)


def test_a_large_parameter_goes_through(connect):
    c = connect()
    value = "ä" * (10 << 20)                            # two packets
    assert ask(c, "SELECT length(%s)", value) == ((20 << 20,),)


def test_several_statements_in_one_string(connect):
    flag = (pymysql.constants.CLIENT if connect.errors is pymysql else MySQLdb.constants.CLIENT).MULTI_STATEMENTS
    c = connect(**{"client_flag": flag})
    with c.cursor() as cursor:
        cursor.execute("SELECT 1; SET @a = 2; SELECT @a, count(*) FROM orders")
        assert cursor.fetchall() == ((1,),)
        assert cursor.nextset() and cursor.nextset()
        assert cursor.fetchall() == ((2, 3000),)
        assert not cursor.nextset()


def test_procedures_return_their_results(connect, my_server):
    my_server.sql("DELIMITER //\nCREATE PROCEDURE two(IN a INT, OUT b INT) "
                  "BEGIN SELECT a; SELECT id FROM orders ORDER BY id LIMIT 2; SET b = a + 1; END//", "orders")
    c = connect()
    with c.cursor() as cursor:
        cursor.callproc("two", (5, 0))
        assert cursor.fetchall() == ((5,),) and cursor.nextset()
        assert cursor.fetchall() == ((1,), (2,))
        while cursor.nextset():
            pass
        cursor.execute("SELECT @_two_1")
        assert cursor.fetchone() == (6,)
    my_server.sql("DROP PROCEDURE orders.two")


def test_the_servers_errors_and_warnings_arrive(connect):
    c = connect()
    for sql, error, code in (("SELECT * FROM nothing_here", "ProgrammingError", 1146),
                             ("SELEKT 1", "ProgrammingError", 1064),
                             ("INSERT INTO orders (id, user_id) VALUES (1, 1)", "IntegrityError", 1062),
                             ("INSERT INTO orders (user_id) VALUES ('x')", None, 1366)):
        with pytest.raises(getattr(connect.errors, error) if error else connect.errors.Error) as caught:
            ask(c, sql)
        assert caught.value.args[0] == code
    with warnings.catch_warnings(record=True):
        ask(c, "DROP TABLE IF EXISTS nothing_here")
        assert [row[1] for row in c.show_warnings()] == [1051]


def test_transactions_and_autocommit(connect, my_server):
    c = connect()
    other = connect(autocommit=True)
    with c.cursor() as cursor:
        cursor.execute("UPDATE orders SET status = 'returned' WHERE id = 1")
        cursor.execute("SAVEPOINT a")
        cursor.execute("DELETE FROM orders WHERE id = 2")
        cursor.execute("ROLLBACK TO a")
    assert ask(other, "SELECT status FROM orders WHERE id = 1") == (("paid",),)
    assert ask(c, "SELECT count(*) FROM orders WHERE id = 2 OR status = 'returned' AND id = 1") == ((2,),)
    c.rollback()
    c.begin()
    c.ping()
    c.commit()
    c.autocommit(True)
    assert c.get_server_info().startswith(("5.5.5-10.11", "10.11", "9."))


def test_another_schema_and_character_set_are_selected(connect):
    c = connect()
    c.select_db("orders")
    assert ask(c, "SELECT database(), count(*) FROM users_api_v1.accounts") == (("orders", 1000),)
    for charset in ("latin1", "utf8mb4"):
        if connect.errors is pymysql:
            c.set_charset(charset)
        else:
            c.set_character_set(charset)
        assert ask(c, "SELECT %s, @@character_set_client", "grün") == (("grün", charset),)


@enforced
def test_a_denial_is_an_error_with_a_code_and_the_reason(connect):
    c = connect()
    ask(c, "INSERT INTO orders (user_id) VALUES (991001)")
    for sql in ("SELECT email FROM users.accounts WHERE id = 1", "SELECT count(*) FROM `users`.`accounts`"):
        with pytest.raises(connect.errors.Error) as caught:
            ask(c, sql)
        assert caught.value.args[0] == 1142 and caught.value.args[1].startswith(MESSAGE), caught.value
        assert "services/user-service.yaml" in caught.value.args[1]
    assert ask(c, "SELECT count(*) FROM orders WHERE user_id = 991001") == ((1,),)      # the transaction goes on
    c.rollback()


@enforced
def test_a_foreign_schema_cannot_be_selected(connect):
    with pytest.raises(connect.errors.Error) as caught:
        connect(**{"database" if connect.errors is pymysql else "db": "users"})
    assert caught.value.args[0] == 1044
    c = connect()
    with pytest.raises(connect.errors.Error) as caught:
        c.select_db("users")
    assert caught.value.args[0] == 1044
    assert ask(c, "SELECT database()") == (("orders",),)


def test_a_file_of_the_client_is_loaded(connect, scratch):
    path = scratch / "orders.csv"
    path.write_text("".join(f"{992000 + n},'paid'\n" for n in range(20000)))
    c = connect(**({"local_infile": True} if connect.errors is pymysql else {"local_infile": 1}))
    with c.cursor() as cursor:
        count = cursor.execute(f"LOAD DATA LOCAL INFILE '{path}' INTO TABLE orders FIELDS TERMINATED BY ',' "
                               "OPTIONALLY ENCLOSED BY '''' (user_id, status)")
        assert count == 20000
    assert ask(c, "SELECT count(*) FROM orders WHERE user_id >= 992000") == ((20000,),)
    c.rollback()
