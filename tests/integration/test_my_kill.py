"""KILL: a service's own sessions only, by the ids that ringfence gave them."""
import contextlib
import struct

import pytest

from harness import my_wire as wire, processes, service
from test_my_wire import UNKNOWN_COMMAND, c, direct, enforced, gone, usable  # noqa: F401


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
    assert found.ok or service.DIRECT and not known         # ringfence knows it where MySQL 9 does not any more
    if found.ok:
        gone(sleeper)


def test_connection_id_is_the_one_that_kill_wants(c):
    """The server's own number works as well as the one of the greeting."""
    own = c.value("SELECT connection_id()")
    found = c.one(f"KILL QUERY {own}")
    assert found.ok or found.code == 1317, found
    usable(c)


@enforced
def test_sessions_of_others_and_of_the_server_are_not_killed(my_ringfence, c):
    with my_ringfence.connect("users") as other:
        backends = my_ringfence.server.sql("SELECT id FROM processlist").split()
        own = c.value("SELECT connection_id()")
        for number in (other.greeting.id, 0, 1, 2, 0xFFFFFFFF, *backends):
            if str(number) != own:
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
