"""How ringfence logs in at servers: each method that pg_hba.conf knows, and which of several hosts it takes."""
import pytest

from harness import postgres as pg, processes
from harness.postgres import PASSWORD
from harness.wire import Refused, query, rows

HBA = """
local   all         all     trust
local   replication all     trust
host    all by_trust    127.0.0.1/32 trust
host    all by_password 127.0.0.1/32 password
host    all by_md5      127.0.0.1/32 md5
host    all by_scram    127.0.0.1/32 scram-sha-256
hostssl all by_cert     127.0.0.1/32 cert
host    all all         127.0.0.1/32 scram-sha-256
"""


@pytest.fixture(scope="module")
def server():
    made = pg.Postgres(conf="ssl_ca_file = '../ca.crt'\nwal_level = replica\nmax_wal_senders = 2\nhot_standby = on\n")
    processes.write(made.data / "pg_hba.conf", HBA)
    made.sql(f"""
        CREATE ROLE by_trust LOGIN SUPERUSER; CREATE ROLE by_cert LOGIN SUPERUSER;
        CREATE ROLE by_password LOGIN SUPERUSER PASSWORD '{PASSWORD}'; CREATE ROLE by_scram LOGIN SUPERUSER PASSWORD '{PASSWORD}';
        SET password_encryption = md5; CREATE ROLE by_md5 LOGIN SUPERUSER PASSWORD '{PASSWORD}';
        SELECT pg_reload_conf()""")
    yield made
    made.remove()


def login_of(server, method):
    if method == "trust":
        return {}
    if method == "cert":
        certificate, key = server.authority.issue("client", "by_cert")
        for path in (certificate, key):
            processes.own(path)
        return {"certificate": str(certificate), "key": str(key)}
    return {"password": PASSWORD}


@pytest.mark.parametrize("method,tls", [("trust", "disable"), ("trust", "require"), ("password", "verify-full"), ("md5", "disable"),
                                        ("md5", "require"), ("scram", "disable"), ("scram", "verify-full"),
                                        ("cert", "verify-full")])
def test_each_method_of_the_server(server, new_ringfence, method, tls):
    proxy = new_ringfence(server, config={"servers": {"shop-pg": {"tls": tls}}}, credentials={
        "servers": {"shop-pg": {"user": f"by_{method}", "password": None, **login_of(server, method)}}})
    with proxy.connect() as c:
        assert rows(c.ask(query("SELECT session_user"))) == [[f"by_{method}"]]


@pytest.mark.parametrize("method", ["password", "md5", "scram"])
def test_a_wrong_password_is_told_to_nobody_but_the_log(server, new_ringfence, method):
    proxy = new_ringfence(server, credentials={"servers": {"shop-pg": {"user": f"by_{method}", "password": "not-this-one"}}})
    with pytest.raises(Refused) as caught:
        proxy.connect()
    told = "".join(str(v) for v in caught.value.fields.values())
    assert f"by_{method}" not in told and "password" not in told and "not-this-one" not in told + proxy.process.output()
    assert "28P01" in proxy.process.output()


@pytest.fixture(scope="module")
def standby(server):
    """A hot standby of `server`; only its port is of interest."""
    folder = processes.folder("standby")
    port, = processes.free_ports(1)
    processes.run([pg.program("pg_basebackup"), "-D", folder / "data", "-h", server.folder, "-p", server.port, "-U", "postgres",
                   "-R", "--checkpoint=fast", "--no-sync"])
    with open(folder / "data/postgresql.conf", "a") as file:
        file.write(f"\nport = {port}\nunix_socket_directories = '{folder}'\nssl_ca_file = '{server.folder}/ca.crt'\n")
    running = processes.Process([pg.program("postgres"), "-D", folder / "data"], folder / "log")
    processes.wait_until(lambda: processes.run([pg.program("pg_isready"), "-q", "-h", folder, "-p", port], check=False).returncode == 0,
                         "the standby is ready", process=running.popen)
    yield port
    running.stop()
    processes.remove(folder)


@pytest.mark.parametrize("wanted,first,taken", [
    ("any", "standby", "standby"), ("read-write", "standby", "primary"), ("primary", "standby", "primary"),
    ("read-only", "primary", "standby"), ("standby", "primary", "standby"), ("prefer-standby", "primary", "standby")])
def test_the_host_is_chosen_by_what_it_is(server, standby, new_ringfence, wanted, first, taken):
    hosts = [f"127.0.0.1:{server.port}", f"127.0.0.1:{standby}"]
    if first == "standby":
        hosts.reverse()
    proxy = new_ringfence(server, config={"servers": {"shop-pg": {"host": None, "port": None, "hosts": hosts,
                                                                  "target_session_attrs": wanted}}})
    with proxy.connect() as c:
        assert rows(c.ask(query("SELECT pg_is_in_recovery()"))) == [["t" if taken == "standby" else "f"]]


def test_prefer_standby_takes_what_there_is(server, new_ringfence):
    proxy = new_ringfence(server, config={"servers": {"shop-pg": {"target_session_attrs": "prefer-standby"}}})
    with proxy.connect() as c:
        assert rows(c.ask(query("SELECT pg_is_in_recovery()"))) == [["f"]]


def test_a_host_that_nobody_is_good_for_is_an_error_that_says_so(server, new_ringfence):
    proxy = new_ringfence(server, config={"servers": {"shop-pg": {"target_session_attrs": "standby"}}})
    with pytest.raises(Refused) as caught:
        proxy.connect()
    assert caught.value.fields["C"].startswith("08") and "shop-pg" in caught.value.fields["M"]
