"""Who gets in on MariaDB's and MySQL's protocol: passwords of both methods, TLS modes, client certificates, and what may
not come before a TLS handshake."""
import contextlib
import select
import ssl
import struct

import pymysql
import pytest

from harness import my_passwords as passwords, my_wire as wire, service
from harness.certificates import Authority
from harness.my_passwords import CACHING, NATIVE
from harness.my_server import PASSWORD
from harness.processes import wait_until

enforced = pytest.mark.skipif(service.DIRECT, reason="about ringfence's own choices")
METHODS = (NATIVE, CACHING)


def tls_of(proxy):
    return ssl.create_default_context(cafile=str(proxy.authority.certificate))


def refusal(proxy, user="orders", password=PASSWORD, database="orders", **options):
    """The error, and what was said before it: the kinds and sizes of the packets."""
    with proxy.raw() as c, pytest.raises(wire.Refused) as caught:
        try:
            c.login(user, database, password, **options)
        finally:
            c.shape = [(m[:1], len(m)) for m in packets(bytes(c.received))][1:-1]
    return caught.value, c.shape


def packets(data):
    while data:
        size = int.from_bytes(data[:3], "little")
        yield data[4:4 + size]
        data = data[4 + size:]


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("method", METHODS)
def test_an_unknown_service_and_a_wrong_password_get_the_same_answer(my_ringfence, method, tls):
    context = tls_of(my_ringfence) if tls else None
    wrong, wrong_shape = refusal(my_ringfence, "orders", "guess", plugin=method, tls=context)
    unknown, unknown_shape = refusal(my_ringfence, "nobody", "guess", plugin=method, tls=context)
    assert (wrong.code, wrong.state) == (unknown.code, unknown.state) == (1045, "28000")
    assert wrong.message.replace("orders", "X") == unknown.message.replace("nobody", "X")
    assert wrong.message.startswith("Access denied for user 'orders'@") and "using password: YES" in wrong.message
    assert wrong_shape == unknown_shape


@pytest.mark.parametrize("method", METHODS)
def test_no_password_a_prefix_and_more_than_the_password_are_refused(my_ringfence, method):
    for guess in ("", PASSWORD[:-1], PASSWORD + "x", PASSWORD.upper(), "\0", PASSWORD + "\0", "x" * 300):
        for user in ("orders", "nobody"):
            problem, _ = refusal(my_ringfence, user, guess, plugin=method, tls=tls_of(my_ringfence))
            assert problem.code == 1045 and problem.state == "28000"


@pytest.mark.parametrize("method", METHODS)
def test_part_of_the_right_answer_is_no_answer(my_ringfence, method):
    for cut in (1, 8, 19) if method == NATIVE else (1, 8, 20, 31):
        with my_ringfence.raw() as c, pytest.raises((wire.Refused, EOFError, ConnectionError)):
            answer = c.answer_to(method, c.greeting.nonce[:20], PASSWORD)
            c.login("orders", "orders", "guess", plugin=method, answer=answer[:cut])


def test_a_nonce_is_never_the_same_and_has_no_zero(my_ringfence):
    nonces = set()
    for _ in range(20):
        with my_ringfence.raw() as c:
            nonces.add(c.greeting.nonce[:20])
    assert len(nonces) == 20 and all(len(n) == 20 and 0 not in n for n in nonces)


@pytest.mark.parametrize("method", METHODS)
def test_an_answer_to_another_nonce_is_refused(my_ringfence, method):
    with my_ringfence.raw() as first, my_ringfence.raw() as second:
        answer = first.answer_to(method, first.greeting.nonce[:20], PASSWORD)
        with pytest.raises(wire.Refused):
            second.login("orders", "orders", "guess", plugin=method, answer=answer)


# The two methods.

