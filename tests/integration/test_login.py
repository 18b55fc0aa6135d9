"""Who gets in: passwords, TLS modes, client certificates, and what may not come before a TLS handshake."""
import select
import socket
import ssl
import struct
import threading

import psycopg2
import pytest

from harness import wire
from harness.certificates import Authority
from harness.postgres import PASSWORD
from harness.processes import wait_until
from harness.wire import query, rows


def refusal(proxy, user="orders", password=PASSWORD, database="shop"):
    with proxy.raw() as c, pytest.raises(wire.Refused) as caught:
        c.login(user, database, password)
    return caught.value.fields


def test_an_unknown_service_and_a_wrong_password_get_the_same_answer(ringfence):
    wrong = refusal(ringfence, "orders", "guess")
    unknown = refusal(ringfence, "nobody1", "guess")
    assert wrong["C"] == unknown["C"] == "28P01" and wrong["S"] == unknown["S"] == "FATAL"
    assert wrong["M"].replace("orders", "X") == unknown["M"].replace("nobody1", "X")
    assert set(wrong) == set(unknown)


def challenge(proxy, user):
    with proxy.raw() as c:
        c.send(wire.startup(user, "shop"))
        offered = c.receive().body
        c.send(wire.message(b"p", b"SCRAM-SHA-256\0" + struct.pack("!I", 10) + b"n,,n=,r=ab"))
        first = c.receive().body[4:].decode()
    fields = dict(part.split("=", 1) for part in first.split(","))
    return offered, fields["s"], fields["i"], len(fields["r"])


def test_a_made_up_salt_stays_the_same_from_one_attempt_to_the_next(ringfence):
    known, unknown, again = challenge(ringfence, "orders"), challenge(ringfence, "nobody1"), challenge(ringfence, "nobody1")
    assert unknown == again
    assert unknown[1] != challenge(ringfence, "nobody2")[1]
    assert (known[0], len(known[1]), known[2], known[3]) == (unknown[0], len(unknown[1]), unknown[2], unknown[3])


def test_failed_logins_are_counted(new_ringfence):
    proxy = new_ringfence()
    refusal(proxy, "orders", "guess")
    refusal(proxy, "nobody1")
    assert proxy.metric("ringfence_authentication_failures_total", reason="unknown_or_password") == 2
    lines = [line for line in proxy.process.output().splitlines() if "login failed" in line]
    assert len(lines) == 2 and all("reason=unknown_or_password" in line and "peer=127.0.0.1:" in line for line in lines)
    assert "nobody1" not in "".join(lines) and "guess" not in "".join(lines)
    assert ["service=order-service" in line for line in lines] == [True, False]


@pytest.mark.parametrize("mode,plain,encrypted", [("disable", True, False), ("allow", True, True), ("prefer", True, True),
                                                  ("require", False, True)])
def test_tls_modes(new_ringfence, mode, plain, encrypted):
    proxy = new_ringfence(config={"listen": {"postgresql": {"tls": mode}}})

    def connects(sslmode):
        try:
            psycopg2.connect(proxy.dsn(sslmode=sslmode)).close()
            return True
        except psycopg2.OperationalError:
            return False
    assert connects("disable") == plain
    assert connects("require") == encrypted


@pytest.mark.parametrize("mode", ["verify-ca", "verify-full"])
def test_a_client_certificate_names_the_service(new_ringfence, mode):
    proxy = new_ringfence(config={"listen": {"postgresql": {"tls": mode}}})
    certificate, key = proxy.authority.issue("orders", "whoever", "URI:spiffe://shop.example/order-service")
    stranger, stranger_key = proxy.authority.issue("stranger", "whoever", "URI:spiffe://shop.example/no-service")
    common = {"sslmode": "verify-full", "sslrootcert": proxy.authority.certificate, "host": "localhost",
              "hostaddr": proxy.host}

    # psycopg2 runs as whoever runs the tests; libpq wants the key to be the owner's or root's.
    with psycopg2.connect(proxy.dsn(**common, sslcert=certificate, sslkey=key)) as c, c.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM orders.orders")
        assert cursor.fetchone() == (3000,)
    c.close()
    with pytest.raises(psycopg2.OperationalError):      # another service's certificate
        psycopg2.connect(proxy.dsn("users", **common, sslcert=certificate, sslkey=key))
    with pytest.raises(psycopg2.OperationalError):      # of nobody the policies know, nor the password
        psycopg2.connect(proxy.dsn(**common, sslcert=stranger, sslkey=stranger_key, password="wrong"))
    if mode == "verify-full":
        with pytest.raises(psycopg2.OperationalError):
            psycopg2.connect(proxy.dsn(**common, sslcert=stranger, sslkey=stranger_key))
    else:                                               # the authority vouches, the password names
        psycopg2.connect(proxy.dsn(**common, sslcert=stranger, sslkey=stranger_key)).close()
    with pytest.raises(psycopg2.OperationalError):      # none at all
        psycopg2.connect(proxy.dsn(**common, sslcert="/nonexistent"))


def test_a_certificate_of_another_authority_is_refused(new_ringfence, scratch):
    proxy = new_ringfence(config={"listen": {"postgresql": {"tls": "verify-full"}}})
    certificate, key = Authority(scratch, "someone else").issue("o", "orders", "URI:spiffe://shop.example/order-service")
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(proxy.dsn(sslmode="require", sslcert=certificate, sslkey=key))


