"""How ringfence logs in at MariaDB and MySQL: each method, TLS modes, and demands of the account."""
import pytest

from harness import my_wire as wire, processes
from harness.my_server import ADMIN, PASSWORD

MODES = ("disable", "prefer", "require", "verify-ca", "verify-full")


def through(new_my_ringfence, server, user, tls="verify-full", **login):
    login = {"password": PASSWORD, **login}
    return new_my_ringfence(config={"servers": {"shop-my": {"tls": tls}}},
                            credentials={"servers": {"shop-my": {"user": user, **login}}})


@pytest.mark.parametrize("tls", MODES)
def test_tls_modes_towards_the_server(new_my_ringfence, my_server, tls):
    proxy = through(new_my_ringfence, my_server, ADMIN, tls)
    with proxy.connect() as c:
        assert c.value("SELECT current_user()") == f"{ADMIN}@%"
        cipher = c.one("SHOW SESSION STATUS LIKE 'Ssl_cipher'").rows[0][1]
        assert bool(cipher) == (tls != "disable")


@pytest.mark.parametrize("tls", ["verify-ca", "verify-full"])
def test_a_server_of_another_authority_is_refused(new_my_ringfence, my_server, tls):
    proxy = new_my_ringfence(wait=False)
    proxy.stop()
    proxy.config["servers"]["shop-my"].update(tls=tls, ca=str(proxy.authority.certificate))
    proxy.start(wait=False)
    with pytest.raises((wire.Refused, EOFError, ConnectionError)):
        processes.wait_until(lambda: proxy.process.alive() and _listens(proxy), "it listens")
        proxy.connect()


def _listens(proxy):
    try:
        proxy.raw().socket.close()
        return True
    except wire.Refused:
        return True
    except (OSError, EOFError):
        return False


@pytest.mark.parametrize("tls", ["disable", "require", "verify-full"])
def test_ed25519(new_my_ringfence, mariadb, my_server, tls):
    if my_server is not mariadb:
        pytest.skip("MariaDB's own method")
    with through(new_my_ringfence, my_server, "admin_ed25519", tls).connect() as c:
        assert c.value("SELECT current_user()") == "admin_ed25519@%"


def test_caching_sha2_by_the_long_way_and_the_fast_one(new_my_ringfence, mysql9, my_server):
    """A server has nothing cached after FLUSH PRIVILEGES: then it wants the password, over TLS or sealed by its RSA key."""
    if my_server is not mysql9:
        pytest.skip("MySQL's own method")
    for tls in ("disable", "require"):
        my_server.sql("FLUSH PRIVILEGES")
        proxy = through(new_my_ringfence, my_server, ADMIN, tls)
        for _ in range(3):
            with proxy.connect() as c:
                assert c.value("SELECT 1") == "1"


def test_an_account_that_demands_tls(new_my_ringfence, my_server):
    with through(new_my_ringfence, my_server, "admin_tls", "require").connect() as c:
        assert c.value("SELECT current_user()") == "admin_tls@%"
    proxy = through(new_my_ringfence, my_server, "admin_tls", "disable")
    with pytest.raises(wire.Refused):
        proxy.connect()


def test_an_account_that_demands_a_certificate(new_my_ringfence, my_server):
    certificate, key = my_server.authority.issue("backend", "backend")
    for path in (certificate, key):
        processes.own(path)
    mine = {"certificate": str(certificate), "key": str(key)}
    with through(new_my_ringfence, my_server, "admin_certificate", **mine).connect() as c:
        assert c.value("SELECT current_user()") == "admin_certificate@%"
    with pytest.raises(wire.Refused):
        through(new_my_ringfence, my_server, "admin_certificate").connect()


def test_a_wrong_password_is_told_to_nobody_but_the_log(new_my_ringfence, my_server):
    proxy = new_my_ringfence(credentials={"servers": {"shop-my": {"password": "not-this-one"}}}, wait=False)
    processes.wait_until(lambda: _listens(proxy), "it listens", process=proxy.process.popen)
    with pytest.raises(wire.Refused) as caught:
        proxy.connect()
    assert caught.value.code not in (1142, 1044)
    assert ADMIN not in caught.value.message and "password" not in caught.value.message
    assert "not-this-one" not in caught.value.message + proxy.process.output()


def test_a_server_that_is_not_there(new_my_ringfence, new_my_server):
    server = new_my_server()
    proxy = new_my_ringfence(server)
    with proxy.connect() as c:
        assert c.value("SELECT 1") == "1"
    server.stop()
    with pytest.raises(wire.Refused) as caught:
        proxy.connect()
    assert "shop-my" in caught.value.message and str(server.port) not in caught.value.message
    server.start()

    def works():
        try:
            with proxy.connect() as c:
                return c.value("SELECT 1") == "1"
        except wire.Refused:
            return False
    processes.wait_until(works, "the server is back")


def test_a_server_that_ends_takes_its_sessions_with_it(new_my_ringfence, new_my_server):
    server = new_my_server()
    proxy = new_my_ringfence(server)
    with proxy.connect() as c:
        c.command(wire.QUERY, b"SELECT sleep(60)")
        processes.wait_until(lambda: server.backends("info LIKE 'SELECT sleep(60)%'"), "it works")
        server.process.popen.kill()
        try:
            assert c.packet()[:1] == b"\xff"                # 2013-like, or a server's farewell
        except (EOFError, ConnectionError):
            pass
