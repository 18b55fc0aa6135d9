"""Policies change while sessions are open: completely, at once, or not at all."""
import json
import signal

import pytest

from harness import policies, processes, scram, wire
from harness.postgres import PASSWORD
from harness.wire import bind, execute, kinds, parse, query, SYNC

FOREIGN = query("SELECT count(*) FROM users.accounts")


def lending():
    """The shop, with a share that lends accounts to order-service."""
    made = policies.shop()
    made["user-service"]["shares"].append(
        {"with": "order-service", **policies.SHOP, "schema": "users", "tables": ["accounts"], "access": "read",
         "reason": "a test", "until": policies.until(10)})
    return made


def allows(connection):
    return kinds(connection.ask(FOREIGN)) == "TDCZ"


def by_signal(proxy):
    proxy.process.signal(signal.SIGHUP)


def by_file(_):
    pass


@pytest.mark.parametrize("trigger", [by_signal, by_file])
def test_new_policies_reach_sessions_that_are_open(new_ringfence, trigger):
    proxy = new_ringfence()
    with proxy.connect() as c:
        assert not allows(c)
        proxy.write_policies(lending())
        trigger(proxy)
        processes.wait_until(lambda: allows(c), "the share holds")
        c.ask(parse("SELECT count(*) FROM users.accounts", "s") + SYNC)
        assert kinds(c.ask(bind("", "s") + execute() + SYNC)) == "2DCZ"
        proxy.write_policies(policies.shop())
        trigger(proxy)
        processes.wait_until(lambda: not allows(c), "the share is gone")
        # What was prepared under the former policies is decided again.
        assert kinds(c.ask(bind("", "s") + execute() + SYNC)) == "EZ"


@pytest.mark.parametrize("trigger", [by_signal, by_file])
@pytest.mark.parametrize("broken", ["not: [valid", "service: user-service\nunknown_key: 1\n", ""],
                         ids=["no YAML", "unknown key", "empty"])
def test_broken_policies_keep_the_old_ones_and_say_why(new_ringfence, trigger, broken):
    proxy = new_ringfence(policies=lending())
    failures = proxy.metric("ringfence_policy_loads_total", result="failure")
    processes.write(proxy.folder / "policies/services/user-service.yaml", broken)
    trigger(proxy)
    processes.wait_until(lambda: proxy.metric("ringfence_policy_loads_total", result="failure") > failures, "it was tried")
    assert proxy.metric("ringfence_policy_valid") == 0
    assert "user-service.yaml" in proxy.process.output()
    with proxy.connect() as c:
        assert allows(c)
    proxy.write_policies(policies.shop())
    trigger(proxy)
    processes.wait_until(lambda: proxy.metric("ringfence_policy_valid") == 1, "good ones are taken again")
    with proxy.connect() as c:
        assert not allows(c)


def test_a_service_that_left_the_policies_is_cut_off(new_ringfence):
    proxy = new_ringfence()
    with proxy.connect("catalog") as c:
        c.ask(query("SELECT 1"))
        (proxy.folder / "policies/services/catalog-service.yaml").unlink()
        by_signal(proxy)

        def cut_off():
            try:
                return kinds(c.ask(query("SELECT 1"))) != "TDCZ"
            except (EOFError, OSError):
                return True
        processes.wait_until(cut_off, "the session ends")
    assert proxy.alive()


def test_new_credentials_hold_for_the_next_login(new_ringfence):
    proxy = new_ringfence()
    old = proxy.connect()
    proxy.credentials["services"]["orders"]["verifier"] = scram.verifier("a new one")
    processes.write(proxy.folder / "credentials.yaml", json.dumps(proxy.credentials))
    by_signal(proxy)

    def changed():
        try:
            proxy.connect(password="a new one").socket.close()
            return True
        except wire.Refused:
            return False
    processes.wait_until(changed, "the new password works")
    with pytest.raises(wire.Refused):
        proxy.connect()
    with old:
        assert kinds(old.ask(query("SELECT 1"))) == "TDCZ"


def test_refused_credentials_keep_the_old_ones_and_say_so(new_ringfence):
    proxy = new_ringfence()
    assert proxy.metric("ringfence_credentials_valid") == 1
    processes.write(proxy.folder / "credentials.yaml", "services: [nonsense")
    by_signal(proxy)
    processes.wait_until(lambda: proxy.metric("ringfence_credentials_valid") == 0, "the metric says so")
    proxy.connect().socket.close()
    processes.write(proxy.folder / "credentials.yaml", json.dumps(proxy.credentials))
    by_signal(proxy)
    processes.wait_until(lambda: proxy.metric("ringfence_credentials_valid") == 1, "all is well again")


def test_a_finding_without_a_line_has_none_in_the_log(new_ringfence):
    proxy = new_ringfence()
    file = proxy.folder / "credentials.yaml"
    file.chmod(0o644)
    processes.wait_until(lambda: proxy.metric("ringfence_credentials_loads_total", result="failure") == 1, "it was tried")
    assert f"finding place={file} rule=unreadable-file" in proxy.process.output()
    file.chmod(0o600)
    processes.wait_until(lambda: proxy.metric("ringfence_credentials_valid") == 1, "all is well again")


def test_a_changed_password_file_is_noticed(new_ringfence, scratch):
    file = processes.write(scratch / "password", PASSWORD)
    proxy = new_ringfence(credentials={"servers": {"shop-pg": {"password": None, "password_file": str(file)}}})

    def works():
        try:
            proxy.connect().socket.close()
            return True
        except wire.Refused as why:
            assert why.fields["C"].startswith("08")
            return False
    assert works()
    processes.write(file, "not this one")
    processes.wait_until(lambda: not works(), "the new password is used")
    processes.write(file, PASSWORD)
    processes.wait_until(works, "the old one is used again")


def test_a_service_that_a_reload_switches_to_observe_is_in_the_log(new_ringfence):
    proxy = new_ringfence()
    changed = policies.shop()
    changed["order-service"]["mode"] = "observe"
    assert "observe mode" not in proxy.process.output()
    proxy.write_policies(changed)
    processes.wait_until(lambda: "observe mode" in proxy.process.output(), "the log warns")
    assert "its violations are forwarded service=order-service\n" in proxy.process.output()


def test_a_new_authority_under_the_same_name_holds_for_the_next_connection(new_ringfence, postgres):
    proxy = new_ringfence()
    right = (proxy.folder / "server-ca.crt")
    processes.write(right, postgres.authority.certificate.read_text())
    proxy.stop()
    proxy.config["servers"]["shop-pg"]["ca"] = str(right)
    proxy.start()
    proxy.connect(application_name="before").socket.close()
    processes.write(right, proxy.authority.certificate.read_text())     # one that did not sign the server's
    by_signal(proxy)

    def refused():
        try:
            proxy.connect(application_name="after").socket.close()
            return False
        except wire.Refused as why:
            return why.fields["C"].startswith("08")
    processes.wait_until(refused, "the server is not trusted any more")