@enforced
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("plugin", [NATIVE, CACHING, "mysql_clear_password", "client_ed25519", "dialog", "nonsense", ""])
def test_whatever_a_client_begins_with_it_logs_in_by_one_of_the_two(my_ringfence, plugin, tls):
    with my_ringfence.raw() as c:
        c.login("orders", "orders", PASSWORD, plugin=plugin or NATIVE, tls=tls_of(my_ringfence) if tls else None,
                without=0 if plugin else wire.PLUGINS)
        assert c.value("SELECT current_user()").startswith("shop_admin@")
        if plugin in METHODS:
            assert not [s for s in c.steps if s.startswith("switch")]


@pytest.fixture(params=METHODS)
def only(request, new_my_ringfence):
    """A ringfence that knows one verifier of each login."""
    make = passwords.native_verifier if request.param == NATIVE else passwords.caching_verifier
    proxy = new_my_ringfence(credentials={"services": {"orders": {"verifiers": [make(PASSWORD)]}}})
    proxy.method = request.param
    return proxy


@pytest.mark.parametrize("begins", METHODS)
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_a_login_with_one_verifier_uses_its_method(only, begins, tls):
    with only.raw() as c:
        c.login("orders", "orders", PASSWORD, plugin=begins, tls=tls_of(only) if tls else None)
        assert c.value("SELECT 1") == "1"
        assert (f"switch {only.method}" in c.steps) == (begins != only.method)
    with pytest.raises(wire.Refused):
        only.connect("orders", "guess", plugin=begins)


def test_caching_sha2_is_full_once_and_fast_from_then_on(new_my_ringfence):
    proxy = new_my_ringfence(credentials={"services": {"orders": {"verifiers": [passwords.caching_verifier(PASSWORD)]}}})

    def steps(password=PASSWORD, **options):
        with proxy.raw() as c:
            with contextlib.suppress(wire.Refused):
                c.login("orders", "orders", password, plugin=CACHING, **options)
            return c.steps
    assert steps() == ["full", "key"]                                    # over RSA
    wait_until(lambda: steps() == ["fast"], "every worker has heard of it")
    assert steps("guess") == ["full", "key"]                             # it does not tell that it was wrong
    assert steps("guess", tls=tls_of(proxy)) == ["full"]
    assert steps(tls=tls_of(proxy)) == ["fast"]


def test_rsa_key_is_given_to_whoever_asks_and_a_bad_box_is_refused(new_my_ringfence):
    proxy = new_my_ringfence(credentials={"services": {"orders": {"verifiers": [passwords.caching_verifier(PASSWORD)]}}})
    for box in (b"", b"\0", b"x" * 255, b"x" * 256, b"x" * 257, b"\xff" * 256, PASSWORD.encode() + b"\0"):
        with proxy.raw() as c:
            c.send(c.response("orders", "orders", PASSWORD, plugin=CACHING))
            assert c.packet() == b"\x01\x04"
            c.send(b"\x02")
            assert c.packet().startswith(b"\x01-----BEGIN PUBLIC KEY-----")
            c.send(box)
            with contextlib.suppress(EOFError, ConnectionError):
                body = c.packet()
                assert body[:1] == b"\xff" and struct.unpack_from("<H", body, 1)[0] in (1045, 1043), body
    assert proxy.alive()


def test_a_password_in_the_clear_is_not_accepted_without_tls(new_my_ringfence):
    proxy = new_my_ringfence(credentials={"services": {"orders": {"verifiers": [passwords.caching_verifier(PASSWORD)]}}})
    with proxy.raw() as c:
        c.send(c.response("orders", "orders", PASSWORD, plugin=CACHING))
        assert c.packet() == b"\x01\x04"
        c.send(PASSWORD.encode() + b"\0")
        with contextlib.suppress(EOFError, ConnectionError):
            assert c.packet()[:1] == b"\xff"


def test_two_passwords_are_valid_during_a_rotation(new_my_ringfence):
    both = passwords.verifiers(PASSWORD) + passwords.verifiers("the next one")
    proxy = new_my_ringfence(credentials={"services": {"orders": {"verifiers": both}}})
    for password in (PASSWORD, "the next one", PASSWORD):
        for method in METHODS:
            for tls in (None, tls_of(proxy)):
                with proxy.connect("orders", password, plugin=method, tls=tls) as c:
                    assert c.value("SELECT 1") == "1"
    for method in METHODS:
        with pytest.raises(wire.Refused):
            proxy.connect("orders", "neither", plugin=method)


