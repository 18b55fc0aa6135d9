"""Limits per service: one service cannot starve another."""
import time

import pytest

from harness import policies, processes, wire
from harness.postgres import PASSWORD
from harness.wire import first, query, rows


def limited(new_ringfence, **limits):
    made = policies.shop()
    made["order-service"]["limits"] = limits
    return new_ringfence(policies=made)


def test_connections(new_ringfence):
    proxy = limited(new_ringfence, max_connections=2)
    with proxy.connect(), proxy.connect() as second:
        with proxy.raw() as third, pytest.raises(wire.Refused) as caught:
            third.login("orders", "shop", PASSWORD)
        assert caught.value.fields["C"] == "53300" and caught.value.fields["S"] == "FATAL"
        with proxy.connect("users") as other:
            assert rows(other.ask(query("SELECT 1"))) == [["1"]]
        second.send(wire.TERMINATE)

    def again():
        try:
            with proxy.connect():
                return True
        except wire.Refused:
            return False
    processes.wait_until(again, "a place is free again")


def test_statements_in_flight(new_ringfence, postgres):
    proxy = limited(new_ringfence, max_statements_in_flight=1)
    with proxy.connect() as one, proxy.connect() as two, proxy.connect("users") as other:
        one.send(query("BEGIN; SELECT pg_sleep(0.5); SELECT 'slow'"))
        processes.wait_until(lambda: postgres.backends("query LIKE '%slow%' AND state = 'active'"), "it works")
        began = time.monotonic()
        two.send(query("SELECT 'waited'"))
        assert rows(other.ask(query("SELECT 1"))) == [["1"]]
        assert time.monotonic() - began < 0.4
        assert rows(two.ready()) == [["waited"]]
        assert rows(one.ready())[-1] == ["slow"]


def test_statement_timeout(new_ringfence):
    proxy = limited(new_ringfence, statement_timeout="300ms")
    with proxy.connect() as c:
        began = time.monotonic()
        fields = first(c.ask(query("SELECT pg_sleep(30)")), b"E").fields
        assert fields["C"] == "57014" and time.monotonic() - began < 10
        # It is ringfence that holds the limit, so a service cannot lift it.
        c.ask(query("SET statement_timeout = 0"))
        assert first(c.ask(query("SELECT pg_sleep(30)")), b"E").fields["C"] == "57014"
        assert rows(c.ask(query("SELECT 1"))) == [["1"]]


def test_a_transaction_that_rests_is_no_statement_in_flight(new_ringfence):
    proxy = limited(new_ringfence, max_statements_in_flight=1, statement_timeout="300ms")
    with proxy.connect() as one, proxy.connect() as two:
        one.ask(query("BEGIN"))
        time.sleep(0.5)
        assert rows(two.ask(query("SELECT 1"))) == [["1"]]
        assert rows(one.ask(query("SELECT 2"))) == [["2"]]