def test_direct_tls_with_alpn(ringfence):
    with ringfence.raw() as c:
        c.start_tls(ringfence.tls_context(alpn="postgresql"), request=False)
        assert c.socket.selected_alpn_protocol() == "postgresql"
        c.login("orders", "shop", PASSWORD)
        assert rows(c.ask(query("SELECT 1"))) == [["1"]]


@pytest.mark.parametrize("alpn", [None, "http/1.1"])
def test_direct_tls_without_the_right_alpn_is_refused(ringfence, alpn):
    with ringfence.raw() as c:
        with pytest.raises((ssl.SSLError, EOFError, ConnectionError, wire.Refused)):
            c.start_tls(ringfence.tls_context(alpn=alpn), request=False).login("orders", "shop", PASSWORD)
    assert ringfence.alive()


def test_channel_binding(ringfence):
    c = psycopg2.connect(ringfence.dsn(sslmode="require", channel_binding="require"))
    c.close()


def test_old_tls_versions_are_refused(ringfence):
    context = ringfence.tls_context()
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with ringfence.raw() as c, pytest.raises((ssl.SSLError, ConnectionError)):
        c.start_tls(context)


def test_bytes_injected_before_the_handshake_close_the_connection(ringfence):
    with ringfence.raw() as c:
        c.send(wire.SSL_REQUEST + wire.startup("orders", "shop"))
        c.socket.settimeout(5)
        answer = b""
        try:
            while data := c.socket.recv(1000):
                answer += data
        except ConnectionError:
            pass
        # Never a login that would treat the plaintext bytes as part of the encrypted session.
        assert answer in (b"", b"S") or answer[:1] == b"E"
    assert ringfence.alive()


def test_bytes_injected_by_the_server_before_the_handshake_close_the_connection(new_ringfence):
    """A fake server that answers SSLRequest with `S` and a plaintext message behind it."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(20)
        proxy = new_ringfence(config={"servers": {"shop-pg": {"port": listener.getsockname()[1], "tls": "require"}}},
                              wait=False)
        wait_until(lambda: can_connect(proxy), "the listener is up", process=proxy.process.popen)
        with proxy.raw() as c:
            c.send(wire.startup("orders", "shop"))
            login_in_background(c)
            # ringfence may probe the server by itself, so serve whoever asks until the client has its answer.
            while not c.outcome:
                if not select.select([listener], [], [], 0.1)[0]:
                    continue
                server, _ = listener.accept()
                with server:
                    server.settimeout(10)
                    assert server.recv(8) == wire.SSL_REQUEST
                    server.sendall(b"S" + wire.message(b"R", struct.pack("!I", 0)) + wire.message(b"Z", b"I"))
                    seen = b""
                    try:
                        while data := server.recv(1000):
                            seen += data
                    except (ConnectionError, TimeoutError):
                        pass
                assert PASSWORD.encode() not in seen and b"ringfence\0" not in seen
            assert c.outcome[0] != "in"
        assert proxy.process.alive()


def can_connect(proxy):
    try:
        with proxy.raw():
            return True
    except OSError:
        return False


def login_in_background(connection):
    connection.outcome = []

    def work():
        try:
            connection.authenticate(PASSWORD)
            connection.outcome.append("in")
        except Exception as problem:
            connection.outcome.append(problem)
    threading.Thread(target=work, daemon=True).start()


def test_gss_and_ssl_requests_may_come_once_each(ringfence):
    with ringfence.raw() as c:
        c.send(wire.GSS_REQUEST)
        assert c.socket.recv(1) == b"N"
        c.start_tls(ringfence.tls_context())
        c.login("orders", "shop", PASSWORD)
    for repeated in (wire.GSS_REQUEST, wire.SSL_REQUEST):
        with ringfence.raw() as c:
            c.socket.settimeout(5)
            c.send(wire.GSS_REQUEST)
            assert c.socket.recv(1) == b"N"
            c.send(repeated)
            if repeated == wire.SSL_REQUEST:
                assert c.socket.recv(1) == b"S"
                c.send(repeated)    # in clear, where a handshake is due
            with pytest.raises((EOFError, ConnectionError)):
                while True:
                    assert c.receive().kind == b"E"
    assert ringfence.alive()


def test_protocol_versions_are_negotiated(ringfence):
    for version, negotiated in ((0x00030000, False), (0x00030002, False), (0x00030009, True), (0x0003270F, True)):
        with ringfence.raw() as c:
            c.send(wire.startup("orders", "shop", version, **{"_pq_.test_protocol_negotiation": ""} if version == 0x0003270F else {}))
            answer = c.receive()
            assert (answer.kind == b"v") == negotiated, hex(version)
            if negotiated:
                newest, = struct.unpack("!I", answer.body[:4])
                assert newest in (0x00030002, 2)
                if version == 0x0003270F:
                    assert b"_pq_.test_protocol_negotiation\0" in answer.body
    for version in (0x00020000, 0x00040000, 0x04D30000):
        with ringfence.raw() as c:
            c.send(wire.startup("orders", "shop", version))
            assert c.receive().kind == b"E" and c.closed()


def test_long_cancel_keys_for_protocol_3_2_only(ringfence):
    with ringfence.connect(version=0x00030002) as c:
        assert 8 <= len(c.key) <= 4 + 256
    with ringfence.connect() as c:
        assert len(c.key) == 8


def test_a_unix_socket(new_ringfence, scratch):
    proxy = new_ringfence(config={"listen": {"unix_socket_dir": str(scratch)}})
    psycopg2.connect(proxy.dsn(host=scratch)).close()
    with pytest.raises(psycopg2.OperationalError):
        psycopg2.connect(proxy.dsn(host=scratch, password="guess"))