def test_a_verifier_may_be_hexadecimal_as_a_server_prints_it(new_my_ringfence):
    text = passwords.hexadecimal(passwords.caching_verifier(PASSWORD))
    proxy = new_my_ringfence(credentials={"services": {"orders": {"verifiers": [text]}}})
    proxy.connect(plugin=CACHING).socket.close()


def test_verifiers_that_are_none_keep_it_from_starting_and_are_not_shown(new_my_ringfence):
    for bad in ("*123", "$A$005$short", "$A$001$" + "x" * 63, PASSWORD):
        proxy = new_my_ringfence(credentials={"services": {"orders": {"verifiers": [bad]}}}, wait=False)
        assert proxy.process.wait() != 0
        assert "bad-verifier" in proxy.process.output() and bad not in proxy.process.output()


# TLS.

@pytest.mark.parametrize("mode,plain,encrypted", [("disable", True, False), ("prefer", True, True),
                                                  ("require", False, True)])
def test_tls_modes(new_my_ringfence, mode, plain, encrypted):
    proxy = new_my_ringfence(config={"listen": {"mysql": {"tls": mode}}})

    def connects(**options):
        try:
            pymysql.connect(host=proxy.host, port=proxy.port, user="orders", password=PASSWORD, **options).close()
            return True
        except (pymysql.Error, RuntimeError):
            return False
    assert connects(ssl_disabled=True) == plain
    assert connects(ssl=tls_of(proxy))                   # PyMySQL goes on without, where it is not offered
    with proxy.raw() as c:
        assert bool(c.greeting.capabilities & wire.TLS) == encrypted
        if not plain:
            with pytest.raises(wire.Refused) as caught:
                c.login("orders", "orders", PASSWORD)
            assert caught.value.code in (1045, 3159)         # "insecure transport" is MySQL's word for it


def test_no_password_is_asked_for_in_the_clear_where_tls_is_required(new_my_ringfence):
    proxy = new_my_ringfence(config={"listen": {"mysql": {"tls": "require"}}})
    with proxy.raw() as c:
        c.send(c.response("orders", "orders", PASSWORD, plugin="nonsense"))
        assert c.packet()[:1] == b"\xff"


@pytest.mark.parametrize("mode", ["verify-ca", "verify-full"])
def test_a_client_certificate_names_the_service(new_my_ringfence, mode):
    proxy = new_my_ringfence(config={"listen": {"mysql": {"tls": mode}}})
    mine, key = proxy.authority.issue("orders", "whoever", "URI:spiffe://shop.example/order-service")
    other, other_key = proxy.authority.issue("stranger", "whoever", "URI:spiffe://shop.example/no-service")

    def connect(user, password, certificate=None, key=None):
        context = tls_of(proxy)
        if certificate:
            context.load_cert_chain(certificate, key)
        with proxy.raw() as c:
            c.login(user, "orders", password, tls=context)
            return c.value("SELECT count(*) FROM orders")
    assert connect("orders", PASSWORD, mine, key) == "3000"
    refused = (wire.Refused, ssl.SSLError, EOFError, ConnectionError)
    with pytest.raises(refused):                            # another service's certificate
        connect("users", PASSWORD, mine, key)
    with pytest.raises(refused):                            # of nobody the policies know, nor the password
        connect("orders", "wrong", other, other_key)
    if mode == "verify-full":
        assert connect("orders", "", mine, key) == "3000"   # the certificate is enough
        with pytest.raises(refused):
            connect("orders", PASSWORD, other, other_key)
    else:                                                   # the authority vouches, the password names
        assert connect("orders", PASSWORD, other, other_key) == "3000"
    with pytest.raises(refused):                            # none at all
        connect("orders", PASSWORD)


