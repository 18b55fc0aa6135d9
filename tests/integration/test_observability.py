"""Metrics and audit: what they say, and what they never say."""
import re
import socket

import pytest

from harness.wire import one_shot, query, SYNC

SECRETS = ["hunter2-literal", "4111111111111111", "parameter-value"]


def provoke(proxy):
    with proxy.connect() as c:
        c.ask(query("SELECT id FROM orders WHERE status = 'paid' LIMIT 1"))
        c.ask(query("SELECT * FROM users.accounts WHERE password_hash = 'hunter2-literal' AND id = 4111111111111111"))
        c.ask(one_shot("SELECT * FROM billing.invoices WHERE paid::text = $1", [b"parameter-value"]) + SYNC)
        c.ask(query("SELECT * FROM never_heard_of_it.t"))
        c.ask(query("SELEKT 'hunter2-literal'"))
        c.ask(query("SELECT $q$hunter2-literal$q$, E'hunter2-literal' FROM users.accounts -- hunter2-literal"))


def test_violations_are_counted_by_bounded_labels(new_ringfence):
    proxy = new_ringfence()
    provoke(proxy)
    count = lambda **labels: proxy.metric("ringfence_violations_total", service="order-service", **labels)   # noqa: E731
    assert count(owner="user-service", server="shop-pg", schema="users", action="read", reason="foreign", mode="enforce") == 2
    assert count(owner="billing-service", schema="billing") == 1
    assert count(schema="other") >= 1
    assert count() == 5
    assert "never_heard_of_it" not in proxy.admin("/metrics")[1]


def test_every_metric_is_named_and_explained(new_ringfence):
    proxy = new_ringfence()
    provoke(proxy)
    text = proxy.admin("/metrics")[1]
    names = set(re.findall(r"^# TYPE (\S+)", text, re.M))
    assert names == set(re.findall(r"^# HELP (\S+)", text, re.M))
    assert all(name.startswith("ringfence_") or name.startswith("process_") for name in names), names
    for needed in ("ringfence_statements_total", "ringfence_build_info", "ringfence_policy_valid", "ringfence_connections",
                   "ringfence_share_expiry_timestamp_seconds", "ringfence_statement_seconds"):
        assert needed in names
    assert proxy.metric("ringfence_statements_total", service="order-service") == 6


def test_an_audit_line_says_all_but_the_values(new_ringfence):
    proxy = new_ringfence()
    provoke(proxy)
    lines = proxy.audited(5)
    line = lines[0]
    assert line["service"] == "order-service" and line["owner"] == "user-service" and line["server"] == "shop-pg"
    assert line["schema"] == "users" and line["objects"] == ["users.accounts"] and line["action"] == "read"
    assert line["reason"] == "foreign" and line["mode"] == "enforce" and line["peer"].startswith("127.0.0.1:")
    assert line["event"] == "violation" and line["identity"] == "login orders"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", line["time"])
    assert "users.accounts" in line["statement"] and line["fingerprint"]


def test_allowed_statements_are_written_if_asked(new_ringfence):
    proxy = new_ringfence(config={"audit": {"statements": True}})
    provoke(proxy)
    lines = proxy.audited(6)
    assert [line["event"] for line in lines] == ["statement"] + 5 * ["violation"]
    assert lines[0]["statement"] == "SELECT id FROM orders WHERE status = ? LIMIT ?"
    assert lines[0]["reason"] == "owned" and lines[0]["identity"] == "login orders"


@pytest.mark.parametrize("statements", [False, True])
def test_no_literal_parameter_or_password_is_written_anywhere(new_ringfence, statements):
    proxy = new_ringfence(config={"audit": {"statements": statements}})
    provoke(proxy)
    try:
        proxy.connect(password="wrong-password-attempt").socket.close()
    except Exception:
        pass
    proxy.audited(5)
    everything = proxy.audit_file.read_text() + proxy.process.output() + proxy.admin("/metrics")[1] + proxy.admin("/")[1]
    for secret in [*SECRETS, "wrong-password-attempt", "correct horse"]:
        assert secret not in everything


def test_texts_that_differ_in_literals_have_one_fingerprint(new_ringfence):
    proxy = new_ringfence()
    with proxy.connect() as c:
        for n in range(3):
            c.ask(query(f"SELECT * FROM users.accounts WHERE id = {n} AND email = 'user{n}'"))
    assert len({line["fingerprint"] for line in proxy.audited(3)}) == 1


def test_a_refused_login_and_a_bad_admin_request_do_no_harm(new_ringfence):
    proxy = new_ringfence()
    for request in (b"", b"\0" * 100, b"GET " + b"x" * 100_000, b"POST /metrics HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
                    b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00"):
        with socket.create_connection((proxy.host, proxy.admin_port), 5) as s:
            try:
                s.sendall(request)
                s.shutdown(socket.SHUT_WR)
                s.recv(1000)
            except OSError:
                pass
    assert proxy.alive() and proxy.ready()
