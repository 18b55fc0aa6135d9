"""Start, drain, end; servers that are down."""
import json
import signal
import socket
import subprocess

import pytest

from harness import processes, ringfence as rf, wire
from harness.postgres import PASSWORD
from harness.wire import query, rows


def test_health_and_readiness(ringfence):
    assert ringfence.admin("/healthz")[0] == 200
    assert ringfence.admin("/readyz")[0] == 200
    assert ringfence.admin("/nothing")[0] == 404


def refuses(proxy):
    try:
        proxy.connect().socket.close()
        return False
    except (OSError, EOFError, wire.Refused):
        return True


def test_drain_lets_transactions_finish_and_takes_nobody_new(new_ringfence):
    proxy = new_ringfence()
    busy, idle = proxy.connect(), proxy.connect()
    busy.ask(query("BEGIN"))
    proxy.process.signal(signal.SIGTERM)
    assert idle.closed()                                   # at rest: told to go
    processes.wait_until(lambda: refuses(proxy), "nobody new")
    assert rows(busy.ask(query("SELECT 42"))) == [["42"]]
    assert proxy.process.alive()
    busy.send(query("COMMIT"))
    assert busy.closed()
    assert proxy.process.wait() == 0


def test_readiness_ends_with_the_drain(new_ringfence):
    proxy = new_ringfence()
    with proxy.connect() as busy:
        busy.ask(query("BEGIN"))
        proxy.process.signal(signal.SIGTERM)
        processes.wait_until(lambda: not proxy.ready(), "/readyz no longer answers 200")


def test_a_second_sigterm_ends_at_once(new_ringfence):
    proxy = new_ringfence()
    with proxy.connect() as busy:
        busy.ask(query("BEGIN"))
        proxy.process.signal(signal.SIGTERM)
        processes.wait_until(lambda: refuses(proxy), "it drains")
        proxy.process.signal(signal.SIGTERM)
        proxy.process.wait(5)


def test_sigint_ends_too(new_ringfence):
    proxy = new_ringfence()
    proxy.process.signal(signal.SIGINT)
    assert proxy.process.wait(10) == 0


def test_a_server_that_is_down_is_an_error_that_says_so(new_ringfence, new_postgres):
    server = new_postgres()
    proxy = new_ringfence(server)
    with proxy.connect() as c:
        c.ask(query("SELECT 1"))
        server.stop()
        with pytest.raises((EOFError, OSError)):
            answer = c.ask(query("SELECT 1"))
            assert answer[-1].kind == b"Z"
    with proxy.raw() as c, pytest.raises(wire.Refused) as caught:
        c.login("orders", "shop", PASSWORD)
    fields = caught.value.fields
    assert fields["S"] == "FATAL" and fields["C"][:2] in ("08", "57")
    assert "shop-pg" in fields["M"] and str(server.port) not in fields["M"]
    server.start()
    processes.wait_until(lambda: not refuses(proxy), "it comes back by itself")
    assert proxy.alive()


def test_a_session_whose_backend_is_killed_gets_the_servers_words(ringfence, postgres):
    with ringfence.connect() as c:
        pid = rows(c.ask(query("SELECT pg_backend_pid()")))[0][0]
        postgres.sql(f"SELECT pg_terminate_backend({pid})")
        last = c.until(b"E")[-1].fields
        assert last["C"] == "57P01"
        assert c.closed()
    assert ringfence.alive()


def test_a_wrong_backend_password_is_not_shown_to_the_client(new_ringfence):
    proxy = new_ringfence(credentials={"servers": {"shop-pg": {"password": "wrong-backend-password"}}}, wait=False)
    processes.wait_until(lambda: not cannot_connect(proxy), "it listens", process=proxy.process.popen)
    with proxy.raw() as c, pytest.raises(wire.Refused) as caught:
        c.login("orders", "shop", PASSWORD)
    assert "wrong-backend-password" not in str(caught.value.fields) and caught.value.fields["C"][:2] in ("08", "28")
    assert "wrong-backend-password" not in proxy.process.output()


def cannot_connect(proxy):
    try:
        proxy.raw().socket.close()
        return False
    except OSError:
        return True


def test_several_hosts_are_tried_in_order(new_ringfence, postgres):
    dead, = processes.free_ports(1)
    proxy = new_ringfence(config={"servers": {"shop-pg": {
        "host": None, "port": None, "hosts": [f"{postgres.host}:{dead}", f"{postgres.host}:{postgres.port}"],
        "target_session_attrs": "read-write"}}})
    assert proxy.alive()


@pytest.mark.parametrize("mode", ["disable", "prefer", "require", "verify-ca", "verify-full"])
def test_tls_towards_the_server(new_ringfence, postgres, mode):
    proxy = new_ringfence(config={"servers": {"shop-pg": {"tls": mode}}})
    with proxy.connect() as c:
        assert rows(c.ask(query("SELECT current_setting('ssl')"))) == [["on"]]
        pid = rows(c.ask(query("SELECT pg_backend_pid()")))[0][0]
        assert postgres.sql(f"SELECT ssl FROM pg_stat_ssl WHERE pid = {pid}") == ("f" if mode == "disable" else "t")


def test_a_server_with_an_untrusted_certificate_is_refused(new_ringfence):
    proxy = new_ringfence(wait=False)
    proxy.process.stop()
    proxy.config["servers"]["shop-pg"]["ca"] = str(proxy.authority.certificate)
    proxy.start(wait=False)
    processes.wait_until(lambda: not cannot_connect(proxy), "it listens", process=proxy.process.popen)
    assert refuses(proxy)




@pytest.mark.parametrize("change,names", [
    (lambda c: c.update(listne={}), "listne"),
    (lambda c: c["listen"]["postgresql"].update(port=700000), "port"),
    (lambda c: c["listen"]["postgresql"].update(tls="sometimes"), "tls"),
    (lambda c: c.update(policies="/nonexistent"), "/nonexistent"),
    (lambda c: c.update(credentials="/nonexistent.yaml"), "/nonexistent.yaml"),
    (lambda c: c["tls"].update(key="/nonexistent.key"), "/nonexistent.key"),
    (lambda c: c["servers"].clear(), "'servers' must name at least one server"),
])
def test_a_bad_configuration_is_one_clear_error(postgres, scratch, change, names):
    proxy = rf.Ringfence(postgres, wait=False)
    try:
        proxy.process.stop()
        change(proxy.config)
        bad = processes.write(scratch / "bad.yaml", json.dumps(proxy.config, indent=1))
        done = processes.run([rf.BINARY, "serve", "--config", bad], check=False, seconds=20)
        assert done.returncode not in (0, -signal.SIGSEGV, -signal.SIGABRT)
        assert names in done.stderr + done.stdout
    finally:
        proxy.remove()


def test_readiness_is_told_to_systemd(new_ringfence, scratch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        path = str(scratch / "notify")
        notify.bind(path)
        processes.own(path)
        notify.settimeout(10)
        proxy = new_ringfence(env={"NOTIFY_SOCKET": path})
        assert b"READY=1" in notify.recv(1000)
        proxy.process.signal(signal.SIGTERM)
        seen = b""
        while b"STOPPING=1" not in seen:
            seen = notify.recv(1000)


def test_the_command_line_says_what_it_wants():
    for arguments, code in (["--help"], 0), ([], 2), (["serve", "--confg", "x"], 2), (["nonsense"], 2), (["--version"], 0):
        done = subprocess.run([rf.BINARY, *arguments], capture_output=True, text=True, timeout=20)
        assert done.returncode == code and done.stdout + done.stderr