def test_a_certificate_of_another_authority_is_refused(new_my_ringfence, scratch):
    proxy = new_my_ringfence(config={"listen": {"mysql": {"tls": "verify-full"}}})
    certificate, key = Authority(scratch, "someone else").issue("o", "orders", "URI:spiffe://shop.example/order-service")
    context = tls_of(proxy)
    context.load_cert_chain(certificate, key)
    with pytest.raises((wire.Refused, ssl.SSLError, EOFError, ConnectionError)):
        proxy.connect(tls=context)


def test_old_tls_versions_are_refused(my_ringfence):
    context = tls_of(my_ringfence)
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with my_ringfence.raw() as c, pytest.raises((ssl.SSLError, ConnectionError, EOFError)):
        c.start_tls(context)


def test_bytes_injected_before_the_handshake_close_the_connection(my_ringfence):
    """Whoever sits on the network may not put words into the client's mouth."""
    with my_ringfence.raw() as c:
        request = struct.pack("<IIB23x", wire.USUAL | wire.TLS, 1 << 24, 45)
        injected = c.response("orders", "orders", PASSWORD)
        c.sequence = 1
        c.write(c.framed(request) + c.framed(injected))
        c.socket.settimeout(5)
        answer = b""
        with contextlib.suppress(ConnectionError, TimeoutError):
            while piece := c.socket.recv(4096):
                answer += piece
        assert not answer or answer[:1] == b"\x15" or answer[4:5] == b"\xff"        # an alert, an error, or nothing


def test_other_capabilities_before_tls_than_over_it_confuse_nobody(my_ringfence):
    """Servers believe the first ones, which came in the clear."""
    with my_ringfence.raw() as c:
        c.start_tls(tls_of(my_ringfence), wire.USUAL | wire.WITH_DB)
        c.send(c.response("orders", None, PASSWORD, add=wire.TLS))
        with contextlib.suppress(wire.Refused, EOFError, ConnectionError):
            c.authenticate(PASSWORD)
            assert c.value("SELECT database()") is None
    assert my_ringfence.alive()


# Limits.

def test_connection_attributes_are_bounded(my_ringfence):
    with my_ringfence.raw() as c:
        c.login("orders", "orders", PASSWORD, attributes={f"name {n}": "v" * 100 for n in range(50)})
        assert c.value("SELECT 1") == "1"
    for attributes in ({"k": "v" * (1 << 17)}, {f"{n}": "v" * 200 for n in range(1000)}):
        with my_ringfence.raw() as c:
            with contextlib.suppress(wire.Refused, EOFError, ConnectionError):
                c.login("orders", "orders", PASSWORD, attributes=attributes)
                assert c.value("SELECT 1") == "1"
    assert my_ringfence.alive()


@pytest.mark.parametrize("name", ["", "x" * 200, "o'rders", "orders\x01", "ORDERS", "orders ", "\u202eorders",
                                  *(() if service.DIRECT else ("shop_admin", "root"))])
def test_names_of_nobody_are_refused_like_any_other(my_ringfence, name):
    with my_ringfence.raw() as c, pytest.raises((wire.Refused, EOFError)) as caught:
        c.login(name, "orders", PASSWORD)
    if caught.type is wire.Refused:
        assert caught.value.code == 1045
    assert my_ringfence.alive()


def test_a_client_that_never_answers_is_let_go(new_my_ringfence):
    proxy = new_my_ringfence(config={"client_login_timeout": "300ms"})
    with proxy.raw() as c:
        assert select.select([c.socket], [], [], 10)[0] and c.closed()


def test_failures_are_counted_by_reason(new_my_ringfence):
    proxy = new_my_ringfence()
    for user, password in (("orders", "guess"), ("nobody", "guess")):
        with pytest.raises(wire.Refused):
            proxy.connect(user, password, "orders")
    assert proxy.metric("ringfence_authentication_failures_total") == 2
    assert "guess" not in proxy.process.output()
